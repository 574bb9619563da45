//! A store in a browser's worker: SQLCipher over files of which this worker holds all handles.
//!
//! One connection at a time, so the WAL needs no shared memory. Everything in a file is encrypted page by
//! page, the journal as well; the key never leaves memory. A build without the cipher is refused.

use rusqlite::{Connection, OpenFlags};

use super::{SqliteShelf, SqliteStore, StoreError, failed};

/// Where a worker's files are: a file system of SQLite, and the key of everything in it.
pub struct Pool<'a> {
    /// Name under which the file system was registered.
    pub vfs: &'a str,
    /// The key.
    pub key: &'a [u8; 32],
}

impl Pool<'_> {
    /// Opens or makes a phone's store.
    pub fn store(&self, name: &str) -> Result<SqliteStore, StoreError> {
        SqliteStore::over(self.connect(name)?)
    }

    /// Opens or makes a shelf.
    pub fn shelf(&self, name: &str) -> Result<SqliteShelf, StoreError> {
        SqliteShelf::over(self.connect(name)?)
    }

    fn connect(&self, name: &str) -> Result<Connection, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
        let run = || -> rusqlite::Result<(Connection, String)> {
            let db = Connection::open_with_flags_and_vfs(name, flags, self.vfs)?;
            let key = data_encoding::HEXLOWER.encode(self.key);
            // As a raw key: there is nothing to stretch in 32 random bytes.
            db.execute_batch(&format!("PRAGMA key = \"x'{key}'\""))?;
            let mut ask = db.prepare("PRAGMA cipher_version")?;
            let cipher = match ask.query([])?.next()? {
                Some(row) => row.get(0)?,
                None => String::new(),
            };
            drop(ask);
            db.execute_batch("PRAGMA locking_mode = EXCLUSIVE")?;
            Ok((db, cipher))
        };
        let (db, cipher) = run().map_err(|e| failed("opening", e))?;
        if cipher.is_empty() {
            return Err(StoreError::Setting {
                name: "cipher_version",
                found: cipher,
                wanted: "SQLCipher",
            });
        }
        Ok(db)
    }
}
