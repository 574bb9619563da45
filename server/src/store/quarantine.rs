//! What is kept apart, and why.

use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::time::UnixMs;

use super::{Lsn, StoreError};

/// Why an envelope of a known device is kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QuarantineReason {
    /// The writer said two different things at one place of a feed, 1.
    Fork,
    /// The feed had forked before, 2.
    Frozen,
    /// The device was revoked before this place, 3.
    Revoked,
    /// The device does not belong to the unit it writes for, 4.
    ForeignUnit,
    /// Only the office may say this kind of thing, 5.
    NotEntitled,
    /// The admission gate refused the change; the second number is the gate's code, 6.
    Gate(u16),
    /// The body cannot be read, 7.
    Body,
    /// The office had refused it before it came: it said so before this centre was restored, 8.
    Refused,
}

/// An envelope that is kept apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QuarantineRow {
    /// Its number.
    pub lsn: Lsn,
    /// Its id.
    pub envelope: Digest,
    /// Unit of its feed.
    pub unit: UnitId,
    /// Who wrote it.
    pub device: DeviceId,
    /// For whom.
    pub person: Option<PersonId>,
    /// About what.
    pub object: ObjectId,
    /// Why.
    pub reason: QuarantineReason,
    /// More for people; never content.
    pub detail: String,
    /// When the centre learned of it.
    pub known_at: UnixMs,
    /// When it was released, if it was.
    pub released_at: Option<UnixMs>,
}

/// Reading the quarantine.
pub trait QuarantineReads {
    /// One row.
    fn quarantined(&self, lsn: Lsn) -> Result<Option<QuarantineRow>, StoreError>;

    /// Up to `limit` rows of these units below `before`, newest first.
    fn quarantine(
        &self,
        units: &[UnitId],
        before: Option<Lsn>,
        limit: usize,
    ) -> Result<Vec<QuarantineRow>, StoreError>;

    /// Bytes that a device has in quarantine, not released.
    fn quarantine_bytes(&self, device: DeviceId) -> Result<u64, StoreError>;

    /// The last verdict by which the office decided whether an envelope stands, whether that is here or not.
    fn ruling(&self, envelope: &Digest) -> Result<Option<Lsn>, StoreError>;
}

/// Writing the quarantine.
pub trait QuarantineWrites {
    /// Keeps or replaces a row. Idempotent by number.
    fn put_quarantine(&mut self, row: &QuarantineRow) -> Result<(), StoreError>;

    /// Notes by which verdict the office decided last whether an envelope stands.
    fn set_ruling(&mut self, envelope: &Digest, verdict: Lsn) -> Result<(), StoreError>;
}

impl QuarantineReason {
    /// The two numbers that are stored.
    pub const fn code(self) -> (u8, u16) {
        match self {
            QuarantineReason::Fork => (1, 0),
            QuarantineReason::Frozen => (2, 0),
            QuarantineReason::Revoked => (3, 0),
            QuarantineReason::ForeignUnit => (4, 0),
            QuarantineReason::NotEntitled => (5, 0),
            QuarantineReason::Gate(code) => (6, code),
            QuarantineReason::Body => (7, 0),
            QuarantineReason::Refused => (8, 0),
        }
    }

    /// Reads the stored numbers.
    pub fn from_code(code: i64, gate: i64) -> Option<Self> {
        Some(match code {
            1 => QuarantineReason::Fork,
            2 => QuarantineReason::Frozen,
            3 => QuarantineReason::Revoked,
            4 => QuarantineReason::ForeignUnit,
            5 => QuarantineReason::NotEntitled,
            6 => QuarantineReason::Gate(u16::try_from(gate).ok()?),
            7 => QuarantineReason::Body,
            8 => QuarantineReason::Refused,
            _ => return None,
        })
    }

    /// The word used in APIs.
    pub const fn word(self) -> &'static str {
        match self {
            QuarantineReason::Fork => "fork",
            QuarantineReason::Frozen => "frozen",
            QuarantineReason::Revoked => "revoked",
            QuarantineReason::ForeignUnit => "foreign_unit",
            QuarantineReason::NotEntitled => "not_entitled",
            QuarantineReason::Gate(_) => "gate",
            QuarantineReason::Body => "body",
            QuarantineReason::Refused => "refused",
        }
    }

    /// Whether an administrator may release it: policy may be overruled, the gate may not.
    pub const fn releasable(self) -> bool {
        !matches!(
            self,
            QuarantineReason::Gate(_) | QuarantineReason::Body | QuarantineReason::NotEntitled
        )
    }
}
