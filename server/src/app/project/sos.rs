//! Calls for help.

use tala_protocol::event::Sos;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId};

use super::ack::taken_on;
use super::batch::{Batch, text_of};
use crate::store::projections::{AlertKind, AlertRow, Owner, Row, RowKind};
use crate::store::{Reads, StoreError, StoredEnvelope};

/// Calls of one press that are answered: the first and the latest.
const CALLS_MAX: usize = 8;

/// A call for help. Repeats of one press are one alert, which the first call that arrives begins.
pub(super) fn project_sos(
    reads: &dyn Reads,
    stored: &StoredEnvelope,
    batch: &mut Batch,
) -> Result<(), StoreError> {
    let header = stored.envelope.header();
    let Some(Ok(sos)) = stored.envelope.body().map(Sos::from_bytes) else {
        return Ok(());
    };
    let id = press_id(header.device(), &sos).to_string();
    let known: Option<AlertRow> = batch.row(reads, RowKind::Alert, id.as_bytes())?;
    let envelope = stored.envelope.id().to_string();
    let place = sos
        .place
        .map(|place| (place.point.lon_e7(), place.point.lat_e7()));
    let Some(mut alert) = known else {
        let alert = AlertRow {
            id,
            kind: AlertKind::Sos,
            owner: Owner {
                unit: header.feed.unit,
                audience: header.feed.audience,
            },
            patrol: None,
            device: header.device(),
            person: header.person,
            place_e7: place,
            at: sos.pressed.shown().0,
            known_at: stored.known_at.0,
            zone: None,
            note: sos.note,
            envelopes: vec![envelope],
            acknowledged: None,
        };
        let acknowledged = taken_on(reads, &alert, batch)?;
        let alert = AlertRow {
            acknowledged,
            ..alert
        };
        batch.put(alert_row(&alert));
        batch.tell("alert", alert.owner, &alert);
        return Ok(());
    };
    if alert.envelopes.contains(&envelope) {
        return Ok(());
    }
    if alert.envelopes.len() >= CALLS_MAX {
        alert.envelopes.remove(1);
    }
    alert.envelopes.push(envelope);
    alert.place_e7 = place.or(alert.place_e7);
    alert.note = sos.note.or(alert.note);
    batch.put(alert_row(&alert));
    Ok(())
}

/// One press of the button is one alert, however often it is repeated: all its calls name the same clocks.
pub(super) fn press_id(device: DeviceId, sos: &Sos) -> ObjectId {
    let pressed = &sos.pressed;
    let parts = [
        b"tala/press/1".as_slice(),
        device.as_bytes(),
        &pressed.wall.0.to_be_bytes(),
        &pressed.mono.0.to_be_bytes(),
        &pressed.boot.0.to_be_bytes(),
    ];
    ObjectId::from_bytes(Digest::sha256_parts(&parts).prefix16())
}

/// The number that alerts are filtered by.
pub(in crate::app) const fn alert_tag(open: bool) -> i64 {
    match open {
        true => 1,
        false => 0,
    }
}

/// The row of an alert.
pub(super) fn alert_row(alert: &AlertRow) -> Row {
    Row {
        kind: RowKind::Alert,
        key: alert.id.as_bytes().to_vec(),
        owner: alert.owner,
        at: alert.known_at,
        tags: [Some(alert_tag(alert.acknowledged.is_none())), None],
        parent: alert.patrol,
        text: text_of(alert),
    }
}
