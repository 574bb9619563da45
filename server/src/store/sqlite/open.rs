//! Opening, migrating, copying and checking the file.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::store::StoreError;

mod migrations {
    refinery::embed_migrations!("migrations");
}

/// `Tala` in ASCII: SQLite's application id of our files.
pub(super) const APPLICATION_ID: i32 = 0x5461_6c61;
/// How long a connection waits for another's lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// Statements kept prepared per connection.
const STATEMENTS_MAX: usize = 256;
/// Pages of the write-ahead log after which it is copied into the file, 64 MiB. Pages that many envelopes
/// share are copied once for all of them; durability does not depend on it.
const LOG_PAGES_MAX: u32 = 16 * 1024;
/// Memory for pages, KiB: the writer touches the same inner pages of every index all the time.
const WRITER_CACHE_KIB: u32 = 64 * 1024;
const READER_CACHE_KIB: u32 = 8 * 1024;
/// How long a backup waits for a lock.
const COPY_WAIT_MAX: Duration = Duration::from_secs(60);

/// Opens for writing: checks whose file it is, sets and reads back what durability needs, migrates.
pub(super) fn writer(path: &Path) -> Result<Connection, StoreError> {
    let opening = |source| StoreError::Open {
        path: path.to_owned(),
        source,
    };
    refuse_foreign(path)?;
    let mut connection = Connection::open(path).map_err(opening)?;
    prepare(&connection, WRITER_CACHE_KIB).map_err(opening)?;
    connection
        .execute_batch(&format!(
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;
             PRAGMA wal_autocheckpoint={LOG_PAGES_MAX};"
        ))
        .map_err(opening)?;
    read_back(&connection, "journal_mode", "wal")?;
    read_back(&connection, "synchronous", "2")?;
    migrate(&mut connection, refinery::Target::Latest)?;
    let version = newest_schema();
    connection
        .execute_batch(&format!(
            "PRAGMA application_id={APPLICATION_ID}; PRAGMA user_version={version};"
        ))
        .map_err(opening)?;
    Ok(connection)
}

/// Brings the tables forward to a version.
pub(super) fn migrate(
    connection: &mut Connection,
    target: refinery::Target,
) -> Result<(), StoreError> {
    let runner = migrations::migrations::runner().set_target(target);
    let done = runner.run(connection);
    done.map_err(|error| StoreError::Migrate(Box::new(error)))?;
    Ok(())
}

/// Opens for writing beside another process: nothing is made, migrated or set for others.
pub(super) fn beside(path: &Path) -> Result<Connection, StoreError> {
    let opening = |source| StoreError::Open {
        path: path.to_owned(),
        source,
    };
    refuse_foreign(path)?;
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    prepare(&connection, READER_CACHE_KIB).map_err(opening)?;
    let (found, known) = (pragma(&connection, "user_version")?, newest_schema());
    if found < known {
        return Err(StoreError::Older { found, known });
    }
    connection
        .execute_batch("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;")
        .map_err(opening)?;
    read_back(&connection, "journal_mode", "wal")?;
    read_back(&connection, "synchronous", "2")?;
    Ok(connection)
}

/// Opens for reading only.
pub(super) fn reader(path: &Path) -> Result<Connection, StoreError> {
    let opening = |source| StoreError::Open {
        path: path.to_owned(),
        source,
    };
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(opening)?;
    prepare(&connection, READER_CACHE_KIB).map_err(opening)?;
    Ok(connection)
}

/// Copies all of the store into `to`, which must not exist yet or be a copy to replace.
pub(super) fn copy(from: &Connection, to: &Path) -> Result<(), StoreError> {
    let mut copy = Connection::open(to).map_err(StoreError::Copy)?;
    let backup = Backup::new(from, &mut copy).map_err(StoreError::Copy)?;
    // All pages in one step: one moment of the source, which goes on being written meanwhile. Copying in
    // several steps begins again after every commit of others and would never end under load.
    let began = std::time::Instant::now();
    loop {
        match backup.step(-1).map_err(StoreError::Copy)? {
            StepResult::Done => break,
            _ if began.elapsed() > COPY_WAIT_MAX => {
                return Err(StoreError::Unsupported("copy while it is locked"));
            }
            _ => std::thread::sleep(Duration::from_millis(5)),
        }
    }
    drop(backup);
    copy.execute_batch("PRAGMA journal_mode=DELETE;")
        .map_err(StoreError::Copy)
}

/// What `integrity_check` and `foreign_key_check` find; empty when all is well.
pub(super) fn integrity(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let reading = |source| StoreError::Read {
        what: "integrity",
        source,
    };
    let mut statement = connection
        .prepare("PRAGMA integrity_check")
        .map_err(reading)?;
    let rows = statement.query_map([], |row| row.get(0)).map_err(reading)?;
    let found: Vec<String> = rows.collect::<Result<_, _>>().map_err(reading)?;
    Ok(found.into_iter().filter(|line| line != "ok").collect())
}

/// Looks at a file before anything opens it for writing.
fn refuse_foreign(path: &Path) -> Result<(), StoreError> {
    if std::fs::metadata(path).map_or(0, |file| file.len()) == 0 {
        return Ok(());
    }
    let connection = reader(path)?;
    let application: i32 = pragma(&connection, "application_id")?;
    let found: i64 = pragma(&connection, "user_version")?;
    let known = newest_schema();
    // A file that a crash left before its first migration ended has neither number yet.
    let unfinished = application == 0 && found == 0;
    if application != APPLICATION_ID && !unfinished {
        return Err(StoreError::Foreign(application));
    }
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    Ok(())
}

/// Number of the newest migration that this build has.
pub(super) fn newest_schema() -> i64 {
    let runner = migrations::migrations::runner();
    let versions = runner.get_migrations().iter();
    versions
        .map(|migration| i64::from(migration.version()))
        .max()
        .unwrap_or(0)
}

fn prepare(connection: &Connection, cache_kib: u32) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // Otherwise SQLite plans a prepared statement anew each time that a limit is bound to it: 13 % of all
    // that a centre computed while it took in segments (measured 2026-11).
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA cache_size=-{cache_kib}; PRAGMA temp_store=MEMORY;"
    ))
}

fn pragma<T: rusqlite::types::FromSql>(
    connection: &Connection,
    name: &'static str,
) -> Result<T, StoreError> {
    connection
        .pragma_query_value(None, name, |row| row.get(0))
        .map_err(|source| StoreError::Read { what: name, source })
}

fn read_back(
    connection: &Connection,
    name: &'static str,
    expected: &str,
) -> Result<(), StoreError> {
    let found: rusqlite::types::Value = pragma(connection, name)?;
    let found = match found {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        rusqlite::types::Value::Text(text) => text,
        other => format!("{other:?}"),
    };
    if found == expected {
        Ok(())
    } else {
        Err(StoreError::Setting { name, found })
    }
}
