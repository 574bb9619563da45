//! Zones, as phones hear of them.

use serde::Serialize;
use utoipa::ToSchema;

/// Zones in force, without their content.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ZonesNamedWire {
    /// Their name: the hash of their GeoJSON.
    pub hash: String,
    /// How long that is, bytes.
    pub size: u64,
}
