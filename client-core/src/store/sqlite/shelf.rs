//! A shelf: files and small values in one SQLite file, for a platform without folders.
//!
//! A browser has no folder whose files could be written in place, made durable one by one and encrypted.
//! So photos, files that are still being handed in, and what the shell itself remembers lie in a second
//! file beside the store, with the same promises: what a verb wrote is durable when it returns.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use rusqlite::{Connection, OptionalExtension as _, Transaction, TransactionBehavior, params};
use tala_protocol::hash::Digest;

use super::{SqliteStore, StoreError, failed, version};
use crate::install::{InstallMarker, MarkerError};
use crate::media::{BlobError, Blobs};

/// `TALS` in ASCII.
const APPLICATION_ID: i64 = 0x5441_4c53;
const VERSION: i64 = 1;
const SCHEMA: &str = "
CREATE TABLE pieces (
    kind INTEGER NOT NULL, name BLOB NOT NULL, at INTEGER NOT NULL, bytes BLOB NOT NULL,
    PRIMARY KEY (kind, name, at)
) STRICT;
CREATE TABLE held (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;
";
/// Longest piece of a file in one row, bytes.
const PIECE_LEN: usize = 256 * 1024;
const MARKER: &str = "install marker";

/// Files and small values in one SQLite file. Clones share it.
#[derive(Debug, Clone)]
pub struct SqliteShelf {
    db: Arc<Mutex<Connection>>,
}

/// What a row of pieces belongs to.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A whole file, by its hash.
    Whole = 0,
    /// What has come so far of a file that is being fetched.
    Part = 1,
    /// What the officer is handing in, by its token.
    Begun = 2,
}

impl SqliteShelf {
    /// Takes a connection that was opened by other means, and makes it a shelf where it is empty.
    pub fn over(db: Connection) -> Result<Self, StoreError> {
        let ask = |name| db.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let application = ask("application_id").map_err(|e| failed("looking at the shelf", e))?;
        let found = version(&db).map_err(|e| failed("looking at the shelf", e))?;
        let bare = application == 0 && found == 0;
        if application != APPLICATION_ID && !bare {
            return Err(StoreError::Foreign);
        }
        if found > VERSION {
            return Err(StoreError::Newer {
                found,
                known: VERSION,
            });
        }
        let as_store = SqliteStore { db };
        as_store.prepare()?;
        let mut db = as_store.db;
        if bare {
            make(&mut db).map_err(|e| failed("making the shelf", e))?;
        }
        Ok(Self {
            db: Arc::new(Mutex::new(db)),
        })
    }

    /// A named value.
    pub fn held(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.lock();
        let sql = "SELECT value FROM held WHERE name = ?1";
        let read = db.query_row(sql, params![name], |row| row.get(0));
        read.optional().map_err(|e| failed("reading a value", e))
    }

    /// Keeps a named value, or lets it go.
    pub fn hold(&self, name: &str, value: Option<&[u8]>) -> Result<(), StoreError> {
        let db = self.lock();
        let done = match value {
            Some(value) => db.execute(
                "INSERT OR REPLACE INTO held (name, value) VALUES (?1, ?2)",
                params![name, value],
            ),
            None => db.execute("DELETE FROM held WHERE name = ?1", params![name]),
        };
        done.map(|_| ()).map_err(|e| failed("keeping a value", e))
    }

    /// Adds bytes to what is being handed in under a token, and returns how many there are now.
    pub fn append_begun(&self, token: &[u8], bytes: &[u8]) -> Result<usize, StoreError> {
        self.within("keeping a piece", |tx| {
            let len = length(tx, Kind::Begun, token)?;
            put(tx, Kind::Begun, token, len, bytes)?;
            Ok(len.saturating_add(bytes.len()))
        })
    }

    /// What was handed in under a token so far; nothing where it is unknown.
    pub fn begun(&self, token: &[u8]) -> Result<Vec<u8>, StoreError> {
        let bytes = whole(&self.lock(), Kind::Begun, token);
        Ok(bytes
            .map_err(|e| failed("reading pieces", e))?
            .unwrap_or_default())
    }

    /// Lets go of what was handed in.
    pub fn drop_begun(&self, token: &[u8]) -> Result<(), StoreError> {
        self.within("dropping pieces", |tx| cut(tx, Kind::Begun, token, 0))
    }

    /// The marker of this installation. A browser's profile is copied as a whole, marker and store together:
    /// unlike a phone's folder, a restored profile is not recognised by it.
    pub fn marker(&self) -> Box<dyn InstallMarker> {
        Box::new(Marker(self.clone()))
    }

