//! Keys and signatures that say which algorithm they belong to.
//!
//! Ed25519 where software holds the key, ECDSA P-256 where a hardware keystore does. SM2 has its number
//! reserved. Making a signature is an effect and lives with whoever holds the key; this module only
//! says what is signed by what, and verifies.

#![expect(
    clippy::map_err_ignore,
    reason = "the errors of the key libraries say nothing, on purpose"
)]

use std::fmt;

use ed25519_dalek::VerifyingKey as Ed25519Key;
use p256::ecdsa::signature::Verifier as _;

use crate::hash::Digest;
use crate::id::DeviceId;

/// Which signature algorithm.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SignatureAlg {
    /// Ed25519 (RFC 8032), COSE algorithm -8, number 1.
    Ed25519,
    /// ECDSA on P-256 with SHA-256, COSE algorithm -7, number 2.
    EcdsaP256,
}

impl SignatureAlg {
    /// The algorithm byte before a public key.
    pub const fn number(self) -> u8 {
        match self {
            SignatureAlg::Ed25519 => 1,
            SignatureAlg::EcdsaP256 => 2,
        }
    }

    /// The COSE algorithm identifier (RFC 9053).
    pub const fn cose(self) -> i64 {
        match self {
            SignatureAlg::Ed25519 => -8,
            SignatureAlg::EcdsaP256 => -7,
        }
    }

    /// Reads a COSE algorithm identifier.
    pub const fn from_cose(number: i64) -> Option<Self> {
        match number {
            -8 => Some(SignatureAlg::Ed25519),
            -7 => Some(SignatureAlg::EcdsaP256),
            _ => None,
        }
    }
}

/// Why bytes are not a key or a signature does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The algorithm number is not one this build knows (3 is reserved for SM2).
    #[error("unknown signature algorithm {0}")]
    Algorithm(u8),
    /// The key bytes are not a point of their curve, or a weak one.
    #[error("not a valid public key")]
    Key,
    /// The signature is not 64 bytes.
    #[error("signature must be 64 bytes, got {0}")]
    SignatureLength(usize),
    /// The signature does not fit message and key.
    #[error("signature does not verify")]
    Mismatch,
    /// The text form is not hex.
    #[error("public key text must be hex")]
    Text,
}

/// A public key with its algorithm: one algorithm byte, then 32 bytes (Ed25519) or 33 (P-256, compressed).
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Repr);

#[derive(Clone, PartialEq, Eq)]
enum Repr {
    Ed25519(Ed25519Key),
    EcdsaP256(p256::ecdsa::VerifyingKey),
}

/// A signature of 64 bytes; its algorithm is that of the key, and stands in the signed form.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Signature([u8; 64]);

impl PublicKey {
    /// An Ed25519 key. Weak keys (small order) are refused.
    pub fn ed25519(bytes: &[u8; 32]) -> Result<Self, KeyError> {
        let key = Ed25519Key::from_bytes(bytes).map_err(|_| KeyError::Key)?;
        if key.is_weak() {
            return Err(KeyError::Key);
        }
        Ok(Self(Repr::Ed25519(key)))
    }

    /// A P-256 key, from the SEC1 form of its point: 33 bytes compressed or 65 not.
    pub fn p256(sec1: &[u8]) -> Result<Self, KeyError> {
        let key = p256::ecdsa::VerifyingKey::from_sec1_bytes(sec1);
        Ok(Self(Repr::EcdsaP256(key.map_err(|_| KeyError::Key)?)))
    }

    /// Reads the tagged form.
    pub fn from_tagged(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.split_first() {
            Some((1, rest)) => Self::ed25519(rest.try_into().map_err(|_| KeyError::Key)?),
            Some((2, rest)) if rest.len() == 33 => Self::p256(rest),
            Some((2, _)) | None => Err(KeyError::Key),
            Some((other, _)) => Err(KeyError::Algorithm(*other)),
        }
    }

    /// Reads the tagged form from hex.
    pub fn from_hex(text: &str) -> Result<Self, KeyError> {
        let bytes = data_encoding::HEXLOWER
            .decode(text.as_bytes())
            .map_err(|_| KeyError::Text)?;
        Self::from_tagged(&bytes)
    }

    /// The tagged form.
    pub fn to_tagged(&self) -> Vec<u8> {
        let mut out = vec![self.alg().number()];
        match &self.0 {
            Repr::Ed25519(key) => out.extend_from_slice(key.as_bytes()),
            Repr::EcdsaP256(key) => out.extend_from_slice(key.to_sec1_point(true).as_bytes()),
        }
        out
    }

    /// Which algorithm it is for.
    pub const fn alg(&self) -> SignatureAlg {
        match self.0 {
            Repr::Ed25519(_) => SignatureAlg::Ed25519,
            Repr::EcdsaP256(_) => SignatureAlg::EcdsaP256,
        }
    }

    /// The id of whoever holds the private half.
    pub fn device_id(&self) -> DeviceId {
        DeviceId::from_bytes(Digest::sha256(&self.to_tagged()).prefix16())
    }

