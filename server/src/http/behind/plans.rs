//! Plans, as desks write and see them.

use serde_json::Value;
use tala_protocol::cert::Directory;
use tala_protocol::doc::{
    EntryId, Geometry, PlanEdit, PlannedPlaceEdit, Set, Shape, Source, TaskEdit, Vertex,
};
use tala_protocol::id::UnitId;
use tala_protocol::time::UnixMs;

use super::Rows;
use super::rows::{self, time};
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::page::{Key, PageAsked};
use crate::http::wire::plan::{NewPlanWire, NewTaskWire, PlanWire, PlannedPlaceWire, TaskWire};
use crate::http::wire::time::parse;
use crate::store::projections::{PlacePart, PlanRow, RowKind, TaskPart};

/// Most routes, and most areas.
const PLACES_MAX: usize = 32;
/// Most tasks.
const TASKS_MAX: usize = 64;

/// A page of plans.
pub(super) fn list(
    centre: &Centre,
    grant: &Grant,
    unit: Option<UnitId>,
    asked: &PageAsked,
) -> Result<Rows<PlanWire>, AppError> {
    let page = rows::page(RowKind::Plan, asked);
    let plans: Rows<PlanRow> = rows::list(centre, &rows::sight(centre, grant, unit), &page)?;
    let directory = Centre::directory(centre);
    let placed = plans.into_iter();
    let placed = placed.map(|(Key(at, key), it)| (Key(at, key), wire(&directory, &it)));
    Ok(placed.collect())
}

/// Makes a plan, and gives it as it then stands.
pub(super) fn make(
    centre: &Centre,
    grant: &Grant,
    unit: UnitId,
    given: &NewPlanWire,
) -> Result<PlanWire, AppError> {
    let edit = edit(centre, given)?;
    let id = centre.make_plan(grant, unit, &edit)?;
    let row: PlanRow = rows::one(centre, grant, RowKind::Plan, id.as_bytes())?;
    Ok(wire(&Centre::directory(centre), &row))
}

/// A plan, in lists and live.
pub(super) fn wire(directory: &Directory, it: &PlanRow) -> PlanWire {
    PlanWire {
        id: it.id.to_string(),
        unit: it.owner.unit.to_string(),
        title: it.title.clone(),
        campaign: it.campaign.map(|id| id.to_string()),
        starts_at: it.starts_at.map(time),
        ends_at: it.ends_at.map(time),
        expected_silence_min: it.expected_silence_min,
        notes: it.notes.clone(),
        routes: it.routes.iter().map(place_wire).collect(),
        areas: it.areas.iter().map(place_wire).collect(),
        tasks: it
            .tasks
            .iter()
            .map(|task| task_wire(directory, task))
            .collect(),
        changed_at: time(it.changed_at),
    }
}

fn place_wire(part: &PlacePart) -> PlannedPlaceWire {
    PlannedPlaceWire {
        name: part.name.clone(),
        notes: part.notes.clone(),
        geometry: part.geometry.clone(),
    }
}

fn task_wire(directory: &Directory, part: &TaskPart) -> TaskWire {
    TaskWire {
        id: part.id.clone(),
        text: part.text.clone(),
        geometry: part.geometry.clone(),
        person: part.person.map(|id| rows::person(directory, id)),
        due_at: part.due_at.map(time),
        done_at: part.done_at.map(time),
        outcome: part.outcome.clone(),
    }
}

fn edit(centre: &Centre, given: &NewPlanWire) -> Result<PlanEdit, AppError> {
    let counts = [given.routes.len(), given.areas.len()];
    if counts.iter().any(|n| *n > PLACES_MAX) || given.tasks.len() > TASKS_MAX {
        return Err(invalid("too many routes, areas or tasks"));
    }
    let campaign = given.campaign.as_deref().map(str::parse).transpose();
    let mut edit = PlanEdit {
        title: Set::To(given.title.clone()),
        campaign: set(campaign.map_err(|_malformed| invalid("campaign is not an id"))?),
        starts_at: set(when(given.starts_at.as_deref())?),
        ends_at: set(when(given.ends_at.as_deref())?),
        expected_silence_min: set(given.expected_silence_min),
        notes: set(given.notes.clone()),
        ..PlanEdit::default()
    };
    for route in &given.routes {
        edit.routes
            .insert(entry(centre)?, place(route, "LineString")?);
    }
    for area in &given.areas {
        edit.areas.insert(entry(centre)?, place(area, "Polygon")?);
    }
    for task in &given.tasks {
        edit.tasks.insert(entry(centre)?, task_edit(task)?);
    }
    Ok(edit)
}

