//! What a screen asks for, as plain values: numbers with their unit in the name, ids as hex text.

use serde::{Deserialize, Serialize};

/// A position as a platform delivers it, with the clocks of that moment.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct FixIn {
    /// GNSS time, ms since 1970.
    pub time_ms: i64,
    /// Latitude, degrees, WGS-84.
    pub lat: f64,
    /// Longitude, degrees, WGS-84.
    pub lon: f64,
    /// Altitude, m.
    #[serde(default)]
    pub alt_m: Option<f64>,
    /// Horizontal accuracy, 68 % radius, m.
    #[serde(default)]
    pub acc_m: Option<f64>,
    /// Speed over ground, m/s.
    #[serde(default)]
    pub speed_ms: Option<f64>,
    /// Course over ground, degrees clockwise from true north.
    #[serde(default)]
    pub bearing_deg: Option<f64>,
    /// Code of the source: 0 satellites, 1 fused, 2 network, 3 imported, 4 by hand.
    #[serde(default)]
    pub provider: u8,
    /// Satellites used.
    #[serde(default)]
    pub satellites: Option<u8>,
    /// The platform says that it is mocked.
    #[serde(default)]
    pub mock: bool,
    /// Monotonic counter at delivery, ms; the platform's own where it is missing.
    #[serde(default)]
    pub mono_ms: Option<i64>,
}

/// A place, WGS-84.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Place {
    /// Latitude, degrees.
    pub lat: f64,
    /// Longitude, degrees.
    pub lon: f64,
}

/// How a patrol sets out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PatrolIn {
    /// `foot`, `horse`, `motorcycle`, `vehicle`, ...
    pub transport: String,
    /// What it is called.
    #[serde(default)]
    pub title: Option<String>,
    /// What it is for.
    #[serde(default)]
    pub purpose: Option<String>,
    /// The campaign: id of a record.
    #[serde(default)]
    pub campaign: Option<String>,
    /// The plan: id of a record.
    #[serde(default)]
    pub plan: Option<String>,
    /// When it says it will be back, ms since 1970.
    #[serde(default)]
    pub declared_return_ms: Option<i64>,
    /// Names of those who ride along.
    #[serde(default)]
    pub team: Vec<String>,
}

/// What is to be written in an incident. What is not given stays as it is.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct IncidentIn {
    /// Code of the registry of incident types.
    #[serde(default)]
    pub category: Option<String>,
    /// A line that says what it is.
    #[serde(default)]
    pub title: Option<String>,
    /// What was seen.
    #[serde(default)]
    pub narrative: Option<String>,
    /// `low`, `medium`, `high`, `emergency`.
    #[serde(default)]
    pub severity: Option<String>,
    /// Where.
    #[serde(default)]
    pub shape: Option<ShapeIn>,
    /// From where it was seen, where nobody went there.
    #[serde(default)]
    pub offset: Option<OffsetIn>,
    /// Livestock counted.
    #[serde(default)]
    pub heads: Vec<HeadsIn>,
    /// The campaign: id of a record.
    #[serde(default)]
    pub campaign: Option<String>,
    /// When it happened, ms since 1970; of a new incident now, where it is missing.
    #[serde(default)]
    pub occurred_ms: Option<i64>,
}

/// A place: one point, a line, or the ring of a polygon.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ShapeIn {
    /// `point`, `line` or `polygon`.
    pub kind: String,
    /// Corners. A ring need not be closed.
    pub corners: Vec<Place>,
    /// How it was had: `gnss` (walked or stood at), `drawn`, `typed`.
    pub source: String,
    /// Accuracies of the corners, m, where they were measured: area and length get their error of them.
    #[serde(default)]
    pub acc_m: Vec<f64>,
}

/// A sighting by bearing and distance.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct OffsetIn {
    /// Where the officer stood.
    pub from: Place,
    /// Clockwise from true north, degrees.
    pub bearing_deg: f64,
    /// How far, m.
    pub distance_m: f64,
}

/// Heads of one kind of livestock.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct HeadsIn {
    /// Code of the registry of sheep units.
    pub species: String,
    /// How many.
    pub count: u32,
    /// Whether it is an estimate.
    #[serde(default)]
    pub estimated: bool,
}

/// A file to attach.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FileIn {
    /// For example `image/jpeg`.
    pub media_type: String,
    /// When it was taken, ms since 1970; now where it is missing.
    #[serde(default)]
    pub taken_ms: Option<i64>,
    /// Where.
    #[serde(default)]
    pub place: Option<Place>,
    /// What it shows.
    #[serde(default)]
    pub title: Option<String>,
}
