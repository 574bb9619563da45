//! What the platform gives: a keystore, clocks and battery, an ear for changes, a receiver of positions, and
//! what it knows of the network.

/// Which kind of key a keystore holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum KeyKind {
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// ECDSA on P-256 with SHA-256, as hardware keystores make them.
    EcdsaP256,
}

/// Why a keystore did not sign.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum KeystoreError {
    /// The device is locked, or the officer has to confirm first. What waits is signed later.
    #[error("the key is locked")]
    Locked,
    /// It failed.
    #[error("the keystore failed: {reason}")]
    Failed {
        /// What the platform said.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for KeystoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        KeystoreError::Failed {
            reason: error.reason,
        }
    }
}

/// Something of the platform threw. It is told in the log; what was done is done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum PlatformError {
    /// It threw.
    #[error("{reason}")]
    Failed {
        /// What it said.
        reason: String,
    },
}

impl From<uniffi::UnexpectedUniFFICallbackError> for PlatformError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        PlatformError::Failed {
            reason: error.reason,
        }
    }
}

/// The key of this device. It never leaves the keystore.
#[uniffi::export(with_foreign)]
#[async_trait::async_trait]
pub trait Keystore: Send + Sync {
    /// Of which kind it is.
    fn kind(&self) -> KeyKind;

    /// The public half: 32 bytes of Ed25519, or a P-256 point in SEC1 form, compressed or not.
    fn public_key(&self) -> Result<Vec<u8>, KeystoreError>;

    /// Signs: 64 bytes of Ed25519, or of ECDSA either `r || s` or DER. May take its time.
    async fn sign(&self, message: Vec<u8>) -> Result<Vec<u8>, KeystoreError>;
}

/// What the device knows of itself.
#[uniffi::export(with_foreign)]
pub trait Device: Send + Sync {
    /// Milliseconds since boot, sleep included: `SystemClock.elapsedRealtime()`, `mach_continuous_time`.
    fn elapsed_ms(&self) -> i64;

    /// A number that is another one after each boot.
    fn boot(&self) -> u32;

    /// The battery, percent; none where the platform does not say.
    fn battery_pct(&self) -> Option<u8>;
}

/// Somebody who shows things.
#[uniffi::export(with_foreign)]
pub trait Listener: Send + Sync {
    /// Something that a screen shows may have changed; ask for its snapshot. Called from any thread, also
    /// from the one that called: only note it. Whether it succeeds changes nothing.
    fn changed(&self, version: u64) -> Result<(), PlatformError>;
}

/// The receiver of positions. It gives each fix to [`crate::Phone::deliver`] as it comes.
#[uniffi::export(with_foreign)]
pub trait LocationSource: Send + Sync {
    /// Deliver so often from now on, ms; none: stop. Where it throws, it is asked again at the next change.
    fn want(&self, every_ms: Option<u64>) -> Result<(), PlatformError>;
}

/// What carries data now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
pub enum Network {
    /// Nothing, as far as the platform knows.
    Offline,
    /// Something slow, lossy or paid for by the byte.
    Weak,
    /// Something good.
    Good,
}

/// Who knows what carries data.
#[uniffi::export(with_foreign)]
pub trait Connectivity: Send + Sync {
    /// What carries data now.
    fn network(&self) -> Result<Network, PlatformError>;
}
