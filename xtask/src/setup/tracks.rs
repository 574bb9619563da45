//! Recorded tracks and hostile inputs: where they are, and how tracks come to a machine without them.
//!
//! Recordings by others are used and never committed. A collection beside the repository is taken
//! where it stands; elsewhere the test files of the `gpxpy` source package are fetched by pip, checked
//! against the hash in `tracks.requirements.txt`, and unpacked into the build folder.

use std::fs;
use std::path::{Path, PathBuf};

use crate::run::{RunError, Step};
use crate::setup::system;
use crate::workspace::Workspace;

/// What of the package is a recording of a real journey. Its other files are made-up edge cases of the
/// GPX format; they go to a folder of their own.
const RECORDINGS: [&str; 4] = [
    "Mojstrovka.gpx",
    "around-visnjan-with-car.gpx",
    "cerknicko-jezero.gpx",
    "korita-zbevnica.gpx",
];
const EDGE_CASES: &str = "edge-cases";

/// Why the tracks are not there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TracksError {
    #[error("running a tool")]
    Run(#[from] RunError),
    #[error("writing {place}")]
    Write {
        place: PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the package holds no {0}")]
    Absent(&'static str),
}

/// The folder of recorded tracks, if there is one already.
pub(crate) fn at_hand(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("TALA_TRACKS").map(PathBuf::from);
    let beside = workspace.root().join("../shared/data/tracks");
    let fetched = workspace.target().join("tracks");
    let mut places = named.into_iter().chain([beside, fetched]);
    places.find_map(|place| place.canonicalize().ok())
}

/// Fetches the recorded tracks unless they are at hand.
pub(crate) fn ensure(workspace: &Workspace) -> Result<(), TracksError> {
    if at_hand(workspace).is_some() {
        return Ok(());
    }
    let part = workspace.target().join("tracks.part");
    if part.exists() {
        wrote(&part, fs::remove_dir_all(&part))?;
    }
    wrote(&part, fs::create_dir_all(&part))?;
    download(&part)?;
    let ready = part.join("ready");
    sort_out(&part.join("gpxpy-1.6.2"), &ready)?;
    let place = workspace.target().join("tracks");
    wrote(&place, fs::rename(&ready, &place))?;
    wrote(&part, fs::remove_dir_all(&part))
}

/// The folder of hostile inputs, if there is one.
pub(crate) fn hostile(workspace: &Workspace) -> Option<PathBuf> {
    let named = std::env::var_os("TALA_HOSTILE").map(PathBuf::from);
    let beside = workspace.root().join("../shared/data/hostile");
    let kept = workspace.root().join("fixtures/hostile");
    let mut places = named.into_iter().chain([beside, kept]);
    places.find_map(|place| place.canonicalize().ok())
}

fn download(folder: &Path) -> Result<(), TracksError> {
    let list = folder.join("requirements.txt");
    wrote(
        &list,
        fs::write(&list, include_str!("tracks.requirements.txt")),
    )?;
    let pip = ["pip3", "pip"]
        .into_iter()
        .find(|name| system::on_path(name).is_some());
    let ask = [
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        "gpxpy",
        "--require-hashes",
    ];
    let from = ["--dest", ".", "--requirement", "requirements.txt"];
    Step::new(pip.unwrap_or("pip3"), folder)
        .args(ask)
        .args(from)
        .run()?;
    Step::new("tar", folder)
        .args(["-xzf", "gpxpy-1.6.2.tar.gz"])
        .run()?;
    Ok(())
}

/// Recordings to `ready`, edge cases to a folder in it, the licence beside them.
fn sort_out(package: &Path, ready: &Path) -> Result<(), TracksError> {
    let edge_cases = ready.join(EDGE_CASES);
    wrote(&edge_cases, fs::create_dir_all(&edge_cases))?;
    for (from, to) in [("LICENSE.txt", "LICENSE.txt"), ("NOTICE.txt", "NOTICE.txt")] {
        let to = ready.join(to);
        wrote(&to, fs::copy(package.join(from), &to).map(drop))?;
    }
    let files = package.join("test_files");
    for entry in wrote(&files, fs::read_dir(&files))? {
        let entry = wrote(&files, entry)?;
        let name = entry.file_name();
        let recorded = RECORDINGS.iter().any(|recording| name == *recording);
        let to = if recorded { ready } else { &edge_cases }.join(&name);
        wrote(&to, fs::copy(entry.path(), &to).map(drop))?;
    }
    match RECORDINGS.iter().find(|name| !ready.join(name).exists()) {
        Some(name) => Err(TracksError::Absent(name)),
        None => Ok(()),
    }
}

fn wrote<T>(place: &Path, result: std::io::Result<T>) -> Result<T, TracksError> {
    result.map_err(|source| TracksError::Write {
        place: place.to_owned(),
        source,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(names: &[&str]) -> tempfile::TempDir {
        let package = tempfile::tempdir().expect("folder");
        let files = package.path().join("test_files");
        fs::create_dir(&files).expect("folder");
        for name in ["LICENSE.txt", "NOTICE.txt"] {
            fs::write(package.path().join(name), "terms").expect("file");
        }
        for name in names {
            fs::write(files.join(name), "<gpx/>").expect("file");
        }
        package
    }

    #[test]
    fn recordings_stand_apart_from_edge_cases() {
        let mut names = RECORDINGS.to_vec();
        names.push("route.gpx");
        let (package, out) = (package(&names), tempfile::tempdir().expect("folder"));
        let ready = out.path().join("ready");
        sort_out(package.path(), &ready).expect("sorted");
        assert!(ready.join("Mojstrovka.gpx").exists());
        assert!(!ready.join("route.gpx").exists());
        assert!(ready.join("edge-cases/route.gpx").exists());
        assert!(ready.join("LICENSE.txt").exists());
    }

    #[test]
    fn a_package_without_a_recording_is_refused() {
        let (package, out) = (
            package(&["route.gpx"]),
            tempfile::tempdir().expect("folder"),
        );
        let error = sort_out(package.path(), &out.path().join("ready")).expect_err("refused");
        assert!(matches!(error, TracksError::Absent("Mojstrovka.gpx")));
    }
}
