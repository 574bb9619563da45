//! Why the centre could not do what was asked.

use std::sync::Arc;

use crate::store::StoreError;

use super::keys::KeyError;
use super::registries::PublishError;

/// What callers are told. HTTP turns each into a problem document; sources are for the log only.
#[derive(Debug, Clone, thiserror::Error)]
pub enum AppError {
    /// The store failed.
    #[error("the store failed")]
    Store(#[source] Arc<StoreError>),
    /// A key could not sign.
    #[error("signing failed")]
    Key(#[source] KeyError),
    /// The centre is shutting down, or its writer stopped after a failed commit.
    #[error("the centre takes nothing more")]
    Closed,
    /// There is no log yet: the centre was never initialised.
    #[error("the centre was not initialised")]
    NotInitialised,
    /// The device is not known here, or may not do this.
    #[error("device may not do this")]
    Device,
    /// It is not there, or the asker may not know that it is.
    #[error("not found")]
    NotFound,
    /// The asker may see it, but not do this.
    #[error("not allowed")]
    Forbidden,
    /// It does not fit what stands now.
    #[error("does not fit the present state: {0}")]
    Conflict(&'static str),
    /// What was given is not acceptable.
    #[error("not acceptable: {0}")]
    Invalid(String),
    /// The device has used up what it may send for now.
    #[error("limit reached, again in {retry_after_s} s")]
    Limited {
        /// When to try again.
        retry_after_s: u32,
    },
    /// The device has as much in quarantine as it may.
    #[error("quarantine is full")]
    Full,
    /// No randomness could be had.
    #[error("no randomness")]
    Randomness(#[source] getrandom::Error),
    /// What is stored does not prove what it should.
    #[error("stored data does not verify: {0}")]
    Unsound(String),
    /// A version of a registry is not published.
    #[error("publishing the registry")]
    Publish(#[source] PublishError),
    /// A file of the data folder could not be read or written.
    #[error("{action} {path}")]
    File {
        /// What was done.
        action: &'static str,
        /// Which file, relative to the data folder.
        path: String,
        /// Why not.
        #[source]
        source: Arc<std::io::Error>,
    },
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        AppError::Store(Arc::new(error))
    }
}

impl From<KeyError> for AppError {
    fn from(error: KeyError) -> Self {
        AppError::Key(error)
    }
}

impl From<PublishError> for AppError {
    fn from(error: PublishError) -> Self {
        AppError::Publish(error)
    }
}
