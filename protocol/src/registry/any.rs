//! A registry of a kind that is found out by reading it.

use super::{
    Date, Entry, Form, IncidentType, LegalRule, MAX_REGISTRY_BYTES, ProfileEntry, Registry,
    RegistryError, SheepUnit, SuccessionError, date,
};
use crate::fields::{Fields, FieldsError};

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

/// What every version of every kind says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Kind of registry, as it is written.
    pub kind: String,
    /// Number of the version.
    pub number: u64,
    /// The first day on which it holds.
    pub effective_from: Date,
}

impl AnyRegistry {
    /// Reads a file that people write. A kind that this version does not know cannot be read so.
    pub fn from_json(text: &str) -> Result<Self, RegistryError> {
        Ok(match super::json::kind_of(text)?.as_str() {
            "incident_types" => Self::IncidentTypes(Registry::from_json(text)?),
            "transport_profiles" => Self::TransportProfiles(Registry::from_json(text)?),
            "legal_rules" => Self::LegalRules(Registry::from_json(text)?),
            "sheep_units" => Self::SheepUnits(Registry::from_json(text)?),
            "forms" => Self::Forms(Registry::from_json(text)?),
            other => return Err(RegistryError::UnknownKind(other.to_owned())),
        })
    }

    /// Kind, number and first day.
    pub fn frame(&self) -> Result<Frame, FieldsError> {
        match self {
            Self::IncidentTypes(registry) => Ok(frame(registry)),
            Self::TransportProfiles(registry) => Ok(frame(registry)),
            Self::LegalRules(registry) => Ok(frame(registry)),
            Self::SheepUnits(registry) => Ok(frame(registry)),
            Self::Forms(registry) => Ok(frame(registry)),
            Self::Newer(fields) => {
                let mut fields = fields.clone();
                Ok(Frame {
                    kind: fields.take_text(1, "registry", 64)?,
                    number: fields.take_u64(2, "number")?,
                    effective_from: fields.take(3, "effective_from", date)?,
                })
            }
        }
    }

    /// Checks that this version may follow `previous`.
    pub fn succeeds(&self, previous: &Self) -> Result<(), SuccessionError> {
        match (self, previous) {
            (Self::IncidentTypes(new), Self::IncidentTypes(old)) => new.succeeds(old),
            (Self::TransportProfiles(new), Self::TransportProfiles(old)) => new.succeeds(old),
            (Self::LegalRules(new), Self::LegalRules(old)) => new.succeeds(old),
            (Self::SheepUnits(new), Self::SheepUnits(old)) => new.succeeds(old),
            (Self::Forms(new), Self::Forms(old)) => new.succeeds(old),
            _ => Err(SuccessionError::OtherKind),
        }
    }

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

fn frame<E: Entry>(registry: &Registry<E>) -> Frame {
    Frame {
        kind: E::KIND.to_owned(),
        number: registry.number,
        effective_from: registry.effective_from,
    }
}
