//! What a screen is told: snapshots with everything it shows, as plain values.

mod kept;
mod others;
mod plan;

use serde::{Deserialize, Serialize};

pub use kept::{DraftLine, Measured, PatrolLine};
pub use others::{MessageLine, PersonLine, TeamLine};
pub use plan::{PlanLine, PlannedPlace, TaskLine};

use super::ask::{HeadsIn, OffsetIn, Place};

/// The recording screen.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recording {
    /// Raised with every change.
    pub version: u64,
    /// The patrol: id of its record.
    pub patrol: String,
    /// `recording`, `paused` or `ended`.
    pub state: String,
    /// Current leg, from 1.
    pub leg: u16,
    /// How it is travelled.
    pub transport: String,
    /// Fixes recorded.
    pub fixes: u64,
    /// Fixes that carry a doubt.
    pub doubtful: u64,
    /// Gaps.
    pub gaps: u64,
    /// Distance without gaps, m.
    pub distance_m: f64,
    /// Time without gaps, ms.
    pub duration_ms: u64,
    /// Fixes that wait to be sealed.
    pub unsealed: u64,
    /// When the last fix became durable, ms since 1970 by the wall clock.
    pub saved_ms: i64,
    /// The last fix.
    pub last: Option<At>,
    /// When it set out, ms since 1970 by the wall clock.
    pub started_ms: i64,
    /// When it said it would be back, ms since 1970.
    pub declared_return_ms: Option<i64>,
}

/// Where and when.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct At {
    /// Degrees.
    pub lat: f64,
    /// Degrees.
    pub lon: f64,
    /// Accuracy, m.
    pub acc_m: Option<f64>,
    /// GNSS time, ms since 1970.
    pub time_ms: i64,
}

/// What became of delivered fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delivered {
    /// How many are durable.
    pub durable: u64,
    /// How many the transport's profile thinned out.
    pub thinned: u64,
}

/// One line of the list of incidents.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentLine {
    /// Id of the record.
    pub id: String,
    /// What it is called.
    pub title: Option<String>,
    /// Whether this phone wrote any of it.
    pub own: bool,
    /// `refused`, `waiting_for_key`, `here`, `acknowledged`, `at_centre`.
    pub whereabouts: String,
    /// Code of the category.
    pub category: Option<String>,
    /// `low`, `medium`, `high`, `emergency`.
    pub severity: Option<String>,
    /// When it happened, ms since 1970.
    pub occurred_ms: Option<i64>,
    /// Where its marker stands.
    pub place: Option<Place>,
    /// Files of it that count.
    pub files: u32,
    /// Fields that several people wrote at once.
    pub conflicts: u32,
}

/// The page of one incident.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IncidentPage {
    /// Id of the record.
    pub id: String,
    /// Code of the category.
    pub category: Option<String>,
    /// A line that says what it is.
    pub title: Option<String>,
    /// What was seen.
    pub narrative: Option<String>,
    /// `low`, `medium`, `high`, `emergency`.
    pub severity: Option<String>,
    /// When it happened, ms since 1970.
    pub occurred_ms: Option<i64>,
    /// Where, as the text of a GeoJSON geometry.
    pub geojson: Option<String>,
    /// How large, m2.
    pub area_m2: Option<Estimate>,
    /// How long, m.
    pub length_m: Option<Estimate>,
    /// Livestock counted.
    pub heads: Vec<HeadsIn>,
    /// From where it was seen, where nobody went there.
    pub offset: Option<OffsetIn>,
    /// Files.
    pub files: Vec<FileLine>,
    /// Fields that several people wrote at once.
    pub conflicts: Vec<ConflictLine>,
    /// Fields of a newer version.
    pub newer: Vec<NewerLine>,
    /// `refused`, `waiting_for_key`, `here`, `acknowledged`, `at_centre`.
    pub whereabouts: String,
    /// What the office said of it last: `taken` or `done`, or `handed_over` or `shown` to the crime unit.
    pub taken: Option<AnswerLine>,
}

/// A measured value.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Estimate {
    /// The value.
    pub value: f64,
    /// Half the width of its 95 % interval.
    pub error_95: f64,
}

/// A field that this build has no meaning for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewerLine {
    /// Its key.
    pub field: String,
    /// Its value, as JSON text.
    pub value: String,
}

/// A stretch of a track without gaps.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct TrackPart {
    /// Latitudes, 1e-7 degree.
    pub lat_e7: Vec<i32>,
    /// Longitudes, 1e-7 degree; as many.
    pub lon_e7: Vec<i32>,
}

