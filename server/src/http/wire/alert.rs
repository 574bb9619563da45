//! Alerts.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PersonWire;

/// Something that somebody must see.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertWire {
    /// Id: the same however often a call is repeated.
    pub id: String,
    /// `sos`, `zone` (a track entered one) or `zone_exit`.
    pub kind: &'static str,
    /// Unit.
    pub unit: String,
    /// Patrol.
    pub patrol: Option<String>,
    /// Whose device it is about.
    pub person: Option<PersonWire>,
    /// Longitude, where a place is known.
    pub lon: Option<f64>,
    /// Latitude.
    pub lat: Option<f64>,
    /// When it happened, by the device.
    pub at: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// The zone.
    pub zone: Option<String>,
    /// What the officer had time to say.
    pub note: Option<String>,
    /// Who has taken it on; null: it is open.
    pub acknowledged: Option<AlertAckWire>,
}

/// Who has taken an alert on.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertAckWire {
    /// Who.
    pub by: Option<PersonWire>,
    /// When the centre learned of it.
    pub at: String,
    /// A word to whoever waits.
    pub note: Option<String>,
}

/// What is said with an acknowledgement.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AckWire {
    /// A word to whoever waits, up to 250 characters.
    #[serde(default)]
    pub note: Option<String>,
}
