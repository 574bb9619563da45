//! Drafts: what a screen wants to find again after a kill. They are nobody's record yet: they are in no feed,
//! are never sent, and say nothing about what waits for the centre.

use tala_protocol::time::UnixMs;

use crate::engine::{Engine, EngineError};
use crate::store::{DraftRow, Store, Write};

/// Most drafts at once.
pub const DRAFTS_MAX: usize = 64;
/// Longest draft, bytes.
pub const DRAFT_BYTES_MAX: usize = 256 * 1024;
/// Longest name of a draft, bytes.
pub const DRAFT_KEY_BYTES_MAX: usize = 128;

/// Why a draft is not kept.
#[derive(Debug, thiserror::Error)]
pub enum DraftError {
    /// It has no name, or one that is too long.
    #[error("a draft's name has 1 to {DRAFT_KEY_BYTES_MAX} bytes")]
    Key,
    /// It is too long.
    #[error("a draft has at most {DRAFT_BYTES_MAX} bytes")]
    TooLong,
    /// There are too many.
    #[error("at most {DRAFTS_MAX} drafts are kept")]
    TooMany,
}

impl<S: Store> Engine<S> {
    /// Keeps a draft in place of an older one of the same name. It is durable when this returns.
    pub fn save_draft(
        &mut self,
        key: &str,
        value: Vec<u8>,
        now: UnixMs,
    ) -> Result<(), EngineError> {
        if key.is_empty() || key.len() > DRAFT_KEY_BYTES_MAX {
            return Err(DraftError::Key.into());
        }
        if value.len() > DRAFT_BYTES_MAX {
            return Err(DraftError::TooLong.into());
        }
        let held = self.store.drafts()?;
        if held.len() >= DRAFTS_MAX && !held.iter().any(|draft| draft.key == key) {
            return Err(DraftError::TooMany.into());
        }
        let draft = DraftRow {
            key: key.to_owned(),
            saved_at: now,
            value,
        };
        Ok(self.store.commit(&[Write::Draft(draft)])?)
    }

    /// Every draft, the one saved last first.
    pub fn drafts(&self) -> Result<Vec<DraftRow>, EngineError> {
        Ok(self.store.drafts()?)
    }

    /// Lets a draft go, if it is there.
    pub fn drop_draft(&mut self, key: &str) -> Result<(), EngineError> {
        Ok(self.store.commit(&[Write::DropDraft(key.to_owned())])?)
    }
}
