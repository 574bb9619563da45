//! Enrolment: a phone becomes known by a one-time code that an administrator shows as a QR picture.
//!
//! The picture holds address, fingerprint of the bureau's root key and the code. The phone makes its
//! key, proves that it holds it, and gets back the statements it needs to verify everything else. It
//! believes the answer only if the root key in it has the fingerprint that the picture showed.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32_NOPAD, BASE64URL_NOPAD};
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::request::Cursor;
use crate::cbor::{self, CborError};
use crate::envelope::Realm;
use crate::envelope::wire::Run;
use crate::hash::Digest;
use crate::id::{LogId, PersonId, UnitId};
use crate::key::{KeyError, PublicKey, Signature};

/// Longest text of a code picture, bytes.
pub const CODE_TEXT_LEN_MAX: usize = 1_024;
/// Longest enrolment message, bytes.
pub const ENROL_LEN_MAX: usize = 4 * 1024 * 1024;
const TAG: &[u8] = b"tala/enrol/1";
const SCHEME: &str = "tala:1";

/// What the picture says: `tala:1?u=<address, base64url>&r=<root fingerprint, base64url>&c=<code, base32>`.
#[derive(Clone, PartialEq, Eq)]
pub struct EnrolmentCode {
    /// Address of the centre, for example `https://tala.example:8443`.
    pub url: String,
    /// Fingerprint of the bureau's root key.
    pub root: Digest,
    /// The one-time code.
    pub code: [u8; 16],
}

/// Why a text is not an enrolment code.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentCodeError {
    /// Not `tala:1?...`, or too long.
    #[error("this is not a Tala enrolment code")]
    Scheme,
    /// A part is missing, doubled, unknown or damaged.
    #[error("enrolment code is damaged at {0}")]
    Part(&'static str),
}

/// What the phone sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolRequest {
    /// The one-time code.
    pub code: [u8; 16],
    /// The phone's new key.
    pub key: PublicKey,
    /// Proof that the phone holds it, over [`bytes_to_sign`].
    pub proof: Signature,
    /// A name for people, for example the model.
    pub name: String,
}

/// What the centre answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolReply {
    /// The bureau's root key.
    pub root: PublicKey,
    /// The log that positions belong to.
    pub log: LogId,
    /// Where the device is.
    pub unit: UnitId,
    /// Who carries it, if it was given to a person.
    pub person: Option<PersonId>,
    /// Statements that make up the phone's first directory, in an order in which each verifies.
    pub statements: Vec<Run>,
    /// The lists it may read, at position 0.
    pub scopes: Vec<Cursor>,
}

/// What the phone signs to prove that it holds the key.
pub fn bytes_to_sign(realm: &Realm, code: &[u8; 16], key: &PublicKey) -> Vec<u8> {
    [
        TAG,
        realm.root.to_tagged().as_slice(),
        code.as_slice(),
        &key.to_tagged(),
    ]
    .concat()
}

impl EnrolRequest {
    /// Checks the proof.
    pub fn verify(&self, realm: &Realm) -> Result<(), KeyError> {
        self.key
            .verify(&bytes_to_sign(realm, &self.code, &self.key), &self.proof)
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("enrolment request", bytes, 1_024)
    }
}

impl EnrolReply {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("enrolment reply", bytes, ENROL_LEN_MAX)
    }
}

impl fmt::Display for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{SCHEME}?u={}&r={}&c={}",
            BASE64URL_NOPAD.encode(self.url.as_bytes()),
            BASE64URL_NOPAD.encode(&self.root.to_tagged()),
            BASE32_NOPAD.encode(&self.code)
        )
    }
}

impl fmt::Debug for EnrolmentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("EnrolmentCode(..)")
    }
}

impl FromStr for EnrolmentCode {
    type Err = EnrolmentCodeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let text = text.trim();
        if text.len() > CODE_TEXT_LEN_MAX {
            return Err(EnrolmentCodeError::Scheme);
        }
        let (scheme, query) = text.split_once('?').ok_or(EnrolmentCodeError::Scheme)?;
        if scheme != SCHEME {
            return Err(EnrolmentCodeError::Scheme);
        }
        let mut parts = query.split('&');
        let mut part = |key: &'static str| {
            let value = parts
                .next()
                .and_then(|p| p.strip_prefix(key)?.strip_prefix('='));
            value.ok_or(EnrolmentCodeError::Part(key))
        };
        let (url, root, code) = (part("u")?, part("r")?, part("c")?);
        if parts.next().is_some() {
            return Err(EnrolmentCodeError::Part("end"));
        }
        Ok(Self {
            url: decode64(url)
                .and_then(|b| String::from_utf8(b).ok())
                .ok_or(EnrolmentCodeError::Part("u"))?,
            root: decode64(root)
                .and_then(|b| Digest::from_tagged(&b).ok())
                .ok_or(EnrolmentCodeError::Part("r"))?,
            code: BASE32_NOPAD
                .decode(code.as_bytes())
                .ok()
                .and_then(|b| b.try_into().ok())
                .ok_or(EnrolmentCodeError::Part("c"))?,
        })
    }
}

fn decode64(text: &str) -> Option<Vec<u8>> {
    BASE64URL_NOPAD.decode(text.as_bytes()).ok()
}

impl<C> Encode<C> for EnrolRequest {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(5)?
            .u8(1)?
            .bytes(&self.code)?
            .encode_with(&self.key, ctx)?;
        e.encode_with(self.proof, ctx)?.str(&self.name)?.ok()
    }
}

impl<'b> Decode<'b, ()> for EnrolRequest {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 5)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown enrolment format"));
        }
        Ok(Self {
            code: <[u8; 16]>::try_from(d.bytes()?).map_err(DecodeError::custom)?,
            key: d.decode()?,
            proof: d.decode()?,
            name: d.str()?.to_owned(),
        })
    }
}

impl<C> Encode<C> for EnrolReply {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(7)?
            .u8(1)?
            .encode_with(&self.root, ctx)?
            .encode_with(self.log, ctx)?;
        e.encode_with(self.unit, ctx)?
            .encode_with(self.person, ctx)?;
        e.encode_with(&self.statements, ctx)?
            .encode_with(&self.scopes, ctx)?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for EnrolReply {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 7)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown enrolment format"));
        }
        Ok(Self {
            root: d.decode()?,
            log: d.decode()?,
            unit: d.decode()?,
            person: cbor::nullable(d)?,
            statements: cbor::list_of(d, 65_536)?,
            scopes: cbor::list_of(d, 64)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_survives_its_picture_and_damage_is_named() {
        let code = EnrolmentCode {
            url: "https://tala.example:8443".into(),
            root: Digest::sha256(b"root"),
            code: [5; 16],
        };
        let text = code.to_string();
        assert_eq!(text.parse::<EnrolmentCode>(), Ok(code));
        assert_eq!(
            "http://x".parse::<EnrolmentCode>(),
            Err(EnrolmentCodeError::Scheme)
        );
        let cut = &text[..text.len() - 2];
        assert_eq!(
            cut.parse::<EnrolmentCode>(),
            Err(EnrolmentCodeError::Part("c"))
        );
        let more = format!("{text}&x=1");
        assert_eq!(
            more.parse::<EnrolmentCode>(),
            Err(EnrolmentCodeError::Part("end"))
        );
    }
}
