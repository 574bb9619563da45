//! The rows of a store, as types.

use tala_protocol::envelope::{Audience, Envelope, EnvelopeError, Header, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::fix::{GapCause, TimedFix};
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

/// A fix that is durable and not yet sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct JournalRow {
    /// Order of recording; given by the store.
    pub n: u64,
    /// The patrol it belongs to.
    pub patrol: ObjectId,
    /// Number of the leg.
    pub leg: u16,
    /// How the leg is travelled.
    pub transport: Transport,
    /// The gap that ends with this fix, if one does.
    pub gap_before: Option<GapCause>,
    /// What is doubtful about it: bits of [`crate::recorder::Score`].
    pub score: u8,
    /// The fix, with the clocks of its delivery.
    pub fix: TimedFix,
}

/// Whether a patrol is being recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PatrolState {
    /// Fixes are taken.
    Recording,
    /// The officer paused.
    Paused,
    /// It is over.
    Ended,
}

/// A patrol recorded on this phone, with its counters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatrolRow {
    /// The patrol's document.
    pub object: ObjectId,
    /// The unit it belongs to.
    pub unit: UnitId,
    /// Current leg, from 1.
    pub leg: u16,
    /// How the current leg is travelled.
    pub transport: Transport,
    /// Whether it is being recorded.
    pub state: PatrolState,
    /// When it began, by the device's wall clock.
    pub started_at: UnixMs,
    /// When the last fix or change of it became durable, by the device's wall clock.
    pub saved_at: UnixMs,
    /// Fixes recorded.
    pub fixes: u64,
    /// Fixes that carry a doubt.
    pub doubtful: u64,
    /// Gaps.
    pub gaps: u64,
    /// Distance without gaps, mm.
    pub distance_mm: u64,
    /// Time recorded without gaps, ms.
    pub duration_ms: u64,
    /// The last fix.
    pub last: Option<TimedFix>,
    /// The gap that the next fix will end, where its cause is known already.
    pub gap: Option<GapCause>,
    /// Run of the program that records; `None` after an orderly rest.
    pub run: Option<[u8; 16]>,
    /// Boot in which that run was.
    pub boot: BootId,
    /// Wall clock at the oldest fix that is not sealed.
    pub unsealed_since: Option<(UnixMs, MonoMs)>,
    /// Raised with every change: who shows it knows whether it moved.
    pub version: u64,
}

/// How far a feed is held.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FeedRow {
    /// Which feed.
    pub key: FeedKey,
    /// First sequence number held without a hole up to the head.
    pub first_seq: u64,
    /// The contiguous head.
    pub head: FeedHead,
    /// Whether this phone writes it.
    pub own: bool,
    /// Whether it is closed: nothing is appended any more.
    pub closed: bool,
}

/// Where an envelope stands in its feed, as this phone sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the contiguous part.
    InFeed,
    /// Behind a hole.
    Ahead,
    /// On a second branch: evidence that its writer said two things at one place.
    Fork,
}

/// A leaf of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LeafAt {
    /// Which log.
    pub log: LogId,
    /// Which leaf.
    pub leaf: u64,
}

/// How far an envelope has come on its way to the centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// On this phone; to be sent.
    Here,
    /// The centre says it is stored; nothing signed says so yet.
    Claimed(LeafAt),
    /// The centre signed that it is stored.
    Acknowledged(LeafAt),
    /// A verified receipt covers it.
    Proved(LeafAt),
    /// It came from the centre.
    Fetched(LogId),
    /// The centre will not take it; the code of [`tala_protocol::sync::Refusal`].
    Refused(u8),
}

/// An envelope as it is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnvelopeRow {
    /// Order of arrival on this phone; given by the store.
    pub arrived: u64,
    /// Hash of the signed part.
    pub id: Digest,
    /// The signed part, read.
    pub header: Header,
    /// The signed part, as bytes.
    pub header_bytes: Vec<u8>,
    /// The signature; `None` while it waits for the key.
    pub signed: Option<(SignatureAlg, Signature)>,
    /// The body, unless withheld, erased or let go.
    pub body: Option<Vec<u8>>,
    /// Whether this phone wrote it.
    pub own: bool,
    /// Where it stands in its feed.
    pub place: Place,
    /// How far it has come.
    pub delivery: Delivery,
    /// When this phone took it in, by its wall clock.
    pub kept_at: UnixMs,
}

/// What the office decided about an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RulingRow {
    /// Which envelope.
    pub envelope: Digest,
    /// Code of [`tala_protocol::body::Ruling`].
    pub ruling: u8,
    /// Code of the reason.
    pub reason: u16,
    /// Epoch and place of the verdict in its feed: a later one counts.
    pub number: u64,
}

