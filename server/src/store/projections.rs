//! What is derived from envelopes for reading: it can be dropped and made again at any time.
//!
//! A store keeps derived rows without knowing what they say: each has a kind, a key, whose it is, a time, two
//! numbers to filter by, and its text. The typed rows are in [`rows`]; what is in them is decided in
//! `app::project`. Lists are given only to a [`Sight`], which only `app` makes, out of who asks.

mod rows;

use tala_protocol::envelope::Audience;
use tala_protocol::id::{ObjectId, UnitId};

use super::{Lsn, StoreError};
pub use rows::{
    AckRow, AlertAck, AlertKind, AlertRow, ChangeRow, GapPart, IncidentRow, LegPart, MediaRow,
    MessageRow, Owner, PatrolRow, PersonPart, PlacePart, PlanRow, PositionRow, SegmentRow,
    TaskPart, TrackSum, ZoneRow, zone_kind,
};

/// What kind of derived row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RowKind {
    /// [`PatrolRow`], key: object.
    Patrol,
    /// [`SegmentRow`], key: number, parent: patrol.
    Segment,
    /// [`IncidentRow`], key: object.
    Incident,
    /// [`ChangeRow`], key: number, parent: incident.
    Change,
    /// [`PositionRow`], key: device.
    Position,
    /// [`AlertRow`], key: number and zone.
    Alert,
    /// A list of [`AckRow`], key: the alert or the message that they are about.
    Ack,
    /// [`MessageRow`], key: its id.
    Message,
    /// [`PlanRow`], key: object.
    Plan,
    /// [`MediaRow`], key: number, parent: the record it belongs to.
    Media,
    /// [`ZoneRow`], key: zone. Imported, not derived: rebuilding keeps it.
    Zone,
}

/// A derived row as stores keep it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// What kind.
    pub kind: RowKind,
    /// Its key within the kind.
    pub key: Vec<u8>,
    /// Whose it is.
    pub owner: Owner,
    /// What lists are ordered by, ms.
    pub at: i64,
    /// Two numbers to filter by.
    pub tags: [Option<i64>; 2],
    /// What it belongs to.
    pub parent: Option<ObjectId>,
    /// What it says, as JSON.
    pub text: String,
}

/// What somebody may see: audiences of units. Made by `app` from who asks, never from a request.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sight {
    of: Vec<(UnitId, Audience)>,
}

/// A page of a list, newest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// What kind of rows.
    pub kind: RowKind,
    /// Only those of this parent.
    pub parent: Option<ObjectId>,
    /// Only those from this time on.
    pub from: Option<i64>,
    /// Only those before this time.
    pub until: Option<i64>,
    /// Only those with these numbers.
    pub tags: [Option<i64>; 2],
    /// Only those behind this one (time and key of the last row of the page before).
    pub behind: Option<(i64, Vec<u8>)>,
    /// At most so many.
    pub limit: usize,
}

/// Something for the live feed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveRow {
    /// Its place in the feed, ascending, without meaning to clients.
    pub seq: u64,
    /// Whose it is.
    pub owner: Owner,
    /// What kind of event.
    pub event: String,
    /// What it says, as JSON.
    pub text: String,
}

/// A box of latitudes and longitudes, 1e-7 degree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BoxE7 {
    /// Least longitude.
    pub west: i32,
    /// Least latitude.
    pub south: i32,
    /// Greatest longitude.
    pub east: i32,
    /// Greatest latitude.
    pub north: i32,
}

/// Reading projections.
pub trait ProjectionReads {
    /// Envelopes below this number are in the projections.
    fn projected_to(&self) -> Result<Lsn, StoreError>;

    /// One row, whoever may see it: for projecting only. Others ask through a [`Sight`].
    fn row(&self, kind: RowKind, key: &[u8]) -> Result<Option<Row>, StoreError>;

    /// A page of a list, newest first, then by key, of what `sight` holds: by owner, or because the record
    /// ([`Row::record`]) was granted to a list that it holds.
    fn rows(&self, sight: &Sight, page: &Page) -> Result<Vec<Row>, StoreError>;

    /// Files with this number as either of their two, by key, at most `limit`, whoever may see them: for
    /// `app`, which looks at each owner.
    fn files_tagged(&self, tag: i64, limit: usize) -> Result<Vec<Row>, StoreError>;

    /// Every row of a kind by key: for dumps and for what everybody may see.
    fn all_rows(&self, kind: RowKind) -> Result<Vec<Row>, StoreError>;

    /// Segments whose box meets `meets`, by number, at most `limit`, newest numbers first.
    fn boxes(&self, meets: &BoxE7, limit: usize) -> Result<Vec<Lsn>, StoreError>;

    /// Objects that have all of these tokens (distinct ones), by id, at most `limit`.
    fn having_tokens(&self, tokens: &[String], limit: usize) -> Result<Vec<ObjectId>, StoreError>;

    /// Every token of an object, sorted.
    fn tokens_of(&self, object: ObjectId) -> Result<Vec<String>, StoreError>;

    /// Events behind `seq`, ascending, at most `limit`.
    fn live_after(&self, seq: u64, limit: usize) -> Result<Vec<LiveRow>, StoreError>;

