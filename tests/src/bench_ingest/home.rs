//! Data folders of the bench: the filled one, its copy, and the centre on it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tala_protocol::cert::Directory;
use tala_protocol::registry::Registry;
use tala_server::app::admin::{DataFolder, Opening};
use tala_server::app::project::Registries;
use tala_server::app::{Centre, DeviceLimits, NoUploads, SystemEffects};
use tala_server::store::sqlite::SqliteStore;

use super::fill::{Notes, read_notes};
use super::{BenchError, process};
use crate::rig::centre::{CentreHome, Running};
use crate::rig::{file, fresh_folder};

/// Requests a minute of one device where only the machine is to be the limit.
const UNLIMITED: u32 = 1_000_000;

/// A centre's folder.
pub(super) struct BenchHome {
    folder: PathBuf,
    home: CentreHome,
}

/// A centre that serves.
pub(super) struct Serving {
    running: Running,
}

impl BenchHome {
    /// Founds a centre for the fictional league, zones published.
    pub(super) fn found(folder: &Path) -> Result<Self, BenchError> {
        let (home, _) = CentreHome::found(folder, 0, None)?;
        let zones = folder.join("zones.geojson");
        std::fs::write(&zones, tala_fixtures::zones::ZONES_GEOJSON)
            .map_err(file("write", &zones))?;
        home.admin(&["import-zones", &zones.to_string_lossy()])?;
        Ok(Self {
            folder: folder.to_owned(),
            home,
        })
    }

    /// Copies a filled folder, to work on the copy.
    pub(super) fn copy_of(filled: &Path, folder: &Path) -> Result<Self, BenchError> {
        fresh_folder(folder)?;
        copy(filled, folder)?;
        Ok(Self {
            folder: folder.to_owned(),
            home: CentreHome::founded(folder, UNLIMITED)?,
        })
    }

    /// What is in it.
    pub(super) fn notes(&self) -> Result<Notes, BenchError> {
        read_notes(&self.folder)
    }

    /// The centre in this process, without HTTP.
    pub(super) fn centre(&self) -> Result<Arc<Centre>, BenchError> {
        let text = |name: &str| {
            let path = self.folder.join(name);
            std::fs::read_to_string(&path).map_err(file("read", &path))
        };
        let types = Registry::from_json(&text("incident-types.json")?);
        let rules = Registry::from_json(&text("legal-rules.json")?);
        let opening = Opening {
            effects: Arc::new(SystemEffects),
            limits: DeviceLimits::default(),
            registries: Registries {
                types: Some(types.map_err(BenchError::protocol)?),
                rules: Some(rules.map_err(BenchError::protocol)?),
                zone_minutes: 480,
            },
            uploads: Arc::new(NoUploads),
        };
        Ok(DataFolder::at(self.home.data()).start(opening)?)
    }

    /// The store, while no centre works on it.
    pub(super) fn store(&self) -> Result<SqliteStore, BenchError> {
        let path = DataFolder::at(self.home.data()).store_path();
        Ok(SqliteStore::open(&path)?)
    }

    /// What envelopes are signed for: the bureau.
    pub(super) fn directory(&self) -> Result<Directory, BenchError> {
        Ok(Directory::new(DataFolder::at(self.home.data()).root()?))
    }

    /// Starts the centre; with its usual limit of requests where `device_per_minute` says so.
    pub(super) fn serve(&self, device_per_minute: Option<u32>) -> Result<Serving, BenchError> {
        let limit = device_per_minute.unwrap_or(UNLIMITED);
        let home = CentreHome::founded(&self.folder, limit)?;
        Ok(Serving {
            running: home.serve()?,
        })
    }

    /// Ends a centre: what was acknowledged is in the store.
    pub(super) fn stop(&self, serving: Serving) -> Result<(), BenchError> {
        Ok(serving.running.kill()?)
    }
}

impl Serving {
    /// Where it listens.
    pub(super) fn url(&self) -> &str {
        &self.running.url
    }

    /// The most memory it has had, MiB.
    pub(super) fn peak_mib(&self) -> f64 {
        process::peak_mib(self.running.id())
    }

    /// The time it has computed, ms.
    pub(super) fn cpu_ms(&self) -> f64 {
        process::cpu_ms(self.running.id())
    }
}

/// Copies files and folders; a running lock and logs are left behind.
fn copy(from: &Path, to: &Path) -> Result<(), BenchError> {
    for entry in std::fs::read_dir(from).map_err(file("read", from))? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            std::fs::create_dir_all(&target).map_err(file("make", &target))?;
            copy(&entry.path(), &target)?;
        } else {
            std::fs::copy(entry.path(), &target).map_err(file("copy", &target))?;
        }
    }
    Ok(())
}
