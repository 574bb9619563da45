//! What a restored server says first: from where it goes on.
//!
//! It is the first leaf of the new log. Phones show "centre restored" and offer again everything since;
//! where a new log appears without one of these, they raise an alarm.

use super::hash::NodeHash;
use super::key::LogKey;
use crate::fields::{Fields, FieldsError, Raw};
use crate::id::LogId;
use crate::time::UnixMs;

/// Longest reason, bytes.
pub const MAX_REASON_BYTES: usize = 2_000;
/// Longest statement that is read, bytes.
pub const MAX_RESTORE_BYTES: usize = 4_096;

/// What stands before the signed bytes.
const CONTEXT: &[u8] = b"tala/1 restore\n";

/// The last state that was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestoreStatement {
    /// The log that begins with this statement.
    pub new_log: LogId,
    /// The log that ended.
    pub old_log: LogId,
    /// How many leaves of it were restored.
    pub old_size: u64,
    /// Its root at that size.
    pub old_root: NodeHash,
    /// Why, as the administrator wrote it.
    pub reason: String,
    /// The server's clock.
    pub at: UnixMs,
    /// Fields of a newer version.
    pub newer: Fields,
}

/// A statement with the signature of the new log's key. Its bytes are the data of the first leaf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedRestore {
    /// What is stated.
    pub statement: RestoreStatement,
    /// Ed25519 over [`RestoreStatement::to_sign`].
    pub signature: [u8; 64],
}

/// Why bytes are not a statement, or it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreError {
    /// Not the canonical form.
    #[error("reading the restore statement")]
    Form(#[from] FieldsError),
    /// It begins another log than the key's.
    #[error("the statement begins log {0}")]
    Log(LogId),
    /// A log cannot go on from itself.
    #[error("the statement names one log as old and new")]
    SameLog,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

impl RestoreStatement {
    /// The bytes to sign.
    pub fn to_sign(&self) -> Vec<u8> {
        [CONTEXT, &self.fields().to_bytes()].concat()
    }

    fn fields(&self) -> Fields {
        let mut fields = self.newer.clone();
        fields
            .set(0, 1u64)
            .set(1, Raw::bytes(self.new_log.as_bytes()))
            .set(2, Raw::bytes(self.old_log.as_bytes()))
            .set(3, self.old_size)
            .set(4, Raw::bytes(&self.old_root))
            .set(5, &self.reason)
            .set(6, self.at.0);
        fields
    }
}

impl SignedRestore {
    /// The canonical form: the data of the new log's first leaf.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut fields = self.statement.fields();
        fields.set(7, Raw::bytes(&self.signature));
        fields.to_bytes()
    }

    /// Reads the canonical form. Nothing is believed before [`Self::verify`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, RestoreError> {
        let mut fields = Fields::parse(bytes, MAX_RESTORE_BYTES)?;
        fields.take_format(1)?;
        let signature = fields.take_array(7, "signature")?;
        let statement = RestoreStatement {
            new_log: LogId::from_bytes(fields.take_array(1, "new log")?),
            old_log: LogId::from_bytes(fields.take_array(2, "old log")?),
            old_size: fields.take_u64(3, "old size")?,
            old_root: fields.take_array(4, "old root")?,
            reason: fields.take_text(5, "reason", MAX_REASON_BYTES)?,
            at: UnixMs(fields.take_i64(6, "time")?),
            newer: fields,
        };
        if statement.new_log == statement.old_log {
            return Err(RestoreError::SameLog);
        }
        Ok(Self {
            statement,
            signature,
        })
    }

    /// Does the log whose key this is begin with this statement?
    pub fn verify(&self, key: &LogKey) -> Result<&RestoreStatement, RestoreError> {
        if self.statement.new_log != key.log_id() {
            return Err(RestoreError::Log(self.statement.new_log));
        }
        if key.signs(&self.statement.to_sign(), &self.signature) {
            Ok(&self.statement)
        } else {
            Err(RestoreError::Signature)
        }
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    fn example() -> (SignedRestore, LogKey) {
        let secret = SigningKey::from_bytes(&[6; 32]);
        let statement = RestoreStatement {
            new_log: LogId::from_bytes([0x22; 16]),
            old_log: LogId::from_bytes([0x11; 16]),
            old_size: 1_234,
            old_root: [0xab; 32],
            reason: "磁盘损坏".into(),
            at: UnixMs(1_780_000_000_000),
            newer: Fields::new(),
        };
        let signature = secret.sign(&statement.to_sign()).to_bytes();
        let key = LogKey::new(statement.new_log, secret.verifying_key());
        (
            SignedRestore {
                statement,
                signature,
            },
            key,
        )
    }

    #[test]
    fn the_golden_statement_is_still_read_and_written() {
        let (signed, key) = example();
        let golden = crate::golden::check("log/restore.cbor", &signed.to_bytes());
        let read = SignedRestore::from_bytes(&golden).expect("reads");
        assert_eq!(read.verify(&key), Ok(&signed.statement));
    }

    #[test]
    fn another_log_or_a_changed_word_is_refused() {
        let (signed, key) = example();
        let other = LogKey::new(LogId::from_bytes([0x33; 16]), *key.public());
        assert!(matches!(signed.verify(&other), Err(RestoreError::Log(_))));
        let mut changed = signed.clone();
        changed.statement.old_size += 1;
        assert_eq!(changed.verify(&key), Err(RestoreError::Signature));
        changed.statement.old_log = changed.statement.new_log;
        assert_eq!(
            SignedRestore::from_bytes(&changed.to_bytes()),
            Err(RestoreError::SameLog)
        );
    }
}