/// One file of a record.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FileLine {
    /// Its SHA-256, hex.
    pub hash: String,
    /// Its length, bytes.
    pub size: u64,
    /// Its media type.
    pub media_type: String,
    /// What it shows.
    pub title: Option<String>,
    /// Why it does not count after all.
    pub withdrawn: Option<String>,
    /// Whether its bytes are on this phone.
    pub held: bool,
    /// Whether the centre has it whole.
    pub complete: bool,
    /// Whether it is on this phone no more and was never whole at the centre.
    #[serde(default)]
    pub lost: bool,
}

/// A field that several people wrote at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictLine {
    /// Key of the field.
    pub field: String,
    /// All values that stand; the first is shown until a person chooses.
    pub values: Vec<ConflictChoice>,
}

/// One of several values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConflictChoice {
    /// The value, as JSON text.
    pub value: String,
    /// Who wrote it, where the office knows a name.
    pub by: Option<String>,
    /// Whether this phone wrote it.
    pub own: bool,
    /// When, ms since 1970 by the writer's clock.
    pub at_ms: Option<i64>,
}

/// The page that says what is safe.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HandOver {
    /// Every record, oldest first.
    pub records: Vec<RecordLine>,
    /// What waits, by lane, the most urgent first.
    pub lanes: Vec<LaneLine>,
    /// Files that wait.
    pub files_waiting: u64,
    /// Bytes of them that wait.
    pub file_bytes_waiting: u64,
    /// Files that are here no more and were never whole at the centre.
    #[serde(default)]
    pub files_lost: u64,
    /// When the phone last spoke to the centre, ms since 1970.
    pub synced_ms: Option<i64>,
    /// Whether anything here has no receipt yet: signing out would lose it.
    pub unproved: bool,
    /// The centre's log does not fit what it said before.
    pub alarm: Option<String>,
}

/// Where one record is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecordLine {
    /// Id of the record.
    pub id: String,
    /// `patrol`, `incident`, `parties`, `plan`.
    pub kind: String,
    /// What it is called.
    pub title: Option<String>,
    /// Whether this phone wrote any of it.
    pub own: bool,
    /// Where the least safe part of it is.
    pub whereabouts: String,
    /// Envelopes of it.
    pub envelopes: u64,
    /// How many of them are at the centre.
    pub envelopes_safe: u64,
    /// Envelopes that the office holds in quarantine.
    pub quarantined: u64,
    /// Fixes that are not sealed yet.
    pub unsealed: u64,
    /// Files of it.
    pub files: u64,
    /// How many of them the centre has whole.
    pub files_safe: u64,
}

/// What waits in one lane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LaneLine {
    /// `urgent`, `record`, `media`, `track`.
    pub lane: String,
    /// Envelopes.
    pub envelopes: u64,
    /// Their bytes.
    pub bytes: u64,
}

/// A call for help.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SosLine {
    /// Id of the first call.
    pub id: String,
    /// When it was called, ms since 1970.
    pub at_ms: i64,
    /// Whether it has left this phone and the centre has it.
    pub at_centre: bool,
    /// What was answered, oldest first.
    pub answers: Vec<AnswerLine>,
}

/// An answer to something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AnswerLine {
    /// `delivered`, `seen`, `taken`, `done`; of incidents also `handed_over` and `shown`.
    pub what: String,
    /// What was said with it.
    pub note: Option<String>,
    /// Who, where the office knows a name.
    pub by: Option<String>,
    /// When, ms since 1970 by the writer's clock.
    pub at_ms: i64,
}

/// Names by language.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabelsLine {
    /// Chinese.
    pub zh: Option<String>,
    /// Mongolian in Cyrillic script.
    pub mn_cyrl: Option<String>,
    /// Mongolian in traditional script.
    pub mn_mong: Option<String>,
    /// English.
    pub en: Option<String>,
}

/// Something to choose from a registry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeLine {
    /// What a record says.
    pub code: String,
    /// What a reader sees.
    pub labels: LabelsLine,
}

/// A kind of incident.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CategoryLine {
    /// What a record says.
    pub code: String,
    /// What a reader sees.
    pub labels: LabelsLine,
    /// Which picture stands for it.
    pub icon: String,
    /// Its place in the grid, from 1.
    pub order: u32,
}

/// A zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ZoneLine {
    /// Its id.
    pub id: String,
    /// `grazing_ban`, `core_reserve`, `mine`, `pasture`, `border_belt`, or a newer word.
    pub kind: String,
    /// What a reader sees.
    pub labels: LabelsLine,
    /// Its shape, the text of a GeoJSON geometry.
    pub geojson: String,
}

/// A zone in which or near which a place lies.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ZoneHit {
    /// Its id.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// What a reader sees.
    pub labels: LabelsLine,
    /// Whether the place lies in it.
    pub inside: bool,
    /// How far it is, m; 0 inside.
    pub distance_m: f64,
}
