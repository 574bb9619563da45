//! Signing out: only with everything at the centre, and then nothing remains.

use std::sync::Arc;

use tala_client::folder::wipe::WipeError;

use crate::error::TalaError;
use crate::foreign::KeystoreError;
use crate::phone::{Phone, State};

/// Whoever keeps the key that the phone was opened with.
#[uniffi::export(with_foreign)]
pub trait KeyHolder: Send + Sync {
    /// Forgets it for good. From then on nothing on this phone can be read by anybody.
    fn forget(&self) -> Result<(), KeystoreError>;
}

#[uniffi::export]
impl Phone {
    /// Signs out: makes sure that the centre has everything, has the key forgotten, then removes the folder.
    /// Where anything has no receipt, or another call is under way, nothing happens.
    pub fn sign_out(&self, keys: Arc<dyn KeyHolder>) -> Result<(), TalaError> {
        let mut state = self.lock()?;
        let (handset, opened, folder) = match std::mem::replace(&mut *state, State::Off) {
            State::On(handset, opened, folder) => (handset, opened, folder),
            State::Off => return Err(TalaError::Closed),
            blank @ State::Blank(_) => {
                *state = blank;
                return Err(TalaError::NotEnrolled);
            }
        };
        let handset = match Arc::try_unwrap(handset) {
            Ok(handset) => handset,
            Err(shared) => {
                *state = State::On(shared, opened, folder);
                return Err(TalaError::Refused {
                    code: "busy".to_owned(),
                    reason: "another call is under way".to_owned(),
                });
            }
        };
        match handset.leave() {
            Ok(proof) => {
                let wiped = folder.wipe(proof, || Ok(keys.forget()?));
                drop(state);
                self.listener.changed(0);
                wiped.map_err(|error| match error {
                    WipeError::Key(why) => TalaError::Key {
                        reason: why.to_string(),
                    },
                    other => TalaError::storage(&other),
                })
            }
            Err(stays) => {
                if let Some(handset) = stays.held {
                    *state = State::On(Arc::new(handset), opened, folder);
                }
                Err(stays.why.into())
            }
        }
    }
}
