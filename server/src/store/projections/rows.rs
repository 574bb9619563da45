//! The derived rows, typed. Their JSON is what a store keeps and what a dump shows.

use serde::{Deserialize, Serialize};
use tala_protocol::envelope::Audience;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::registry::Code;

mod form;

use form::{audience_hex, id_hex, id_hex_opt};

/// Whose a row is: who may see it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    /// The unit.
    #[serde(with = "id_hex")]
    pub unit: UnitId,
    /// The audience.
    #[serde(with = "audience_hex")]
    pub audience: Audience,
}

/// A person, as known or as written by somebody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct PersonPart {
    /// Which person, where known.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// The name, where it was written.
    pub name: Option<String>,
}

/// A leg of a patrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LegPart {
    /// Its number.
    pub number: u16,
    /// Code of the transport.
    pub transport: Option<u16>,
    /// When it began, ms.
    pub started_at: Option<i64>,
    /// When it ended, ms.
    pub ended_at: Option<i64>,
    /// Length of its segments, m.
    pub distance_m: u64,
}

/// What the segments of a patrol come to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct TrackSum {
    /// Fixes.
    pub fixes: u64,
    /// Segments.
    pub segments: u64,
    /// Gaps.
    pub gaps: u64,
    /// Length, m, not across gaps.
    pub distance_m: u64,
    /// First and last time of a fix, ms.
    pub span: Option<(i64, i64)>,
    /// West, south, east, north, 1e-7 degree.
    pub bbox: Option<[i32; 4]>,
    /// Length per leg, m.
    pub leg_m: std::collections::BTreeMap<u16, u64>,
    /// Transport of the last segment.
    pub transport: Option<u16>,
}

/// A patrol.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PatrolRow {
    /// Which.
    #[serde(with = "id_hex")]
    pub id: ObjectId,
    /// Whose.
    pub owner: Owner,
    /// Who made it.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// What it is called.
    pub title: Option<String>,
    /// What it is for.
    pub purpose: Option<String>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// Its campaign.
    #[serde(with = "id_hex_opt", default)]
    pub campaign: Option<ObjectId>,
    /// How it set out, a code.
    pub transport: Option<u16>,
    /// Who is on it.
    pub team: Vec<PersonPart>,
    /// Its legs.
    pub legs: Vec<LegPart>,
    /// When it set out, ms.
    pub started_at: Option<i64>,
    /// When it was back, ms.
    pub ended_at: Option<i64>,
    /// When it said it would be back, ms.
    pub declared_return_at: Option<i64>,
    /// Fields with more than one value: as in the API.
    pub conflicts: Vec<serde_json::Value>,
    /// What its segments come to.
    pub track: TrackSum,
    /// When the centre first knew of it, ms.
    pub first_known_at: i64,
    /// When the centre last learned something, ms.
    pub last_known_at: i64,
}

/// A gap in a track.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct GapPart {
    /// The fix before which it lies; 0: before the segment.
    pub index: u16,
    /// Code of its cause.
    pub cause: u8,
}

/// A segment of a track: what its header says. The fixes are decoded when they are asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SegmentRow {
    /// Number of its envelope.
    pub lsn: u64,
    /// Id of its envelope, hex.
    pub envelope: String,
    /// Its patrol.
    #[serde(with = "id_hex")]
    pub patrol: ObjectId,
    /// Whose.
    pub owner: Owner,
    /// Who recorded it.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// Who carried the device.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// Number of the leg.
    pub leg: u16,
    /// Code of the transport.
    pub transport: u16,
    /// Time of the first fix, ms.
    pub from: i64,
    /// Time of the last fix, ms.
    pub until: i64,
    /// When the centre learned of it, ms.
    pub known_at: i64,
    /// How many fixes.
    pub fixes: u16,
    /// Length, m.
    pub length_m: u32,
    /// West, south, east, north, 1e-7 degree.
    pub bbox: [i32; 4],
    /// Interruptions.
    pub gaps: Vec<GapPart>,
}

