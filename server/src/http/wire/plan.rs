//! Plans.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::PersonWire;

/// Where to ride, when, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PlanWire {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// What it is called.
    pub title: Option<String>,
    /// The campaign that it belongs to.
    pub campaign: Option<String>,
    /// When it begins.
    pub starts_at: Option<String>,
    /// When it ends.
    pub ends_at: Option<String>,
    /// For how long nobody needs to worry when nothing is heard, minutes.
    pub expected_silence_min: Option<u32>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// Ways to ride.
    pub routes: Vec<PlannedPlaceWire>,
    /// Areas to look at.
    pub areas: Vec<PlannedPlaceWire>,
    /// Things to do.
    pub tasks: Vec<TaskWire>,
    /// When the centre learned of its last change.
    pub changed_at: String,
}

/// A route or an area.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedPlaceWire {
    /// What it is called.
    #[serde(default)]
    pub name: Option<String>,
    /// What to do there.
    #[serde(default)]
    pub notes: Option<String>,
    /// GeoJSON geometry: a LineString of a route, a Polygon of an area.
    #[serde(default)]
    pub geometry: Option<Value>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TaskWire {
    /// Its id within the plan.
    pub id: String,
    /// What to do.
    pub text: Option<String>,
    /// GeoJSON geometry.
    pub geometry: Option<Value>,
    /// Who is to do it.
    pub person: Option<PersonWire>,
    /// By when.
    pub due_at: Option<String>,
    /// When it was done.
    pub done_at: Option<String>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// A plan that a desk makes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPlanWire {
    /// For which unit.
    pub unit: String,
    /// What it is called.
    pub title: String,
    /// The campaign that it belongs to.
    #[serde(default)]
    pub campaign: Option<String>,
    /// When it begins.
    #[serde(default)]
    pub starts_at: Option<String>,
    /// When it ends.
    #[serde(default)]
    pub ends_at: Option<String>,
    /// For how long nobody needs to worry when nothing is heard, minutes.
    #[serde(default)]
    pub expected_silence_min: Option<u32>,
    /// What else there is to say.
    #[serde(default)]
    pub notes: Option<String>,
    /// Ways to ride, up to 32.
    #[serde(default)]
    pub routes: Vec<PlannedPlaceWire>,
    /// Areas to look at, up to 32.
    #[serde(default)]
    pub areas: Vec<PlannedPlaceWire>,
    /// Things to do, up to 64.
    #[serde(default)]
    pub tasks: Vec<NewTaskWire>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTaskWire {
    /// What to do.
    pub text: String,
    /// GeoJSON geometry: a Point, a LineString or a Polygon.
    #[serde(default)]
    pub geometry: Option<Value>,
    /// Who is to do it.
    #[serde(default)]
    pub person: Option<String>,
    /// By when.
    #[serde(default)]
    pub due_at: Option<String>,
}
