mod beside;

use std::sync::Arc;

use tala_protocol::cert::Role;
use tala_protocol::envelope::Kind;
use tala_protocol::log::SignedRestore;
use tala_protocol::sync::Outcome;
use tala_protocol::time::UnixMs;

use super::{DataFolder, Opening, UnitFile, restore, verify_log};
use crate::app::access;
use crate::app::proofs::log_key;
use crate::app::{AppError, Centre, DeviceLimits, NoUploads, SystemEffects};
use crate::store::Store;
use crate::store::sqlite::SqliteStore;
use crate::testing::TestCentre;

const UNITS: &str = r#"{"format":1,"units":[
    {"id":"00000000000000000000000000000001","parent":null,"level":"banner",
     "names":{"zh":"示例旗","en":"Shili","mn_mong":null},"from":"2024-01-01T00:00:00.000Z"}],
    "persons":[{"id":"00000000000000000000000000000002","name":"管理员","login":"admin",
     "memberships":[{"unit":"00000000000000000000000000000001","role":"administrator"}]}]}"#;

fn opening() -> Opening {
    Opening {
        effects: Arc::new(SystemEffects),
        limits: DeviceLimits::default(),
        registries: Default::default(),
        uploads: Arc::new(NoUploads),
    }
}

#[test]
fn a_folder_is_founded_once_and_starts_again_with_its_people() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = DataFolder::at(folder.path().join("data"));
    let founding = UnitFile::parse(UNITS).expect("reads").founding(UnixMs(0));
    let founding = founding.expect("is sound");
    assert_eq!(founding.logins[0].0, "admin");
    let founded = data.found(&founding, opening()).expect("founded");
    assert_eq!(founded.root_secret.len(), 64);
    founded.centre.stop();
    drop(founded.centre);
    for file in std::fs::read_dir(data.path()).expect("reads") {
        let bytes = std::fs::read(file.expect("a file").path()).expect("reads");
        let secret = founded.root_secret.as_bytes();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
    }
    assert!(matches!(
        data.found(&founding, opening()),
        Err(AppError::Conflict(_))
    ));
    let centre = data.start(opening()).expect("starts");
    let person = founding.persons[0].person;
    assert_eq!(centre.person_name(person).as_deref(), Some("管理员"));
    let posts = access::posts(&centre.directory(), person, centre.now());
    assert_eq!(
        posts.first().map(|post| post.role),
        Some(Role::Administrator)
    );
}

#[test]
fn a_backup_under_load_is_verified_and_a_restored_centre_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tala.sqlite");
    let centre = TestCentre::on(Arc::new(SqliteStore::open(&path).expect("opens")));
    let mut bayar = centre.phone("Bayar");
    let kept = bayar.says(Kind::Message, None, b"in the backup");
    bayar.syncs(&centre, std::slice::from_ref(&kept));
    let old_log = centre.centre.log_id();
    let backup = folder.path().join("backup.sqlite");
    let verified = centre.centre.backup(&backup).expect("backs up");
    assert!(verified.faults.is_empty() && verified.envelopes > 5);
    let lost = bayar.says(Kind::Message, None, b"after the backup");
    let reply = bayar.syncs(&centre, std::slice::from_ref(&lost));
    assert_eq!(reply.backed_up_to, Some(verified.leaves));
    drop(centre);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&backup).expect("opens"));
    let parts = TestCentre::parts_on(Arc::clone(&store));
    let new_log = restore(&parts, "disk lost").expect("restores");
    let centre = TestCentre::started_on(store);
    let told = bayar.syncs(&centre, &[]);
    assert_eq!(told.log, Some(new_log));
    let statement = SignedRestore::from_bytes(&told.restored.expect("says so")).expect("reads");
    let key = log_key(centre.centre.log_key.as_ref(), new_log).expect("a key");
    let stated = statement.verify(&key).expect("holds");
    assert_eq!(
        (stated.old_log, stated.old_size),
        (old_log, verified.leaves)
    );
    let again = bayar.syncs(&centre, &[kept, lost]);
    assert!(matches!(again.spans[0].outcome, Outcome::Known { .. }));
    assert!(matches!(again.spans[1].outcome, Outcome::Stored { .. }));
    let mut naran = centre.phone("Naran");
    assert!(naran.pulls(&centre).len() > 5);
    let verified = check(&centre.centre);
    assert!(verified.is_empty(), "{verified:?}");
}

#[test]
fn what_is_changed_behind_the_centre_s_back_is_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tala.sqlite");
    let centre = TestCentre::on(Arc::new(SqliteStore::open(&path).expect("opens")));
    let mut bayar = centre.phone("Bayar");
    let said: Vec<_> = (0..3u8)
        .map(|n| bayar.says(Kind::Message, None, &[n; 20]))
        .collect();
    bayar.syncs(&centre, &said);
    assert!(check(&centre.centre).is_empty());
    centre.centre.stop();
    let meddler = rusqlite::Connection::open(&path).expect("opens");
    let sql =
        "UPDATE envelope SET signature = zeroblob(64) WHERE lsn = (SELECT max(lsn) FROM envelope)";
    meddler.execute_batch(sql).expect("writes");
    let faults = check(&centre.centre);
    assert!(
        faults.iter().any(|fault| fault.contains("checkpoint")),
        "{faults:?}"
    );
    assert!(
        faults.iter().any(|fault| fault.contains("verify")),
        "{faults:?}"
    );
}

fn check(centre: &Centre) -> Vec<String> {
    let directory = centre.directory();
    let key = log_key(centre.log_key.as_ref(), centre.log_id()).expect("a key");
    let verified = verify_log(centre.store(), directory.root(), &key);
    verified.expect("runs").faults
}
