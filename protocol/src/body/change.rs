//! The body of a `change` envelope: one Automerge change, and for a genesis what document it makes.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, CborError};

/// One change of a document. Canonical CBOR: `[1, change]`, or for a genesis
/// `[1, change, document type, nonce]`. Whether the change may enter is [`crate::gate`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeBody {
    /// The raw, uncompressed Automerge change chunk.
    pub change: Vec<u8>,
    /// For a genesis: code of the document type ([`crate::doc`]) and 16 random bytes.
    pub genesis: Option<(u16, [u8; 16])>,
}

impl ChangeBody {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes. The change inside is not decoded.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("change body", bytes, super::BODY_MAX)
    }
}

impl<C> Encode<C> for ChangeBody {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(if self.genesis.is_some() { 4 } else { 2 })?
            .u8(1)?
            .bytes(&self.change)?;
        if let Some((kind, nonce)) = &self.genesis {
            e.u16(*kind)?.bytes(nonce)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for ChangeBody {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let len = cbor::array_len(d)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown change body format"));
        }
        let change = d.bytes()?.to_vec();
        let genesis = match len {
            2 => None,
            4 => {
                let kind = d.u16()?;
                let nonce = <[u8; 16]>::try_from(d.bytes()?).map_err(DecodeError::custom)?;
                Some((kind, nonce))
            }
            _ => return Err(DecodeError::message("change body of another length")),
        };
        Ok(Self { change, genesis })
    }
}
