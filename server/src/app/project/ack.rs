//! Alerts that somebody has taken on.

use tala_protocol::envelope::Kind;
use tala_protocol::event::{AckBody, AckWhat, Sos};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::batch::Batch;
use super::sos::{alert_row, press_id};
use crate::store::projections::{AlertAck, AlertRow, RowKind};
use crate::store::{Reads, StoreError, StoredEnvelope};

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
    let key = id.to_string();
    let alert: Option<AlertRow> = batch.row(reads, RowKind::Alert, key.as_bytes())?;
    let Some(mut alert) = alert else {
        return Ok(());
    };
    if alert.acknowledged.is_some() || alert.device == header.device() {
        return Ok(());
    }
    alert.acknowledged = Some(AlertAck {
        person: header.person,
        at: stored.known_at.0,
        note: ack.note,
    });
    batch.put(alert_row(&alert));
    batch.tell("alert", alert.owner, &alert);
    Ok(())
}

/// Which call for help was answered. A phone names the call that it heard; the centre names the alert.
fn answered(reads: &dyn Reads, of: &Digest) -> Result<Option<ObjectId>, StoreError> {
    let Some(lsn) = reads.lsn_of(of)? else {
        return Ok(None);
    };
    let Some(call) = reads.envelope(lsn)? else {
        return Ok(None);
    };
    let header = call.envelope.header();
    let sos = call.envelope.body().filter(|_| header.kind == Kind::Sos);
    let sos = sos.and_then(|body| Sos::from_bytes(body).ok());
    Ok(sos.map(|sos| press_id(header.device(), &sos)))
}
