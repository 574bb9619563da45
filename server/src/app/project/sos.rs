//! Calls for help.

use tala_protocol::event::Sos;

use super::batch::{Batch, text_of};
use super::thread::Projector;
use crate::store::StoredEnvelope;
use crate::store::projections::{AlertKind, AlertRow, Owner, Row, RowKind};

impl Projector {
    pub(super) fn project_sos(&self, stored: &StoredEnvelope, batch: &mut Batch) {
        let header = stored.envelope.header();
        let Some(Ok(sos)) = stored.envelope.body().map(Sos::from_bytes) else {
            return;
        };
        let owner = Owner {
            unit: header.feed.unit,
            audience: header.feed.audience,
        };
        let place = sos.place.map(|place| place.point);
        let alert = AlertRow {
            id: stored.envelope.object().to_string(),
            kind: AlertKind::Sos,
            owner,
            patrol: None,
            device: header.device(),
            person: header.person,
            place_e7: place.map(|point| (point.lon_e7(), point.lat_e7())),
            at: sos.pressed.shown().0,
            known_at: stored.known_at.0,
            zone: None,
            note: sos.note,
        };
        batch.put(alert_row(&alert));
        // A repeat is kept, and told only once: the first call of a press is repeat 0.
        if sos.repeat == 0 {
            batch.tell("alert", owner, &alert);
        }
    }
}

/// The row of an alert.
pub(super) fn alert_row(alert: &AlertRow) -> Row {
    Row {
        kind: RowKind::Alert,
        key: alert.id.as_bytes().to_vec(),
        owner: alert.owner,
        at: alert.known_at,
        tags: [None, None],
        parent: alert.patrol,
        text: text_of(alert),
    }
}
