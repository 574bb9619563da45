//! The page of an incident, put together from its document, its files and their state.

use std::collections::BTreeMap;

use serde_json::json;
use tala_protocol::doc::{FieldValue, Geometry, Shape, Vertex};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::HandsetError;
use super::answer::{ConflictChoice, ConflictLine, Estimate, FileLine, IncidentPage, NewerLine};
use crate::documents::{Conflict, ConflictValue};
use crate::engine::Engine;
use crate::store::{MediaRow, Store};

/// Reads everything that the page shows.
pub(super) fn of<S: Store>(
    engine: &mut Engine<S>,
    object: ObjectId,
) -> Result<IncidentPage, HandsetError> {
    let (view, newer) = engine.incident_view(object)?;
    let conflicts = engine.conflicts(object)?;
    let kept: BTreeMap<Digest, MediaRow> = engine
        .store()
        .media_all()
        .map_err(crate::engine::EngineError::from)?
        .into_iter()
        .map(|row| (row.hash, row))
        .collect();
    let files = view.evidence.values().filter_map(|evidence| {
        let facts = got(&evidence.facts)?;
        let kept = kept.get(&facts.hash);
        Some(FileLine {
            hash: facts.hash.to_string(),
            size: facts.size,
            media_type: facts.media_type.clone(),
            title: got(&evidence.title).cloned(),
            withdrawn: got(&evidence.withdrawn).cloned(),
            held: kept.is_some_and(|row| row.held),
            complete: kept.is_some_and(|row| row.complete),
            lost: kept.is_some_and(MediaRow::is_lost),
        })
    });
    Ok(IncidentPage {
        id: object.to_string(),
        category: got(&view.category).map(ToString::to_string),
        title: got(&view.title).cloned(),
        narrative: got(&view.narrative).cloned(),
        severity: got(&view.severity).map(|severity| severity.word().to_owned()),
        occurred_ms: got(&view.occurred_at).map(|at| at.0),
        geojson: got(&view.geometry).map(|geometry| geojson(geometry).to_string()),
        area_m2: got(&view.area).map(|area| Estimate {
            value: area.area().0,
            error_95: area.error().0,
        }),
        length_m: got(&view.length).map(|length| Estimate {
            value: length.length().0,
            error_95: length.error().0,
        }),
        files: files.collect(),
        conflicts: conflicts
            .iter()
            .map(|conflict| line(engine, conflict))
            .collect(),
        newer: newer
            .into_iter()
            .map(|newer| NewerLine {
                field: newer.path,
                value: newer.value.to_json().to_string(),
            })
            .collect(),
    })
}

fn got<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}

fn line<S: Store>(engine: &Engine<S>, conflict: &Conflict) -> ConflictLine {
    let values = conflict.values.iter().map(|value| choice(engine, value));
    ConflictLine {
        field: conflict.path.clone(),
        values: values.collect(),
    }
}

fn choice<S: Store>(engine: &Engine<S>, value: &ConflictValue) -> ConflictChoice {
    let person = value.by.and_then(|by| by.person);
    let name = person.and_then(|person| engine.directory().person_name(person));
    ConflictChoice {
        value: value.value.to_json().to_string(),
        by: name.map(str::to_owned),
        own: value
            .by
            .is_some_and(|by| by.device == engine.identity().device),
        at_ms: value.by.map(|by| by.at.0),
    }
}

fn geojson(geometry: &Geometry) -> serde_json::Value {
    let at = |v: &Vertex| json!([f64::from(v.lon_e7()) / 1e7, f64::from(v.lat_e7()) / 1e7]);
    let all = |line: &[Vertex]| line.iter().map(at).collect::<Vec<_>>();
    match geometry.shape() {
        Shape::Point(vertex) => json!({ "type": "Point", "coordinates": at(vertex) }),
        Shape::Line(line) => json!({ "type": "LineString", "coordinates": all(line) }),
        Shape::Polygon(rings) => {
            let closed = rings.iter().map(|ring| {
                let mut places = all(ring);
                if places.first() != places.last() {
                    places.extend(places.first().cloned());
                }
                places
            });
            json!({ "type": "Polygon", "coordinates": closed.collect::<Vec<_>>() })
        }
    }
}