    fn lock(&self) -> MutexGuard<'_, Connection> {
        // A panic in the middle of a transaction has rolled it back.
        self.db
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn within<R>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<R>,
    ) -> Result<R, StoreError> {
        let mut db = self.lock();
        let run = || -> rusqlite::Result<R> {
            let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let done = work(&tx)?;
            tx.commit()?;
            Ok(done)
        };
        run().map_err(|e| failed(doing, e))
    }

    fn blob<R>(
        &self,
        doing: &'static str,
        hash: &Digest,
        work: impl FnOnce(&Transaction<'_>, &[u8]) -> rusqlite::Result<R>,
    ) -> Result<R, BlobError> {
        let name = hash.to_tagged();
        self.within(doing, |tx| work(tx, &name))
            .map_err(|source| BlobError {
                doing,
                hash: *hash,
                source: io::Error::other(source),
            })
    }
}

impl Blobs for SqliteShelf {
    fn put(&mut self, hash: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        self.blob("keep", hash, |tx, name| match is_there(tx, name)? {
            true => Ok(()),
            false => put(tx, Kind::Whole, name, 0, bytes),
        })
    }

    fn get(&self, hash: &Digest) -> Result<Option<Vec<u8>>, BlobError> {
        self.blob("read", hash, |tx, name| whole(tx, Kind::Whole, name))
    }

    fn has(&self, hash: &Digest) -> Result<bool, BlobError> {
        self.blob("read", hash, |tx, name| is_there(tx, name))
    }

    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError> {
        self.blob("drop", hash, |tx, name| cut(tx, Kind::Whole, name, 0))
    }

    fn part(&self, hash: &Digest) -> Result<Vec<u8>, BlobError> {
        let part = self.blob("read", hash, |tx, name| whole(tx, Kind::Part, name))?;
        Ok(part.unwrap_or_default())
    }

    fn put_part(&mut self, hash: &Digest, from: usize, bytes: &[u8]) -> Result<(), BlobError> {
        self.blob("keep", hash, |tx, name| {
            cut(tx, Kind::Part, name, from)?;
            put(tx, Kind::Part, name, from, bytes)
        })
    }

    fn drop_part(&mut self, hash: &Digest) -> Result<(), BlobError> {
        self.blob("drop", hash, |tx, name| cut(tx, Kind::Part, name, 0))
    }
}

#[derive(Debug)]
struct Marker(SqliteShelf);

impl InstallMarker for Marker {
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
        self.0.held(MARKER).map_err(|source| MarkerError {
            doing: "read",
            source: Box::new(source),
        })
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError> {
        let kept = self.0.hold(MARKER, Some(bytes));
        kept.map_err(|source| MarkerError {
            doing: "write",
            source: Box::new(source),
        })
    }
}

fn make(db: &mut Connection) -> rusqlite::Result<()> {
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(SCHEMA)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", VERSION)?;
    tx.commit()
}

fn is_there(db: &Connection, name: &[u8]) -> rusqlite::Result<bool> {
    let sql = "SELECT EXISTS (SELECT 1 FROM pieces WHERE kind = ?1 AND name = ?2)";
    db.query_row(sql, params![Kind::Whole as u8, name], |row| row.get(0))
}

/// All bytes in order; `None` where there is no piece.
fn whole(db: &Connection, kind: Kind, name: &[u8]) -> rusqlite::Result<Option<Vec<u8>>> {
    let sql = "SELECT bytes FROM pieces WHERE kind = ?1 AND name = ?2 ORDER BY at";
    let mut ask = db.prepare_cached(sql)?;
    let mut rows = ask.query(params![kind as u8, name])?;
    let mut all: Option<Vec<u8>> = None;
    while let Some(row) = rows.next()? {
        let piece = row.get_ref(0)?.as_blob()?;
        all.get_or_insert_default().extend_from_slice(piece);
    }
    Ok(all)
}

fn length(db: &Connection, kind: Kind, name: &[u8]) -> rusqlite::Result<usize> {
    let sql =
        "SELECT coalesce(max(at + length(bytes)), 0) FROM pieces WHERE kind = ?1 AND name = ?2";
    let len: i64 = db.query_row(sql, params![kind as u8, name], |row| row.get(0))?;
    Ok(usize::try_from(len).unwrap_or(0))
}