    /// The first and last event kept; (0, 0) for none ever.
    fn live_window(&self) -> Result<(u64, u64), StoreError>;
}

/// Writing projections. Every verb is idempotent by its key.
pub trait ProjectionWrites {
    /// Says how far the projections are.
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError>;

    /// Keeps or replaces a row, by kind and key.
    fn put_row(&mut self, row: &Row) -> Result<(), StoreError>;

    /// Forgets one row, if it is there.
    fn forget_row(&mut self, kind: RowKind, key: &[u8]) -> Result<(), StoreError>;

    /// Forgets all rows of a kind (for replaced imports).
    fn forget_rows(&mut self, kind: RowKind) -> Result<(), StoreError>;

    /// Keeps the box of a segment.
    fn put_box(&mut self, lsn: Lsn, of: &BoxE7) -> Result<(), StoreError>;

    /// Forgets the box of a segment, if it has one.
    fn forget_box(&mut self, lsn: Lsn) -> Result<(), StoreError>;

    /// Replaces the tokens of an object.
    fn put_tokens(&mut self, object: ObjectId, tokens: &[String]) -> Result<(), StoreError>;

    /// Appends an event to the live feed and returns its place; forgets those more than `keep` before.
    fn add_live(&mut self, row: &LiveRow, keep: u64) -> Result<u64, StoreError>;

    /// Forgets everything derived: rows but zones and positions, boxes, tokens, progress. The live
    /// feed's places go on.
    fn forget_projections(&mut self) -> Result<(), StoreError>;
}

impl Row {
    /// The record that a row is or belongs to: what grants are about.
    pub fn record(&self) -> Option<ObjectId> {
        match self.kind {
            RowKind::Patrol | RowKind::Incident | RowKind::Plan => {
                ObjectId::from_slice(&self.key).ok()
            }
            RowKind::Segment | RowKind::Change | RowKind::Media => self.parent,
            RowKind::Position
            | RowKind::Alert
            | RowKind::Ack
            | RowKind::Message
            | RowKind::Zone => None,
        }
    }
}

impl Sight {
    /// What `app` found that somebody may see.
    pub(crate) fn new(of: Vec<(UnitId, Audience)>) -> Self {
        Self { of }
    }

    /// The pairs.
    pub fn pairs(&self) -> &[(UnitId, Audience)] {
        &self.of
    }

    /// Whether it holds what this owner has.
    pub fn sees(&self, owner: &Owner) -> bool {
        self.of.contains(&(owner.unit, owner.audience))
    }

    /// The part of it that lies in these units.
    pub fn within(&self, units: &[UnitId]) -> Self {
        let of = self.of.iter().filter(|(unit, _)| units.contains(unit));
        Self {
            of: of.copied().collect(),
        }
    }
}

impl Page {
    /// The newest rows of a kind.
    pub const fn of(kind: RowKind, limit: usize) -> Self {
        Self {
            kind,
            parent: None,
            from: None,
            until: None,
            tags: [None, None],
            behind: None,
            limit,
        }
    }

    /// Whether a row belongs to the list (its place aside).
    pub fn holds(&self, row: &Row) -> bool {
        let tag = |at: usize| match (self.tags.get(at), row.tags.get(at)) {
            (Some(Some(asked)), Some(has)) => *has == Some(*asked),
            _ => true,
        };
        row.kind == self.kind
            && self.parent.is_none_or(|parent| row.parent == Some(parent))
            && self.from.is_none_or(|from| row.at >= from)
            && self.until.is_none_or(|until| row.at < until)
            && tag(0)
            && tag(1)
    }
}

impl RowKind {
    /// All kinds.
    pub const ALL: [RowKind; 11] = [
        RowKind::Patrol,
        RowKind::Segment,
        RowKind::Incident,
        RowKind::Change,
        RowKind::Position,
        RowKind::Alert,
        RowKind::Ack,
        RowKind::Message,
        RowKind::Plan,
        RowKind::Media,
        RowKind::Zone,
    ];

    /// The stored code.
    pub const fn code(self) -> i64 {
        match self {
            RowKind::Patrol => 1,
            RowKind::Segment => 2,
            RowKind::Incident => 3,
            RowKind::Change => 4,
            RowKind::Position => 5,
            RowKind::Alert => 6,
            RowKind::Media => 7,
            RowKind::Zone => 8,
            RowKind::Ack => 9,
            RowKind::Message => 10,
            RowKind::Plan => 11,
        }
    }

    /// Whether rebuilding makes it again. Positions stay: a beacon is in no feed, and a segment that is
    /// projected again changes nothing about them.
    pub const fn is_derived(self) -> bool {
        !matches!(self, RowKind::Zone | RowKind::Position)
    }
}

impl BoxE7 {
    /// Whether two boxes have a place in common.
    pub const fn meets(&self, other: &Self) -> bool {
        self.west <= other.east
            && other.west <= self.east
            && self.south <= other.north
            && other.south <= self.north
    }

    /// The box around both.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self {
            west: self.west.min(other.west),
            south: self.south.min(other.south),
            east: self.east.max(other.east),
            north: self.north.max(other.north),
        }
    }
}
