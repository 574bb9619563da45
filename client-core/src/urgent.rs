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
use crate::store::{Pick, Store};

/// What somebody said of an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What was said.
    pub body: AckBody,
    /// Who said it, where the directory knows.
    pub person: Option<PersonId>,
    /// When, by the writer's clock.
    pub at: UnixMs,
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

    /// Writes a message to people of the unit.
    pub fn write_message(
        &mut self,
        text: String,
        to: Vec<Recipient>,
        reply_to: Option<Digest>,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<Digest, EngineError> {
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
        let rows = self.store.envelopes(&Pick::OfKind(Kind::Ack), ALL)?;
        let read = rows.iter().filter_map(|row| {
            let body = AckBody::from_bytes(row.body.as_deref()?).ok()?;
            Some(Answer {
                body,
                person: row.header.person,
                at: row.header.times.shown(),
            })
        });
        Ok(read.filter(|answer| answer.body.of == of).collect())
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
