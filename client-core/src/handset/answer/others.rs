//! What is told of other people: who they are, where they were last, what they said.

use serde::{Deserialize, Serialize};

use super::AnswerLine;

/// Somebody of the own unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLine {
    /// Who.
    pub id: String,
    /// What they are called.
    pub name: String,
    /// Whether it is the officer of this phone.
    pub own: bool,
}

/// Where somebody else was last, as far as this phone knows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TeamLine {
    /// Who, where the track says.
    pub person: Option<String>,
    /// What they are called, where the office knows a name.
    pub name: Option<String>,
    /// How they travel.
    pub transport: Option<String>,
    /// On which patrol: id of a record.
    pub patrol: Option<String>,
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// When they were there, ms since 1970: often hours ago.
    pub at_ms: i64,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageLine {
    /// Its id.
    pub id: String,
    /// What it says.
    pub text: String,
    /// Who wrote it, where the office knows a name.
    pub by: Option<String>,
    /// Whether this phone wrote it.
    pub own: bool,
    /// When, ms since 1970 by the writer's clock.
    pub at_ms: i64,
    /// The message that it answers.
    pub reply_to: Option<String>,
    /// What this phone answered to it last.
    pub answered: Option<String>,
    /// Whether the centre has it.
    pub at_centre: bool,
    /// What others answered, in order of arrival.
    pub answers: Vec<AnswerLine>,
}
