//! The bindings at work: Python and Kotlin drive a phone against a live centre, and what arrived there is
//! compared with what they say they delivered.
//!
//! The lines that each must do stand in `tests/bindings/scenario.txt`, and in `at-rest.txt` for the library
//! that phones get, which opens nothing without a key. The library is built with the
//! workspace, the foreign side is written by `tala-bindgen` ([`Binding::generate`]).

mod binding;
mod bridge;
pub mod verbs;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tala_fixtures::rider::write_csv;
use tala_protocol::fix::Fix;
use tala_protocol::time::UnixMs;
use tala_protocol::track::import;

use crate::rig::RigError;
use crate::rig::centre::CentreHome;
use crate::rig::desk::Desk;

pub use binding::{Binding, Library};
pub use bridge::{Bridged, play_bridge};

/// Why a binding could not be shown to work.
#[derive(Debug, thiserror::Error)]
pub enum BindingsError {
    /// Something around it.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// A file or program.
    #[error("{doing}")]
    Io {
        /// What was being done.
        doing: String,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
    /// A recording could not be read.
    #[error("reading the recorded track")]
    Track(#[from] import::ImportError),
    /// There is no recording long enough.
    #[error("no recorded track with {0} fixes: run `cargo xtask setup`")]
    NoTrack(usize),
    /// The fictional units could not be read.
    #[error("the units of the fictional banner")]
    Units(#[from] tala_fixtures::units::UnitsError),
    /// A photo could not be drawn.
    #[error("drawing a photo")]
    Photo(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// A program failed.
    #[error("{program} ended with {status}:\n{said}")]
    Driver {
        /// Which.
        program: String,
        /// How.
        status: String,
        /// What it said.
        said: String,
    },
    /// A program took too long.
    #[error("{program} did not end within {} s:\n{said}", DRIVE_MAX.as_secs())]
    Slow {
        /// Which.
        program: String,
        /// What it said until then.
        said: String,
    },
    /// A driver ended as if it were to be started again, where that makes no sense.
    #[error("the driver killed itself where nothing told it to")]
    NoEnd,
    /// What arrived or was done is not what was delivered or asked for.
    #[error("{what}: wanted {wanted}, found {found}")]
    Misfit {
        /// What was compared.
        what: &'static str,
        /// What the driver delivered, or the scenario asks for.
        wanted: String,
        /// What the centre has, or the driver did.
        found: String,
    },
}

/// How a run ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Lines of the scenario that held.
    pub lines: u64,
    /// Fixes that the driver delivered and the centre has.
    pub fixes: u64,
    /// How often the driver's process was killed and started again.
    pub deaths: u32,
}

/// Whose phones they are.
const OFFICER: &str = "batu";
/// Who looks at the centre afterwards what arrived.
const DUTY_OFFICER: &str = "duty.shili";
/// Longest that a driver may take, here and on a loaded machine.
const DRIVE_MAX: Duration = Duration::from_secs(300);
/// Fixes that the scenario asks for.
const FIXES_MIN: usize = 1_000;
/// Most recordings that are laid end to end for them.
const LAPS_MAX: usize = 64;
/// The title that both phones of the scenario agree on in the end.
const TITLE: &str = "开垦甲";
/// Questions, half a second apart, until projections must have caught up.
const READS_MAX: usize = 60;

/// Plays a library's scenario with one binding, in a folder of its own. Where a line has the driver kill
/// itself, it is started again and goes on from there.
pub fn play(binding: Binding, library: Library, folder: &Path) -> Result<Shown, BindingsError> {
    let place = prepare(folder)?;
    let scenario = library.scenario();
    let (mut said, mut deaths) = (binding.drive(library, &place, &scenario)?, 0);
    while matches!(said, Said::Killed) {
        deaths += 1;
        said = binding.drive(library, &place, &scenario)?;
    }
    let Said::Ended(said) = said else {
        return Err(BindingsError::NoEnd);
    };
    let word = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.map(|rest| rest.trim().to_owned()).unwrap_or_default()
    };
    let number = |name: &str| word(name).parse::<u64>().unwrap_or(0);
    let (fixes, lines) = (number("fixes "), number("ok "));
    let wanted = Wanted::read(&scenario)?;
    misfit("lines", wanted.lines, lines)?;
    misfit("deaths", wanted.deaths, deaths)?;
    place.compare(fixes, &word("incident "))?;
    Ok(Shown {
        lines,
        fixes,
        deaths,
    })
}

/// Measures what calls cost with one binding: the JSON object that its driver prints.
pub fn bench(binding: Binding, folder: &Path) -> Result<String, BindingsError> {
    let place = prepare(folder)?;
    let Said::Ended(said) = binding.drive(Library::Plain, &place, Path::new("--bench"))? else {
        return Err(BindingsError::NoEnd);
    };
    Ok(said.lines().last().unwrap_or_default().to_owned())
}

/// How a driver's process ended.
#[derive(Debug)]
enum Said {
    /// Well, and this it said.
    Ended(String),
    /// It killed itself, as a line told it, and left a note of where to go on.
    Killed,
}

/// What a driver must have done, counted by somebody else than it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Wanted {
    lines: u64,
    deaths: u32,
}

impl Wanted {
    fn read(scenario: &Path) -> Result<Self, BindingsError> {
        let text = std::fs::read_to_string(scenario).map_err(io("reading the scenario"))?;
        let mut wanted = Self {
            lines: 0,
            deaths: 0,
        };
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let mut words = line.split_whitespace();
            wanted.lines += u64::from(words.next().is_some());
            wanted.deaths += u32::from(words.next() == Some("kill"));
        }
        Ok(wanted)
    }
}

