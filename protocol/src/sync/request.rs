//! What a phone sends.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError, MapReader};
use crate::envelope::Audience;
use crate::envelope::wire::Run;
use crate::id::{LogId, UnitId};

/// Longest request after inflating, bytes.
pub const REQUEST_LEN_MAX: usize = 4 * 1024 * 1024;
/// The position that closes a list in [`SyncReply::scopes`](super::SyncReply::scopes): it may not be read
/// any more.
pub const LIST_CLOSED: u64 = u64::MAX;
/// The bit of [`SyncRequest::features`] with which a phone that came back from a backup asks for what it
/// wrote itself too: it may lack what it wrote since.
pub const FEATURE_OWN: u64 = 1;
/// The budget of a reply for which none is named, bytes: one page.
pub const BUDGET_DEFAULT_BYTES: u32 = 256 * 1024;
/// Most delivery lists that one device reads.
const CURSORS_MAX: u64 = 64;
/// Most runs in one request.
const RUNS_MAX: u64 = 4_096;
/// Most ranges to prove in one request.
const RANGES_MAX: u64 = 64;

/// A range of protocol versions that the sender speaks, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Versions {
    /// Oldest.
    pub min: u8,
    /// Newest.
    pub max: u8,
}

/// A delivery list: the envelopes that an audience of a unit may see, in the order they became visible.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// Of which unit.
    pub unit: UnitId,
    /// Which audience.
    pub audience: Audience,
}

/// How far the sender has read a delivery list of the log named in the request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cursor {
    /// Which list.
    pub scope: Scope,
    /// Position of the last entry read; 0 for none.
    pub position: u64,
}

/// Consecutive leaves of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LeafRange {
    /// Index of the first leaf.
    pub first: u64,
    /// How many.
    pub count: u64,
}

/// A phone's side of one sync. Who sends it is said by the HTTP signature ([`super::http_signature`]).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncRequest {
    /// Versions that the phone speaks.
    pub versions: Versions,
    /// Features that the phone knows or asks for, one bit each: [`FEATURE_OWN`].
    pub features: u64,
    /// The log that the cursors belong to; `None` at first contact.
    pub log: Option<LogId>,
    /// How far each list was read. A list not named is not sent.
    pub cursors: Vec<Cursor>,
    /// What the phone hands over, urgent first.
    pub runs: Vec<Run>,
    /// Leaves that were acknowledged and are still to be proved.
    pub prove: Vec<LeafRange>,
    /// Size of the newest checkpoint that the phone has verified, when it wants a consistency proof.
    pub proof_from: Option<u64>,
    /// Bytes that the reply should not exceed before compression; usually [`BUDGET_DEFAULT_BYTES`].
    pub budget_bytes: u32,
    /// The signed beacon, see [`crate::body::SignedBeacon`].
    pub beacon: Option<Vec<u8>>,
}

impl Versions {
    /// What this build speaks.
    pub const CURRENT: Versions = Versions { min: 1, max: 1 };

    /// The newest version that both speak.
    pub fn common(self, other: Versions) -> Option<u8> {
        let version = self.max.min(other.max);
        (version >= self.min && version >= other.min).then_some(version)
    }
}

impl SyncRequest {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("sync request", bytes, REQUEST_LEN_MAX)
    }
}

impl<C> Encode<C> for Scope {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?
            .encode_with(self.unit, ctx)?
            .encode_with(self.audience, ctx)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for Scope {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            unit: d.decode()?,
            audience: d.decode()?,
        })
    }
}

impl<C> Encode<C> for Cursor {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?
            .encode_with(self.scope.unit, ctx)?
            .encode_with(self.scope.audience, ctx)?;
        e.u64(self.position)?.ok()
    }
}

impl<'b> Decode<'b, ()> for Cursor {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 3)?;
        let scope = Scope {
            unit: d.decode()?,
            audience: d.decode()?,
        };
        Ok(Self {
            scope,
            position: d.u64()?,
        })
    }
}

impl<C> Encode<C> for LeafRange {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?.u64(self.first)?.u64(self.count)?.ok()
    }
}

impl<'b> Decode<'b, ()> for LeafRange {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            first: d.u64()?,
            count: d.u64()?,
        })
    }
}

impl<C> Encode<C> for SyncRequest {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let optional = u64::from(self.log.is_some())
            + u64::from(!self.runs.is_empty())
            + u64::from(!self.prove.is_empty())
            + u64::from(self.proof_from.is_some())
            + u64::from(self.budget_bytes != BUDGET_DEFAULT_BYTES)
            + u64::from(self.beacon.is_some());
        e.map(3 + optional)?
            .u8(0)?
            .array(2)?
            .u8(self.versions.min)?
            .u8(self.versions.max)?;
        e.u8(1)?.u64(self.features)?;
        if let Some(log) = self.log {
            e.u8(2)?.encode_with(log, ctx)?;
        }
        e.u8(3)?.encode_with(&self.cursors, ctx)?;
        if !self.runs.is_empty() {
            e.u8(4)?.encode_with(&self.runs, ctx)?;
        }
        if !self.prove.is_empty() {
            e.u8(5)?.encode_with(&self.prove, ctx)?;
        }
        if let Some(size) = self.proof_from {
            e.u8(6)?.u64(size)?;
        }
        if self.budget_bytes != BUDGET_DEFAULT_BYTES {
            e.u8(7)?.u32(self.budget_bytes)?;
        }
        if let Some(beacon) = &self.beacon {
            e.u8(8)?.bytes(beacon)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for SyncRequest {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        let (min, max) = f.need(d, 0)?;
        let request = Self {
            versions: Versions { min, max },
            features: f.need(d, 1)?,
            log: f.maybe(d, 2)?,
            cursors: if f.has(d, 3)? {
                cbor::list_of(d, CURSORS_MAX)?
            } else {
                Vec::new()
            },
            runs: if f.has(d, 4)? {
                cbor::list_of(d, RUNS_MAX)?
            } else {
                Vec::new()
            },
            prove: if f.has(d, 5)? {
                cbor::list_of(d, RANGES_MAX)?
            } else {
                Vec::new()
            },
            proof_from: f.maybe(d, 6)?,
            budget_bytes: f.maybe(d, 7)?.unwrap_or(BUDGET_DEFAULT_BYTES),
            beacon: if f.has(d, 8)? {
                Some(d.bytes()?.to_vec())
            } else {
                None
            },
        };
        f.close()?;
        Ok(request)
    }
}
