//! Incidents.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::{AuthorWire, NamesWire, PersonWire};

/// A category with its names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CategoryWire {
    /// Code of the registry.
    pub code: String,
    /// Names.
    pub label: NamesWire,
}

/// An incident in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentWire {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Category.
    pub category: Option<CategoryWire>,
    /// Title.
    pub title: Option<String>,
    /// `low`, `medium`, `high` or `emergency`.
    pub severity: Option<String>,
    /// When it happened, by the reporter.
    pub occurred_at: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// Who reported it.
    pub reporter: AuthorWire,
    /// During which patrol.
    pub patrol: Option<String>,
    /// lon, lat.
    pub point: Option<[f64; 2]>,
    /// Area.
    pub area_m2: Option<f64>,
    /// 95 % error of the area.
    pub area_error_m2: Option<f64>,
    /// `administrative`, `near_threshold` or `criminal_lead`.
    pub band: Option<String>,
    /// `crime_unit`, `sumu`, `fire_command` or `administration`.
    pub route: Option<String>,
    /// Photos listed.
    pub photos: u64,
    /// Fields with more than one value.
    pub conflicts: u64,
    /// Not yet opened by this reader.
    pub unread: bool,
    /// `at_centre` or `quarantined_part`.
    pub state: &'static str,
}

/// Everything known of an incident.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct IncidentDetailWire {
    /// What lists show.
    #[serde(flatten)]
    pub incident: IncidentWire,
    /// Narrative.
    pub narrative: Option<String>,
    /// GeoJSON geometry.
    pub geometry: Option<Value>,
    /// Sighting from a distance.
    pub offset: Option<OffsetWire>,
    /// Campaign.
    pub campaign: Option<String>,
    /// Every field with its writer.
    pub fields: Vec<FieldWire>,
    /// Files.
    pub evidence: Vec<EvidenceWire>,
    /// Legal triage.
    pub triage: Option<TriageWire>,
    /// What was said, newest first.
    pub history: Vec<HistoryWire>,
    /// What is kept apart.
    pub quarantine: Vec<ApartWire>,
    /// What only a newer version understands.
    pub newer: Vec<NewerWire>,
}

/// A sighting from a distance.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OffsetWire {
    /// Bearing, degrees.
    pub bearing_deg: f64,
    /// Distance.
    pub distance_m: f64,
    /// Where the observer stood: lon, lat.
    pub observer: Option<[f64; 2]>,
}

/// A field with its writer and, where several wrote at the same time, all values.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FieldWire {
    /// Path in the document.
    pub path: String,
    /// The value shown.
    pub value: Value,
    /// `typed`, `measured_gnss`, `drawn`, `offset`, `imported` or `newer`.
    pub source: Option<String>,
    /// Who wrote it.
    pub by: AuthorWire,
    /// On which device.
    pub device: Option<String>,
    /// When, by that device.
    pub at: Option<String>,
    /// Empty, or at least two.
    pub conflicts: Vec<ConflictWire>,
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ConflictWire {
    /// The value.
    pub value: Value,
    /// Who wrote it.
    pub by: AuthorWire,
    /// On which device.
    pub device: Option<String>,
    /// When, by that device.
    pub at: Option<String>,
    /// Whether it is the one shown.
    pub winner: bool,
}

/// A file that an incident cites.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct EvidenceWire {
    /// Its address.
    pub hash: String,
    /// Media type.
    pub media_type: String,
    /// Length, bytes.
    pub size: u64,
    /// When it was taken.
    pub taken_at: Option<String>,
    /// Where: lon, lat.
    pub point: Option<[f64; 2]>,
    /// Title.
    pub title: Option<String>,
    /// Where its small picture is.
    pub thumb: String,
    /// Where it is.
    pub href: String,
    /// `complete`, `partial` or `absent`.
    pub state: &'static str,
    /// Bytes that arrived.
    pub received: u64,
}

/// Legal triage: a lead, never a finding.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TriageWire {
    /// `administrative`, `near_threshold` or `criminal_lead`.
    pub band: String,
    /// Amount.
    pub amount_mu: f64,
    /// 95 % error.
    pub error_mu: f64,
    /// Threshold it is held against.
    pub threshold_mu: f64,
    /// By which rule.
    pub rule: RuleWire,
}

/// A rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct RuleWire {
    /// Id.
    pub id: String,
    /// Version of the registry.
    pub version: u64,
    /// Since when it holds.
    pub effective_from: String,
    /// Where it stands.
    pub source: String,
    /// Its words.
    pub text: NamesWire,
}

/// One thing that was said.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HistoryWire {
    /// When, by the device.
    pub at: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// Who.
    pub person: Option<PersonWire>,
    /// On which device.
    pub device: String,
    /// What, in short.
    pub summary: SummaryWire,
    /// Id of the envelope.
    pub envelope: String,
    /// Number in the log.
    pub lsn: u64,
    /// `proved` or `acknowledged`.
    pub receipt: &'static str,
}

/// What was said, in short.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct SummaryWire {
    /// Field.
    pub field: String,
    /// Value, as text.
    pub value: String,
}

/// Something kept apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ApartWire {
    /// Id of the envelope.
    pub envelope: String,
    /// Why.
    pub reason: String,
    /// When the centre learned of it.
    pub at: String,
}

/// Something from a newer version.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct NewerWire {
    /// Path in the document.
    pub path: String,
    /// Value.
    pub value: Value,
}

/// A desk's change.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct EditWire {
    /// New values by field.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
    /// Fields whose shown value is to stay, of several.
    #[serde(default)]
    pub resolve: Vec<String>,
}

/// Incident types of the registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentTypesWire {
    /// Version of the registry.
    pub version: u64,
    /// The types.
    pub items: Vec<IncidentTypeWire>,
}

/// An incident type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct IncidentTypeWire {
    /// Code, never reused.
    pub code: String,
    /// Icon.
    pub icon: String,
    /// Names.
    pub labels: NamesWire,
    /// Whose matter it usually is.
    pub route: Option<String>,
    /// Place in lists.
    pub order: u64,
}

/// To whom an incident is shown, or handed over.
#[derive(Clone, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ShareWire {
    /// Which unit.
    pub unit: String,
    /// `field`, `command` or `crime`.
    pub audience: String,
    /// Whether the unit becomes responsible.
    #[serde(default)]
    pub hand_over: bool,
    /// The password, again.
    pub password: String,
}
