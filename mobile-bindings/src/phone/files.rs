//! Files that a screen shows, and those that another phone wrote.

use super::Phone;
use crate::error::TalaError;

/// What taking in a file of another phone did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct TakenIn {
    /// Envelopes that are new here.
    pub taken: u64,
    /// Envelopes that were here already.
    pub known: u64,
    /// Envelopes that nobody known signed, or that cannot be read; not kept.
    pub refused: u64,
}

#[uniffi::export]
impl Phone {
    /// The bytes of a file or of its thumbnail, for a screen; none where they are not on this phone.
    pub fn picture(&self, hash: String, thumb: bool) -> Result<Option<Vec<u8>>, TalaError> {
        let shown = self.on()?.handset.shown(&hash, thumb)?;
        Ok(shown.map(|shown| shown.bytes))
    }

    /// Takes in a file that another phone wrote ([`Phone::export_bundle`]).
    pub fn import_bundle(&self, path: String) -> Result<TakenIn, TalaError> {
        let bytes = std::fs::read(&path).map_err(|error| TalaError::storage(&error))?;
        let taken = self.write(|handset| handset.take_bundle(&bytes))?;
        let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
        Ok(TakenIn {
            taken: count(taken.taken),
            known: count(taken.known),
            refused: count(taken.refused),
        })
    }
}
