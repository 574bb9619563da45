//! Saying that an alert was taken on.

use tala_protocol::envelope::{Kind, Lane};
use tala_protocol::event::{AckBody, AckWhat};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use crate::app::access::{Grant, Verb};
use crate::app::centre::Centre;
use crate::app::commit::Draft;
use crate::app::error::AppError;
use crate::store::projections::AlertRow;
use crate::store::{Lsn, StoreError};

/// Longest word to whoever waits, characters.
const NOTE_CHARS_MAX: usize = 250;

impl Centre {
    /// Says, signed and in the urgent lane, that somebody has taken on an alert: every call of it that was
    /// heard is answered, because the phone waits for an answer to any. One that was taken on before stays
    /// as it is, and `None` is returned.
    pub fn acknowledge(
        &self,
        grant: &Grant,
        id: ObjectId,
        note: Option<&str>,
    ) -> Result<Option<Lsn>, AppError> {
        grant.given_for(Verb::AckAlert)?;
        // One at a time: of two people who press at once, the second sees what the first said.
        let _one = self
            .desk
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        let alert = self.alert(grant, id)?;
        if alert.acknowledged.is_some() {
            return Ok(None);
        }
        let desk = grant.desk(alert.owner.unit, alert.owner.audience);
        let drafts: Result<Vec<Draft>, AppError> = alert
            .envelopes
            .iter()
            .map(|envelope| {
                Ok(Draft {
                    unit: alert.owner.unit,
                    audience: alert.owner.audience,
                    lane: Lane::Urgent,
                    kind: Kind::Ack,
                    object: None,
                    body: body(&alert, id, envelope, note)?.to_bytes(),
                    person: Some(grant.asker().person),
                    desk,
                })
            })
            .collect();
        let said = self.writer.say(drafts?)?;
        let last = said.last().map(|said| said.lsn);
        let last = last.ok_or(StoreError::Damaged("alert without envelopes"))?;
        self.wait_for(last)?;
        Ok(Some(last))
    }
}

fn body(
    alert: &AlertRow,
    id: ObjectId,
    envelope: &str,
    note: Option<&str>,
) -> Result<AckBody, AppError> {
    let of = Digest::from_hex(envelope);
    let of = of.map_err(|error| AppError::Unsound(format!("alert {}: {error}", alert.id)))?;
    Ok(AckBody {
        of,
        what: AckWhat::Taken,
        note: note.map(|note| note.chars().take(NOTE_CHARS_MAX).collect()),
        about: Some(id),
        newer: Default::default(),
    })
}
