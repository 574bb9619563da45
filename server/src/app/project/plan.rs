//! Plans: what their document says.

use tala_protocol::doc::{EntryId, FieldValue, Geometry, PlanView, PlannedPlaceView, TaskView};
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::batch::{Batch, text_of};
use super::documents::Held;
use super::incident::geojson;
use crate::store::projections::{Owner, PlacePart, PlanRow, Row, RowKind, TaskPart};

/// Takes over what the plan's document says.
pub(super) fn project(batch: &mut Batch, id: ObjectId, owner: Owner, held: &Held) {
    let (view, _) = PlanView::read(held.document());
    let plan = PlanRow {
        id,
        owner,
        title: got(&view.title).cloned(),
        campaign: got(&view.campaign).copied(),
        starts_at: ms(&view.starts_at),
        ends_at: ms(&view.ends_at),
        expected_silence_min: got(&view.expected_silence_min).copied(),
        notes: got(&view.notes).cloned(),
        routes: view.routes.values().map(place).collect(),
        areas: view.areas.values().map(place).collect(),
        tasks: view.tasks.iter().map(|(id, it)| task(id, it)).collect(),
        known_at: held.first_known_at(),
        changed_at: held.last_known_at(),
    };
    batch.put(Row {
        kind: RowKind::Plan,
        key: id.as_bytes().to_vec(),
        owner,
        at: plan.known_at,
        tags: [None, None],
        parent: None,
        text: text_of(&plan),
    });
    batch.tell("plan", owner, &plan);
}

fn place(view: &PlannedPlaceView) -> PlacePart {
    PlacePart {
        name: got(&view.name).cloned(),
        notes: got(&view.notes).cloned(),
        geometry: got(&view.geometry).map(|it: &Geometry| geojson(it.shape())),
    }
}

fn task(id: &EntryId, view: &TaskView) -> TaskPart {
    TaskPart {
        id: id.to_string(),
        text: got(&view.text).cloned(),
        geometry: got(&view.geometry).map(|it: &Geometry| geojson(it.shape())),
        person: got(&view.person).copied(),
        due_at: ms(&view.due_at),
        done_at: ms(&view.done_at),
        outcome: got(&view.outcome).cloned(),
    }
}

fn got<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}

fn ms(field: &Option<FieldValue<UnixMs>>) -> Option<i64> {
    got(field).map(|at| at.0)
}
