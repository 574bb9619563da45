//! Calls for help and what is answered to them.

use tala_protocol::event::AckWhat;
use tala_protocol::hash::Digest;

use super::answer::{AnswerLine, SosLine};
use super::edit::input;
use super::{Handset, HandsetError, Platform};
use crate::engine::{Engine, EngineError};
use crate::store::{Delivery, Store};

impl<S: Store, P: Platform> Handset<S, P> {
    /// Calls for help and returns the id of the call. Repeat it with a higher number until it is answered.
    pub fn sos(&self, note: Option<String>, repeat: u32) -> Result<String, HandsetError> {
        let now = self.platform().now();
        let battery_pct = self.platform().battery_pct();
        let mut random = self.random();
        self.write(|engine, _| {
            let id = engine.sos(now, note, battery_pct, repeat, now, &mut random)?;
            Ok(id.to_string())
        })
    }

    /// How a call for help stands.
    pub fn sos_state(&self, id: &str) -> Result<SosLine, HandsetError> {
        let call = Digest::from_hex(id).map_err(|_why| input("sos", "the id of a call"))?;
        self.read(|engine| {
            let row = engine.store().envelope(&call).map_err(EngineError::from)?;
            let row = row.ok_or_else(|| HandsetError::Unknown(id.to_owned()))?;
            let there = matches!(
                row.delivery,
                Delivery::Acknowledged(_) | Delivery::Proved(_) | Delivery::Fetched(_)
            );
            let answers = engine.answers(call)?.into_iter();
            Ok(SosLine {
                id: id.to_owned(),
                at_centre: there,
                answers: answers.map(|answer| named(engine, answer)).collect(),
            })
        })
    }
}

fn named<S: Store>(engine: &Engine<S>, answer: crate::urgent::Answer) -> AnswerLine {
    let name = answer
        .person
        .and_then(|person| engine.directory().person_name(person));
    AnswerLine {
        what: match answer.body.what {
            AckWhat::Delivered => "delivered",
            AckWhat::Seen => "seen",
            AckWhat::Taken => "taken",
            AckWhat::Done => "done",
            AckWhat::Newer(_) => "newer",
        }
        .to_owned(),
        note: answer.body.note,
        by: name.map(str::to_owned),
        at_ms: answer.at.0,
    }
}
