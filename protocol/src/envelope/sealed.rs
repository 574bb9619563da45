//! Making an envelope in two steps, and checking one.
//!
//! First the bytes are fixed ([`Unsigned`]), then somebody who holds the key signs them, maybe much
//! later: a phone stores the first step in the transaction that fixes the sequence, and after a crash
//! signs the same bytes again.

use minicbor::bytes::ByteSlice;

use super::header::{BODY_LEN_MAX, Header, HeaderError};
use crate::cbor;
use crate::hash::Digest;
use crate::id::ObjectId;
use crate::key::{KeyError, PublicKey, Signature, SignatureAlg};

/// The bureau in which signatures hold. Bound into every signature as COSE external data, so that
/// nothing can be replayed into another bureau or a training server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Realm {
    /// Fingerprint of the bureau's root key.
    pub root: Digest,
}

/// An envelope whose bytes are fixed and whose signature is still to come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsigned {
    header: Header,
    header_bytes: Vec<u8>,
    body: Vec<u8>,
}

/// A signed envelope, with or without its body. Nothing about the signature is implied: see
/// [`Envelope::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Envelope {
    header: Header,
    header_bytes: Vec<u8>,
    id: Digest,
    alg: SignatureAlg,
    signature: Signature,
    body: Option<Vec<u8>>,
}

/// Why an envelope is not one, or does not hold.
#[derive(Debug, thiserror::Error)]
pub enum EnvelopeError {
    /// The header cannot be read.
    #[error("cannot read the envelope's header")]
    Header(#[from] HeaderError),
    /// The COSE structure cannot be read.
    #[error("cannot read the signed form")]
    Form(#[from] crate::cbor::CborError),
    /// The body is longer than bodies may be.
    #[error("body is {0} bytes, more than {BODY_LEN_MAX}")]
    BodyTooLong(usize),
    /// The body is not the one that was signed.
    #[error("body does not match the signed length and hash")]
    BodyMismatch,
    /// The key is not the one that the header names.
    #[error("key does not belong to the device named in the header")]
    OtherDevice,
    /// The signature does not hold.
    #[error("envelope signature does not hold")]
    Signature(#[from] KeyError),
}

impl Realm {
    /// The realm of a bureau.
    pub fn of(root: &PublicKey) -> Self {
        Self {
            root: root.fingerprint(),
        }
    }

    /// The exact bytes that a signature covers: the COSE `Sig_structure` (RFC 9052 section 4.4) of
    /// protected header, external data `["tala/1", root fingerprint]` and payload.
    pub fn bytes_to_sign(&self, alg: SignatureAlg, header_bytes: &[u8]) -> Vec<u8> {
        let protected = protected_bytes(alg);
        let external = cbor::to_vec(&("tala/1", self.root));
        cbor::to_vec(&(
            "Signature1",
            <&ByteSlice>::from(protected.as_slice()),
            <&ByteSlice>::from(external.as_slice()),
            <&ByteSlice>::from(header_bytes),
        ))
    }
}

impl Unsigned {
    /// Fixes the bytes of an envelope. Length and hash of the body are filled in here.
    pub fn new(mut header: Header, body: Vec<u8>) -> Result<Self, EnvelopeError> {
        let body_len = u32::try_from(body.len())
            .ok()
            .filter(|len| *len <= BODY_LEN_MAX);
        header.body_len = body_len.ok_or(EnvelopeError::BodyTooLong(body.len()))?;
        header.body_hash = Digest::sha256(&body);
        let header_bytes = header.to_bytes();
        Ok(Self {
            header,
            header_bytes,
            body,
        })
    }

    /// Takes stored bytes back after a restart.
    pub fn from_parts(header_bytes: Vec<u8>, body: Vec<u8>) -> Result<Self, EnvelopeError> {
        let header = Header::from_bytes(&header_bytes)?;
        check_body(&header, &body)?;
        Ok(Self {
            header,
            header_bytes,
            body,
        })
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The canonical bytes of the header.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// The body.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The hash that the next envelope of the feed names, and the envelope's identity.
    pub fn id(&self) -> Digest {
        Digest::sha256(&self.header_bytes)
    }

    /// Adds the signature, made over [`Realm::bytes_to_sign`].
    pub fn signed(self, alg: SignatureAlg, signature: Signature) -> Envelope {
        let id = self.id();
        let Self {
            header,
            header_bytes,
            body,
        } = self;
        Envelope {
            header,
            header_bytes,
            id,
            alg,
            signature,
            body: Some(body),
        }
    }
}

impl Envelope {
    /// Puts an envelope together from its parts; the body, if given, must fit the header.
    pub fn from_parts(
        header_bytes: Vec<u8>,
        alg: SignatureAlg,
        signature: Signature,
        body: Option<Vec<u8>>,
    ) -> Result<Self, EnvelopeError> {
        let header = Header::from_bytes(&header_bytes)?;
        if let Some(body) = &body {
            check_body(&header, body)?;
        }
        let id = Digest::sha256(&header_bytes);
        Ok(Self {
            header,
            header_bytes,
            id,
            alg,
            signature,
            body,
        })
    }

    /// Checks that `key` belongs to the device named in the header and made the signature, in `realm`.
    pub fn verify(&self, realm: &Realm, key: &PublicKey) -> Result<(), EnvelopeError> {
        if key.device_id() != self.header.device() || key.alg() != self.alg {
            return Err(EnvelopeError::OtherDevice);
        }
        key.verify(
            &realm.bytes_to_sign(self.alg, &self.header_bytes),
            &self.signature,
        )?;
        Ok(())
    }

    /// The header.
    pub fn header(&self) -> &Header {
        &self.header
    }

    /// The canonical bytes of the header.
    pub fn header_bytes(&self) -> &[u8] {
        &self.header_bytes
    }

    /// Hash of the signed part: the envelope's identity.
    pub fn id(&self) -> Digest {
        self.id
    }

    /// The object this envelope is about: the one it names, or the one it makes.
    pub fn object(&self) -> ObjectId {
        self.header
            .object
            .unwrap_or_else(|| ObjectId::from_bytes(self.id.prefix16()))
    }

    /// Whether it makes a new object.
    pub fn is_genesis(&self) -> bool {
        self.header.object.is_none()
    }

    /// Which algorithm signed it.
    pub fn alg(&self) -> SignatureAlg {
        self.alg
    }

    /// The signature.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    /// The body, unless it was withheld or erased.
    pub fn body(&self) -> Option<&[u8]> {
        self.body.as_deref()
    }

    /// The same envelope without its body.
    pub fn without_body(mut self) -> Self {
        self.body = None;
        self
    }

    /// The same envelope with its body put back.
    pub fn with_body(mut self, body: Vec<u8>) -> Result<Self, EnvelopeError> {
        check_body(&self.header, &body)?;
        self.body = Some(body);
        Ok(self)
    }
}

/// The COSE protected header: `{1: alg}`.
pub(super) fn protected_bytes(alg: SignatureAlg) -> [u8; 3] {
    match alg {
        SignatureAlg::Ed25519 => [0xa1, 0x01, 0x27],
        SignatureAlg::EcdsaP256 => [0xa1, 0x01, 0x26],
    }
}

fn check_body(header: &Header, body: &[u8]) -> Result<(), EnvelopeError> {
    let fits = u32::try_from(body.len()) == Ok(header.body_len)
        && Digest::sha256(body) == header.body_hash;
    if fits {
        Ok(())
    } else {
        Err(EnvelopeError::BodyMismatch)
    }
}
