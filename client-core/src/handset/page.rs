//! The page of an incident, put together from its document, its files and their state.

use std::collections::BTreeMap;

use serde_json::json;
use tala_protocol::doc::{
    FieldValue, Geometry, HeadCountView, OffsetSighting, Shape, Source, Vertex,
};
use tala_protocol::envelope::Audience;
use tala_protocol::event::AckWhat;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::HandsetError;
use super::answer::{
    AnswerLine, ConflictChoice, ConflictLine, Estimate, FileLine, IncidentPage, NewerLine,
};
use super::ask::{HeadsIn, OffsetIn};
use super::edit::place_of;
use super::others::name_of;
use super::urgent::named;
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
        heads: view.heads.values().filter_map(heads).collect(),
        offset: got(&view.offset).map(offset),
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
        whereabouts: engine.whereabouts(object)?.word().to_owned(),
        taken: taken(engine, object)?,
    })
}

pub(super) fn got<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}

fn heads(view: &HeadCountView) -> Option<HeadsIn> {
    let count = got(&view.count)?;
    Some(HeadsIn {
        species: got(&view.species)?.to_string(),
        count: count.count,
        estimated: count.source == Source::Offset,
    })
}

fn offset(seen: &OffsetSighting) -> OffsetIn {
    OffsetIn {
        from: place_of((seen.observer.lat_e7(), seen.observer.lon_e7())),
        bearing_deg: f64::from(seen.bearing_ddeg) / 10.0,
        distance_m: f64::from(seen.distance_dm) / 10.0,
    }
}

/// What the office said of an incident last: somebody took it on or is done with it, or it was handed over
/// or shown to the crime unit.
fn taken<S: Store>(
    engine: &Engine<S>,
    object: ObjectId,
) -> Result<Option<AnswerLine>, HandsetError> {
    let said = engine.all_answers()?.into_iter().rfind(|answer| {
        let is_about =
            answer.body.about == Some(object) || answer.body.of.prefix16() == *object.as_bytes();
        is_about && matches!(answer.body.what, AckWhat::Taken | AckWhat::Done)
    });
    if let Some(said) = said {
        return Ok(Some(named(engine, said)));
    }
    let given = engine.grants(object)?;
    let to_crime = given
        .into_iter()
        .rfind(|(_, grant)| grant.audience == Audience::Crime);
    Ok(to_crime.map(|(row, grant)| AnswerLine {
        what: match grant.hand_over {
            true => "handed_over",
            false => "shown",
        }
        .to_owned(),
        note: None,
        by: name_of(engine, row.header.person),
        at_ms: row.header.times.shown().0,
    }))
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

/// A shape as a GeoJSON geometry.
pub(super) fn geojson(geometry: &Geometry) -> serde_json::Value {
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