    /// The whole SHA-256 of the tagged form: the fingerprint people compare.
    pub fn fingerprint(&self) -> Digest {
        Digest::sha256(&self.to_tagged())
    }

    /// Checks a signature over `message`. Ed25519 by `verify_strict`; P-256 with low `s` only, so that
    /// nobody can make a second signature from a first.
    pub fn verify(&self, message: &[u8], signature: &Signature) -> Result<(), KeyError> {
        match &self.0 {
            Repr::Ed25519(key) => {
                let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
                key.verify_strict(message, &signature)
                    .map_err(|_| KeyError::Mismatch)
            }
            Repr::EcdsaP256(key) => {
                let signature = p256::ecdsa::Signature::from_slice(&signature.0)
                    .map_err(|_| KeyError::Mismatch)?;
                if signature.normalize_s() != signature {
                    return Err(KeyError::Mismatch);
                }
                key.verify(message, &signature)
                    .map_err(|_| KeyError::Mismatch)
            }
        }
    }

    /// The raw Ed25519 bytes, for formats that know nothing else (signed notes).
    pub fn as_ed25519(&self) -> Option<&[u8; 32]> {
        match &self.0 {
            Repr::Ed25519(key) => Some(key.as_bytes()),
            Repr::EcdsaP256(_) => None,
        }
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({})", self.device_id())
    }
}

impl Signature {
    /// Takes 64 bytes.
    pub const fn from_bytes(bytes: [u8; 64]) -> Self {
        Self(bytes)
    }

    /// Takes a slice of exactly 64 bytes.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, KeyError> {
        match bytes.try_into() {
            Ok(bytes) => Ok(Self(bytes)),
            Err(_) => Err(KeyError::SignatureLength(bytes.len())),
        }
    }

    /// From what an ECDSA keystore of P-256 gives: `r || s`, or the DER form of both.
    pub fn from_ecdsa_p256(bytes: &[u8]) -> Result<Self, KeyError> {
        let made = match bytes.len() {
            64 => p256::ecdsa::Signature::from_slice(bytes),
            _ => p256::ecdsa::Signature::from_der(bytes),
        };
        let made = made.map_err(|_| KeyError::SignatureLength(bytes.len()))?;
        Self::from_slice(&made.normalize_s().to_bytes())
    }

    /// The 64 bytes.
    pub const fn as_bytes(&self) -> &[u8; 64] {
        &self.0
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Signature({}..)",
            data_encoding::HEXLOWER.encode(&self.0[..4])
        )
    }
}

impl<C> minicbor::Encode<C> for PublicKey {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.to_tagged())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for PublicKey {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_tagged(d.bytes()?).map_err(minicbor::decode::Error::custom)
    }
}

impl<C> minicbor::Encode<C> for Signature {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.bytes(&self.0)?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Signature {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Self::from_slice(d.bytes()?).map_err(minicbor::decode::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::Signer as _;

    #[test]
    fn both_algorithms_verify_and_notice_a_changed_message() {
        let ed = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
        let ed_public = PublicKey::ed25519(ed.verifying_key().as_bytes()).expect("good key");
        let signature = Signature::from_bytes(ed.sign(b"ride").to_bytes());
        assert_eq!(ed_public.verify(b"ride", &signature), Ok(()));
        assert_eq!(
            ed_public.verify(b"rode", &signature),
            Err(KeyError::Mismatch)
        );

        let p = p256::ecdsa::SigningKey::from_slice(&[9; 32]).expect("good scalar");
        let mut tagged = vec![2];
        tagged.extend_from_slice(p.verifying_key().to_sec1_point(true).as_bytes());
        let p_public = PublicKey::from_tagged(&tagged).expect("good key");
        let made: p256::ecdsa::Signature = p.sign(b"ride");
        let low = made.normalize_s();
        let signature = Signature::from_slice(&low.to_bytes()).expect("64 bytes");
        assert_eq!(p_public.verify(b"ride", &signature), Ok(()));
        assert_eq!(
            p_public.verify(b"rode", &signature),
            Err(KeyError::Mismatch)
        );
        for given in [made.to_bytes().to_vec(), made.to_der().as_bytes().to_vec()] {
            assert_eq!(Signature::from_ecdsa_p256(&given), Ok(signature));
        }
        assert!(Signature::from_ecdsa_p256(&[0x30; 70]).is_err());
        let point = p.verifying_key().to_sec1_point(false);
        assert_eq!(PublicKey::p256(point.as_bytes()), Ok(p_public.clone()));
        assert_eq!(PublicKey::from_tagged(&p_public.to_tagged()), Ok(p_public));
    }

    #[test]
    fn weak_and_foreign_keys_are_refused() {
        assert_eq!(PublicKey::ed25519(&[0; 32]), Err(KeyError::Key));
        assert_eq!(
            PublicKey::from_tagged(&[3, 1, 2]),
            Err(KeyError::Algorithm(3))
        );
        assert_eq!(PublicKey::from_tagged(&[]), Err(KeyError::Key));
        assert_eq!(PublicKey::from_tagged(&[1; 20]), Err(KeyError::Key));
    }
}
