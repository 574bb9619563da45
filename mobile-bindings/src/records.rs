//! The values that cross, declared for the other side. They are those of `tala_client::handset`: a field
//! that is added there and not here does not compile.

use tala_client::handset::answer::{
    AnswerLine, At, ConflictChoice, ConflictLine, Delivered, Estimate, FileLine, HandOver,
    IncidentLine, IncidentPage, LaneLine, NewerLine, RecordLine, Recording, SosLine, TrackPart,
};
use tala_client::handset::ask::{
    FileIn, FixIn, HeadsIn, IncidentIn, OffsetIn, PatrolIn, Place, ShapeIn,
};

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct Recording {
    pub version: u64,
    pub patrol: String,
    pub state: String,
    pub leg: u16,
    pub transport: String,
    pub fixes: u64,
    pub doubtful: u64,
    pub gaps: u64,
    pub distance_m: f64,
    pub duration_ms: u64,
    pub unsealed: u64,
    pub saved_ms: i64,
    pub last: Option<At>,
    pub started_ms: i64,
    pub declared_return_ms: Option<i64>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct At {
    pub lat: f64,
    pub lon: f64,
    pub acc_m: Option<f64>,
    pub time_ms: i64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct Delivered {
    pub durable: u64,
    pub thinned: u64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct IncidentLine {
    pub id: String,
    pub title: Option<String>,
    pub own: bool,
    pub whereabouts: String,
    pub category: Option<String>,
    pub severity: Option<String>,
    pub occurred_ms: Option<i64>,
    pub place: Option<Place>,
    pub files: u32,
    pub conflicts: u32,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct IncidentPage {
    pub id: String,
    pub category: Option<String>,
    pub title: Option<String>,
    pub narrative: Option<String>,
    pub severity: Option<String>,
    pub occurred_ms: Option<i64>,
    pub geojson: Option<String>,
    pub area_m2: Option<Estimate>,
    pub length_m: Option<Estimate>,
    pub heads: Vec<HeadsIn>,
    pub offset: Option<OffsetIn>,
    pub files: Vec<FileLine>,
    pub conflicts: Vec<ConflictLine>,
    pub newer: Vec<NewerLine>,
    pub whereabouts: String,
    pub taken: Option<AnswerLine>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct Estimate {
    pub value: f64,
    pub error_95: f64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct NewerLine {
    pub field: String,
    pub value: String,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct TrackPart {
    pub lat_e7: Vec<i32>,
    pub lon_e7: Vec<i32>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct FileLine {
    pub hash: String,
    pub size: u64,
    pub media_type: String,
    pub title: Option<String>,
    pub withdrawn: Option<String>,
    pub held: bool,
    pub complete: bool,
    pub lost: bool,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct ConflictLine {
    pub field: String,
    pub values: Vec<ConflictChoice>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct ConflictChoice {
    pub value: String,
    pub by: Option<String>,
    pub own: bool,
    pub at_ms: Option<i64>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct HandOver {
    pub records: Vec<RecordLine>,
    pub lanes: Vec<LaneLine>,
    pub files_waiting: u64,
    pub file_bytes_waiting: u64,
    pub files_lost: u64,
    pub synced_ms: Option<i64>,
    pub unproved: bool,
    pub alarm: Option<String>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct RecordLine {
    pub id: String,
    pub kind: String,
    pub title: Option<String>,
    pub own: bool,
    pub whereabouts: String,
    pub envelopes: u64,
    pub envelopes_safe: u64,
    pub quarantined: u64,
    pub unsealed: u64,
    pub files: u64,
    pub files_safe: u64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct LaneLine {
    pub lane: String,
    pub envelopes: u64,
    pub bytes: u64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct SosLine {
    pub id: String,
    pub at_ms: i64,
    pub at_centre: bool,
    pub answers: Vec<AnswerLine>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct AnswerLine {
    pub what: String,
    pub note: Option<String>,
    pub by: Option<String>,
    pub at_ms: i64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct FixIn {
    pub time_ms: i64,
    pub lat: f64,
    pub lon: f64,
    pub alt_m: Option<f64>,
    pub acc_m: Option<f64>,
    pub speed_ms: Option<f64>,
    pub bearing_deg: Option<f64>,
    pub provider: u8,
    pub satellites: Option<u8>,
    pub mock: bool,
    pub mono_ms: Option<i64>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct Place {
    pub lat: f64,
    pub lon: f64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct PatrolIn {
    pub transport: String,
    pub title: Option<String>,
    pub purpose: Option<String>,
    pub campaign: Option<String>,
    pub plan: Option<String>,
    pub declared_return_ms: Option<i64>,
    pub team: Vec<String>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct IncidentIn {
    pub category: Option<String>,
    pub title: Option<String>,
    pub narrative: Option<String>,
    pub severity: Option<String>,
    pub shape: Option<ShapeIn>,
    pub offset: Option<OffsetIn>,
    pub heads: Vec<HeadsIn>,
    pub campaign: Option<String>,
    pub occurred_ms: Option<i64>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct ShapeIn {
    pub kind: String,
    pub corners: Vec<Place>,
    pub source: String,
    pub acc_m: Vec<f64>,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct OffsetIn {
    pub from: Place,
    pub bearing_deg: f64,
    pub distance_m: f64,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct HeadsIn {
    pub species: String,
    pub count: u32,
    pub estimated: bool,
}

/// As in `tala_client`.
#[uniffi::remote(Record)]
pub struct FileIn {
    pub media_type: String,
    pub taken_ms: Option<i64>,
    pub place: Option<Place>,
    pub title: Option<String>,
}
