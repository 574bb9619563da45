//! The store of one machine: SQLite in one file.
//!
//! WAL with `synchronous=FULL`, set at every opening of the writer and read back. One connection writes;
//! read-only connections stand beside it and each read sees one moment. A file of another program or of a
//! newer schema is refused before anything in it is touched.

mod accounts;
mod delivery;
mod envelopes;
mod feeds;
mod log;
mod open;
mod projections;
mod quarantine;
mod registries;
mod session;
mod statements;
mod value;

use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::{Part, Reading, Store, StoreError, Writer};
use session::Session;

/// Read-only connections that are kept open between reads.
const IDLE_READERS_MAX: usize = 16;

/// A centre's store in one SQLite file.
pub struct SqliteStore {
    path: PathBuf,
    writer: Mutex<Option<Box<dyn Writer>>>,
    readers: Mutex<Vec<Connection>>,
}

#[derive(Debug)]
struct SqliteWriter {
    connection: Connection,
}

impl SqliteStore {
    /// Opens the store at `path`; makes it if there is none, migrates it forward if it is older.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let connection = open::writer(path)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Some(Box::new(SqliteWriter { connection }))),
            readers: Mutex::new(Vec::new()),
        })
    }

    /// Opens a store that another process may be running on. Nothing is made or migrated; a writer of it
    /// waits its turn. What the other process holds in memory is for the caller to leave alone.
    pub fn open_beside(path: &Path) -> Result<Self, StoreError> {
        let connection = open::beside(path)?;
        Ok(Self {
            path: path.to_owned(),
            writer: Mutex::new(Some(Box::new(SqliteWriter { connection }))),
            readers: Mutex::new(Vec::new()),
        })
    }

    fn reader(&self) -> Result<Connection, StoreError> {
        match locked(&self.readers).pop() {
            Some(connection) => Ok(connection),
            None => open::reader(&self.path),
        }
    }
}

impl Store for SqliteStore {
    fn take_writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        locked(&self.writer).take().ok_or(StoreError::WriterTaken)
    }

    fn return_writer(&self, writer: Box<dyn Writer>) {
        *locked(&self.writer) = Some(writer);
    }

    fn reading(&self, reading: &mut Reading<'_>) -> Result<(), StoreError> {
        let connection = self.reader()?;
        connection
            .execute_batch("BEGIN DEFERRED")
            .map_err(StoreError::Begin)?;
        let read = reading(&Session::new(&connection));
        let ended = connection.execute_batch("ROLLBACK");
        if ended.is_ok() {
            let mut idle = locked(&self.readers);
            if idle.len() < IDLE_READERS_MAX {
                idle.push(connection);
            }
        }
        read
    }

    fn copy_to(&self, to: &Path) -> Result<(), StoreError> {
        let from = open::reader(&self.path)?;
        open::copy(&from, to)
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        open::integrity(&open::reader(&self.path)?)
    }
}

impl Writer for SqliteWriter {
    fn transact(&mut self, part: &mut Part<'_>) -> Result<(), StoreError> {
        self.connection
            .execute_batch("BEGIN IMMEDIATE")
            .map_err(StoreError::Begin)?;
        match part(&mut Session::new(&self.connection)) {
            Ok(()) => self
                .connection
                .execute_batch("COMMIT")
                .map_err(StoreError::Commit),
            Err(error) => {
                // The first error is the one to tell; a rollback that fails shows at the next begin.
                let _ = self.connection.execute_batch("ROLLBACK");
                Err(error)
            }
        }
    }
}

/// A connection is sound whatever its last user panicked over: each use begins its own transaction.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod tests;
