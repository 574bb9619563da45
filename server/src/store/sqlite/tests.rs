use rusqlite::Connection;

use super::*;

#[test]
fn a_file_of_another_program_or_a_newer_version_is_refused_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let foreign = folder.path().join("foreign.sqlite");
    let made = Connection::open(&foreign).expect("opens");
    made.execute_batch("PRAGMA application_id=7; CREATE TABLE x (y);")
        .expect("writes");
    drop(made);
    let newer = folder.path().join("newer.sqlite");
    drop(SqliteStore::open(&newer).expect("opens"));
    let known = open::newest_schema();
    let made = Connection::open(&newer).expect("opens");
    made.execute_batch("PRAGMA journal_mode=DELETE; PRAGMA user_version=9999;")
        .expect("writes");
    drop(made);
    let before = [std::fs::read(&foreign), std::fs::read(&newer)].map(|file| file.expect("reads"));
    assert!(matches!(
        SqliteStore::open(&foreign),
        Err(StoreError::Foreign(7))
    ));
    assert!(matches!(
        SqliteStore::open(&newer),
        Err(StoreError::Newer { found: 9999, known: k }) if k == known
    ));
    let after = [std::fs::read(&foreign), std::fs::read(&newer)].map(|file| file.expect("reads"));
    assert!(before == after);
}

#[test]
fn a_store_opens_again_and_has_one_writer() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tala.sqlite");
    drop(SqliteStore::open(&path).expect("opens"));
    let store = SqliteStore::open(&path).expect("opens again");
    let writer = store.take_writer().expect("the writer");
    assert!(matches!(store.take_writer(), Err(StoreError::WriterTaken)));
    store.return_writer(writer);
    assert!(store.take_writer().is_ok());
    assert_eq!(store.check().expect("checks"), Vec::<String>::new());
}
