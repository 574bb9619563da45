//! The layer above Kotlin's binding at work: the phone with coroutines and flows, and the bridge that a web
//! view of a shell speaks to. Its suite stands in `tests/bindings/kotlin/bridge`.

use std::io::Write as _;
use std::path::Path;

use super::binding::drive_bridge;
use super::{BindingsError, Place, Said, io, misfit, prepare, verbs};

/// Fewest things that must have held: a suite that leaves some out is no suite.
const HELD_MIN: u64 = 360;

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
    tell_verbs(&place)?;
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

/// Adds to the job what the contract says of verbs, so that the suite asks for each of them.
fn tell_verbs(place: &Place) -> Result<(), BindingsError> {
    let lists = [
        ("shell", verbs::of_the_shell()?),
        ("core", verbs::of_the_core()?),
        ("shut", verbs::while_shut()?),
    ];
    let file = std::fs::File::options().append(true).open(&place.job);
    let mut file = file.map_err(io("opening the job"))?;
    for (name, verbs) in lists {
        let verbs: Vec<String> = verbs.into_iter().collect();
        let line = format!("verbs.{name}={}\n", verbs.join(" "));
        file.write_all(line.as_bytes())
            .map_err(io("writing the job"))?;
    }
    Ok(())
}
