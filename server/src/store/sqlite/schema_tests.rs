//! The tables as each migration leaves them, and a store of the first version that is opened by this one.

use std::path::{Path, PathBuf};

use refinery::Target;
use rusqlite::{Connection, params};

use super::*;
use crate::store::read;
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::sync::Scope;

/// What the tables of a schema are.
fn tables(connection: &Connection) -> String {
    // What an index of boxes keeps inside is SQLite's own.
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
               AND name NOT IN ('refinery_schema_history', 'sqlite_sequence')
               AND name NOT IN (SELECT name FROM pragma_table_list WHERE type = 'shadow')
               ORDER BY name";
    let mut statement = connection.prepare(sql).expect("prepares");
    let rows = statement.query_map([], |row| row.get(0)).expect("reads");
    let mut tables: Vec<String> = rows.collect::<Result<_, _>>().expect("reads");
    tables.push(String::new());
    tables.join(";\n")
}

/// Compares with the golden file; writes one that is missing where `TALA_GOLDEN=write` is set, and never
/// changes one that is there.
fn check(name: &str, made: &str) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/golden/store");
    let path = folder.join(name);
    if !path.exists() && std::env::var_os("TALA_GOLDEN").is_some_and(|it| it == "write") {
        std::fs::write(&path, made).expect("writes the golden file");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(
        made, golden,
        "{name}: a released schema changes by a new migration only"
    );
}

/// A store as the release that ended with this migration left it.
fn made_by(version: i64, path: &Path) -> Connection {
    let mut connection = Connection::open(path).expect("opens");
    open::migrate(
        &mut connection,
        Target::Version(version.try_into().expect("small")),
    )
    .expect("migrates");
    connection
        .execute_batch(&format!(
            "PRAGMA application_id={}; PRAGMA user_version={version};",
            open::APPLICATION_ID
        ))
        .expect("marks");
    connection
}

#[test]
fn every_schema_that_was_ever_written_is_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for version in 1..=open::newest_schema() {
        let path = folder.path().join(format!("{version}.sqlite"));
        let made = tables(&made_by(version, &path));
        check(&format!("server-v{version}.sql"), &made);
    }
}

#[test]
fn a_store_of_the_first_version_is_brought_forward_with_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tala.sqlite");
    let old = made_by(1, &path);
    let object = [7u8; 16];
    let genesis: Vec<u8> = [1].into_iter().chain(object).chain([8; 16]).collect();
    old.execute(
        "INSERT INTO feed VALUES (1, ?1, ?2, ?3, 0, 1, 1, NULL, 1, NULL)",
        params![
            [2u8; 16],
            super::value::audience_bytes(&Audience::Field),
            [3u8; 16]
        ],
    )
    .expect("a feed");
    old.execute(
        "INSERT INTO envelope VALUES (0, ?1, 1, 1, ?2, ?3, 0, 5, 1, ?4, x'00', NULL)",
        params![genesis, Kind::Change.code(), object, [0u8; 64]],
    )
    .expect("an envelope");
    drop(old);

    let store = SqliteStore::open(&path).expect("opens");
    assert_eq!(store.check().expect("checks"), Vec::<String>::new());
    let scope = Scope {
        unit: UnitId::from_bytes([2; 16]),
        audience: Audience::Field,
    };
    let lists = read(&store, |reads| reads.granted(ObjectId::from_bytes(object)));
    assert_eq!(lists.expect("reads"), [scope], "a home counts as a list");
    let now = Connection::open(&path).expect("opens");
    let version: i64 = now
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .expect("reads");
    assert_eq!(version, open::newest_schema());
    check(&format!("server-v{version}.sql"), &tables(&now));
}
