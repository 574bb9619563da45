//! Messages, as desks see them.

use tala_protocol::cert::Directory;
use tala_protocol::event::AckWhat;
use tala_protocol::id::{ObjectId, UnitId};

use super::Rows;
use super::rows::{self, time};
use crate::app::access::Grant;
use crate::app::reader::MessageQuery;
use crate::app::{Addressee, AppError, Centre};
use crate::http::wire::message::{MessageAnswerWire, MessageWire, RecipientWire};
use crate::http::wire::page::{Key, PageAsked};
use crate::store::projections::{AckRow, MessageRow};

/// A page of messages.
pub(super) fn list(
    centre: &Centre,
    grant: &Grant,
    unit: Option<UnitId>,
    asked: &PageAsked,
) -> Result<Rows<MessageWire>, AppError> {
    let query = MessageQuery {
        unit,
        behind: asked.after.as_ref().map(|Key(at, key)| (*at, key.clone())),
        limit: asked.limit,
    };
    let messages = Centre::messages(centre, grant, &query)?.into_iter();
    let placed =
        messages.map(|(it, (at, key))| Ok((Key(at, key), with_answers(centre, grant, &it)?)));
    placed.collect()
}

/// Says something, and gives it as it then stands.
pub(super) fn send(
    centre: &Centre,
    grant: &Grant,
    text: &str,
    to: &[Addressee],
    reply_to: Option<ObjectId>,
) -> Result<Vec<MessageWire>, AppError> {
    let said = Centre::send_message(centre, grant, text, to, reply_to)?;
    let wires = said.into_iter().map(|id| {
        let row = centre.message(grant, id)?;
        with_answers(centre, grant, &row)
    });
    wires.collect()
}

fn with_answers(centre: &Centre, grant: &Grant, row: &MessageRow) -> Result<MessageWire, AppError> {
    let directory = Centre::directory(centre);
    let words = centre.words_about(grant, row)?;
    Ok(wire(&directory, row, &words))
}

/// A message, in lists and live.
pub(super) fn wire(directory: &Directory, it: &MessageRow, words: &[AckRow]) -> MessageWire {
    let units = it.units.iter().cloned().map(RecipientWire::Unit);
    let persons = it.persons.iter().cloned().map(RecipientWire::Person);
    let answers = words.iter().map(|word| MessageAnswerWire {
        by: word.said.person.map(|id| rows::person(directory, id)),
        what: match AckWhat::from_code(word.what) {
            AckWhat::Seen => "seen",
            AckWhat::Done => "done",
            _ => "taken",
        },
        at: time(word.said.at),
        note: word.said.note.clone(),
    });
    MessageWire {
        id: it.id.to_string(),
        unit: it.owner.unit.to_string(),
        by: it.person.map(|id| rows::person(directory, id)),
        text: it.text.clone(),
        to: units.chain(persons).collect(),
        reply_to: it.reply_to.map(|id| id.to_string()),
        at: time(it.at),
        known_at: time(it.known_at),
        answers: answers.collect(),
    }
}
