//! What is told of a plan.

use serde::{Deserialize, Serialize};

/// A plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanLine {
    /// Id of the record.
    pub id: String,
    /// What it is called.
    pub title: Option<String>,
    /// When it begins, ms since 1970.
    pub starts_ms: Option<i64>,
    /// When it ends, ms since 1970.
    pub ends_ms: Option<i64>,
    /// For how long nobody needs to worry when nothing is heard, minutes.
    pub expected_silence_min: Option<u32>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// The campaign: id of a record.
    pub campaign: Option<String>,
    /// Ways to ride.
    pub routes: Vec<PlannedPlace>,
    /// Areas to look at.
    pub areas: Vec<PlannedPlace>,
    /// Things to do.
    pub tasks: Vec<TaskLine>,
}

/// A route or an area.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlannedPlace {
    /// What it is called.
    pub name: Option<String>,
    /// What to do there.
    pub notes: Option<String>,
    /// Where, as the text of a GeoJSON geometry.
    pub geojson: Option<String>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaskLine {
    /// Its id within the plan.
    pub id: String,
    /// What to do.
    pub text: Option<String>,
    /// Where, as the text of a GeoJSON geometry.
    pub geojson: Option<String>,
    /// Who is to do it, by name where the office knows one.
    pub person: Option<String>,
    /// Whether it is the officer of this phone.
    pub own: bool,
    /// By when, ms since 1970.
    pub due_ms: Option<i64>,
    /// When it was done, ms since 1970.
    pub done_ms: Option<i64>,
    /// What came of it.
    pub outcome: Option<String>,
}
