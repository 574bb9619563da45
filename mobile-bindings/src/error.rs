//! The one table from what fails below to what a screen is told.

use tala_client::engine::EngineError;
use tala_client::handset::HandsetError;
use tala_client::handset::message::{chain, code};
use tala_client::signer::SignerError;
use tala_client::sync::drive::DriveError;
use tala_client::transport::TransportError;

/// Why a call did nothing. Nothing of it happened and nothing may be shown as saved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum TalaError {
    /// A value is not what it should be.
    #[error("{field} is not {wanted}")]
    Input {
        /// Which value.
        field: String,
        /// What it should be.
        wanted: String,
    },
    /// This phone is not enrolled.
    #[error("this phone is not enrolled")]
    NotEnrolled,
    /// This phone is enrolled already.
    #[error("this phone is enrolled already")]
    AlreadyEnrolled,
    /// No patrol is going on.
    #[error("no patrol is going on")]
    NoPatrol,
    /// A patrol is going on already.
    #[error("a patrol is going on already")]
    PatrolOpen,
    /// The patrol is paused.
    #[error("the patrol is paused")]
    Paused,
    /// There is no such record.
    #[error("no such record: {id}")]
    Unknown {
        /// Its id.
        id: String,
    },
    /// There is nothing to choose between.
    #[error("there is nothing to choose in {field}")]
    NoConflict {
        /// Of which field.
        field: String,
    },
    /// The key cannot be used.
    #[error("the key cannot be used: {reason}")]
    Key {
        /// Why.
        reason: String,
    },
    /// Something on this phone has no receipt yet; nothing was deleted.
    #[error("{reason}")]
    Unproved {
        /// What.
        reason: String,
    },
    /// The centre could not be reached or refused.
    #[error("{reason}")]
    Centre {
        /// Why.
        reason: String,
    },
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The disk is full, or the store or a file is damaged, or in use by another program.
    #[error("{reason}")]
    Storage {
        /// Why.
        reason: String,
    },
    /// An earlier call failed inside: close the phone and open it again. What is stored is sound.
    #[error("an earlier call failed; open the phone again")]
    Broken,
    /// The phone was closed.
    #[error("the phone is closed")]
    Closed,
    /// Anything else, in words.
    #[error("{code}: {reason}")]
    Refused {
        /// The word by which a screen chooses what to say.
        code: String,
        /// Why.
        reason: String,
    },
}

impl From<HandsetError> for TalaError {
    fn from(error: HandsetError) -> Self {
        let reason = chain(&error);
        match error {
            HandsetError::Input { field, wanted } => TalaError::Input {
                field: field.to_owned(),
                wanted: wanted.to_owned(),
            },
            HandsetError::Unknown(id) => TalaError::Unknown { id },
            HandsetError::Broken => TalaError::Broken,
            HandsetError::NoConflict(field) => TalaError::NoConflict { field },
            HandsetError::Unproved(_) => TalaError::Unproved { reason },
            HandsetError::Sync(ref failed) if is_the_key(failed) => TalaError::Key { reason },
            HandsetError::Sync(_) => TalaError::Centre { reason },
            HandsetError::Engine(EngineError::NotEnrolled) => TalaError::NotEnrolled,
            HandsetError::Engine(EngineError::NoPatrol) => TalaError::NoPatrol,
            HandsetError::Engine(EngineError::PatrolOpen(_)) => TalaError::PatrolOpen,
            HandsetError::Engine(EngineError::Paused) => TalaError::Paused,
            HandsetError::Engine(EngineError::Store(_)) => TalaError::Storage { reason },
            HandsetError::Engine(_) => TalaError::Refused {
                code: code(&error).to_owned(),
                reason,
            },
        }
    }
}

impl From<EngineError> for TalaError {
    fn from(error: EngineError) -> Self {
        HandsetError::from(error).into()
    }
}

impl TalaError {
    /// Something about the disk.
    pub(crate) fn storage(error: &dyn std::error::Error) -> Self {
        TalaError::Storage {
            reason: chain(error),
        }
    }

    /// A request to the centre that failed, or that the key did not sign.
    pub(crate) fn link(error: &TransportError) -> Self {
        let reason = chain(error);
        match unsigned(error) {
            true => TalaError::Key { reason },
            false => TalaError::Centre { reason },
        }
    }

    /// Something about the centre or the way there.
    pub(crate) fn centre(error: &dyn std::error::Error) -> Self {
        TalaError::Centre {
            reason: chain(error),
        }
    }
}

/// Whether a sync ended because the key was not at hand.
fn is_the_key(error: &DriveError) -> bool {
    matches!(error, DriveError::Transport(failed) if unsigned(failed))
}

fn unsigned(error: &TransportError) -> bool {
    let below = error.source.as_ref();
    below.is_some_and(|source| source.is::<SignerError>())
}

#[cfg(test)]
mod tests {
    use tala_client::transport::Retry;

    use super::*;

    fn of(source: Option<SignerError>) -> TalaError {
        let failed = TransportError {
            what: "the request".to_owned(),
            retry: Retry::After(None),
            source: source.map(Into::into),
        };
        HandsetError::Sync(DriveError::Transport(failed)).into()
    }

    #[test]
    fn a_key_that_is_not_at_hand_is_not_taken_for_a_centre_out_of_reach() {
        let reason = "talking to the centre: the request: the key is locked".to_owned();
        assert_eq!(of(Some(SignerError::Locked)), TalaError::Key { reason });
        let reason = "talking to the centre: the request".to_owned();
        assert_eq!(of(None), TalaError::Centre { reason });
    }
}
