//! The body of a `media` envelope: what a file kept outside is, so that every byte of it can be
//! checked on arrival.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError, MapReader};
use crate::hash::Digest;
use crate::time::UnixMs;

/// Bytes in a chunk; only the last of a file may be shorter.
pub const CHUNK_LEN: usize = 64 * 1024;
/// Largest file, bytes.
pub const MEDIA_LEN_MAX: u64 = 512 * 1024 * 1024;
/// Longest media type, bytes.
const TYPE_LEN_MAX: usize = 100;

/// The description of a file. The envelope names the record it belongs to as its object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MediaBody {
    /// SHA-256 of the whole file: its address.
    pub hash: Digest,
    /// Length in bytes.
    pub len: u64,
    /// Media type, for example `image/jpeg`.
    pub media_type: String,
    /// Root over the hashes of the 64 KiB chunks, see [`chunk_root`].
    pub chunk_root: Digest,
    /// Hash of a thumbnail (JPEG, one chunk), sent before the original.
    pub thumb: Option<(Digest, u32)>,
    /// When the picture was taken, if known.
    pub taken_at: Option<UnixMs>,
    /// Where it was taken, 1e-7 degree (lat, lon), if known.
    pub place_e7: Option<(i32, i32)>,
}

/// The root over a file's chunk hashes: SHA-256 over the number of chunks (u64, big-endian) and the
/// hashes in order, behind the tag `tala/chunks/1`.
pub fn chunk_root(chunks: &[[u8; 32]]) -> Digest {
    let count = (chunks.len() as u64).to_be_bytes();
    let mut parts: Vec<&[u8]> = vec![b"tala/chunks/1", &count];
    parts.extend(chunks.iter().map(<[u8; 32]>::as_slice));
    Digest::sha256_parts(&parts)
}

impl MediaBody {
    /// How many chunks the file has.
    pub fn chunk_count(&self) -> u64 {
        self.len.div_ceil(CHUNK_LEN as u64)
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("media body", bytes, super::BODY_MAX)
    }
}

impl<C> Encode<C> for MediaBody {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let optional = u64::from(self.thumb.is_some())
            + u64::from(self.taken_at.is_some())
            + u64::from(self.place_e7.is_some());
        e.map(5 + optional)?
            .u8(0)?
            .u8(1)?
            .u8(1)?
            .encode_with(self.hash, ctx)?;
        e.u8(2)?.u64(self.len)?.u8(3)?.str(&self.media_type)?;
        e.u8(4)?.encode_with(self.chunk_root, ctx)?;
        if let Some((hash, len)) = self.thumb {
            e.u8(5)?.array(2)?.encode_with(hash, ctx)?.u32(len)?;
        }
        if let Some(at) = self.taken_at {
            e.u8(6)?.i64(at.0)?;
        }
        if let Some((lat, lon)) = self.place_e7 {
            e.u8(7)?.array(2)?.i32(lat)?.i32(lon)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for MediaBody {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        if f.need::<u8>(d, 0)? != 1 {
            return Err(DecodeError::message("unknown media body format"));
        }
        let body = Self {
            hash: f.need(d, 1)?,
            len: f.need(d, 2)?,
            media_type: f.need(d, 3)?,
            chunk_root: f.need(d, 4)?,
            thumb: f.maybe(d, 5)?,
            taken_at: f.maybe(d, 6)?.map(UnixMs),
            place_e7: f.maybe(d, 7)?,
        };
        f.close()?;
        if body.len == 0 || body.len > MEDIA_LEN_MAX || body.media_type.len() > TYPE_LEN_MAX {
            return Err(DecodeError::message("media beyond its limits"));
        }
        Ok(body)
    }
}
