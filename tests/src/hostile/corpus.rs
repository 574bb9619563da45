//! Honest bytes of every form that a peer may send: what the mutations start from, and the state that
//! hostile input meets.

use std::num::TryFromIntError;

use ed25519_dalek::{Signer as _, SigningKey};
use tala_fixtures::honest::{HonestCorpus, HonestError};
use tala_fixtures::rider::{RiderOptions, ride};
use tala_protocol::body::{ChangeBody, TrackBody};
use tala_protocol::envelope::{
    Audience, Envelope, EnvelopeError, Header, Kind, Lane, Realm, Unsigned, signed, wire::Run,
};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId, UnitId};
use tala_protocol::key::{KeyError, PublicKey, Signature, SignatureAlg};
use tala_protocol::sync::{Cursor, Outcome, Scope, Span, SyncReply, SyncRequest, Versions, frame};
use tala_protocol::time::{DeviceTimes, MonoMs, UnixMs};
use tala_protocol::track::{self, ClockedFix, EncodeError, FixClocks, Segment, TimeSource};
use tala_protocol::transport::Transport;

use super::arriving::{Arriving, ArrivingError};
use super::published::{Published, PublishedError};

/// How many envelopes the honest runs hold.
const ENVELOPES: u64 = 12;

/// Honest documents, segments, envelopes and messages.
pub struct Corpus {
    /// Documents and the changes that made them.
    pub documents: HonestCorpus,
    /// Encoded track segments.
    pub segments: Vec<Vec<u8>>,
    /// Signed forms.
    pub envelopes: Vec<Vec<u8>>,
    /// Sync requests in their frames.
    pub requests: Vec<Vec<u8>>,
    /// Sync replies in their frames.
    pub replies: Vec<Vec<u8>>,
    /// The bureau in which the envelopes hold.
    pub realm: Realm,
    /// Whose envelopes they are.
    pub writer: PublicKey,
    /// Where files arrive.
    pub arriving: Arriving,
    /// A publication of a registry and its bureau.
    pub published: Published,
}

/// Why the honest corpus could not be made: a fault of the software under test.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// A document.
    #[error("making honest documents")]
    Documents(#[from] HonestError),
    /// A segment.
    #[error("encoding an honest segment")]
    Segment(#[from] EncodeError),
    /// An envelope.
    #[error("making an honest envelope")]
    Envelope(#[from] EnvelopeError),
    /// A key.
    #[error("making a key")]
    Key(#[from] KeyError),
    /// A run.
    #[error("packing a run")]
    Run,
    /// The place for files.
    #[error(transparent)]
    Arriving(#[from] ArrivingError),
    /// A publication.
    #[error(transparent)]
    Published(#[from] PublishedError),
    /// A number that does not fit its type.
    #[error("counting")]
    Number(#[from] TryFromIntError),
}

impl Corpus {
    /// Makes the corpus of a seed.
    pub fn new(seed: u64) -> Result<Self, CorpusError> {
        let key = SigningKey::from_bytes(&[7; 32]);
        let writer = PublicKey::ed25519(key.verifying_key().as_bytes())?;
        let realm = Realm {
            root: Digest::sha256(b"root"),
        };
        let documents = HonestCorpus::new(seed)?;
        let segments = segments(seed)?;
        let envelopes = envelopes(&key, &writer, &realm, &documents, &segments)?;
        let run = Run::pack(&envelopes).ok_or(CorpusError::Run)?;
        Ok(Self {
            requests: vec![frame::close(&request(run.clone()).to_bytes())],
            replies: vec![frame::close(&reply(run).to_bytes())],
            envelopes: envelopes.iter().map(signed::encode).collect(),
            documents,
            segments,
            realm,
            writer,
            arriving: Arriving::new()?,
            published: Published::new()?,
        })
    }
}

fn segments(seed: u64) -> Result<Vec<Vec<u8>>, CorpusError> {
    let mut out = Vec::new();
    for transport in [Transport::Horse, Transport::Foot] {
        let fixes: Vec<ClockedFix> = ride(RiderOptions::new(transport, seed), 600)
            .into_iter()
            .map(|fix| ClockedFix {
                fix,
                clocks: FixClocks::UNKNOWN,
            })
            .collect();
        for part in fixes.chunks(track::SEGMENT_FIXES_MAX) {
            let segment = Segment::of(None, TimeSource::Gnss, part, Vec::new());
            out.push(track::encode(&segment)?);
        }
    }
    Ok(out)
}

fn envelopes(
    key: &SigningKey,
    writer: &PublicKey,
    realm: &Realm,
    documents: &HonestCorpus,
    segments: &[Vec<u8>],
) -> Result<Vec<Envelope>, CorpusError> {
    let changes: Vec<&Vec<u8>> = documents
        .documents
        .iter()
        .flat_map(|d| d.changes.iter().map(|c| &c.bytes))
        .collect();
    let mut prev = None;
    let mut out = Vec::new();
    for seq in 1..=ENVELOPES {
        let n = usize::try_from(seq)?;
        let body = match (segments.get(n % segments.len().max(1)), changes.get(n)) {
            (Some(segment), _) if n % 2 == 0 => TrackBody {
                leg: 1,
                transport: Transport::Horse,
                segment: segment.clone(),
            }
            .to_bytes(),
            (_, Some(change)) => ChangeBody {
                change: (*change).clone(),
                genesis: None,
            }
            .to_bytes(),
            _ => vec![1, 2, 3],
        };
        let wall = 1_780_000_000_000 + i64::try_from(seq)? * 1_000;
        let header = Header {
            feed: FeedKey {
                unit: UnitId::from_bytes([1; 16]),
                audience: Audience::Field,
                device: writer.device_id(),
                epoch: 0,
                lane: Lane::Record,
            },
            person: None,
            seq,
            prev,
            kind: if n % 2 == 0 {
                Kind::Track
            } else {
                Kind::Change
            },
            object: Some(ObjectId::from_bytes([2; 16])),
            times: DeviceTimes {
                wall: UnixMs(wall),
                mono: MonoMs(wall % 100_000),
                gnss: Some(UnixMs(wall - 30)),
                ..DeviceTimes::default()
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        };
        let unsigned = Unsigned::new(header, body)?;
        let to_sign = realm.bytes_to_sign(SignatureAlg::Ed25519, unsigned.header_bytes());
        prev = Some(unsigned.id());
        let signature = Signature::from_bytes(key.sign(&to_sign).to_bytes());
        out.push(unsigned.signed(SignatureAlg::Ed25519, signature));
    }
    Ok(out)
}

fn cursors() -> Vec<Cursor> {
    let scope = Scope {
        unit: UnitId::from_bytes([1; 16]),
        audience: Audience::Field,
    };
    vec![Cursor {
        scope,
        position: 17,
    }]
}

fn request(run: Run) -> SyncRequest {
    SyncRequest {
        versions: Versions::CURRENT,
        features: 0,
        log: Some(LogId::from_bytes([1; 16])),
        cursors: cursors(),
        runs: vec![run],
        prove: Vec::new(),
        proof_from: Some(5),
        budget_bytes: 65_536,
        beacon: None,
    }
}

fn reply(run: Run) -> SyncReply {
    SyncReply {
        spans: vec![Span {
            count: 12,
            outcome: Outcome::Stored { first_leaf: 3 },
        }],
        cursors: cursors(),
        runs: vec![run],
        receipts: vec![vec![1; 200]],
        log: Some(LogId::from_bytes([1; 16])),
        ..SyncReply::empty()
    }
}
