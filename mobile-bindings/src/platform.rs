//! The platform as the engine wants it.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use tala_client::entropy::Entropy;
use tala_client::handset::Platform;
use tala_client::media::FolderBlobs;
use tala_client::signer::{Signer, SignerError};
use tala_protocol::key::{KeyError, PublicKey, Signature};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use crate::foreign::{Device, KeyKind, Keystore, KeystoreError};

/// Keystore and device of a platform. Clones share them.
#[derive(Clone)]
pub(crate) struct Pocket {
    key: PlatformKey,
    device: Arc<dyn Device>,
}

/// The platform's key.
#[derive(Clone)]
pub(crate) struct PlatformKey {
    keystore: Arc<dyn Keystore>,
    public: PublicKey,
    kind: KeyKind,
}

/// Why a keystore's key cannot be used.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PocketError {
    /// It does not give its public half.
    #[error("reading the public key")]
    Keystore(#[from] KeystoreError),
    /// What it gives is no key.
    #[error("the keystore's public key")]
    Key(#[from] KeyError),
}

/// Randomness of the system.
#[derive(Clone, Copy)]
pub(crate) struct SystemEntropy;

impl Pocket {
    /// Asks the keystore for its public half.
    pub(crate) fn new(
        keystore: Arc<dyn Keystore>,
        device: Arc<dyn Device>,
    ) -> Result<Self, PocketError> {
        let kind = keystore.kind();
        let bytes = keystore.public_key()?;
        let public = match kind {
            KeyKind::Ed25519 => {
                PublicKey::ed25519(bytes.as_slice().try_into().map_err(|_len| KeyError::Key)?)?
            }
            KeyKind::EcdsaP256 => PublicKey::p256(&bytes)?,
        };
        let key = PlatformKey {
            keystore,
            public,
            kind,
        };
        Ok(Self { key, device })
    }
}

impl Platform for Pocket {
    type Key = PlatformKey;
    type Files = FolderBlobs;

    fn now(&self) -> DeviceTimes {
        DeviceTimes {
            wall: UnixMs(wall_ms()),
            mono: MonoMs(self.device.elapsed_ms()),
            boot: BootId(self.device.boot()),
            gnss: None,
        }
    }

    fn random16(&self) -> [u8; 16] {
        SystemEntropy.bytes16()
    }

    fn key(&self) -> &PlatformKey {
        &self.key
    }

    fn battery_pct(&self) -> Option<u8> {
        self.device.battery_pct().filter(|percent| *percent <= 100)
    }
}

impl Signer for PlatformKey {
    fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        let made = self.keystore.sign(message.to_vec()).await;
        let bytes = made.map_err(|error| match error {
            KeystoreError::Locked => SignerError::Locked,
            KeystoreError::Failed { reason } => SignerError::Failed(reason),
        })?;
        let signature = match self.kind {
            KeyKind::Ed25519 => Signature::from_slice(&bytes),
            KeyKind::EcdsaP256 => Signature::from_ecdsa_p256(&bytes),
        };
        signature.map_err(|error| SignerError::Failed(error.to_string()))
    }
}

impl Entropy for SystemEntropy {
    fn bytes16(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        // A system without randomness is no place to sign anything; the other side gets an exception.
        #[allow(
            clippy::expect_used,
            reason = "nothing may be signed without randomness"
        )]
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }
}

/// Milliseconds since 1970 by the device's clock.
pub(crate) fn wall_ms() -> i64 {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH);
    wall.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// Seconds since 1970 by the device's clock.
pub(crate) fn wall_s() -> i64 {
    wall_ms().div_euclid(1_000)
}
