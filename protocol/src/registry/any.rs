//! A registry of a kind that is found out by reading it.

use super::{
    Form, IncidentType, LegalRule, MAX_REGISTRY_BYTES, ProfileEntry, Registry, RegistryError,
    SheepUnit,
};
use crate::fields::Fields;

/// A registry of any kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AnyRegistry {
    /// Kinds of incident.
    IncidentTypes(Registry<IncidentType>),
    /// How legs are recorded.
    TransportProfiles(Registry<ProfileEntry>),
    /// Legal rules.
    LegalRules(Registry<LegalRule>),
    /// Sheep units.
    SheepUnits(Registry<SheepUnit>),
    /// Forms.
    Forms(Registry<Form>),
    /// A kind from a newer version: kept and written back, not interpreted.
    Newer(Fields),
}

impl AnyRegistry {
    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RegistryError> {
        let mut fields = Fields::parse(bytes, MAX_REGISTRY_BYTES)?;
        let whole = fields.clone();
        fields.take_format(1)?;
        Ok(match fields.take_text(1, "registry", 64)?.as_str() {
            "incident_types" => Self::IncidentTypes(Registry::from_fields(whole)?),
            "transport_profiles" => Self::TransportProfiles(Registry::from_fields(whole)?),
            "legal_rules" => Self::LegalRules(Registry::from_fields(whole)?),
            "sheep_units" => Self::SheepUnits(Registry::from_fields(whole)?),
            "forms" => Self::Forms(Registry::from_fields(whole)?),
            _ => Self::Newer(whole),
        })
    }

    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        match self {
            Self::IncidentTypes(registry) => registry.to_bytes(),
            Self::TransportProfiles(registry) => registry.to_bytes(),
            Self::LegalRules(registry) => registry.to_bytes(),
            Self::SheepUnits(registry) => registry.to_bytes(),
            Self::Forms(registry) => registry.to_bytes(),
            Self::Newer(fields) => fields.to_bytes(),
        }
    }
}
