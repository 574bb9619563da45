//! The stage: folders, land, a fresh centre with its people and zones, and who may look at it.

use std::path::{Path, PathBuf};

use tokio::runtime::Runtime;

use super::Options;
use crate::rig::centre::{CentreHome, Login, Running};
use crate::rig::phone::fault;
use crate::rig::{RigError, file, fresh_folder, scratch};

/// Who signs in at the desks.
const DUTY_OFFICER: &str = "duty.league";
const INVESTIGATOR: &str = "crime.league";

/// What phones choose from, published before anybody rides out.
const REGISTRIES: [(&str, &str); 4] = [
    (
        "incident-types.published.json",
        include_str!("../../../fixtures/registry/incident-types.json"),
    ),
    (
        "legal-rules.published.json",
        include_str!("../../../fixtures/registry/legal-rules.json"),
    ),
    (
        "sheep-units.published.json",
        include_str!("../../../fixtures/registry/sheep-units.json"),
    ),
    (
        "transport-profiles.published.json",
        include_str!("../../../fixtures/registry/transport-profiles.json"),
    ),
];

/// Everything that stands before the phones set out.
#[derive(Debug)]
pub struct Stage {
    /// Whether it is a smoke run.
    pub is_smoke: bool,
    /// The folder of this run.
    pub folder: PathBuf,
    /// The centre's folder.
    pub home: CentreHome,
    /// The centre.
    pub running: Running,
    /// The administrator.
    pub administrator: Login,
    /// The duty officer of the league.
    pub duty_officer: Login,
    /// The investigator of the league.
    pub investigator: Login,
    runtime: Runtime,
}

impl Stage {
    /// Makes everything afresh.
    pub fn set(options: Options, say: &mut dyn FnMut(&str)) -> Result<Self, RigError> {
        let folder = scratch(if options.is_smoke {
            "demo-smoke"
        } else {
            "demo"
        });
        fresh_folder(&folder)?;
        let ledgers = folder.join("ledger");
        std::fs::create_dir_all(&ledgers).map_err(file("make", &ledgers))?;
        let map = match options.is_smoke {
            true => None,
            false => Some(basemap(say)?),
        };
        let port = if options.is_smoke { 0 } else { options.port };
        let (home, administrator) =
            CentreHome::found(&folder.join("centre"), port, map.as_deref())?;
        let duty_officer = home.set_password(DUTY_OFFICER)?;
        let investigator = home.set_password(INVESTIGATOR)?;
        publish(&home, &folder)?;
        let running = home.serve()?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let stage = Self {
            is_smoke: options.is_smoke,
            folder,
            home,
            running,
            administrator,
            duty_officer,
            investigator,
            runtime: runtime.map_err(fault("stage", "starting a runtime"))?,
        };
        Ok(stage)
    }

    /// Where the ledger of a phone is.
    pub fn ledger(&self, key: &str) -> PathBuf {
        self.folder.join("ledger").join(format!("{key}.jsonl"))
    }

    /// Where all ledgers are.
    pub fn ledgers(&self) -> PathBuf {
        self.folder.join("ledger")
    }

    /// Where a phone lives.
    pub fn phone(&self, key: &str) -> PathBuf {
        self.folder.join("phones").join(key)
    }

    /// Waits for something on this thread.
    pub fn block_on<T>(&self, work: impl Future<Output = T>) -> T {
        self.runtime.block_on(work)
    }

    /// What a person in front of it needs to know.
    pub fn what_to_see(&self, options: Options) -> String {
        let line = |who: &str, login: &Login| {
            format!("  {who:<24}{:<16}{}\n", login.login, login.password)
        };
        format!(
            "\nTala runs at {}\n\n{}{}{}\n\
             Look at: the live map with twelve patrols; the incidents as they come in; the one that two\n\
             officers of 示例镇派出所 edited without signal (both values stand, with who and when); photos\n\
             with their hashes; a patrol's track and its gaps.\n\
             The phones' day began {} h ago and runs {} times as fast as yours until it has caught up.\n\
             Everything lies in {}; Ctrl-C ends it.\n",
            self.running.url,
            line("duty officer", &self.duty_officer),
            line("investigator", &self.investigator),
            line("administrator", &self.administrator),
            options.hours,
            options.speed,
            self.folder.display(),
        )
    }
}

/// Publishes zones and registries, before the centre is started: people of the fixtures look after a league
/// at most.
fn publish(home: &CentreHome, folder: &Path) -> Result<(), RigError> {
    let write = |name: &str, text: &str| {
        let path = folder.join(name);
        let written = std::fs::write(&path, text).map_err(file("write", &path));
        written.map(|()| path.to_string_lossy().into_owned())
    };
    let zones = write("zones.geojson", tala_fixtures::zones::ZONES_GEOJSON)?;
    home.admin(&["import-zones", &zones])?;
    for (name, text) in REGISTRIES {
        let registry = write(name, text)?;
        home.admin(&["registry", "publish", &registry])?;
    }
    Ok(())
}

/// The base map: made once, used again.
fn basemap(say: &mut dyn FnMut(&str)) -> Result<PathBuf, RigError> {
    let path = scratch("world").join("basemap.pmtiles");
    if path.is_file() {
        return Ok(path);
    }
    say("drawing the base map, once ...");
    let unfinished = path.with_extension("unfinished");
    let made = tala_fixtures::cli_world::basemap(&unfinished);
    made.map_err(fault("stage", "drawing the base map"))?;
    rename(&unfinished, &path)?;
    Ok(path)
}

fn rename(from: &Path, to: &Path) -> Result<(), RigError> {
    std::fs::rename(from, to).map_err(file("write", to))
}
