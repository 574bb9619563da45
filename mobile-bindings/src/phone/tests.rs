//! What a phone does before it knows a centre. The rest is shown from Kotlin and Python.

use std::sync::Arc;

use super::{OpenOptions, Phone};
use crate::error::TalaError;
use crate::foreign::{Device, KeyKind, Keystore, KeystoreError, Listener, PlatformError};
use crate::run::SyncAsk;

/// The public half of the key whose private half is 32 zeros (RFC 8032).
const PUBLIC: &str = "3b6a27bcceb6a42d62a3a8d02a6f0d73653215771de243a63ac048a18b59da29";
const NOWHERE: SyncAsk = SyncAsk {
    by_officer: true,
    weak: false,
    originals: true,
};

struct NoKey;
struct Clock;
struct Deaf;

#[async_trait::async_trait]
impl Keystore for NoKey {
    fn kind(&self) -> KeyKind {
        KeyKind::Ed25519
    }

    fn public_key(&self) -> Result<Vec<u8>, KeystoreError> {
        let half = |at: usize| u8::from_str_radix(&PUBLIC[at..at + 2], 16).expect("is hex");
        Ok((0..64).step_by(2).map(half).collect())
    }

    async fn sign(&self, _: Vec<u8>) -> Result<Vec<u8>, KeystoreError> {
        Err(KeystoreError::Locked)
    }
}

impl Device for Clock {
    fn elapsed_ms(&self) -> i64 {
        1
    }

    fn boot(&self) -> u32 {
        1
    }

    fn battery_pct(&self) -> Option<u8> {
        None
    }
}

impl Listener for Deaf {
    fn changed(&self, _: u64) -> Result<(), PlatformError> {
        let reason = "it threw".to_owned();
        Err(PlatformError::Failed { reason })
    }
}

fn open(folder: &tempfile::TempDir) -> Result<Arc<Phone>, TalaError> {
    let options = OpenOptions {
        folder: folder.path().join("phone").to_string_lossy().into_owned(),
        roots_pem: None,
        key: None,
    };
    Phone::open(options, Arc::new(NoKey), Arc::new(Clock), Arc::new(Deaf))
}

#[test]
fn a_blank_phone_has_its_folder_alone_until_it_is_turned_off() {
    let folder = tempfile::tempdir().expect("has room");
    let phone = open(&folder).expect("opens");
    assert!(!phone.opened().expect("is open").enrolled);
    assert!(matches!(open(&folder), Err(TalaError::Storage { .. })));
    assert_eq!(phone.version(), Err(TalaError::NotEnrolled));
    let sync = phone.start_sync(NOWHERE).map(|_run| ());
    assert_eq!(sync, Err(TalaError::NotEnrolled));
    phone.turn_off().expect("turns off");
    phone.turn_off().expect("is off already");
    assert_eq!(phone.opened(), Err(TalaError::Closed));
    assert!(open(&folder).is_ok(), "the folder is free");
}

#[test]
fn a_phone_that_is_let_go_frees_its_folder() {
    let folder = tempfile::tempdir().expect("has room");
    drop(open(&folder).expect("opens"));
    assert!(open(&folder).is_ok());
}

#[test]
fn what_is_no_code_is_said_so_and_the_phone_stays_blank() {
    let folder = tempfile::tempdir().expect("has room");
    let phone = open(&folder).expect("opens");
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let enrolled = phone.enrol("no code".to_owned(), "x".to_owned());
    let enrolled = runtime.expect("a runtime").block_on(enrolled);
    assert!(matches!(enrolled, Err(TalaError::Input { .. })));
    assert!(!phone.opened().expect("is open").enrolled);
}
