//! The body of a `track` envelope: one sealed segment and the leg it belongs to.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError};
use crate::transport::Transport;

/// One segment of a patrol's track. The envelope names the patrol as its object. Canonical CBOR
/// `[1, leg, transport, segment]`; what is inside the segment is [`crate::track`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrackBody {
    /// Number of the leg within the patrol, from 1.
    pub leg: u16,
    /// How the leg is travelled.
    pub transport: Transport,
    /// The encoded segment.
    pub segment: Vec<u8>,
}

impl TrackBody {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes. The segment inside is not decoded.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("track body", bytes, super::BODY_MAX)
    }
}

impl<C> Encode<C> for TrackBody {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(4)?
            .u8(1)?
            .u16(self.leg)?
            .u16(self.transport.code())?
            .bytes(&self.segment)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for TrackBody {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 4)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown track body format"));
        }
        Ok(Self {
            leg: d.u16()?,
            transport: Transport::from_code(d.u16()?),
            segment: d.bytes()?.to_vec(),
        })
    }
}
