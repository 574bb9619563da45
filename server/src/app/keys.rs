//! Keys that the centre signs with. Signing is an effect behind a trait: a key may live in hardware.

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::key::{PublicKey, Signature};

/// Why a key could not sign.
#[derive(Debug, Clone, thiserror::Error)]
pub enum KeyError {
    /// The key is locked or its keeper does not answer.
    #[error("the key is locked")]
    Locked,
    /// The bytes are not a key.
    #[error("not a usable key")]
    Unusable,
}

/// Somebody who holds a private key.
pub trait Signer: Send + Sync + 'static {
    /// The public half.
    fn public(&self) -> &PublicKey;

    /// Signs `message`.
    fn sign(&self, message: &[u8]) -> Result<Signature, KeyError>;
}

/// An Ed25519 key in memory. Wiped when dropped.
pub struct SoftwareKey {
    secret: SigningKey,
    public: PublicKey,
}

impl SoftwareKey {
    /// The key of a seed.
    pub fn from_seed(seed: &[u8; 32]) -> Result<Self, KeyError> {
        let secret = SigningKey::from_bytes(seed);
        match PublicKey::ed25519(secret.verifying_key().as_bytes()) {
            Ok(public) => Ok(Self { secret, public }),
            Err(_) => Err(KeyError::Unusable),
        }
    }

    /// The seed, to be kept safe.
    pub fn seed(&self) -> [u8; 32] {
        self.secret.to_bytes()
    }
}

impl Signer for SoftwareKey {
    fn public(&self) -> &PublicKey {
        &self.public
    }

    fn sign(&self, message: &[u8]) -> Result<Signature, KeyError> {
        Ok(Signature::from_bytes(self.secret.sign(message).to_bytes()))
    }
}

impl std::fmt::Debug for SoftwareKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SoftwareKey({})", self.public.device_id())
    }
}