/// An incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentRow {
    /// Which.
    #[serde(with = "id_hex")]
    pub id: ObjectId,
    /// Whose.
    pub owner: Owner,
    /// Code of the category.
    pub category: Option<Code>,
    /// What it is called.
    pub title: Option<String>,
    /// What was seen.
    pub narrative: Option<String>,
    /// The word of the severity.
    pub severity: Option<String>,
    /// When it happened, ms.
    pub occurred_at: i64,
    /// When the centre first knew of it, ms.
    pub known_at: i64,
    /// When the centre last learned something, ms.
    pub changed_at: i64,
    /// Who reported it.
    pub reporter: PersonPart,
    /// The device that made it.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// The patrol that saw it.
    #[serde(with = "id_hex_opt", default)]
    pub patrol: Option<ObjectId>,
    /// Its campaign.
    #[serde(with = "id_hex_opt", default)]
    pub campaign: Option<ObjectId>,
    /// Longitude and latitude of its marker, 1e-7 degree.
    pub point_e7: Option<(i32, i32)>,
    /// Its shape, as GeoJSON.
    pub geometry: Option<serde_json::Value>,
    /// From where it was seen, as in the API.
    pub offset: Option<serde_json::Value>,
    /// Its area and the 95 % error, dm2.
    pub area_dm2: Option<(u64, u64)>,
    /// The legal band.
    pub band: Option<String>,
    /// Who should look at it.
    pub route: Option<String>,
    /// The finding, as in the API.
    pub triage: Option<serde_json::Value>,
    /// Number of the incident types that it was named by.
    #[serde(default)]
    pub types_version: Option<u64>,
    /// Number of the legal rules that it was judged by.
    #[serde(default)]
    pub rules_version: Option<u64>,
    /// Every field with its author and conflicts, as in the API.
    pub fields: Vec<serde_json::Value>,
    /// Fields with more than one value.
    pub conflicts: u32,
    /// The evidence, as in the API but for its upload state.
    pub evidence: Vec<serde_json::Value>,
    /// What this version does not know.
    pub newer: Vec<serde_json::Value>,
    /// Changes that wait for others or are kept apart.
    pub apart: u32,
    /// Heads of the document, hex, sorted.
    pub heads: Vec<String>,
}

/// One change of an incident that stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeRow {
    /// Number of its envelope.
    pub lsn: u64,
    /// Id of its envelope, hex.
    pub envelope: String,
    /// Its incident.
    #[serde(with = "id_hex")]
    pub incident: ObjectId,
    /// Whose.
    pub owner: Owner,
    /// What its author's clock said, ms.
    pub at: i64,
    /// When the centre learned of it, ms.
    pub known_at: i64,
    /// Who.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// With which device.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// What it wrote: path and value.
    pub touched: Vec<(String, serde_json::Value)>,
}

/// Where a device was last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionRow {
    /// Which device.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// Whose.
    pub owner: Owner,
    /// The patrol it is on.
    #[serde(with = "id_hex_opt", default)]
    pub patrol: Option<ObjectId>,
    /// Who carries it.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// Code of the transport.
    pub transport: Option<u16>,
    /// Longitude, 1e-7 degree.
    pub lon_e7: i32,
    /// Latitude, 1e-7 degree.
    pub lat_e7: i32,
    /// Time of the position, ms.
    pub at: i64,
    /// When the centre learned of it, ms.
    pub known_at: i64,
    /// Speed, cm/s.
    pub speed_cms: Option<u32>,
    /// Course, degrees.
    pub bearing_deg: Option<u16>,
    /// Accuracy, dm.
    pub acc_dm: Option<u32>,
    /// Battery, percent.
    pub battery_pct: Option<u8>,
    /// From a beacon (else from a segment).
    pub beacon: bool,
}

/// What an alert is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertKind {
    /// A call for help.
    Sos,
    /// A track entered a zone.
    ZoneEntry,
    /// A track left a zone.
    ZoneExit,
}

/// Something that somebody must see.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertRow {
    /// Its id, hex.
    pub id: String,
    /// What it is about.
    pub kind: AlertKind,
    /// Whose.
    pub owner: Owner,
    /// The patrol.
    #[serde(with = "id_hex_opt", default)]
    pub patrol: Option<ObjectId>,
    /// The device.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// The person.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// Longitude and latitude, 1e-7 degree.
    pub place_e7: Option<(i32, i32)>,
    /// When, ms.
    pub at: i64,
    /// When the centre learned of it, ms.
    pub known_at: i64,
    /// The zone.
    pub zone: Option<String>,
    /// What was said.
    pub note: Option<String>,
    /// Ids of the envelopes that raised it, hex: the first, then the latest.
    #[serde(default)]
    pub envelopes: Vec<String>,
    /// Who took it on; none: it is open.
    #[serde(default)]
    pub acknowledged: Option<AlertAck>,
}

