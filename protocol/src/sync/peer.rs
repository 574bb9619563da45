//! Phone to phone, or a phone and a file: a hash of what each has, then what the other lacks.
//!
//! Both sides send [`PeerHello`]. Equal frontier hashes end it. Otherwise both send [`PeerFrontier`],
//! and each streams [`PeerOffer`]s of what the other lacks, oldest first and contiguous per feed. Every
//! envelope authenticates itself, so the carrier need not be trusted.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::request::{Scope, Versions};
use crate::cbor::{self, CborError};
use crate::envelope::wire::Run;
use crate::feed::FeedKey;
use crate::hash::Digest;

/// Longest message between phones, bytes.
pub const PEER_LEN_MAX: usize = 4 * 1024 * 1024;
/// Most feeds in one frontier.
const FEEDS_MAX: u64 = 16_384;

/// First message: who speaks for which bureau, and a hash per scope of what it has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerHello {
    /// Versions spoken.
    pub versions: Versions,
    /// Fingerprint of the bureau's root.
    pub root: Digest,
    /// Scopes both sides may read, with [`frontier_hash`] of each.
    pub scopes: Vec<(Scope, Digest)>,
}

/// How far a feed is held without a hole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct FeedProgress {
    /// Which feed.
    pub feed: FeedKey,
    /// First sequence number held (older ones may have been let go).
    pub first_seq: u64,
    /// Last sequence number held without a hole from there.
    pub last_seq: u64,
}

/// Second message: progress of every feed in the scopes whose hashes differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerFrontier {
    /// Progress, sorted by feed.
    pub feeds: Vec<FeedProgress>,
}

/// Further messages: envelopes the other lacks; `last` ends the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerOffer {
    /// Envelopes.
    pub runs: Vec<Run>,
    /// Whether this is the last.
    pub last: bool,
}

/// Hash of a frontier: SHA-256 over the canonical form of the sorted list.
pub fn frontier_hash(feeds: &[FeedProgress]) -> Digest {
    let mut sorted = feeds.to_vec();
    sorted.sort_unstable();
    Digest::sha256(&cbor::to_vec(&PeerFrontier { feeds: sorted }))
}

macro_rules! message {
    ($name:ident, $what:literal) => {
        impl $name {
            /// The canonical bytes.
            pub fn to_bytes(&self) -> Vec<u8> {
                cbor::to_vec(self)
            }

            /// Reads canonical bytes.
            pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
                cbor::from_slice($what, bytes, PEER_LEN_MAX)
            }
        }
    };
}

message!(PeerHello, "peer hello");
message!(PeerFrontier, "peer frontier");
message!(PeerOffer, "peer offer");

impl<C> Encode<C> for PeerHello {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(4)?
            .u8(self.versions.min)?
            .u8(self.versions.max)?
            .encode_with(self.root, ctx)?;
        e.encode_with(&self.scopes, ctx)?.ok()
    }
}

impl<'b> Decode<'b, ()> for PeerHello {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 4)?;
        let versions = Versions {
            min: d.u8()?,
            max: d.u8()?,
        };
        Ok(Self {
            versions,
            root: d.decode()?,
            scopes: cbor::list_of(d, 64)?,
        })
    }
}

impl<C> Encode<C> for FeedProgress {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?
            .encode_with(self.feed, ctx)?
            .u64(self.first_seq)?
            .u64(self.last_seq)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for FeedProgress {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 3)?;
        Ok(Self {
            feed: d.decode()?,
            first_seq: d.u64()?,
            last_seq: d.u64()?,
        })
    }
}

impl<C> Encode<C> for PeerFrontier {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(1)?.encode_with(&self.feeds, ctx)?.ok()
    }
}

impl<'b> Decode<'b, ()> for PeerFrontier {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 1)?;
        Ok(Self {
            feeds: cbor::list_of(d, FEEDS_MAX)?,
        })
    }
}

impl<C> Encode<C> for PeerOffer {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?
            .encode_with(&self.runs, ctx)?
            .bool(self.last)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for PeerOffer {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            runs: cbor::list_of(d, 4_096)?,
            last: d.bool()?,
        })
    }
}
