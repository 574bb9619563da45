//! How far each feed goes.

use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::time::UnixMs;

use super::{Lsn, Standing, StoreError};

/// Row of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FeedNo(pub u64);

/// State of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRow {
    /// Its row.
    pub no: FeedNo,
    /// End of the contiguous part.
    pub head: Option<FeedHead>,
    /// Highest sequence number kept, in or ahead of the chain; 0 for none.
    pub highest_seq: u64,
    /// Where the feed forked; everything else said in it from then on is kept apart.
    pub forked_at: Option<u64>,
}

/// What is kept at one place of a feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Neighbour {
    /// Its number.
    pub lsn: Lsn,
    /// Its id.
    pub id: Digest,
    /// The previous hash that it names.
    pub prev: Option<Digest>,
    /// How it stands.
    pub standing: Standing,
}

/// What a device was told about where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The units that it belongs to, by id.
    pub units: Vec<UnitId>,
    /// Since when it knows, by the centre's clock.
    pub at: UnixMs,
}

/// Finding feeds.
pub trait FeedReads {
    /// State of a feed, if anything of it was ever committed.
    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError>;

    /// What is kept at a place, quarantined branches left out.
    fn at_seq(&self, feed: FeedNo, seq: u64) -> Result<Option<Neighbour>, StoreError>;

    /// All feeds of a device with their state, by row.
    fn feeds_of(&self, device: DeviceId) -> Result<Vec<(FeedKey, FeedRow)>, StoreError>;

    /// What a device was told last.
    fn told(&self, device: DeviceId) -> Result<Option<Told>, StoreError>;
}

/// Keeping feeds.
pub trait FeedWrites {
    /// Makes the row of a feed that has none, with nothing in it.
    fn add_feed(&mut self, key: &FeedKey) -> Result<FeedRow, StoreError>;

    /// Replaces the state of a feed.
    fn set_feed(&mut self, row: &FeedRow) -> Result<(), StoreError>;

    /// Notes what a device was told, in place of what it was told before.
    fn set_told(&mut self, device: DeviceId, told: &Told) -> Result<(), StoreError>;
}
