//! Signing out: only with everything at the centre, and then nothing remains.

use std::sync::Arc;

use tala_client::folder::wipe::WipeError;

use super::Phone;
use super::inside::{Alive, State};
use crate::error::TalaError;
use crate::foreign::KeystoreError;

/// Whoever keeps the key that the phone was opened with.
#[uniffi::export(with_foreign)]
pub trait KeyHolder: Send + Sync {
    /// Forgets it for good. From then on nobody can read what lies on this phone.
    fn forget(&self) -> Result<(), KeystoreError>;
}

#[uniffi::export]
impl Phone {
    /// Signs out: makes sure that the centre has everything, has the key forgotten, then removes the folder.
    /// Where anything has no receipt, or another call is under way, nothing happens. Where the key could not
    /// be forgotten, nothing is removed: open the phone again.
    pub fn sign_out(&self, keys: Arc<dyn KeyHolder>) -> Result<(), TalaError> {
        let alive = self.take_alone()?;
        let Alive {
            handset,
            opened,
            folder,
        } = alive;
        match handset.leave() {
            Ok(proof) => {
                let wiped = folder.wipe(proof, || Ok(keys.forget()?));
                self.quiet();
                self.inside.changed();
                wiped.map_err(|error| match error {
                    WipeError::Key(why) => TalaError::Key {
                        reason: why.to_string(),
                    },
                    other => TalaError::storage(&other),
                })
            }
            Err(stays) => {
                if let Some(handset) = stays.held {
                    *self.inside.lock()? = State::On(Arc::new(Alive {
                        handset,
                        opened,
                        folder,
                    }));
                }
                Err(stays.why.into())
            }
        }
    }
}

impl Phone {
    /// The enrolled phone, while nobody else uses it; it is off meanwhile.
    fn take_alone(&self) -> Result<Alive, TalaError> {
        let mut state = self.inside.lock()?;
        match std::mem::replace(&mut *state, State::Off) {
            State::On(alive) => Arc::try_unwrap(alive).map_err(|shared| {
                *state = State::On(shared);
                TalaError::Refused {
                    code: "busy".to_owned(),
                    reason: "another call is under way".to_owned(),
                }
            }),
            State::Off => Err(TalaError::Closed),
            other => {
                *state = other;
                Err(TalaError::NotEnrolled)
            }
        }
    }
}
