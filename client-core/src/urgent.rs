//! What cannot wait, and what answers it: calls for help, acknowledgements, messages.

use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::event::{AckBody, AckWhat, Message, Place, Recipient, Sos};
use tala_protocol::fields::Fields;
use tala_protocol::geo::Point;
use tala_protocol::hash::Digest;
use tala_protocol::id::PersonId;
use tala_protocol::time::{DeviceTimes, UnixMs};

use crate::engine::{ALL, Engine, EngineError};
use crate::entropy::Entropy;
use crate::feeds::{Appender, Saying};
use crate::messages::checked_text;
use crate::store::{Pick, Store, Whereabouts};

/// What somebody said of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was said.
    pub body: AckBody,
    /// Who said it, where the directory knows.
    pub person: Option<PersonId>,
    /// When, by the writer's clock.
    pub at: UnixMs,
    /// Whether this phone said it.
    pub own: bool,
}

/// A call for help that this phone made, with its repeats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Its envelopes, the first call first.
    pub envelopes: Vec<Digest>,
    /// When it was called.
    pub pressed: DeviceTimes,
    /// Whether any of it is at the centre.
    pub at_centre: bool,
}

impl<S: Store> Engine<S> {
    /// Calls for help from the last known place. It goes alone and before everything else; repeat it with
    /// a higher number until [`Engine::answers`] is not empty.
    pub fn sos(
        &mut self,
        pressed: DeviceTimes,
        note: Option<String>,
        battery_pct: Option<u8>,
        repeat: u32,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<Digest, EngineError> {
        let last = self.patrol.and_then(|patrol| patrol.last);
        let body = Sos {
            nonce: entropy.bytes16(),
            place: last.and_then(|last| {
                Some(Place {
                    point: Point::new(last.fix.lat_e7, last.fix.lon_e7).ok()?,
                    acc_dm: last.fix.acc_dm.and_then(|acc| u32::try_from(acc).ok()),
                    at: last.fix.time,
                })
            }),
            pressed,
            battery_pct: battery_pct.filter(|percent| *percent <= 100),
            note,
            repeat,
            newer: Fields::new(),
        };
        self.say_one(Kind::Sos, body.to_bytes(), now)
    }

    /// Says what became of an envelope that somebody waits for.
    pub fn acknowledge(
        &mut self,
        of: Digest,
        what: AckWhat,
        note: Option<String>,
        now: DeviceTimes,
    ) -> Result<Digest, EngineError> {
        let body = AckBody {
            of,
            what,
            note,
            about: None,
            newer: Fields::new(),
        };
        self.say_one(Kind::Ack, body.to_bytes(), now)
    }

    /// Writes a message to people of the unit. One that is answered must be here.
    pub fn write_message(
        &mut self,
        text: String,
        to: Vec<Recipient>,
        reply_to: Option<Digest>,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<Digest, EngineError> {
        let text = checked_text(&text)?.to_owned();
        if let Some(id) = reply_to {
            self.check_message(id)?;
        }
        let body = Message {
            nonce: entropy.bytes16(),
            text,
            to,
            reply_to,
            newer: Fields::new(),
        };
        self.say_one(Kind::Message, body.to_bytes(), now)
    }

    /// What was said of an envelope, in order of arrival.
    pub fn answers(&self, of: Digest) -> Result<Vec<Answer>, EngineError> {
        let mut said = self.all_answers()?;
        said.retain(|answer| answer.body.of == of);
        Ok(said)
    }

    /// Calls for help that this phone made, the newest first. What names the clocks of one press is one call,
    /// however often it was repeated.
    pub fn own_calls(&self) -> Result<Vec<Call>, EngineError> {
        let mut calls: Vec<Call> = Vec::new();
        for row in self.store.envelopes(&Pick::OfKind(Kind::Sos), ALL)? {
            let sos = row.body.as_deref().map(Sos::from_bytes);
            let Some(Ok(sos)) = sos.filter(|_| row.own) else {
                continue;
            };
            let there = Whereabouts::of(&row) >= Whereabouts::Acknowledged;
            match calls.iter_mut().find(|call| call.pressed == sos.pressed) {
                Some(call) => {
                    call.envelopes.push(row.id);
                    call.at_centre |= there;
                }
                None => calls.push(Call {
                    envelopes: vec![row.id],
                    pressed: sos.pressed,
                    at_centre: there,
                }),
            }
        }
        calls.reverse();
        Ok(calls)
    }

    /// Everything that was said of envelopes, in order of arrival.
    pub(crate) fn all_answers(&self) -> Result<Vec<Answer>, EngineError> {
        let rows = self.store.envelopes(&Pick::OfKind(Kind::Ack), ALL)?;
        let heard = rows.iter().filter(|row| self.is_heard(row));
        let read = heard.filter_map(|row| {
            let body = AckBody::from_bytes(row.body.as_deref()?).ok()?;
            Some(Answer {
                body,
                person: row.header.person,
                at: row.header.times.shown(),
                own: row.own,
            })
        });
        Ok(read.collect())
    }

    fn say_one(
        &mut self,
        kind: Kind,
        body: Vec<u8>,
        now: DeviceTimes,
    ) -> Result<Digest, EngineError> {
        let mut appender = Appender::new(self, now);
        let unsigned = appender.say(Saying {
            audience: Audience::Field,
            kind,
            object: None,
            body,
        })?;
        let batch = appender.finish();
        self.store.commit(&batch)?;
        Ok(unsigned.id())
    }
}
