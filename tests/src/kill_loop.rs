//! Kills a recording phone and an ingesting centre again and again; counts what was promised and is gone.
//!
//! You are here because you want to know what "saved" and "at the centre" are worth. Two rings take
//! turns: [`phone`] kills a process that records fix by fix, [`centre`] kills a server that is being
//! pushed to. What was promised stands in a ledger of the killer: it learns of a fix from a pipe and of an
//! envelope from the reply on the wire, never from what it kills. After every kill the victim is started
//! again and everything promised so far is looked for: there, once, and the same.

pub mod centre;
mod chain;
mod death;
pub mod phone;
mod plant;
pub mod witness;
pub mod worker;

use std::collections::BTreeMap;
use std::path::Path;

use rand::SeedableRng as _;
use rand_chacha::ChaCha8Rng;
use serde::Serialize;

use crate::rig::centre::CentreHome;
use crate::rig::{RigError, fresh_folder};

/// What a run found. The field names are an interface.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Processes killed.
    pub kills: u64,
    /// Fixes and envelopes that were promised to be durable.
    pub acknowledged: u64,
    /// Of those, gone or changed.
    pub lost: u64,
    /// Of those, there more than once.
    pub doubled: u64,
    /// The recording phone.
    pub phone: Ring,
    /// The ingesting centre.
    pub centre: Ring,
    /// Deaths at each point of the victims' own code.
    pub points: BTreeMap<&'static str, u64>,
    /// Whether the centre's log verified at the end.
    pub log_verified: bool,
    /// What went wrong, for people.
    pub faults: Vec<String>,
}

/// One of the two rings.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct Ring {
    /// Processes killed.
    pub kills: u64,
    /// Promised to be durable: fixes and incidents; envelopes with their leaves.
    pub acknowledged: u64,
    /// Of those, gone or changed.
    pub lost: u64,
    /// Of those, there more than once.
    pub doubled: u64,
    /// Durable though no promise had come out before the kill.
    pub in_flight: u64,
    /// Deaths at a point of the victim's own code; the others came at a random moment.
    pub at_points: u64,
    /// Kills that hit before the first promise of that run.
    pub early: u64,
}

/// Kills after which every point must have had its death.
const KILLS_FOR_ALL_POINTS: u64 = 100;

/// What a run is to do.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// How many kills, in turns.
    pub kills: u64,
    /// Decides every moment.
    pub seed: u64,
    /// Puts the victim's folder back after each kill: everything promised meanwhile is lost, and must be
    /// found to be.
    pub is_planted: bool,
}

impl Report {
    /// Whether everything held.
    pub fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.faults.is_empty() && self.log_verified
    }

    /// A victim died at a point of its code.
    fn died_at(&mut self, point: Option<&'static str>) {
        if let Some(point) = point {
            *self.points.entry(point).or_default() += 1;
        }
    }

    /// A point that is never met proves nothing: the ring is broken there.
    fn find_unmet_points(&mut self) {
        let unmet = self.points.iter().filter(|(_, times)| **times == 0);
        if self.kills >= KILLS_FOR_ALL_POINTS {
            let faults = unmet.map(|(point, _)| format!("nobody died at {point}"));
            self.faults.extend(faults.collect::<Vec<_>>());
        }
    }

    fn sum(&mut self) {
        let (phone, centre) = (self.phone, self.centre);
        self.kills = phone.kills + centre.kills;
        self.acknowledged = phone.acknowledged + centre.acknowledged;
        self.lost = phone.lost + centre.lost;
        self.doubled = phone.doubled + centre.doubled;
    }
}

/// Runs both rings in turns below `folder`, which is emptied first. `tell` gets a line after each kill.
pub fn run(
    folder: &Path,
    options: Options,
    tell: &mut dyn FnMut(&str),
) -> Result<Report, RigError> {
    fresh_folder(folder)?;
    let mut rng = ChaCha8Rng::seed_from_u64(options.seed);
    let points = [death::PHONE.points(), death::CENTRE.points()].concat();
    let mut report = Report {
        points: points.into_iter().map(|point| (point, 0)).collect(),
        ..Report::default()
    };
    let (home, _) = CentreHome::found(&folder.join("centre"), 0, None)?;
    let mut centre = centre::CentreRing::start(&home, folder)?;
    let mut phone = phone::PhoneRing::start(&home, folder, options.seed)?;
    for n in 0..options.kills {
        let faults = report.faults.len();
        if n % 2 == 0 {
            phone.kill_once(options.is_planted, &mut rng, &mut report)?;
        } else {
            centre.kill_once(options.is_planted, &mut rng, &mut report)?;
        }
        report.sum();
        let found = report.faults.get(faults..).unwrap_or_default().join("; ");
        let which = if n % 2 == 0 { "phone" } else { "centre" };
        tell(&format!(
            "kill {} ({which}): {} acknowledged, {} lost, {} doubled{}{found}",
            n + 1,
            report.acknowledged,
            report.lost,
            report.doubled,
            if found.is_empty() { "" } else { "; " },
        ));
    }
    centre.finish(&mut report)?;
    report.sum();
    report.find_unmet_points();
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_run_that_never_meets_a_point_is_a_fault_and_a_short_one_is_not() {
        for (kills, faults) in [(KILLS_FOR_ALL_POINTS - 1, 0), (KILLS_FOR_ALL_POINTS, 1)] {
            let mut report = Report {
                kills,
                points: BTreeMap::from([("met", 0), ("unmet", 0)]),
                ..Report::default()
            };
            report.died_at(Some("met"));
            report.died_at(None);
            report.find_unmet_points();
            assert_eq!(report.faults.len(), faults, "{:?}", report.faults);
        }
    }
}
