//! Published versions of registries.

use serde::Serialize;
use utoipa::ToSchema;

/// Every version that was published.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistriesWire {
    /// The versions, by kind and number.
    pub items: Vec<RegistryWire>,
}

/// A version, without its content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RegistryWire {
    /// Which registry: `incident_types`, `legal_rules` or another.
    pub kind: String,
    /// Number of the version.
    pub number: u64,
    /// Its name: hash of the registry's canonical bytes.
    pub hash: String,
    /// The first day on which it holds, as `2012-11-22`.
    pub effective_from: String,
    /// When the office says that it published it.
    pub published_at: String,
}
