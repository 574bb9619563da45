//! Alerts that somebody has taken on, and messages that somebody has heard.

use tala_protocol::envelope::Kind;
use tala_protocol::event::{AckBody, AckWhat, Sos};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId};

use super::batch::{Batch, text_of};
use super::sos::{alert_row, press_id};
use crate::store::projections::{AckRow, AlertAck, AlertRow, Owner, Row, RowKind};
use crate::store::{Reads, Standing, StoreError, StoredEnvelope};

/// Words about one alert or message that are kept.
const WORDS_MAX: usize = 64;

/// Somebody says of an alert that it was seen, taken on or is over. The first such word counts; a device's
/// word about its own call does not.
pub(super) fn project_ack(
    reads: &dyn Reads,
    stored: &StoredEnvelope,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let header = stored.envelope.header();
    let Some(Ok(ack)) = stored.envelope.body().map(AckBody::from_bytes) else {
        return Ok(());
    };
    if !matches!(ack.what, AckWhat::Seen | AckWhat::Taken | AckWhat::Done) {
        return Ok(());
    }
    let named = ack
        .about
        .map_or_else(|| answered(reads, &ack.of), |id| Ok(Some(id)))?;
    let Some(id) = named else {
        return Ok(());
    };
    let mut words = words_about(reads, id, batch)?;
    words.retain(|word| word.lsn != stored.lsn.0);
    if stored.standing != Standing::Quarantined && words.len() < WORDS_MAX {
        let said = AlertAck {
            person: header.person,
            at: stored.known_at.0,
            note: ack.note,
        };
        words.push(AckRow {
            lsn: stored.lsn.0,
            owner: Owner {
                unit: header.feed.unit,
                audience: header.feed.audience,
            },
            device: header.device(),
            what: ack.what.code(),
            said,
        });
        words.sort_by_key(|word| word.lsn);
    }
    keep(id, &words, batch);
    let key = id.to_string();
    let alert: Option<AlertRow> = batch.row(reads, RowKind::Alert, key.as_bytes())?;
    let Some(mut alert) = alert else {
        return Ok(());
    };
    let first = first_of(&words, alert.device);
    if alert.acknowledged != first {
        alert.acknowledged = first;
        batch.put(alert_row(&alert));
        batch.tell("alert", alert.owner, &alert);
    }
    Ok(())
}

/// Who took an alert on, if somebody had before it was raised here.
pub(super) fn taken_on(
    reads: &dyn Reads,
    alert: &AlertRow,
    batch: &Batch,
) -> Result<Option<AlertAck>, StoreError> {
    match alert.id.parse() {
        Ok(id) => Ok(first_of(&words_about(reads, id, batch)?, alert.device)),
        Err(_) => Ok(None),
    }
}

fn first_of(words: &[AckRow], alerted: DeviceId) -> Option<AlertAck> {
    let others = words.iter().find(|word| word.device != alerted)?;
    Some(others.said.clone())
}

fn words_about(reads: &dyn Reads, id: ObjectId, batch: &Batch) -> Result<Vec<AckRow>, StoreError> {
    let words = batch.row(reads, RowKind::Ack, id.as_bytes())?;
    Ok(words.unwrap_or_default())
}

fn keep(id: ObjectId, words: &[AckRow], batch: &mut Batch) {
    let Some(first) = words.first() else {
        return batch.take_back(RowKind::Ack, id.as_bytes());
    };
    batch.put(Row {
        kind: RowKind::Ack,
        key: id.as_bytes().to_vec(),
        owner: first.owner,
        at: first.said.at,
        tags: [None, None],
        parent: None,
        text: text_of(&words),
    });
}

/// Which call for help or message was answered. A phone names the call that it heard; the centre names the
/// alert. What is not here yet is taken for a message.
fn answered(reads: &dyn Reads, of: &Digest) -> Result<Option<ObjectId>, StoreError> {
    let message = Some(ObjectId::from_bytes(of.prefix16()));
    let Some(lsn) = reads.lsn_of(of)? else {
        return Ok(message);
    };
    let Some(call) = reads.envelope(lsn)? else {
        return Ok(None);
    };
    if call.envelope.header().kind == Kind::Message {
        return Ok(message);
    }
    let header = call.envelope.header();
    let sos = call.envelope.body().filter(|_| header.kind == Kind::Sos);
    let sos = sos.and_then(|body| Sos::from_bytes(body).ok());
    Ok(sos.map(|sos| press_id(header.device(), &sos)))
}
