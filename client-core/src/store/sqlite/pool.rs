//! A store in a browser's worker: SQLCipher over files of which this worker holds all handles.
//!
//! One connection at a time, so the WAL needs no shared memory. Everything in a file is encrypted page by
//! page, the journal as well; the key never leaves memory. A build without the cipher is refused.

use rusqlite::{Connection, OpenFlags};

use super::schema::{APPLICATION_ID, STEPS};
use super::{SqliteShelf, SqliteStore, StoreError, failed, version};

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
        let db = self.connect(name)?;
        refuse_other(&db)?;
        let mut store = SqliteStore { db };
        store.prepare()?;
        store.migrate()?;
        Ok(store)
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

/// Refuses a file of a newer version or of another program, without writing to it.
fn refuse_other(db: &Connection) -> Result<(), StoreError> {
    let look = || -> rusqlite::Result<(i64, i64)> {
        let application = db.query_row("PRAGMA application_id", [], |row| row.get(0))?;
        Ok((application, version(db)?))
    };
    let (application, found) = look().map_err(|e| failed("looking at the file", e))?;
    if application != APPLICATION_ID && (application != 0 || found > 0) {
        return Err(StoreError::Foreign);
    }
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(())
}
