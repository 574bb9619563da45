//! Messages.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PersonWire;

/// Something that somebody said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageWire {
    /// Id.
    pub id: String,
    /// The unit in whose list it stands.
    pub unit: String,
    /// Who said it.
    pub by: Option<PersonWire>,
    /// What was said.
    pub text: String,
    /// To whom; nobody named means everybody who reads that list.
    pub to: Vec<RecipientWire>,
    /// The message that it answers.
    pub reply_to: Option<String>,
    /// When, by the writer's clock.
    pub at: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// Who heard it and what they said, in order.
    pub answers: Vec<MessageAnswerWire>,
}

/// Somebody heard a message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MessageAnswerWire {
    /// Who.
    pub by: Option<PersonWire>,
    /// `seen`, `taken` or `done`.
    pub what: &'static str,
    /// When the centre learned of it.
    pub at: String,
    /// A word with it.
    pub note: Option<String>,
}

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum RecipientWire {
    /// Everybody in exactly this unit.
    Unit(String),
    /// One person.
    Person(String),
}

/// What a desk says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SayWire {
    /// What is said, up to 16 KiB.
    pub text: String,
    /// To whom, 1 to 64.
    pub to: Vec<RecipientWire>,
    /// The message that it answers.
    #[serde(default)]
    pub reply_to: Option<String>,
}

/// What was said: a message for each unit that is meant.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SaidWire {
    /// The messages.
    pub items: Vec<MessageWire>,
}
