//! The body of a `grant` envelope: a record is shown to, or handed over to, another unit.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError};
use crate::envelope::Audience;
use crate::id::{ObjectId, UnitId};

/// From its commit on, `object` is visible to `audience` of `unit` too; with `hand_over`, that unit is
/// responsible for it. Canonical CBOR `[1, object, unit, audience, hand over]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Which record.
    pub object: ObjectId,
    /// To which unit.
    pub unit: UnitId,
    /// To which audience there.
    pub audience: Audience,
    /// Whether the unit becomes responsible.
    pub hand_over: bool,
}

impl Grant {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("grant body", bytes, super::BODY_MAX)
    }
}

impl<C> Encode<C> for Grant {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(5)?
            .u8(1)?
            .encode_with(self.object, ctx)?
            .encode_with(self.unit, ctx)?;
        e.encode_with(self.audience, ctx)?
            .bool(self.hand_over)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for Grant {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 5)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown grant format"));
        }
        Ok(Self {
            object: d.decode()?,
            unit: d.decode()?,
            audience: d.decode()?,
            hand_over: d.bool()?,
        })
    }
}
