//! The data folder: where store, door store, files and keys of a centre lie.
//!
//! `tala.db` the store, `door.db` what the doors remember, `media/` files, `keys/` office and log keys,
//! `root.pub` the root's public key. The root's private key is never here.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use tala_protocol::key::PublicKey;

use super::CliError;
use crate::app::{Centre, CentreKeys, CentreParts, DeviceLimits, SoftwareKey, SystemEffects};
use crate::media::Media;
use crate::store::sqlite::SqliteStore;
use crate::store_door::DoorStore;

/// A data folder.
#[derive(Debug, Clone)]
pub(super) struct DataFolder(PathBuf);

/// A data folder that no other process works on as long as this lives.
#[derive(Debug)]
pub(super) struct Held {
    _lock: File,
}

impl DataFolder {
    /// At this place; it need not exist yet.
    pub(super) fn new(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Makes the folders.
    pub(super) fn make(&self) -> Result<(), CliError> {
        let keys = self.0.join("keys");
        std::fs::create_dir_all(&keys).map_err(file("making", &keys))
    }

    /// Takes the lock, or says that a centre is running.
    pub(super) fn hold(&self) -> Result<Held, CliError> {
        let path = self.0.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(file("opening", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Held { _lock: lock }),
            Err(_) => Err(CliError::Running(self.0.clone())),
        }
    }

    /// Whether there is a centre.
    pub(super) fn is_founded(&self) -> bool {
        self.0.join("root.pub").exists()
    }

    /// Starts the centre that is here.
    pub(super) fn centre(&self) -> Result<Arc<Centre>, CliError> {
        if !self.is_founded() {
            return Err(CliError::NoCentre(self.0.clone()));
        }
        Ok(Centre::start(self.parts(self.root()?)?)?)
    }

    /// What a centre is made of; keys that are not there yet are made.
    pub(super) fn parts(&self, root: PublicKey) -> Result<CentreParts, CliError> {
        let store = SqliteStore::open(&self.0.join("tala.db"))?;
        Ok(CentreParts {
            store: Arc::new(store),
            keys: CentreKeys {
                office: Arc::new(self.key("office")?),
                log: Arc::new(self.key("log")?),
            },
            root,
            effects: Arc::new(SystemEffects),
            limits: DeviceLimits::default(),
        })
    }

    /// What the doors remember.
    pub(super) fn door(&self) -> Result<DoorStore, CliError> {
        Ok(DoorStore::open(&self.0.join("door.db"))?)
    }

    /// Files.
    pub(super) fn media(&self) -> Result<Media, CliError> {
        Ok(Media::open(&self.0.join("media"))?)
    }

    /// Keeps the root's public key: from now on there is a centre here.
    pub(super) fn keep_root(&self, root: &PublicKey) -> Result<(), CliError> {
        let path = self.0.join("root.pub");
        let text = HEXLOWER.encode(&root.to_tagged());
        write_new(&path, &text, false)
    }

    fn root(&self) -> Result<PublicKey, CliError> {
        let path = self.0.join("root.pub");
        let text = std::fs::read_to_string(&path).map_err(file("reading", &path))?;
        PublicKey::from_hex(text.trim()).map_err(|_| CliError::Key(path))
    }

    fn key(&self, name: &str) -> Result<SoftwareKey, CliError> {
        let path = self.0.join("keys").join(format!("{name}.key"));
        if !path.exists() {
            let seed: [u8; 32] = super::random()?;
            write_new(&path, &HEXLOWER.encode(&seed), true)?;
        }
        let text = std::fs::read_to_string(&path).map_err(file("reading", &path))?;
        let seed = HEXLOWER.decode(text.trim().as_bytes()).ok();
        let seed: Option<[u8; 32]> = seed.and_then(|seed| seed.try_into().ok());
        let seed = seed.ok_or_else(|| CliError::Key(path.clone()))?;
        SoftwareKey::from_seed(&seed).map_err(|_| CliError::Key(path))
    }
}

fn write_new(path: &Path, text: &str, is_secret: bool) -> Result<(), CliError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if is_secret {
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    let mut to = options.open(path).map_err(file("making", path))?;
    let written = to.write_all(text.as_bytes()).and_then(|()| to.sync_all());
    written.map_err(file("writing", path))
}

/// Names the file in an error.
pub(super) fn file(
    action: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> CliError + use<> {
    let path = path.to_owned();
    move |source| CliError::File {
        action,
        path,
        source,
    }
}
