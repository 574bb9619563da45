//! Units.

use serde::Serialize;
use utoipa::ToSchema;

use super::NamesWire;

/// One unit of today's tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitWire {
    /// Id.
    pub id: String,
    /// The unit above, where the reader may see it.
    pub parent: Option<String>,
    /// `region`, `league`, `banner` or `station`.
    pub level: &'static str,
    /// Names.
    pub names: NamesWire,
    /// Patrols of this unit that are out now and that the reader may see.
    pub officers_out: u64,
}

/// All units that the reader may see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct UnitsWire {
    /// The units.
    pub items: Vec<UnitWire>,
}
