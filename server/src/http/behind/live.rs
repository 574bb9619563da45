//! The live feed, in the shapes of the API.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tala_protocol::sync::Scope;

use super::rows::{degrees, time};
use super::{LiveEvent, LiveRead, incidents, patrols, tracks};
use crate::app::live::Missed;
use crate::app::{AppError, Centre};
use crate::store::projections::{AlertKind, AlertRow, LiveRow};

/// What happened behind a place of the feed; from now on for `None`.
pub(super) fn after(centre: &Centre, after: Option<u64>) -> Result<LiveRead, AppError> {
    let Some(after) = after else {
        let end = centre.live_end()?;
        return Ok(LiveRead::Reset { end });
    };
    match centre.live_since(after)? {
        Missed::TooMuch(end) => Ok(LiveRead::Reset { end }),
        Missed::Events(rows) => {
            let told = rows.iter().filter_map(|row| told(centre, row));
            Ok(LiveRead::Events(told.collect()))
        }
    }
}

/// An event as desks get it; `None` for one that this version does not tell.
fn told(centre: &Centre, row: &LiveRow) -> Option<LiveEvent> {
    let (event, data) = match row.event.as_str() {
        "position" => ("position", json!(patrols::position(centre, &read(row)?))),
        "patrol" => {
            let directory = Centre::directory(centre);
            ("patrol", json!(patrols::wire(&directory, &read(row)?)))
        }
        "incident" => ("incident", json!(incidents::wire(centre, &read(row)?))),
        "track" => ("track", track(centre, row)?),
        "alert" => ("alert", alert(&read(row)?)),
        _ => return None,
    };
    Some(LiveEvent {
        at: row.seq,
        scope: Scope {
            unit: row.owner.unit,
            audience: row.owner.audience,
        },
        event,
        data,
    })
}

fn track(centre: &Centre, row: &LiveRow) -> Option<Value> {
    let it = read(row)?;
    let geojson = tracks::feature(centre, &it).ok()?;
    Some(json!({
        "patrol": it.patrol.to_string(), "segment": it.envelope,
        "unit": it.owner.unit.to_string(), "transport": patrols::transport(it.transport),
        "geojson": geojson,
    }))
}

fn alert(it: &AlertRow) -> Value {
    let kind = match it.kind {
        AlertKind::Sos => "sos",
        AlertKind::ZoneEntry => "zone",
        AlertKind::ZoneExit => "zone_exit",
    };
    json!({
        "id": it.id, "kind": kind, "unit": it.owner.unit.to_string(),
        "patrol": it.patrol.map(|id| id.to_string()),
        "person": it.person.map(|id| id.to_string()),
        "lon": it.place_e7.map(|(lon, _)| degrees(lon)),
        "lat": it.place_e7.map(|(_, lat)| degrees(lat)),
        "at": time(it.at), "zone": it.zone,
    })
}

fn read<T: DeserializeOwned>(row: &LiveRow) -> Option<T> {
    serde_json::from_str(&row.text).ok()
}
