//! Keys that are quick, slow, locked or broken.

use std::cell::Cell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::Poll;

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::key::{PublicKey, Signature};

use super::bureau::public;
use crate::signer::{Signer, SignerError};

/// How a key behaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyMood {
    /// Answers at once.
    Quick,
    /// Answers after being polled this often.
    Slow(u32),
    /// The phone is locked.
    Locked,
    /// The keystore fails.
    Failing,
    /// Answers at once this often, then is locked.
    LocksAfter(u32),
}

/// A key of either kind that phones have.
#[derive(Clone)]
enum TestKey {
    Ed25519(SigningKey),
    /// As hardware keystores make them.
    P256(p256::ecdsa::SigningKey),
}

/// A key for tests. Clones share their mood.
#[derive(Clone)]
pub struct TestSigner {
    key: TestKey,
    mood: Rc<Cell<KeyMood>>,
}

impl TestSigner {
    /// A key that follows from a number: P-256 from an even one, Ed25519 from an odd one, so that phones
    /// of both kinds meet wherever phones meet.
    pub fn new(seed: u8) -> Self {
        let p256 = p256::ecdsa::SigningKey::from_slice(&[seed; 32]);
        let key = match p256.ok().filter(|_| seed.is_multiple_of(2)) {
            Some(key) => TestKey::P256(key),
            None => TestKey::Ed25519(SigningKey::from_bytes(&[seed; 32])),
        };
        Self {
            key,
            mood: Rc::new(Cell::new(KeyMood::Quick)),
        }
    }

    /// Changes how it behaves.
    pub fn set_mood(&self, mood: KeyMood) {
        self.mood.set(mood);
    }
}

impl Signer for TestSigner {
    fn public_key(&self) -> PublicKey {
        match &self.key {
            TestKey::Ed25519(key) => public(key),
            TestKey::P256(key) => {
                let point = key.verifying_key().to_sec1_point(true);
                let tagged = [&[2], point.as_bytes()].concat();
                PublicKey::from_tagged(&tagged).expect("a sound key")
            }
        }
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        match self.mood.get() {
            KeyMood::Quick => {}
            KeyMood::Slow(polls) => wait(polls).await,
            KeyMood::Locked | KeyMood::LocksAfter(0) => return Err(SignerError::Locked),
            KeyMood::Failing => return Err(SignerError::Failed("no keystore".into())),
            KeyMood::LocksAfter(left) => self.mood.set(KeyMood::LocksAfter(left - 1)),
        }
        Ok(Signature::from_bytes(match &self.key {
            TestKey::Ed25519(key) => key.sign(message).to_bytes(),
            TestKey::P256(key) => {
                let signature: p256::ecdsa::Signature = key.sign(message);
                signature.normalize_s().to_bytes().into()
            }
        }))
    }
}

async fn wait(mut polls: u32) {
    poll_fn(|context| {
        if polls == 0 {
            return Poll::Ready(());
        }
        polls -= 1;
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

#[cfg(test)]
mod tests {
    use tala_protocol::key::SignatureAlg;

    use super::*;
    use crate::testing::block_on;

    #[test]
    fn keys_of_both_kinds_sign_what_their_public_half_verifies() {
        for (seed, alg) in [(2, SignatureAlg::EcdsaP256), (3, SignatureAlg::Ed25519)] {
            let signer = TestSigner::new(seed);
            let signature = block_on(signer.sign(b"ride")).expect("signs");
            assert_eq!(signer.public_key().alg(), alg);
            assert_eq!(signer.public_key().verify(b"ride", &signature), Ok(()));
            assert!(signer.public_key().verify(b"rode", &signature).is_err());
        }
    }
}
