//! Digests that say which algorithm made them.
//!
//! Every hash that is stored or sent is 33 bytes: one algorithm byte, then 32 bytes. SHA-256 is the
//! only algorithm computed today; SM3 has its number reserved, so that a bureau that must use it needs
//! a new suite and no new format.

use std::fmt;

use data_encoding::HEXLOWER;
use sha2::{Digest as _, Sha256};

/// Which hash function made a [`Digest`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum HashAlg {
    /// SHA-256 (FIPS 180-4), number 1.
    Sha256,
    /// SM3 (GB/T 32905), number 2: reserved, carried, not yet computed.
    Sm3,
}

impl HashAlg {
    /// The algorithm byte that stands before the 32 bytes.
    pub const fn number(self) -> u8 {
        match self {
            HashAlg::Sha256 => 1,
            HashAlg::Sm3 => 2,
        }
    }
}

/// A hash with its algorithm.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest {
    alg: HashAlg,
    bytes: [u8; 32],
}

/// Why bytes are not a digest.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DigestError {
    /// Not 33 bytes.
    #[error("digest must be 33 bytes, got {0}")]
    Length(usize),
    /// The algorithm byte is not one this build knows.
    #[error("unknown hash algorithm {0}")]
    Algorithm(u8),
    /// A text form that is not hex.
    #[error("digest text must be 66 lower-case hex digits")]
    Text,
}

impl Digest {
    /// SHA-256 of `bytes`.
    pub fn sha256(bytes: &[u8]) -> Self {
        Self::sha256_parts(&[bytes])
    }

    /// SHA-256 of the concatenation of `parts`.
    pub fn sha256_parts(parts: &[&[u8]]) -> Self {
        let mut hasher = Sha256::new();
        for part in parts {
            hasher.update(part);
        }
        Self::from_sha256(hasher.finalize().into())
    }

    /// Takes 32 bytes that a SHA-256 made elsewhere.
    pub const fn from_sha256(bytes: [u8; 32]) -> Self {
        Self {
            alg: HashAlg::Sha256,
            bytes,
        }
    }

    /// Reads the 33-byte form.
    pub fn from_tagged(bytes: &[u8]) -> Result<Self, DigestError> {
        let Some((&alg, rest)) = bytes.split_first() else {
            return Err(DigestError::Length(0));
        };
        let rest = match <[u8; 32]>::try_from(rest) {
            Ok(rest) => rest,
            Err(_) => return Err(DigestError::Length(bytes.len())),
        };
        let alg = match alg {
            1 => HashAlg::Sha256,
            2 => HashAlg::Sm3,
            other => return Err(DigestError::Algorithm(other)),
        };
        Ok(Self { alg, bytes: rest })
    }

    /// The 33-byte form: algorithm byte, then the hash.
    pub fn to_tagged(&self) -> [u8; 33] {
        let mut out = [0; 33];
        out[0] = self.alg.number();
        out[1..].copy_from_slice(&self.bytes);
        out
    }

    /// Reads the text form (66 hex digits).
    pub fn from_hex(text: &str) -> Result<Self, DigestError> {
        let Ok(bytes) = HEXLOWER.decode(text.as_bytes()) else {
            return Err(DigestError::Text);
        };
        Self::from_tagged(&bytes)
    }

    /// Which function made it.
    pub const fn alg(&self) -> HashAlg {
        self.alg
    }

    /// The 32 bytes without the algorithm.
    pub const fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// The first 16 bytes: how object and device ids are made.
    pub fn prefix16(&self) -> [u8; 16] {
        let mut out = [0; 16];
        out.copy_from_slice(&self.bytes[..16]);
        out
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.to_tagged()))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl<C> minicbor::Encode<C> for Digest {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.to_tagged())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Digest {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_tagged(d.bytes()?).map_err(minicbor::decode::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn matches_the_fips_180_4_vector() {
        let digest = Digest::sha256(b"abc");
        assert_eq!(
            HEXLOWER.encode(digest.bytes()),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        );
        assert_eq!(Digest::sha256_parts(&[b"a", b"bc"]), digest);
    }

    #[test]
    fn tagged_form_refuses_other_algorithms_and_lengths() {
        let mut tagged = Digest::sha256(b"x").to_tagged();
        assert_eq!(Digest::from_tagged(&tagged), Ok(Digest::sha256(b"x")));
        assert_eq!(
            Digest::from_tagged(&tagged[..32]),
            Err(DigestError::Length(32))
        );
        tagged[0] = 9;
        assert_eq!(Digest::from_tagged(&tagged), Err(DigestError::Algorithm(9)));
    }
}
