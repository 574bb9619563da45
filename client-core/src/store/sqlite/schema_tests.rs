//! The tables as each step leaves them, and a store of the first version that is opened by this one.

use std::path::{Path, PathBuf};

use super::*;
use crate::store::{Store as _, Write};

/// What the tables of a schema are.
fn tables(db: &Connection) -> String {
    let sql = "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL AND name <> 'sqlite_sequence'
               ORDER BY name";
    let mut statement = db.prepare(sql).expect("prepares");
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
        "{name}: a released schema changes by a new step only"
    );
}

/// A store as the release that ended with this step left it.
fn made_by(version: usize, path: &Path) -> Connection {
    let db = Connection::open(path).expect("opens");
    for step in STEPS.iter().take(version) {
        db.execute_batch(step).expect("steps");
    }
    db.pragma_update(None, "application_id", APPLICATION_ID)
        .expect("marks");
    let version = i64::try_from(version).expect("small");
    db.pragma_update(None, "user_version", version)
        .expect("marks");
    db
}

#[test]
fn every_schema_that_was_ever_written_is_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    for version in 1..=STEPS.len() {
        let path = folder.path().join(format!("{version}.sqlite"));
        let made = tables(&made_by(version, &path));
        check(&format!("phone-v{version}.sql"), &made);
    }
}

#[test]
fn a_store_of_the_first_version_is_brought_forward_with_what_it_holds() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("phone.sqlite");
    let old = made_by(1, &path);
    old.execute("INSERT INTO settings VALUES ('before', x'0102')", [])
        .expect("writes");
    drop(old);

    let mut store = SqliteStore::open(&path).expect("opens");
    assert_eq!(store.setting("before").expect("reads"), Some(vec![1, 2]));
    store
        .commit(&[Write::Set("after", vec![3])])
        .expect("writes");
    assert_eq!(store.setting("after").expect("reads"), Some(vec![3]));
    assert!(store.complaints().expect("checks").is_empty());
    check(&format!("phone-v{}.sql", STEPS.len()), &tables(&store.db));
}
