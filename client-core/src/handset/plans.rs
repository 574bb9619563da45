//! Plans: where to ride, when, and what to do; and saying that it was done.

use tala_protocol::doc::{
    DocType, EntryId, FieldValue, Geometry, PlanEdit, PlanView, PlannedPlaceView, Set, TaskEdit,
    TaskView,
};
use tala_protocol::id::ObjectId;

use super::answer::{PlanLine, PlannedPlace, TaskLine};
use super::edit::object_id;
use super::others::name_of;
use super::page::geojson;
use super::{Handset, HandsetError, Platform};
use crate::engine::Engine;
use crate::store::Store;

/// Most plans that are shown: those that begin last.
const PLANS_MAX: usize = 64;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Plans that this phone holds, the one that begins last first.
    pub fn plans(&self) -> Result<Vec<PlanLine>, HandsetError> {
        self.read(|engine| {
            let mut plans = engine.docs()?;
            plans.retain(|doc| DocType::from_code(doc.doc_type) == DocType::Plan);
            plans.sort_by_key(|doc| {
                let begins = doc.listing.as_ref().and_then(|listing| listing.from);
                std::cmp::Reverse(begins)
            });
            let plans = plans.into_iter().take(PLANS_MAX);
            let lines = plans.map(|doc| {
                let (view, _) = engine.plan_view(doc.object)?;
                Ok(line(engine, doc.object, &view))
            });
            lines.collect()
        })
    }

    /// Says that a task of a plan was done, now, and what came of it.
    pub fn task_done(
        &self,
        plan: &str,
        task: &str,
        outcome: Option<String>,
    ) -> Result<(), HandsetError> {
        let object = object_id("plan", plan)?;
        let now = self.platform().now();
        self.write(|engine, _| {
            let (view, _) = engine.plan_view(object)?;
            let known = view.tasks.keys().find(|id| id.to_string() == task);
            let id = *known.ok_or_else(|| HandsetError::Unknown(task.to_owned()))?;
            let mut edit = PlanEdit::default();
            let done = TaskEdit {
                done_at: Set::To(now.shown()),
                outcome: super::edit::set(outcome),
                ..TaskEdit::default()
            };
            edit.tasks.insert(id, done);
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            Ok(engine.edit(object, change, now)?)
        })
    }
}

fn line<S: Store>(engine: &Engine<S>, object: ObjectId, view: &PlanView) -> PlanLine {
    let tasks = view.tasks.iter();
    PlanLine {
        id: object.to_string(),
        title: got(&view.title).cloned(),
        starts_ms: got(&view.starts_at).map(|at| at.0),
        ends_ms: got(&view.ends_at).map(|at| at.0),
        expected_silence_min: got(&view.expected_silence_min).copied(),
        notes: got(&view.notes).cloned(),
        campaign: got(&view.campaign).map(ToString::to_string),
        routes: view.routes.values().map(place).collect(),
        areas: view.areas.values().map(place).collect(),
        tasks: tasks
            .map(|(id, task)| task_line(engine, id, task))
            .collect(),
    }
}

fn place(view: &PlannedPlaceView) -> PlannedPlace {
    PlannedPlace {
        name: got(&view.name).cloned(),
        notes: got(&view.notes).cloned(),
        geojson: shape(&view.geometry),
    }
}

fn task_line<S: Store>(engine: &Engine<S>, id: &EntryId, task: &TaskView) -> TaskLine {
    let person = got(&task.person).copied();
    let name = name_of(engine, person);
    TaskLine {
        id: id.to_string(),
        text: got(&task.text).cloned(),
        geojson: shape(&task.geometry),
        person: name.or_else(|| person.map(|person| person.to_string())),
        own: person.is_some() && person == engine.identity().person,
        due_ms: got(&task.due_at).map(|at| at.0),
        done_ms: got(&task.done_at).map(|at| at.0),
        outcome: got(&task.outcome).cloned(),
    }
}

fn shape(geometry: &Option<FieldValue<Geometry>>) -> Option<String> {
    got(geometry).map(|geometry| geojson(geometry).to_string())
}

fn got<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}
