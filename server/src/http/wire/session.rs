//! Signing in.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::PersonWire;

/// Login and password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SignInWire {
    /// Login name.
    pub login: String,
    /// Password.
    pub password: String,
}

/// Who is signed in, and where.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SessionWire {
    /// The person.
    pub person: PersonWire,
    /// Roles held now.
    pub memberships: Vec<MembershipWire>,
    /// The unit to show first.
    pub unit: Option<String>,
    /// IANA zone that decides days.
    pub zone: String,
    /// Name of the deployment.
    pub deployment: String,
    /// The centre's clock.
    pub server_time: String,
    /// The transparency log.
    pub log: LogWire,
}

/// A role in a unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct MembershipWire {
    /// Where.
    pub unit: String,
    /// As what: `officer`, `auxiliary`, `station_chief`, `duty_officer`, `investigator`, `supervisor`,
    /// `administrator` or `newer`.
    pub role: String,
}

/// The transparency log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct LogWire {
    /// Which log: a restored centre has a new one.
    pub id: String,
    /// How many leaves.
    pub size: u64,
}

/// The password again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PasswordWire {
    /// Why this is done; kept with the decision.
    pub reason: String,
    /// Password.
    pub password: String,
}
