//! Making a machine ready: system packages, and the recorded tracks that tests and demo replay.
//!
//! Nothing is installed that the tree does not use. On Debian, as root, packages come through apt; on
//! any other machine one message names everything that is missing.

use crate::run::Env;
use crate::workspace::Workspace;

pub(crate) mod system;
pub(crate) mod tracks;

/// Why this machine could not be made ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SetupError {
    #[error(transparent)]
    System(#[from] system::SystemError),
    #[error("fetching the recorded tracks")]
    Tracks(#[from] tracks::TracksError),
}

/// What the machine is made ready for: nobody installs a browser to see a bench.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Goal {
    /// Running one program.
    Bench,
    /// Searching what lies on a phone.
    AtRest,
    /// Writing and driving the bindings.
    Bindings,
    /// Building the module for browsers.
    Wasm,
    /// Running the server with its pages.
    Demo,
    /// Driving the officer's app in a browser.
    Browser,
    /// Formatting, lints and unit tests.
    Quick,
    /// Everything, including a browser that drives the pages.
    Everything,
}

/// Installs or names what is missing, and fetches the tracks.
pub(crate) fn prepare(workspace: &Workspace, goal: Goal) -> Result<Env, SetupError> {
    system::ensure(&system::needs(workspace, goal))?;
    tracks::ensure(workspace)?;
    Ok(places(workspace))
}

/// What started programs are told of this machine: `TALA_TRACKS`, `TALA_HOSTILE` and `TALA_CHROMIUM`,
/// each where it is known.
pub(crate) fn places(workspace: &Workspace) -> Env {
    let known = [
        ("TALA_TRACKS", tracks::at_hand(workspace)),
        ("TALA_HOSTILE", tracks::hostile(workspace)),
        ("TALA_CHROMIUM", system::browser()),
    ];
    let known = known.into_iter();
    known
        .filter_map(|(name, place)| Some((name.to_owned(), place?.into_os_string())))
        .collect()
}
