//! Whoever holds the phone's key.
//!
//! Signing is an effect. A keystore may be slow, ask the officer for a finger, be locked after a reboot,
//! or fail; the engine never waits for it. It stores bytes without a signature, and [`sign_pending`] adds
//! signatures whenever the key is at hand. The same bytes are signed again after a crash.

#[cfg(feature = "cli")]
pub mod software;

use tala_protocol::key::{PublicKey, Signature};

use crate::engine::{Engine, EngineError};
use crate::store::Store;
use crate::sync::hold::{Alone, Hold};

/// Why there is no signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SignerError {
    /// The key is there and cannot be used now: the phone is locked. Try again later.
    #[error("the key is locked")]
    Locked,
    /// The keystore failed. Try again later.
    #[error("the keystore failed: {0}")]
    Failed(String),
}

/// Holds a private key. Native async, so that a keystore may take its time.
#[allow(
    async_fn_in_trait,
    reason = "callers are generic; a platform's future need not be Send"
)]
pub trait Signer {
    /// The public half.
    fn public_key(&self) -> PublicKey;

    /// Signs a message with the key's own algorithm.
    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError>;
}

/// How signing what waits went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signing {
    /// Signatures added.
    pub signed: usize,
    /// Why it stopped early, if it did; what is left waits for the key.
    pub stopped: Option<SignerError>,
}

/// Signs what waits for the key, in order of writing, one transaction each.
pub async fn sign_pending<S: Store>(
    engine: &mut Engine<S>,
    signer: &impl Signer,
) -> Result<Signing, EngineError> {
    sign_lent(&Alone::new(engine), signer).await
}

/// The same with an engine that somebody else uses while the key takes its time.
pub async fn sign_lent<S: Store>(
    hold: &impl Hold<S>,
    signer: &impl Signer,
) -> Result<Signing, EngineError> {
    let mut signed = 0;
    while let Some(job) = hold.lend(|engine| engine.next_to_sign())?? {
        match signer.sign(&job.message).await {
            Ok(signature) => hold.lend(|engine| engine.put_signature(&job, signature))??,
            Err(stopped) => {
                return Ok(Signing {
                    signed,
                    stopped: Some(stopped),
                });
            }
        }
        signed += 1;
    }
    Ok(Signing {
        signed,
        stopped: None,
    })
}