/// A centre that runs, and the job that tells a driver where everything is.
#[derive(Debug)]
pub struct Place {
    /// The folder of this run.
    pub folder: PathBuf,
    /// The job file.
    pub job: PathBuf,
    /// What a driver leaves that kills itself.
    resume: PathBuf,
    home: CentreHome,
    _centre: crate::rig::centre::Running,
}

fn prepare(folder: &Path) -> Result<Place, BindingsError> {
    if folder.exists() {
        std::fs::remove_dir_all(folder).map_err(io("emptying the folder"))?;
    }
    let (home, _) = CentreHome::found(&folder.join("centre"), 0, None)?;
    let centre = home.serve()?;
    let tree = tala_fixtures::units::load()?;
    let officer = tree.persons.iter().find(|person| person.login == OFFICER);
    let found = officer.and_then(|it| Some((it.memberships.first()?.0, it.id)));
    let (unit, person) = found.ok_or_else(|| RigError::World(format!("nobody is {OFFICER}")))?;
    let track = folder.join("track.csv");
    write_track(&track)?;
    let photo = folder.join("photo.jpg");
    tala_fixtures::cli_world::photo(7, "reclamation", &photo)
        .map_err(|error| BindingsError::Photo(Box::new(error)))?;
    let phones = folder.join("phones");
    std::fs::create_dir_all(&phones).map_err(io("making the phones' folder"))?;
    let mut job = format!(
        "folder={}\ntrack={}\nphoto={}\n",
        phones.display(),
        track.display(),
        photo.display()
    );
    for name in ["a", "b"] {
        let code = home.code(unit, person, name)?;
        job.push_str(&format!("code.{name}={code}\n"));
    }
    let path = folder.join("job");
    std::fs::write(&path, job).map_err(io("writing the job"))?;
    Ok(Place {
        folder: folder.to_owned(),
        resume: folder.join("job.resume"),
        job: path,
        home,
        _centre: centre,
    })
}

impl Place {
    /// What the public interface has against what the driver delivered.
    fn compare(&self, fixes: u64, incident: &str) -> Result<(), BindingsError> {
        let login = self.home.set_password(DUTY_OFFICER)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(io("starting a runtime"))?;
        runtime.block_on(async {
            let desk = Desk::sign_in(&self.home.url(), &login).await?;
            let arrived = settled(&desk, fixes).await?;
            misfit("fixes", fixes, arrived)?;
            let page = desk.get(&format!("/api/v1/incidents/{incident}")).await?;
            let title = page.pointer("/title").map(ToString::to_string);
            let title = title.unwrap_or_default();
            match title.contains(TITLE) {
                true => Ok(()),
                false => misfit("title", TITLE, title.as_str()),
            }
        })
    }
}

