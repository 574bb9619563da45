//! The public key of one log.

use ed25519_dalek::VerifyingKey;

use super::note::NoteKey;
use crate::id::LogId;

/// Whose checkpoints, acknowledgements and restore statements are believed: one life of a server's log
/// and its key. A phone holds these for every log it has met.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKey {
    log_id: LogId,
    note: NoteKey,
}

impl LogKey {
    /// The key of `log_id`.
    pub fn new(log_id: LogId, public: VerifyingKey) -> Self {
        Self {
            log_id,
            note: NoteKey::for_log(log_id, public),
        }
    }

    /// Which log.
    pub const fn log_id(&self) -> LogId {
        self.log_id
    }

    /// The public key.
    pub const fn public(&self) -> &VerifyingKey {
        self.note.public()
    }

    /// The same key as C2SP notes name it.
    pub const fn note_key(&self) -> &NoteKey {
        &self.note
    }

    /// The origin line of this log's checkpoints, and the name its signatures carry.
    pub fn origin(log_id: LogId) -> String {
        format!("tala.invalid/log/{log_id}")
    }

    /// Does `signature` sign `message` with this key? Strict: no malleable or weak forms.
    pub(super) fn signs(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.public().verify_strict(message, &signature).is_ok()
    }
}