fn place(given: &PlannedPlaceWire, kind: &str) -> Result<PlannedPlaceEdit, AppError> {
    let geometry = given.geometry.as_ref();
    if geometry.is_some_and(|geometry| geometry["type"] != kind) {
        return Err(invalid("a route is a LineString, an area a Polygon"));
    }
    Ok(PlannedPlaceEdit {
        name: set(given.name.clone()),
        geometry: set(geometry.map(geometry_of).transpose()?),
        notes: set(given.notes.clone()),
    })
}

fn task_edit(given: &NewTaskWire) -> Result<TaskEdit, AppError> {
    let person = given.person.as_deref().map(str::parse).transpose();
    Ok(TaskEdit {
        text: Set::To(given.text.clone()),
        geometry: set(given.geometry.as_ref().map(geometry_of).transpose()?),
        person: set(person.map_err(|_malformed| invalid("person is not an id"))?),
        due_at: set(when(given.due_at.as_deref())?),
        ..TaskEdit::default()
    })
}

/// A geometry that was drawn at a desk.
fn geometry_of(given: &Value) -> Result<Geometry, AppError> {
    let coordinates = &given["coordinates"];
    let shape = match given["type"].as_str() {
        Some("Point") => vertex(coordinates).map(Shape::Point),
        Some("LineString") => vertices(coordinates).map(Shape::Line),
        Some("Polygon") => coordinates
            .as_array()
            .and_then(|rings| rings.iter().map(ring).collect::<Option<Vec<_>>>())
            .map(Shape::Polygon),
        _ => None,
    };
    let shape = shape.ok_or_else(|| invalid("not a Point, LineString or Polygon in degrees"))?;
    Geometry::new(shape, Source::Drawn).map_err(|error| AppError::Invalid(error.to_string()))
}

/// GeoJSON repeats the first place at the end of a ring; documents do not.
fn ring(given: &Value) -> Option<Vec<Vertex>> {
    let mut places = vertices(given)?;
    if places.len() > 1 && places.first() == places.last() {
        places.pop();
    }
    Some(places)
}

fn vertices(given: &Value) -> Option<Vec<Vertex>> {
    given.as_array()?.iter().map(vertex).collect()
}

fn vertex(given: &Value) -> Option<Vertex> {
    let [lon, lat] = given.as_array()?.as_slice() else {
        return None;
    };
    Vertex::new(e7(lat, 90.0)?, e7(lon, 180.0)?).ok()
}

fn e7(degrees: &Value, most: f64) -> Option<i32> {
    let degrees = degrees.as_f64().filter(|it| it.abs() <= most)?;
    #[allow(
        clippy::cast_possible_truncation,
        reason = "180 degrees are 1.8e9, which an i32 holds"
    )]
    Some((degrees * 1e7).round() as i32)
}

fn when(text: Option<&str>) -> Result<Option<UnixMs>, AppError> {
    let read = |text| parse(text).ok_or_else(|| invalid("not an RFC 3339 time"));
    text.map(read).transpose()
}

fn entry(centre: &Centre) -> Result<EntryId, AppError> {
    let mut bytes = [0; 16];
    let drawn = centre.effects().random(&mut bytes);
    drawn.map_err(AppError::Randomness)?;
    Ok(EntryId::from_bytes(bytes))
}

fn set<T>(value: Option<T>) -> Set<T> {
    value.map_or(Set::Keep, Set::To)
}

fn invalid(why: &str) -> AppError {
    AppError::Invalid(why.to_owned())
}
