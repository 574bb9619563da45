//! The COSE_Sign1 around a published registry.
//!
//! ```text
//! 18([protected, {}, registry, signature])
//! protected = {1: alg, 3: content type, 4: id of the office key, 15: {6: second of publication}}
//! ```
//!
//! Label 15 holds CWT claims (RFC 9597), of which 6 is `iat`.

use minicbor::bytes::ByteSlice;
use minicbor::data::Tag;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use crate::cbor::{self, MapReader};
use crate::envelope::Realm;
use crate::id::DeviceId;
use crate::key::{Signature, SignatureAlg};

/// CBOR tag of COSE_Sign1.
const TAG: u64 = 18;
/// What is signed.
const CONTENT_TYPE: &str = "application/vnd.tala.registry+cbor";
/// First word of the external data: no envelope has it.
const CONTEXT: &str = "tala/1 registry";

/// The signed form, unchecked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    pub(super) protected: Protected,
    pub(super) payload: Vec<u8>,
    pub(super) signature: Signature,
}

/// The protected header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Protected {
    pub(super) alg: SignatureAlg,
    pub(super) office: DeviceId,
    pub(super) published_s: i64,
}

/// The COSE `Sig_structure` (RFC 9052 section 4.4).
pub(super) fn bytes_to_sign(realm: &Realm, protected: &Protected, payload: &[u8]) -> Vec<u8> {
    let protected = cbor::to_vec(protected);
    let external = cbor::to_vec(&(CONTEXT, realm.root));
    cbor::to_vec(&(
        "Signature1",
        <&ByteSlice>::from(protected.as_slice()),
        <&ByteSlice>::from(external.as_slice()),
        <&ByteSlice>::from(payload),
    ))
}

impl<C> Encode<C> for Protected {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.map(4)?.u8(1)?.i64(self.alg.cose())?;
        e.u8(3)?.str(CONTENT_TYPE)?;
        e.u8(4)?.encode_with(self.office, ctx)?;
        e.u8(15)?.map(1)?.u8(6)?.i64(self.published_s)?.ok()
    }
}

impl<'b> Decode<'b, ()> for Protected {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut fields = MapReader::open(d)?;
        let alg = SignatureAlg::from_cose(fields.need(d, 1)?)
            .ok_or_else(|| DecodeError::message("unknown signature algorithm"))?;
        if fields.need::<String>(d, 3)? != CONTENT_TYPE {
            return Err(DecodeError::message("not the content type of a registry"));
        }
        let office = fields.need(d, 4)?;
        if !fields.has(d, 15)? {
            return Err(DecodeError::message("no time of publication"));
        }
        let mut claims = MapReader::open(d)?;
        let published_s = claims.need(d, 6)?;
        claims.close()?;
        fields.close()?;
        Ok(Self {
            alg,
            office,
            published_s,
        })
    }
}

impl<C> Encode<C> for Form {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.tag(Tag::new(TAG))?
            .array(4)?
            .bytes(&cbor::to_vec(&self.protected))?
            .map(0)?;
        e.bytes(&self.payload)?
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
        // What follows the map inside, or is written in another way, shows when the whole is written again.
        let protected = minicbor::decode(d.bytes()?)?;
        if cbor::map_len(d)? != 0 {
            return Err(DecodeError::message("unprotected header must be empty"));
        }
        Ok(Self {
            protected,
            payload: d.bytes()?.to_vec(),
            signature: d.decode()?,
        })
    }
}