/// Fixes that the centre shows, once it shows enough or has had its time.
async fn settled(desk: &Desk, wanted: u64) -> Result<u64, BindingsError> {
    let mut shown = 0;
    for _ in 0..READS_MAX {
        let patrols = desk.all("/api/v1/patrols").await?;
        let fixes = patrols.iter().filter_map(|it| it.get("fixes")?.as_u64());
        shown = fixes.sum();
        if shown >= wanted {
            break;
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    Ok(shown)
}

fn misfit<T: PartialEq + ToString>(
    what: &'static str,
    wanted: T,
    found: T,
) -> Result<(), BindingsError> {
    if wanted == found {
        return Ok(());
    }
    Err(BindingsError::Misfit {
        what,
        wanted: wanted.to_string(),
        found: found.to_string(),
    })
}

/// The longest real recording at hand, as the rows that drivers read; others follow where it is short.
fn write_track(path: &Path) -> Result<(), BindingsError> {
    let mut recordings = recordings()?;
    recordings.sort_by_key(|fixes| std::cmp::Reverse(fixes.len()));
    let fixes = end_to_end(&recordings);
    if fixes.len() < FIXES_MIN {
        return Err(BindingsError::NoTrack(FIXES_MIN));
    }
    let mut file = std::fs::File::create(path).map_err(io("writing the track"))?;
    write_csv(&mut file, &fixes).map_err(io("writing the track"))
}

/// Every recording at hand.
fn recordings() -> Result<Vec<Vec<Fix>>, BindingsError> {
    let folder = std::env::var_os("TALA_TRACKS").map(PathBuf::from);
    let folder = folder.ok_or(BindingsError::NoTrack(FIXES_MIN))?;
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder).map_err(io("reading the tracks"))? {
        let file = entry.map_err(io("reading the tracks"))?.path();
        // The recordings of the source package come with a folder of odd ones.
        if !file.is_file() {
            continue;
        }
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        let bytes = std::fs::read(&file).map_err(io("reading a track"))?;
        // What is no track (a list of sources) is passed over.
        if let Ok(track) = import::any(&name, &bytes) {
            found.push(track.fixes.into_iter().map(|timed| timed.fix).collect());
        }
    }
    Ok(found)
}

/// One journey after another, from the beginning again where they are not enough. What a file has twice or
/// backwards is left out.
fn end_to_end(recordings: &[Vec<Fix>]) -> Vec<Fix> {
    let mut journey: Vec<Fix> = Vec::new();
    let all = recordings.iter().filter(|fixes| fixes.len() > 1);
    for recording in all.cycle().take(LAPS_MAX) {
        if journey.len() >= FIXES_MIN {
            break;
        }
        let Some(first) = recording.first() else {
            continue;
        };
        let after = journey
            .last()
            .map_or(0, |last| last.time.0 + 1_000 - first.time.0);
        for fix in recording {
            let time = UnixMs(fix.time.0 + after);
            if journey.last().is_none_or(|last| time > last.time) {
                journey.push(Fix { time, ..*fix });
            }
        }
    }
    journey
}

pub(crate) fn io(doing: impl Into<String>) -> impl FnOnce(std::io::Error) -> BindingsError {
    let doing = doing.into();
    move |source| BindingsError::Io { doing, source }
}

#[cfg(test)]
mod tests {
    use tala_protocol::fix::Provider;

    use super::*;

    fn recording(first_s: i64, count: i64) -> Vec<Fix> {
        let fix = |at: i64| Fix {
            time: UnixMs((first_s + at) * 1_000),
            lat_e7: 0,
            lon_e7: 0,
            alt_dm: None,
            acc_dm: None,
            speed_cms: None,
            bearing_deg: None,
            provider: Provider::Gnss,
            satellites: None,
            mock: false,
        };
        (0..count).map(fix).collect()
    }

    #[test]
    fn short_recordings_are_laid_one_after_another_and_time_runs_on() {
        let journey = end_to_end(&[recording(9_000, 400), recording(50, 300)]);
        assert_eq!(journey.len(), 400 + 300 + 400);
        assert!(journey.is_sorted_by(|one, next| one.time < next.time));
    }

    #[test]
    fn one_long_recording_is_taken_as_it_is_and_none_makes_no_journey() {
        let long = recording(7, 1_200);
        assert_eq!(end_to_end(&[long.clone(), recording(0, 50)]), long);
        assert_eq!(end_to_end(&[Vec::new(), recording(0, 1)]), Vec::new());
    }
}
