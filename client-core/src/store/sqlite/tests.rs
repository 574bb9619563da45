//! What only the file store promises: settings that took hold, files of others left alone.

use std::cell::RefCell;

use super::*;
use crate::store::{Store as _, Write};

fn in_a_folder() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("phone.sqlite");
    (folder, path)
}

thread_local! {
    static FOLDERS: RefCell<Vec<tempfile::TempDir>> = const { std::cell::RefCell::new(Vec::new()) };
}

crate::store::suite::store_suite!(|| {
    let (folder, path) = super::in_a_folder();
    // The folder goes with the test's thread.
    super::FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    super::SqliteStore::open(&path).expect("opens")
});

#[test]
fn safety_settings_are_read_back() {
    let (_folder, path) = in_a_folder();
    let store = SqliteStore::open(&path).expect("opens");
    let ask = |name: &str| -> String {
        let sql = format!("PRAGMA {name}");
        store
            .db
            .query_row(&sql, [], |row| {
                row.get::<_, i64>(0)
                    .map(|n| n.to_string())
                    .or_else(|_| row.get::<_, String>(0))
            })
            .expect("answers")
    };
    assert_eq!(ask("synchronous"), "2");
    assert_eq!(ask("journal_mode"), "wal");
    assert_eq!(ask("foreign_keys"), "1");
    assert_eq!(ask("application_id"), APPLICATION_ID.to_string());
    assert_eq!(ask("user_version"), STEPS.len().to_string());
    assert!(store.complaints().expect("checks").is_empty());
    assert!(matches!(
        store.insist("synchronous", "NORMAL", "2"),
        Err(StoreError::Setting { name: "synchronous", found, .. }) if found == "1"
    ));
}

#[test]
fn a_newer_store_and_a_foreign_file_are_left_as_they_are() {
    let (_folder, path) = in_a_folder();
    let mut store = SqliteStore::open(&path).expect("opens");
    store.commit(&[Write::Set("a", vec![1])]).expect("writes");
    store
        .db
        .pragma_update(None, "user_version", 99)
        .expect("sets");
    drop(store);
    let before = std::fs::read(&path).expect("reads");
    assert!(matches!(
        SqliteStore::open(&path),
        Err(StoreError::Newer { found: 99, .. })
    ));
    assert_eq!(std::fs::read(&path).expect("reads"), before);

    let other = path.with_extension("other");
    let db = Connection::open(&other).expect("opens");
    db.execute_batch("CREATE TABLE notes (x)").expect("makes");
    drop(db);
    assert!(matches!(
        SqliteStore::open(&other),
        Err(StoreError::Foreign)
    ));
    std::fs::write(&other, b"not a database at all, but long enough to look at").expect("writes");
    assert!(matches!(
        SqliteStore::open(&other),
        Err(StoreError::Damaged { what: "file", .. })
    ));
}

#[test]
fn what_was_committed_is_there_after_reopening() {
    let (_folder, path) = in_a_folder();
    let mut store = SqliteStore::open(&path).expect("opens");
    store.commit(&[Write::Set("a", vec![7])]).expect("writes");
    drop(store);
    let store = SqliteStore::open(&path).expect("opens again");
    assert_eq!(store.setting("a").expect("reads"), Some(vec![7]));
}

#[test]
fn a_build_encrypts_or_refuses_a_key_and_writes_nothing() {
    let (_folder, path) = in_a_folder();
    let bytes: Vec<u8> = (0..32).collect();
    let key = crate::at_rest::RestKey::from_slice(&bytes).expect("a key");
    let can = cipher::version().expect("answers").is_some();
    assert_eq!(can, cfg!(feature = "sqlcipher"));
    let opened = SqliteStore::open_encrypted(&path, &key.database());
    assert_eq!((opened.is_ok(), path.exists()), (can, can));
    assert!(can || matches!(opened, Err(StoreError::NoCipher)));
}
