//! The data folder as the command line uses it: store and keys ([`DataFolder`]) and, beside them, `door.db`
//! (what the doors remember), `media/` (files) and `lock` (held by whoever works on it).

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tala_protocol::registry::{Registry, RegistryError};

use super::CliError;
use crate::app::admin::{Beside, DataFolder, Founded, Founding, Opening};
use crate::app::project::Registries;
use crate::app::{Centre, Effects as _, NoUploads, SystemEffects, Uploads};
use crate::config::Config;
use crate::media::Media;
use crate::store_door::DoorStore;

/// The configured data folder.
#[derive(Debug)]
pub(super) struct Place<'c> {
    config: &'c Config,
    folder: DataFolder,
}

/// A data folder that no other process works on as long as this lives.
#[derive(Debug)]
pub(super) struct Held {
    _lock: File,
}

impl<'c> Place<'c> {
    /// The one that is configured; it need not exist yet.
    pub(super) fn new(config: &'c Config) -> Self {
        Self {
            config,
            folder: DataFolder::at(&config.data),
        }
    }

    /// Takes the lock, or says that a centre is running.
    pub(super) fn hold(&self) -> Result<Held, CliError> {
        let folder = &self.config.data;
        std::fs::create_dir_all(folder).map_err(file("making", folder))?;
        let path = folder.join("lock");
        let lock = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(file("opening", &path))?;
        match lock.try_lock() {
            Ok(()) => Ok(Held { _lock: lock }),
            Err(_) => Err(CliError::Running(folder.clone())),
        }
    }

    /// Store and keys.
    pub(super) const fn folder(&self) -> &DataFolder {
        &self.folder
    }

    /// Founds a centre here.
    pub(super) fn found(&self, founding: &Founding) -> Result<Founded, CliError> {
        if self.folder.is_founded() {
            return Err(CliError::Centre(self.config.data.clone()));
        }
        let opening = self.opening(Arc::new(NoUploads))?;
        Ok(self.folder.found(founding, opening)?)
    }

    /// Starts the centre that is here, for a command.
    pub(super) fn centre(&self) -> Result<Arc<Centre>, CliError> {
        self.centre_with(Arc::new(NoUploads))
    }

    /// Accounts, codes and log of the centre that is here, whether it runs or not.
    pub(super) fn beside(&self) -> Result<Beside, CliError> {
        if !self.folder.is_founded() {
            return Err(CliError::NoCentre(self.config.data.clone()));
        }
        Ok(self.folder.beside()?)
    }

    /// Starts the centre that is here, with whoever knows what was uploaded.
    pub(super) fn centre_with(&self, uploads: Arc<dyn Uploads>) -> Result<Arc<Centre>, CliError> {
        if !self.folder.is_founded() {
            return Err(CliError::NoCentre(self.config.data.clone()));
        }
        Ok(self.folder.start(self.opening(uploads)?)?)
    }

    /// What the doors remember.
    pub(super) fn door(&self) -> Result<DoorStore, CliError> {
        Ok(DoorStore::open(&self.config.data.join("door.db"))?)
    }

    /// The folder of files.
    pub(super) fn media_folder(&self) -> PathBuf {
        self.config.data.join("media")
    }

    /// Files.
    pub(super) fn media(&self) -> Result<Media, CliError> {
        Ok(Media::open(&self.media_folder())?)
    }

    fn opening(&self, uploads: Arc<dyn Uploads>) -> Result<Opening, CliError> {
        Ok(Opening {
            effects: Arc::new(SystemEffects),
            limits: self.config.device,
            registries: self.registries()?,
            uploads,
        })
    }

    /// The registries that the operator put in force.
    fn registries(&self) -> Result<Registries, CliError> {
        let files = &self.config.registry;
        let types = files.incident_types.as_deref();
        let types = types.map(|path| registry(path, Registry::from_json));
        let rules = files.legal_rules.as_deref();
        let rules = rules.map(|path| registry(path, Registry::from_json));
        Ok(Registries {
            types: types.transpose()?,
            rules: rules.transpose()?,
            zone_minutes: zone_minutes(&self.config.zone),
        })
    }
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

fn registry<E>(
    path: &Path,
    from_json: impl Fn(&str) -> Result<Registry<E>, RegistryError>,
) -> Result<Registry<E>, CliError> {
    let text = std::fs::read_to_string(path).map_err(file("reading", path))?;
    from_json(&text).map_err(|error| CliError::Registry {
        path: path.to_owned(),
        source: Box::new(error),
    })
}

/// How far the zone is ahead of UTC now.
fn zone_minutes(zone: &str) -> i32 {
    let now = jiff::Timestamp::from_millisecond(SystemEffects.now().0).ok();
    let zone = jiff::tz::TimeZone::get(zone).ok();
    let offset = now.zip(zone).map(|(now, zone)| zone.to_offset(now));
    offset.map_or(0, |offset| offset.seconds() / 60)
}
