//! Envelopes as they were committed.

use tala_protocol::envelope::Envelope;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::{FeedNo, StoreError};

/// Number of a committed envelope, from 0, in commit order, without holes. Its leaf in the log is this
/// number plus the statements at the head of the log (see [`super::LogRow::base`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Lsn(pub u64);

/// How a committed envelope stands in its feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Standing {
    /// In the chain, links checked.
    Chained,
    /// Ahead of a hole: its link is checked when the hole fills.
    Ahead,
    /// Kept apart; the reason is in the quarantine.
    Quarantined,
    /// Was kept apart and released by a person's decision; stands beside the chain.
    Released,
}

/// An envelope to commit.
#[derive(Debug)]
pub struct NewEnvelope<'a> {
    /// Its number: the next one.
    pub lsn: Lsn,
    /// Its feed's row.
    pub feed: FeedNo,
    /// The envelope; signature checked.
    pub envelope: &'a Envelope,
    /// How it stands.
    pub standing: Standing,
    /// The centre's clock.
    pub known_at: UnixMs,
}

/// A committed envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredEnvelope {
    /// Its number.
    pub lsn: Lsn,
    /// How it stands.
    pub standing: Standing,
    /// When the centre committed it.
    pub known_at: UnixMs,
    /// The envelope, without body where that was withheld or erased.
    pub envelope: Envelope,
}

/// Finding envelopes.
pub trait EnvelopeReads {
    /// The number of the envelope with this id.
    fn lsn_of(&self, id: &Digest) -> Result<Option<Lsn>, StoreError>;

    /// One envelope.
    fn envelope(&self, lsn: Lsn) -> Result<Option<StoredEnvelope>, StoreError>;

    /// Up to `limit` envelopes from `from` on, ascending.
    fn envelopes_from(&self, from: Lsn, limit: usize) -> Result<Vec<StoredEnvelope>, StoreError>;

    /// Up to `limit` envelopes about an object from `from` on, ascending.
    fn envelopes_about(
        &self,
        object: ObjectId,
        from: Lsn,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError>;

    /// When an object was last written about, by the centre's clock.
    fn last_touched(&self, object: ObjectId) -> Result<Option<UnixMs>, StoreError>;
}

/// Keeping envelopes.
pub trait EnvelopeWrites {
    /// Keeps an envelope under its number. The caller gives the next number and an id not kept yet.
    fn append_envelope(&mut self, new: &NewEnvelope<'_>) -> Result<(), StoreError>;

    /// Puts a body back (idempotent) or takes it away (`None`).
    fn set_body(&mut self, lsn: Lsn, body: Option<&[u8]>) -> Result<(), StoreError>;

    /// Says how an envelope stands now.
    fn set_standing(&mut self, lsn: Lsn, standing: Standing) -> Result<(), StoreError>;
}

impl Standing {
    /// The stored code.
    pub const fn code(self) -> u8 {
        match self {
            Standing::Chained => 0,
            Standing::Ahead => 1,
            Standing::Quarantined => 2,
            Standing::Released => 3,
        }
    }

    /// Reads a stored code.
    pub const fn from_code(code: i64) -> Option<Self> {
        match code {
            0 => Some(Standing::Chained),
            1 => Some(Standing::Ahead),
            2 => Some(Standing::Quarantined),
            3 => Some(Standing::Released),
            _ => None,
        }
    }
}
