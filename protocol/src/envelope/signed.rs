//! The signed form: a COSE_Sign1 (RFC 9052) that stands alone and that any COSE library verifies.
//!
//! `18([{1: alg}, {}, header, signature])`, payload attached (the header), external data
//! `["tala/1", root fingerprint]`. The body travels beside it. The leaf of the transparency log is the
//! whole signed form.

use minicbor::data::Tag;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::sealed::{Envelope, EnvelopeError, protected_bytes};
use crate::cbor;
use crate::key::{Signature, SignatureAlg};

/// CBOR tag of COSE_Sign1.
const TAG: u64 = 18;
/// Longest signed form, bytes.
pub const SIGNED_LEN_MAX: usize = super::HEADER_LEN_MAX + 96;

/// Writes the signed form.
pub fn encode(envelope: &Envelope) -> Vec<u8> {
    cbor::to_vec(&Form {
        alg: envelope.alg(),
        header: envelope.header_bytes().to_vec(),
        signature: *envelope.signature(),
    })
}

/// Reads a signed form, with its body where it is at hand. The signature is not checked here.
pub fn decode(bytes: &[u8], body: Option<Vec<u8>>) -> Result<Envelope, EnvelopeError> {
    let form: Form = cbor::from_slice("signed form", bytes, SIGNED_LEN_MAX)?;
    Envelope::from_parts(form.header, form.alg, form.signature, body)
}

struct Form {
    alg: SignatureAlg,
    header: Vec<u8>,
    signature: Signature,
}

impl<C> Encode<C> for Form {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.tag(Tag::new(TAG))?
            .array(4)?
            .bytes(&protected_bytes(self.alg))?
            .map(0)?;
        e.bytes(&self.header)?
            .encode_with(self.signature, ctx)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for Form {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        if d.tag()?.as_u64() != TAG {
            return Err(DecodeError::message("not a COSE_Sign1"));
        }
        cbor::array_of(d, 4)?;
        let protected = d.bytes()?;
        let alg = [SignatureAlg::Ed25519, SignatureAlg::EcdsaP256]
            .into_iter()
            .find(|alg| protected_bytes(*alg) == protected)
            .ok_or_else(|| DecodeError::message("unknown signature algorithm"))?;
        if cbor::map_len(d)? != 0 {
            return Err(DecodeError::message("unprotected header must be empty"));
        }
        Ok(Self {
            alg,
            header: d.bytes()?.to_vec(),
            signature: d.decode()?,
        })
    }
}
