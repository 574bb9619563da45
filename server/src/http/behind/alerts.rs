//! Alerts, as desks see them.

use tala_protocol::cert::Directory;

use super::rows::{self, degrees, time};
use super::{AlertFilter, Rows};
use crate::app::access::Grant;
use crate::app::reader::AlertQuery;
use crate::app::{AppError, Centre};
use crate::http::wire::alert::{AlertAckWire, AlertWire};
use crate::http::wire::page::{Key, PageAsked};
use crate::store::projections::{AlertKind, AlertRow};

/// A page of alerts.
pub(super) fn list(
    centre: &Centre,
    grant: &Grant,
    filter: &AlertFilter,
    asked: &PageAsked,
) -> Result<Rows<AlertWire>, AppError> {
    let query = AlertQuery {
        unit: filter.unit,
        open: filter.open,
        behind: asked.after.as_ref().map(|Key(at, key)| (*at, key.clone())),
        limit: asked.limit,
    };
    let directory = Centre::directory(centre);
    let alerts = Centre::alerts(centre, grant, &query)?.into_iter();
    let placed = alerts.map(|(it, (at, key))| (Key(at, key), wire(&directory, &it)));
    Ok(placed.collect())
}

/// An alert, in lists and live.
pub(super) fn wire(directory: &Directory, it: &AlertRow) -> AlertWire {
    AlertWire {
        id: it.id.clone(),
        kind: match it.kind {
            AlertKind::Sos => "sos",
            AlertKind::ZoneEntry => "zone",
            AlertKind::ZoneExit => "zone_exit",
        },
        unit: it.owner.unit.to_string(),
        patrol: it.patrol.map(|id| id.to_string()),
        person: it.person.map(|id| rows::person(directory, id)),
        lon: it.place_e7.map(|(lon, _)| degrees(lon)),
        lat: it.place_e7.map(|(_, lat)| degrees(lat)),
        at: time(it.at),
        known_at: time(it.known_at),
        zone: it.zone.clone(),
        note: it.note.clone(),
        acknowledged: it.acknowledged.as_ref().map(|ack| AlertAckWire {
            by: ack.person.map(|id| rows::person(directory, id)),
            at: time(ack.at),
            note: ack.note.clone(),
        }),
    }
}
