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

/// A key for tests. Clones share their mood.
#[derive(Clone)]
pub struct TestSigner {
    key: SigningKey,
    mood: Rc<Cell<KeyMood>>,
}

impl TestSigner {
    /// A key that follows from a number.
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_bytes(&[seed; 32]),
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
        public(&self.key)
    }

    async fn sign(&self, message: &[u8]) -> Result<Signature, SignerError> {
        match self.mood.get() {
            KeyMood::Quick => {}
            KeyMood::Slow(polls) => wait(polls).await,
            KeyMood::Locked | KeyMood::LocksAfter(0) => return Err(SignerError::Locked),
            KeyMood::Failing => return Err(SignerError::Failed("no keystore".into())),
            KeyMood::LocksAfter(left) => self.mood.set(KeyMood::LocksAfter(left - 1)),
        }
        Ok(Signature::from_bytes(self.key.sign(message).to_bytes()))
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
