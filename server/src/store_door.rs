//! What the doors remember: sessions, answers to repeated writes, uploads under way, and who was let in.
//!
//! You are here because a handler needs something that is no evidence and that no replica ever sees. It is
//! a SQLite file of its own beside the store of envelopes: losing it signs everybody out and makes phones
//! send files again, nothing more. What people and devices say is in [`crate::store`].
//!
//! One connection behind a lock is enough: every verb is one short statement by key.

mod answers;
mod audit;
mod marks;
mod orders;
mod sessions;
mod uploads;

use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use rusqlite::Connection;

pub use answers::{Answer, AnswerKey};
pub use audit::{AuditAct, AuditRow};
pub use orders::{Order, OrderAnswer};
pub use sessions::SessionRow;
pub use uploads::Upload;

const SCHEMA: &str = include_str!("store_door/schema.sql");
/// Marks the file as ours: "Tdor".
const APPLICATION_ID: i32 = 0x5464_6f72;

/// The door's memory.
#[derive(Debug)]
pub struct DoorStore {
    connection: Mutex<Connection>,
}

/// The operation that failed, with its cause.
#[derive(Debug, thiserror::Error)]
pub enum DoorStoreError {
    /// The file cannot be opened.
    #[error("opening the door store")]
    Open(#[source] rusqlite::Error),
    /// The file belongs to another program.
    #[error("the file is of another program (application id {0:#x})")]
    Foreign(i32),
    /// Reading failed.
    #[error("reading {what}")]
    Read {
        /// What was read.
        what: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// Writing failed.
    #[error("writing {what}")]
    Write {
        /// What was written.
        what: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// A lock was poisoned by a panic elsewhere.
    #[error("the lock of the door store is poisoned")]
    Poisoned,
}

impl DoorStore {
    /// Opens or makes the file.
    pub fn open(path: &Path) -> Result<Self, DoorStoreError> {
        Self::prepare(Connection::open(path).map_err(DoorStoreError::Open)?)
    }

    /// One that forgets when it is dropped.
    pub fn in_memory() -> Result<Self, DoorStoreError> {
        Self::prepare(Connection::open_in_memory().map_err(DoorStoreError::Open)?)
    }

    /// Writes a consistent copy to `path`.
    pub fn copy_to(&self, path: &Path) -> Result<(), DoorStoreError> {
        let connection = self.lock()?;
        let copied = connection.backup(rusqlite::MAIN_DB, path, None::<fn(_)>);
        copied.map_err(|source| DoorStoreError::Write {
            what: "copy",
            source,
        })
    }

    fn prepare(connection: Connection) -> Result<Self, DoorStoreError> {
        let open = DoorStoreError::Open;
        let id: i32 = connection
            .pragma_query_value(None, "application_id", |row| row.get(0))
            .map_err(open)?;
        if id != 0 && id != APPLICATION_ID {
            return Err(DoorStoreError::Foreign(id));
        }
        connection
            .pragma_update(None, "application_id", APPLICATION_ID)
            .map_err(open)?;
        // WAL keeps readers of a backup out of the way; FULL because a used code must stay used.
        connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |_| Ok(()))
            .map_err(open)?;
        connection
            .pragma_update(None, "synchronous", "FULL")
            .map_err(open)?;
        connection.execute_batch(SCHEMA).map_err(open)?;
        Ok(Self {
            connection: Mutex::new(connection),
        })
    }

    fn lock(&self) -> Result<MutexGuard<'_, Connection>, DoorStoreError> {
        self.connection
            .lock()
            .map_err(|_poisoned| DoorStoreError::Poisoned)
    }

    /// Runs one writing statement and says how many rows it changed.
    fn write(
        &self,
        what: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
    ) -> Result<usize, DoorStoreError> {
        let connection = self.lock()?;
        let done = connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(values));
        done.map_err(|source| DoorStoreError::Write { what, source })
    }

    /// Reads at most one row.
    fn read<T>(
        &self,
        what: &'static str,
        sql: &str,
        values: impl rusqlite::Params,
        row: impl FnOnce(&rusqlite::Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, DoorStoreError> {
        use rusqlite::OptionalExtension as _;
        let connection = self.lock()?;
        let got = connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.query_row(values, row).optional());
        got.map_err(|source| DoorStoreError::Read { what, source })
    }
}
