//! The store under SQLCipher: whether this build has it, and how the key is given.
//!
//! The key is given raw, 256 bits that the platform's keystore made: nothing is derived from a word, so
//! opening costs no time. Pages are AES-256 with an HMAC-SHA512 each, in the file and in the write-ahead
//! log, as SQLCipher 4 has it; the version is pinned, so that a later library goes on reading them. Shared
//! memory holds page numbers only, and what SQLite needs for a moment stays in memory (`temp_store`).

use rusqlite::{Connection, OptionalExtension as _};
use zeroize::Zeroizing;

use super::failed;
use crate::at_rest::DatabaseKey;
use crate::store::StoreError;

/// The SQLCipher that this build has, if it has one.
pub fn version() -> Result<Option<String>, StoreError> {
    let ask = || -> rusqlite::Result<Option<String>> {
        let nowhere = Connection::open_in_memory()?;
        let said = nowhere.query_row("PRAGMA cipher_version", [], |row| row.get(0));
        said.optional()
    };
    ask().map_err(|e| failed("asking for the cipher", e))
}

/// Refuses where this build cannot encrypt: plain SQLite would take the key and write in clear.
pub(super) fn require() -> Result<(), StoreError> {
    if version()?.is_none() {
        return Err(StoreError::NoCipher);
    }
    // It would write to standard error, or the system's log, what the caller gets as an error anyway.
    let quiet = || Connection::open_in_memory()?.execute_batch("PRAGMA cipher_log_level = NONE");
    quiet().map_err(|e| failed("silencing the cipher", e))
}

/// The very first statements of a connection.
pub(super) fn give(db: &Connection, key: &DatabaseKey) -> rusqlite::Result<()> {
    let hex = key.hex();
    let said = Zeroizing::new(format!("PRAGMA key = \"x'{}'\"", hex.as_str()));
    db.execute_batch(&said)?;
    db.execute_batch("PRAGMA cipher_compatibility = 4")
}
