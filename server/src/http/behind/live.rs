//! The live feed, in the shapes of the API.

use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use tala_protocol::id::ObjectId;
use tala_protocol::sync::Scope;

use super::{LiveEvent, LiveRead, alerts, incidents, messages, patrols, plans, tracks};
use crate::app::live::Missed;
use crate::app::{AppError, Centre};
use crate::store::projections::{IncidentRow, LiveRow, PatrolRow, PlanRow, SegmentRow};
use crate::store::{StoreError, read};

/// What happened behind a place of the feed; from now on for `None`.
pub(super) fn after(centre: &Centre, after: Option<u64>) -> Result<LiveRead, AppError> {
    let Some(after) = after else {
        let end = centre.live_end()?;
        return Ok(LiveRead::Reset { end });
    };
    match centre.live_since(after)? {
        Missed::TooMuch(end) => Ok(LiveRead::Reset { end }),
        Missed::Events(rows) => {
            let told = rows.iter().filter_map(|row| told_or_noted(centre, row));
            Ok(LiveRead::Events(told.collect()))
        }
    }
}

/// One event that cannot be told ends no stream: its fault is noted, and the others are told.
fn told_or_noted(centre: &Centre, row: &LiveRow) -> Option<LiveEvent> {
    told(centre, row).unwrap_or_else(|error| {
        let error: &dyn std::error::Error = &error;
        tracing::error!(error, seq = row.seq, "live event not told");
        None
    })
}

/// An event as desks get it; `None` for one that this version does not tell.
fn told(centre: &Centre, row: &LiveRow) -> Result<Option<LiveEvent>, AppError> {
    let (mut record, mut incident) = (None, None);
    let (event, data) = match row.event.as_str() {
        "position" => {
            let position = patrols::position(centre, &parsed(row)?)?;
            ("position", json!(position))
        }
        "patrol" => {
            let it: PatrolRow = parsed(row)?;
            record = Some(it.id);
            let directory = Centre::directory(centre);
            ("patrol", json!(patrols::wire(&directory, &it)))
        }
        "incident" => {
            let it: IncidentRow = parsed(row)?;
            record = Some(it.id);
            incident = Some((it.id, incidents::tag(&it)));
            ("incident", json!(incidents::wire(centre, &it)))
        }
        "track" => {
            let it: SegmentRow = parsed(row)?;
            record = Some(it.patrol);
            ("track", track(centre, &it)?)
        }
        "alert" => {
            let directory = Centre::directory(centre);
            ("alert", json!(alerts::wire(&directory, &parsed(row)?)))
        }
        "plan" => {
            let it: PlanRow = parsed(row)?;
            record = Some(it.id);
            let directory = Centre::directory(centre);
            ("plan", json!(plans::wire(&directory, &it)))
        }
        "message" => {
            let directory = Centre::directory(centre);
            (
                "message",
                json!(messages::wire(&directory, &parsed(row)?, &[])),
            )
        }
        _ => return Ok(None),
    };
    Ok(Some(LiveEvent {
        at: row.seq,
        scopes: scopes(centre, row, record)?,
        incident,
        event,
        data,
    }))
}

/// Who may know now: whoever is responsible, and the lists that the record is shown in.
fn scopes(
    centre: &Centre,
    row: &LiveRow,
    record: Option<ObjectId>,
) -> Result<Vec<Scope>, AppError> {
    let mut scopes = match record {
        Some(record) => read(centre.store(), |reads| reads.granted(record))?,
        None => Vec::new(),
    };
    scopes.push(Scope {
        unit: row.owner.unit,
        audience: row.owner.audience,
    });
    Ok(scopes)
}

fn track(centre: &Centre, it: &SegmentRow) -> Result<Value, AppError> {
    let geojson = tracks::feature(centre, it)?;
    Ok(json!({
        "patrol": it.patrol.to_string(), "segment": it.envelope,
        "unit": it.owner.unit.to_string(), "transport": patrols::transport(it.transport),
        "geojson": geojson,
    }))
}

fn parsed<T: DeserializeOwned>(row: &LiveRow) -> Result<T, StoreError> {
    serde_json::from_str(&row.text).map_err(StoreError::row("live event"))
}
