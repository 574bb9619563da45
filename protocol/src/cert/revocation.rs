//! Revocation of a device, with a cut per feed.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError};
use crate::feed::FeedKey;
use crate::id::DeviceId;
use crate::time::UnixMs;

/// Longest revocation, bytes.
const REVOCATION_LEN_MAX: usize = 64 * 1024;
/// Most feeds that one revocation cuts.
const CUTS_MAX: u64 = 512;
/// Longest reason, bytes.
const REASON_LEN_MAX: usize = 1_024;

/// The body of a `revocation` envelope: what a device said up to the cuts stands, what it says behind
/// them is quarantined everywhere. A feed without a cut is cut at 0 unless it was never seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revocation {
    /// Which device.
    pub device: DeviceId,
    /// When the office decided it.
    pub at: UnixMs,
    /// Why, for people.
    pub reason: String,
    /// Per feed of the device, the last sequence number accepted (default: the last receipted).
    pub cuts: Vec<Cut>,
}

/// The last sequence number of a feed that stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cut {
    /// Which feed.
    pub feed: FeedKey,
    /// Last accepted sequence number; 0 for none.
    pub last_seq: u64,
}

impl Revocation {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("revocation", bytes, REVOCATION_LEN_MAX)
    }

    /// Whether an envelope of the device at this place of this feed still stands.
    pub fn stands(&self, feed: &FeedKey, seq: u64) -> bool {
        let cut = self.cuts.iter().find(|cut| cut.feed == *feed);
        seq <= cut.map_or(0, |cut| cut.last_seq)
    }
}

impl<C> Encode<C> for Revocation {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(5)?
            .u8(1)?
            .encode_with(self.device, ctx)?
            .i64(self.at.0)?
            .str(&self.reason)?;
        e.encode_with(&self.cuts, ctx)?.ok()
    }
}

impl<'b> Decode<'b, ()> for Revocation {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 5)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown revocation format"));
        }
        let (device, at, reason) = (d.decode()?, UnixMs(d.i64()?), d.str()?.to_owned());
        if reason.len() > REASON_LEN_MAX {
            return Err(DecodeError::message("reason longer than its limit"));
        }
        Ok(Self {
            device,
            at,
            reason,
            cuts: cbor::list_of(d, CUTS_MAX)?,
        })
    }
}

impl<C> Encode<C> for Cut {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(2)?
            .encode_with(self.feed, ctx)?
            .u64(self.last_seq)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for Cut {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 2)?;
        Ok(Self {
            feed: d.decode()?,
            last_seq: d.u64()?,
        })
    }
}
