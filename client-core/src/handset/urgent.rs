//! Calls for help and what is answered to them.

use tala_protocol::event::AckWhat;
use tala_protocol::hash::Digest;

use super::answer::{AnswerLine, SosLine};
use super::edit::input;
use super::others::name_of;
use super::{Handset, HandsetError, Platform};
use crate::engine::{Engine, EngineError};
use crate::store::{Store, Whereabouts};
use crate::urgent::{Answer, Call};

impl<S: Store, P: Platform> Handset<S, P> {
    /// Calls for help and returns the id of the call. Repeat it with a higher number until it is answered:
    /// a repeat names the clocks of the newest call, so that the centre takes both for one press.
    pub fn sos(&self, note: Option<String>, repeat: u32) -> Result<String, HandsetError> {
        let now = self.platform().now();
        let battery_pct = self.platform().battery_pct();
        let mut random = self.random();
        self.write(|engine, _| {
            let newest = match repeat {
                0 => None,
                _ => engine.own_calls()?.into_iter().next(),
            };
            let pressed = newest.map_or(now, |call| call.pressed);
            let id = engine.sos(pressed, note, battery_pct, repeat, now, &mut random)?;
            Ok(id.to_string())
        })
    }

    /// How a call for help stands, with everything that was answered to any of its repeats.
    pub fn sos_state(&self, id: &str) -> Result<SosLine, HandsetError> {
        let asked = Digest::from_hex(id).map_err(|_why| input("sos", "the id of a call"))?;
        self.read(|engine| {
            let mut calls = engine.own_calls()?.into_iter();
            if let Some(call) = calls.find(|call| call.envelopes.contains(&asked)) {
                return line(engine, &call);
            }
            let row = engine.store().envelope(&asked).map_err(EngineError::from)?;
            let row = row.ok_or_else(|| HandsetError::Unknown(id.to_owned()))?;
            let call = Call {
                envelopes: vec![asked],
                pressed: row.header.times,
                at_centre: Whereabouts::of(&row) >= Whereabouts::Acknowledged,
            };
            line(engine, &call)
        })
    }

    /// Calls for help of this phone, the newest first.
    pub fn sos_calls(&self) -> Result<Vec<SosLine>, HandsetError> {
        self.read(|engine| {
            let calls = engine.own_calls()?;
            calls.iter().map(|call| line(engine, call)).collect()
        })
    }
}

fn line<S: Store>(engine: &Engine<S>, call: &Call) -> Result<SosLine, HandsetError> {
    let mut answers = Vec::new();
    for envelope in &call.envelopes {
        answers.append(&mut engine.answers(*envelope)?);
    }
    // The centre answers every call of a press that it heard: one answer is shown of those that say the same.
    let mut said: Vec<AnswerLine> = Vec::new();
    for answer in answers {
        let answer = named(engine, answer);
        if !said.iter().any(|said| said.is_same(&answer)) {
            said.push(answer);
        }
    }
    said.sort_by_key(|answer| answer.at_ms);
    let first = call.envelopes.first();
    Ok(SosLine {
        id: first.map(ToString::to_string).unwrap_or_default(),
        at_ms: call.pressed.shown().0,
        at_centre: call.at_centre,
        answers: said,
    })
}

impl AnswerLine {
    /// Whether it says the same of the same person, whenever.
    fn is_same(&self, other: &Self) -> bool {
        (&self.what, &self.note, &self.by) == (&other.what, &other.note, &other.by)
    }
}

pub(super) fn named<S: Store>(engine: &Engine<S>, answer: Answer) -> AnswerLine {
    AnswerLine {
        what: word(answer.body.what).to_owned(),
        note: answer.body.note,
        by: name_of(engine, answer.person),
        at_ms: answer.at.0,
    }
}

/// The word used in JSON.
pub(super) const fn word(what: AckWhat) -> &'static str {
    match what {
        AckWhat::Delivered => "delivered",
        AckWhat::Seen => "seen",
        AckWhat::Taken => "taken",
        AckWhat::Done => "done",
        AckWhat::Newer(_) => "newer",
    }
}
