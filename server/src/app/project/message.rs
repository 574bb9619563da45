//! Messages between command and the field.

use tala_protocol::event::{Message, Recipient};
use tala_protocol::id::ObjectId;

use super::batch::{Batch, text_of};
use crate::store::projections::{MessageRow, Owner, Row, RowKind};
use crate::store::{Reads, Standing, StoreError, StoredEnvelope};

/// A message, as it stands: what is kept apart or was erased is shown to nobody.
pub(super) fn project_message(
    reads: &dyn Reads,
    stored: &StoredEnvelope,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let id = stored.envelope.object();
    let body = stored.envelope.body().map(Message::from_bytes);
    let stands = stored.standing != Standing::Quarantined;
    let Some(Ok(message)) = body.filter(|_| stands) else {
        batch.take_back(RowKind::Message, id.as_bytes());
        return Ok(());
    };
    let row = row_of(stored, message);
    let known: Option<MessageRow> = batch.row(reads, RowKind::Message, id.as_bytes())?;
    if known.as_ref() == Some(&row) {
        return Ok(());
    }
    batch.put(Row {
        kind: RowKind::Message,
        key: id.as_bytes().to_vec(),
        owner: row.owner,
        at: row.known_at,
        tags: [None, None],
        parent: None,
        text: text_of(&row),
    });
    batch.tell("message", row.owner, &row);
    Ok(())
}

fn row_of(stored: &StoredEnvelope, message: Message) -> MessageRow {
    let header = stored.envelope.header();
    let (mut units, mut persons) = (Vec::new(), Vec::new());
    for recipient in &message.to {
        match recipient {
            Recipient::Unit(unit) => units.push(unit.to_string()),
            Recipient::Person(person) => persons.push(person.to_string()),
            Recipient::Newer(_) => {}
        }
    }
    let answered = |of: tala_protocol::hash::Digest| ObjectId::from_bytes(of.prefix16());
    MessageRow {
        id: stored.envelope.object(),
        envelope: stored.envelope.id().to_string(),
        owner: Owner {
            unit: header.feed.unit,
            audience: header.feed.audience,
        },
        device: header.device(),
        person: header.person,
        text: message.text,
        units,
        persons,
        reply_to: message.reply_to.map(answered),
        at: header.times.shown().0,
        known_at: stored.known_at.0,
    }
}
