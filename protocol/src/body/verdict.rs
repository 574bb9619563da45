//! The body of a `verdict` envelope: what the office decided about another envelope.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError};
use crate::hash::Digest;

/// Longest note, bytes.
const NOTE_LEN_MAX: usize = 1_024;

/// Accept, refuse or release of one envelope, obeyed by every replica.
/// Canonical CBOR `[1, envelope, ruling, reason, note]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerdictBody {
    /// The envelope that is judged.
    pub envelope: Digest,
    /// What is decided.
    pub ruling: Ruling,
    /// Code of the reason ([`crate::gate`] for refusals); 0 where none is needed.
    pub reason: u16,
    /// A note for people; may be empty.
    pub note: String,
}

/// What is decided. Codes are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ruling {
    /// Taken in, 1.
    Accept,
    /// To quarantine, 2.
    Refuse,
    /// Out of quarantine by a person's decision, 3.
    Release,
    /// From a newer version: kept, not obeyed.
    Newer(u8),
}

impl Ruling {
    /// The stored code.
    pub const fn code(self) -> u8 {
        match self {
            Ruling::Accept => 1,
            Ruling::Refuse => 2,
            Ruling::Release => 3,
            Ruling::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Ruling::Accept,
            2 => Ruling::Refuse,
            3 => Ruling::Release,
            other => Ruling::Newer(other),
        }
    }
}

impl VerdictBody {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("verdict body", bytes, super::BODY_MAX)
    }
}

impl<C> Encode<C> for VerdictBody {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(5)?
            .u8(1)?
            .encode_with(self.envelope, ctx)?
            .u8(self.ruling.code())?;
        e.u16(self.reason)?.str(&self.note)?.ok()
    }
}

impl<'b> Decode<'b, ()> for VerdictBody {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 5)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown verdict format"));
        }
        let body = Self {
            envelope: d.decode()?,
            ruling: Ruling::from_code(d.u8()?),
            reason: d.u16()?,
            note: d.str()?.to_owned(),
        };
        if body.note.len() > NOTE_LEN_MAX {
            return Err(DecodeError::message("note longer than its limit"));
        }
        Ok(body)
    }
}
