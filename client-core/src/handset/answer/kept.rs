//! What is told of what a screen keeps or works out, and of patrols.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Estimate;

/// A patrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatrolLine {
    /// Id of the record.
    pub id: String,
    /// What it is called.
    pub title: Option<String>,
    /// How it set out.
    pub transport: Option<String>,
    /// Whether this phone wrote any of it.
    pub own: bool,
    /// When it set out, ms since 1970.
    pub started_ms: Option<i64>,
    /// When it was back, ms since 1970.
    pub ended_ms: Option<i64>,
    /// `refused`, `waiting_for_key`, `here`, `acknowledged`, `at_centre`.
    pub whereabouts: String,
}

/// A draft.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DraftLine {
    /// Its name.
    pub key: String,
    /// When it was saved, ms since 1970.
    pub saved_ms: i64,
    /// What was saved.
    pub value: Value,
}

/// How large or long a shape is. Without accuracies of its corners nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// How large a ring is, m2.
    pub area_m2: Option<Estimate>,
    /// How long a line is, m.
    pub length_m: Option<Estimate>,
}