/// A document that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocRow {
    /// Which document.
    pub object: ObjectId,
    /// Code of its type.
    pub doc_type: u16,
    /// Its unit.
    pub unit: UnitId,
    /// Its audience.
    pub audience: Audience,
    /// What a list shows of it; `None` where that has to be read from the document again.
    pub listing: Option<Listing>,
}

/// What a list shows of a document, as it was when its last change came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    /// Version of the rules by which it was read from the document.
    pub version: u16,
    /// What it is called, where this build can read that.
    pub title: Option<String>,
    /// The category of an incident: a code of the registry of incident types.
    pub category: Option<String>,
    /// The code of an incident's severity.
    pub severity: Option<u16>,
    /// The code of a patrol's transport.
    pub transport: Option<u16>,
    /// When it happened or begins.
    pub from: Option<UnixMs>,
    /// When it was over, or is to be.
    pub until: Option<UnixMs>,
    /// When a patrol said it would be back.
    pub due: Option<UnixMs>,
    /// Where its marker stands: latitude and longitude, 1e-7 degree.
    pub place_e7: Option<(i32, i32)>,
    /// Files of it that count.
    pub files: u32,
    /// Fields that several people wrote at once.
    pub conflicts: u32,
}

/// What a screen wants to find again after a kill: its own words under its own name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DraftRow {
    /// The name.
    pub key: String,
    /// When it was saved, by the device's wall clock.
    pub saved_at: UnixMs,
    /// What was saved.
    pub value: Vec<u8>,
}

/// A verified receipt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiptRow {
    /// Which log.
    pub log: LogId,
    /// First leaf.
    pub first: u64,
    /// How many leaves.
    pub count: u64,
    /// The receipt, byte for byte.
    pub bytes: Vec<u8>,
}

/// A file kept outside, named by its hash.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaRow {
    /// SHA-256 of the file.
    pub hash: Digest,
    /// Length in bytes.
    pub len: u64,
    /// The record that it belongs to.
    pub object: ObjectId,
    /// The envelope that describes it; a thumbnail shares that of its original.
    pub described_by: Digest,
    /// Whether it is a thumbnail.
    pub thumb: bool,
    /// Bytes that the centre has confirmed.
    pub uploaded: u64,
    /// Whether the centre has all of it.
    pub complete: bool,
    /// Whether this phone holds the bytes.
    pub held: bool,
}

impl MediaRow {
    /// Whether its bytes are nowhere that this phone knows of.
    pub const fn is_lost(&self) -> bool {
        !self.held && !self.complete
    }
}

impl EnvelopeRow {
    /// A fresh row for what this phone wrote and has yet to sign.
    pub fn unsigned(unsigned: &Unsigned, now: UnixMs) -> Self {
        Self {
            arrived: 0,
            id: unsigned.id(),
            header: unsigned.header().clone(),
            header_bytes: unsigned.header_bytes().to_vec(),
            signed: None,
            body: Some(unsigned.body().to_vec()),
            own: true,
            place: Place::InFeed,
            delivery: Delivery::Here,
            kept_at: now,
        }
    }

    /// A fresh row for what somebody else signed.
    pub fn foreign(envelope: &Envelope, place: Place, delivery: Delivery, now: UnixMs) -> Self {
        Self {
            arrived: 0,
            id: envelope.id(),
            header: envelope.header().clone(),
            header_bytes: envelope.header_bytes().to_vec(),
            signed: Some((envelope.alg(), *envelope.signature())),
            body: envelope.body().map(<[u8]>::to_vec),
            own: false,
            place,
            delivery,
            kept_at: now,
        }
    }

    /// The envelope, if it is signed.
    pub fn envelope(&self) -> Result<Option<Envelope>, EnvelopeError> {
        let Some((alg, signature)) = self.signed else {
            return Ok(None);
        };
        let parts = (self.header_bytes.clone(), self.body.clone());
        Envelope::from_parts(parts.0, alg, signature, parts.1).map(Some)
    }

    /// The object it is about or makes.
    pub fn object(&self) -> ObjectId {
        let made = || ObjectId::from_bytes(self.id.prefix16());
        self.header.object.unwrap_or_else(made)
    }
}

impl Delivery {
    /// The leaf, where the centre named one.
    pub const fn leaf(self) -> Option<LeafAt> {
        match self {
            Delivery::Claimed(at) | Delivery::Acknowledged(at) | Delivery::Proved(at) => Some(at),
            Delivery::Here | Delivery::Fetched(_) | Delivery::Refused(_) => None,
        }
    }
}

impl PatrolRow {
    /// Whether it is still going on.
    pub const fn is_open(&self) -> bool {
        !matches!(self.state, PatrolState::Ended)
    }
}
