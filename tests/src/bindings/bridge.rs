//! The layer above Kotlin's binding at work: the phone with coroutines and flows, and the bridge that a web
//! view of a shell speaks to. Its suite stands in `tests/bindings/kotlin/bridge`.

use std::path::Path;

use super::binding::drive_bridge;
use super::{BindingsError, Said, misfit, prepare};

/// Fewest things that must have held: a suite that leaves some out is no suite.
const HELD_MIN: u64 = 280;

/// How the suite ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bridged {
    /// Things that held.
    pub held: u64,
    /// Fixes that it delivered and the centre has.
    pub fixes: u64,
}

/// Plays the suite against a centre of its own, and compares what arrived there.
pub fn play_bridge(folder: &Path) -> Result<Bridged, BindingsError> {
    let place = prepare(folder)?;
    let Said::Ended(said) = drive_bridge(&place)? else {
        return Err(BindingsError::NoEnd);
    };
    let word = |name: &str| {
        let line = said.lines().find_map(|line| line.strip_prefix(name));
        line.map(str::trim).unwrap_or_default()
    };
    let number = |name: &str| word(name).parse::<u64>().unwrap_or(0);
    let (held, fixes) = (number("ok "), number("fixes "));
    misfit("things that held, at most", held.max(HELD_MIN), held)?;
    place.compare(fixes, word("incident "))?;
    Ok(Bridged { held, fixes })
}
