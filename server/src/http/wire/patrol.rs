//! Patrols and positions.

use serde::Serialize;
use utoipa::ToSchema;

use super::incident::FieldWire;
use super::{AuthorWire, PersonWire};

/// A patrol in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PatrolWire {
    /// Id.
    pub id: String,
    /// Unit.
    pub unit: String,
    /// Title.
    pub title: Option<String>,
    /// Purpose.
    pub purpose: Option<String>,
    /// Campaign, if it belongs to one.
    pub campaign: Option<String>,
    /// `out` or `ended`.
    pub state: &'static str,
    /// `horse`, `motorcycle`, `foot`, `vehicle` or `newer`.
    pub transport: String,
    /// Who rides.
    pub team: Vec<AuthorWire>,
    /// The device that records.
    pub device: String,
    /// Begin.
    pub started_at: String,
    /// End, if it ended.
    pub ended_at: Option<String>,
    /// When it said it would be back.
    pub declared_return_at: Option<String>,
    /// Distance without gaps.
    pub distance_m: f64,
    /// From begin to end or last fix.
    pub duration_s: i64,
    /// Fixes received.
    pub fixes: u64,
    /// Segments received.
    pub segments: u64,
    /// Gaps.
    pub gaps: u64,
    /// When the centre first heard of it.
    pub first_known_at: String,
    /// When the centre last heard of it.
    pub last_known_at: String,
    /// West, south, east, north.
    pub bbox: Option<[f64; 4]>,
}

/// A patrol with its parts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PatrolDetailWire {
    /// What lists show.
    #[serde(flatten)]
    pub patrol: PatrolWire,
    /// Legs in order.
    pub legs: Vec<LegWire>,
    /// Notes.
    pub notes: Option<String>,
    /// Fields that two people wrote at the same time.
    pub conflicts: Vec<FieldWire>,
}

/// A leg.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LegWire {
    /// Number from 0.
    pub n: u32,
    /// How it was travelled.
    pub transport: String,
    /// Begin.
    pub started_at: Option<String>,
    /// End.
    pub ended_at: Option<String>,
    /// Distance without gaps.
    pub distance_m: f64,
}

/// Where a device was last seen.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PositionWire {
    /// Device.
    pub device: String,
    /// The patrol it is on.
    pub patrol: Option<String>,
    /// Unit.
    pub unit: String,
    /// Who carries it.
    pub person: Option<PersonWire>,
    /// How it travels.
    pub transport: Option<String>,
    /// Longitude, degrees.
    pub lon: f64,
    /// Latitude, degrees.
    pub lat: f64,
    /// When it was there.
    pub at: String,
    /// When the centre learned of it.
    pub known_at: String,
    /// Age now.
    pub age_ms: i64,
    /// Speed.
    pub speed_cms: Option<u32>,
    /// Course.
    pub bearing_deg: Option<u16>,
    /// Accuracy.
    pub acc_dm: Option<u32>,
    /// Battery.
    pub battery_pct: Option<u8>,
    /// `beacon` or `segment`.
    pub source: &'static str,
    /// When the patrol said it would be back.
    pub declared_return_at: Option<String>,
}

/// All positions that the reader may see.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct PositionsWire {
    /// One a device.
    pub items: Vec<PositionWire>,
}