/// Adds a piece behind what ends at `from`, in rows of bounded length. A file without bytes is one row.
fn put(
    db: &Connection,
    kind: Kind,
    name: &[u8],
    from: usize,
    bytes: &[u8],
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO pieces (kind, name, at, bytes) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = db.prepare_cached(sql)?;
    let mut at = from;
    for piece in bytes.chunks(PIECE_LEN) {
        insert.execute(params![kind as u8, name, number(at), piece])?;
        at = at.saturating_add(piece.len());
    }
    Ok(())
}

/// Lets go of everything from `from` on, also of the tail of a piece that begins before.
fn cut(db: &Connection, kind: Kind, name: &[u8], from: usize) -> rusqlite::Result<()> {
    let from = number(from);
    db.execute(
        "DELETE FROM pieces WHERE kind = ?1 AND name = ?2 AND at >= ?3",
        params![kind as u8, name, from],
    )?;
    db.execute(
        "UPDATE pieces SET bytes = substr(bytes, 1, ?3 - at)
         WHERE kind = ?1 AND name = ?2 AND at + length(bytes) > ?3",
        params![kind as u8, name, from],
    )?;
    Ok(())
}

fn number(at: usize) -> i64 {
    i64::try_from(at).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(path: &std::path::Path) -> SqliteShelf {
        SqliteShelf::over(Connection::open(path).expect("opens")).expect("is a shelf")
    }

    #[test]
    fn files_parts_and_values_come_back_to_the_byte_after_it_was_closed() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("shelf.sqlite");
        let photo: Vec<u8> = (0..600_000_u32).map(|n| n.to_le_bytes()[0]).collect();
        let hash = Digest::sha256(&photo);
        let mut shelf = open(&path);
        assert_eq!(shelf.get(&hash).expect("looks"), None);
        shelf.put(&hash, &photo).expect("keeps");
        shelf.put(&hash, &photo).expect("keeps again");
        shelf.put_part(&hash, 0, &photo[..300_000]).expect("keeps");
        shelf
            .put_part(&hash, 100_000, &photo[100_000..100_010])
            .expect("goes on before the end");
        assert_eq!(shelf.append_begun(b"t", b"first ").expect("keeps"), 6);
        assert_eq!(shelf.append_begun(b"t", b"second").expect("keeps"), 12);
        shelf.marker().write(b"here").expect("marks");
        drop(shelf);

        let mut shelf = open(&path);
        assert!(shelf.has(&hash).expect("looks"));
        assert_eq!(
            shelf.get(&hash).expect("reads").as_deref(),
            Some(&photo[..])
        );
        assert_eq!(shelf.part(&hash).expect("reads"), &photo[..100_010]);
        assert_eq!(shelf.begun(b"t").expect("reads"), b"first second");
        let mark = shelf.marker().read().expect("reads");
        assert_eq!(mark.as_deref(), Some(&b"here"[..]));
        shelf.drop_file(&hash).expect("drops");
        shelf.drop_part(&hash).expect("drops");
        shelf.drop_begun(b"t").expect("drops");
        shelf.hold(MARKER, None).expect("drops");
        assert!(!shelf.has(&hash).expect("looks"));
        assert!(shelf.part(&hash).expect("reads").is_empty());
        assert!(shelf.begun(b"t").expect("reads").is_empty());
        assert_eq!(shelf.marker().read().expect("reads"), None);
    }

    #[test]
    fn the_tables_are_those_of_the_golden_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let shelf = open(&folder.path().join("shelf.sqlite"));
        let db = shelf.lock();
        let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
        let mut ask = db.prepare(sql).expect("prepares");
        let rows = ask.query_map([], |row| row.get(0)).expect("asks");
        let mut tables: Vec<String> = rows.collect::<Result<_, _>>().expect("reads");
        tables.push(String::new());
        let golden = include_str!("../../../../fixtures/golden/store/shelf-v1.sql");
        assert_eq!(tables.join(";\n"), golden);
    }

    #[test]
    fn a_file_of_another_kind_is_no_shelf() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("phone.sqlite");
        drop(SqliteStore::open(&path).expect("opens"));
        let db = Connection::open(&path).expect("opens");
        assert!(matches!(SqliteShelf::over(db), Err(StoreError::Foreign)));
        let db = Connection::open(folder.path().join("newer")).expect("opens");
        db.pragma_update(None, "application_id", APPLICATION_ID)
            .expect("sets");
        db.pragma_update(None, "user_version", 2).expect("sets");
        let newer = SqliteShelf::over(db);
        assert!(matches!(
            newer,
            Err(StoreError::Newer { found: 2, known: 1 })
        ));
    }
}
