//! May this version follow that one?

use super::{Date, Entry, Registry};

/// Why a version may not follow another.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SuccessionError {
    /// Its number is not above the other's.
    #[error("number {number} is not above {previous}")]
    Number {
        /// The new one's.
        number: u64,
        /// The present one's.
        previous: u64,
    },
    /// It would hold from an earlier day than the present version.
    #[error("effective from {from}, before the present version's {previous}")]
    EffectiveFrom {
        /// The new one's.
        from: Date,
        /// The present one's.
        previous: Date,
    },
    /// A code is gone and so could be given to something else. It must stay, marked retired.
    #[error("code {0} is gone; keep it, marked retired")]
    CodeGone(String),
    /// A retired code is in use again.
    #[error("code {0} was retired and is in use again")]
    CodeReused(String),
    /// The two are not versions of one registry that this build knows.
    #[error("not versions of one registry")]
    OtherKind,
}

impl<E: Entry> Registry<E> {
    /// Of these versions, the one that holds on this day: the highest number that is in effect.
    pub fn in_force(versions: &[Self], on: Date) -> Option<&Self> {
        versions
            .iter()
            .filter(|version| version.effective_from <= on)
            .max_by_key(|version| version.number)
    }

    /// Checks that this version may follow `previous`.
    pub fn succeeds(&self, previous: &Self) -> Result<(), SuccessionError> {
        if self.number <= previous.number {
            return Err(SuccessionError::Number {
                number: self.number,
                previous: previous.number,
            });
        }
        if self.effective_from < previous.effective_from {
            return Err(SuccessionError::EffectiveFrom {
                from: self.effective_from,
                previous: previous.effective_from,
            });
        }
        for old in previous.entries() {
            let code = || old.code().to_owned();
            match self.entry(old.code()) {
                None => return Err(SuccessionError::CodeGone(code())),
                Some(new) if old.retired() && !new.retired() => {
                    return Err(SuccessionError::CodeReused(code()));
                }
                Some(_) => {}
            }
        }
        Ok(())
    }
}
