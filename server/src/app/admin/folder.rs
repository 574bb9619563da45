//! The data folder: store and keys of one centre.
//!
//! `tala.sqlite`, `office.key`, `log.key` (seeds, readable by the owner only) and `root.pub`. The root's
//! private key is never in it.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use tala_protocol::key::PublicKey;

use super::beside::Beside;
use super::found::{Founding, found};
use crate::app::centre::{Centre, CentreKeys, CentreParts, Uploads};
use crate::app::effects::Effects;
use crate::app::error::AppError;
use crate::app::keys::{Signer as _, SoftwareKey};
use crate::app::limits::DeviceLimits;
use crate::app::project::Registries;
use crate::store::Store;
use crate::store::sqlite::SqliteStore;

/// File of the store.
const STORE: &str = "tala.sqlite";
const OFFICE: &str = "office.key";
const LOG: &str = "log.key";
const ROOT: &str = "root.pub";

/// Where a centre keeps everything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataFolder {
    path: PathBuf,
}

/// What a founding leaves in the hands of whoever did it.
pub struct Founded {
    /// The running centre.
    pub centre: Arc<Centre>,
    /// The root's private key, hex: to be printed once for the safe, and kept nowhere else.
    pub root_secret: String,
    /// Fingerprint of the root's public key.
    pub root_fingerprint: String,
}

/// What a centre is opened with besides its folder.
pub struct Opening {
    /// Clock and randomness.
    pub effects: Arc<dyn Effects>,
    /// Limits per device.
    pub limits: DeviceLimits,
    /// What incidents are named and judged by.
    pub registries: Registries,
    /// Who knows which files were uploaded.
    pub uploads: Arc<dyn Uploads>,
}

impl DataFolder {
    /// A folder, whether there is anything in it or not.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// File of the store.
    pub fn store_path(&self) -> PathBuf {
        self.path.join(STORE)
    }

    /// Whether a centre was founded here.
    pub fn is_founded(&self) -> bool {
        self.path.join(ROOT).exists()
    }

    /// Makes keys and store, and founds the centre.
    pub fn found(&self, founding: &Founding, opening: Opening) -> Result<Founded, AppError> {
        if self.is_founded() {
            return Err(AppError::Conflict("the centre was founded before"));
        }
        std::fs::create_dir_all(&self.path).map_err(|e| self.failed("making", "", e))?;
        let root = Arc::new(new_key(opening.effects.as_ref())?);
        for name in [OFFICE, LOG] {
            let key = new_key(opening.effects.as_ref())?;
            self.write_new(name, &HEXLOWER.encode(&key.seed()))?;
        }
        let public = root.public().clone();
        let parts = self.parts(public.clone(), opening)?;
        let root_secret = HEXLOWER.encode(&root.seed());
        let centre = found(parts, root, founding)?;
        // Last, because its presence says that the founding was completed.
        self.write_new(ROOT, &HEXLOWER.encode(&public.to_tagged()))?;
        Ok(Founded {
            centre,
            root_secret,
            root_fingerprint: public.fingerprint().to_string(),
        })
    }

    /// Starts the centre that was founded here.
    pub fn start(&self, opening: Opening) -> Result<Arc<Centre>, AppError> {
        if !self.is_founded() {
            return Err(AppError::NotInitialised);
        }
        let root = PublicKey::from_hex(self.read(ROOT)?.trim());
        let root = root.map_err(|error| AppError::Unsound(format!("{ROOT}: {error}")))?;
        Centre::start(self.parts(root, opening)?)
    }

    /// Store, keys and the rest, for verbs that work on a centre that does not run.
    pub fn parts(&self, root: PublicKey, opening: Opening) -> Result<CentreParts, AppError> {
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&self.store_path())?);
        Ok(CentreParts {
            store,
            keys: CentreKeys {
                office: Arc::new(self.read_key(OFFICE)?),
                log: Arc::new(self.read_key(LOG)?),
            },
            root,
            effects: opening.effects,
            limits: opening.limits,
            registries: opening.registries,
            uploads: opening.uploads,
        })
    }

    /// Accounts, codes and log of the centre that was founded here, whether it runs or not.
    pub fn beside(&self) -> Result<Beside, AppError> {
        if !self.is_founded() {
            return Err(AppError::NotInitialised);
        }
        let store = SqliteStore::open_beside(&self.store_path())?;
        Ok(Beside::new(store, self.root()?, self.read_key(LOG)?))
    }

    /// The bureau's root key.
    pub fn root(&self) -> Result<PublicKey, AppError> {
        PublicKey::from_hex(self.read(ROOT)?.trim())
            .map_err(|error| AppError::Unsound(format!("{ROOT}: {error}")))
    }

    /// The files that a backup copies beside the store: keys and the root's public key.
    pub fn key_files(&self) -> Vec<PathBuf> {
        [OFFICE, LOG, ROOT].map(|name| self.path.join(name)).into()
    }

    fn read_key(&self, name: &'static str) -> Result<SoftwareKey, AppError> {
        let seed = HEXLOWER.decode(self.read(name)?.trim().as_bytes());
        let seed: Option<[u8; 32]> = seed.ok().and_then(|seed| seed.try_into().ok());
        let seed = seed.ok_or_else(|| AppError::Unsound(format!("{name} is no key")))?;
        Ok(SoftwareKey::from_seed(&seed)?)
    }

    fn read(&self, name: &'static str) -> Result<String, AppError> {
        std::fs::read_to_string(self.path.join(name)).map_err(|e| self.failed("reading", name, e))
    }

    /// Writes a file that must not be there yet, for its owner only, durably.
    fn write_new(&self, name: &str, text: &str) -> Result<(), AppError> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(self.path.join(name)).and_then(|mut file| {
            file.write_all(text.as_bytes())?;
            file.write_all(b"\n")?;
            file.sync_all()
        });
        written.map_err(|e| self.failed("writing", name, e))
    }

    fn failed(&self, action: &'static str, name: &str, source: std::io::Error) -> AppError {
        AppError::File {
            action,
            path: name.to_owned(),
            source: Arc::new(source),
        }
    }
}

fn new_key(effects: &dyn Effects) -> Result<SoftwareKey, AppError> {
    let mut seed = [0; 32];
    let drawn = effects.random(&mut seed);
    drawn.map_err(AppError::Randomness)?;
    Ok(SoftwareKey::from_seed(&seed)?)
}