/// A word about an alert or a message, whether that is here or not: one may be taken back and come again.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AckRow {
    /// Number of the envelope that says so.
    pub lsn: u64,
    /// Whose it is.
    pub owner: Owner,
    /// By which device it came.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// The code of what it says; 0 in rows of before.
    #[serde(default)]
    pub what: u64,
    /// What was said.
    pub said: AlertAck,
}

/// Something that somebody said to the field or from there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRow {
    /// Its id.
    #[serde(with = "id_hex")]
    pub id: ObjectId,
    /// Its envelope, hex.
    pub envelope: String,
    /// In whose list it stands.
    pub owner: Owner,
    /// By which device it came.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// Who said it.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// What was said.
    pub text: String,
    /// Units that it is for, hex.
    pub units: Vec<String>,
    /// Persons that it is for, hex.
    pub persons: Vec<String>,
    /// The message that it answers.
    #[serde(with = "id_hex_opt", default)]
    pub reply_to: Option<ObjectId>,
    /// When, by the writer's clock, ms.
    pub at: i64,
    /// When the centre learned of it, ms.
    pub known_at: i64,
}

/// Where to ride, when, and what to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlanRow {
    /// Its id.
    #[serde(with = "id_hex")]
    pub id: ObjectId,
    /// Whose.
    pub owner: Owner,
    /// What it is called.
    pub title: Option<String>,
    /// The campaign.
    #[serde(with = "id_hex_opt", default)]
    pub campaign: Option<ObjectId>,
    /// When it begins, ms.
    pub starts_at: Option<i64>,
    /// When it ends, ms.
    pub ends_at: Option<i64>,
    /// For how long it may be silent, minutes.
    pub expected_silence_min: Option<u32>,
    /// What else there is to say.
    pub notes: Option<String>,
    /// Ways to ride.
    pub routes: Vec<PlacePart>,
    /// Areas to look at.
    pub areas: Vec<PlacePart>,
    /// Things to do.
    pub tasks: Vec<TaskPart>,
    /// When the centre learned of it, ms.
    pub known_at: i64,
    /// When the centre learned of its last change, ms.
    pub changed_at: i64,
}

/// A route or an area of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PlacePart {
    /// What it is called.
    pub name: Option<String>,
    /// What to do there.
    pub notes: Option<String>,
    /// Where, as GeoJSON.
    pub geometry: Option<serde_json::Value>,
}

/// Something to do.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TaskPart {
    /// Its id within the plan, hex.
    pub id: String,
    /// What to do.
    pub text: Option<String>,
    /// Where, as GeoJSON.
    pub geometry: Option<serde_json::Value>,
    /// Who is to do it.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// By when, ms.
    pub due_at: Option<i64>,
    /// When it was done, ms.
    pub done_at: Option<i64>,
    /// What came of it.
    pub outcome: Option<String>,
}

/// The first word that somebody looks after an alert.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertAck {
    /// Who.
    #[serde(with = "id_hex_opt", default)]
    pub person: Option<PersonId>,
    /// When the centre learned of it, ms.
    pub at: i64,
    /// A word to whoever waits.
    pub note: Option<String>,
}

/// A file that belongs to a record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaRow {
    /// Number of the describing envelope.
    pub lsn: u64,
    /// Whose.
    pub owner: Owner,
    /// The record.
    #[serde(with = "id_hex")]
    pub object: ObjectId,
    /// Who described it.
    #[serde(with = "id_hex")]
    pub device: DeviceId,
    /// Hash of the file, hex with algorithm.
    pub hash: String,
    /// Its length, bytes.
    pub len: u64,
    /// Its media type.
    pub media_type: String,
    /// Root over its chunks, hex with algorithm.
    pub chunk_root: String,
    /// Hash and length of its thumbnail.
    pub thumb: Option<(String, u32)>,
    /// When it was taken, ms.
    pub taken_at: Option<i64>,
    /// Longitude and latitude where it was taken, 1e-7 degree.
    pub place_e7: Option<(i32, i32)>,
}

/// A zone that somebody drew.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneRow {
    /// Its id, as the file has it.
    pub id: String,
    /// `grazing_ban`, `core_reserve`, `mine`, `pasture`, `border_belt`.
    pub kind: String,
    /// Names by language.
    pub names: serde_json::Value,
    /// Its shape, GeoJSON.
    pub geometry: serde_json::Value,
    /// West, south, east, north, 1e-7 degree.
    pub bbox: [i32; 4],
}

/// Whether tracks that enter or leave zones of a kind are worth an alert.
pub fn zone_kind(kind: &str) -> bool {
    matches!(
        kind,
        "grazing_ban" | "core_reserve" | "mine" | "border_belt"
    )
}
