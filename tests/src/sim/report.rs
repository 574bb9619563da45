//! What runs come to. The field names are an interface.

use std::collections::BTreeMap;

use serde::Serialize;
use tala_protocol::hash::Digest;

use crate::oracle::Violation;

/// What happened in a run, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Steps.
    pub steps: u64,
    /// Answers of the centre that a phone took.
    pub syncs: u64,
    /// Meetings of two phones.
    pub meetings: u64,
    /// Changes made upon several others.
    pub merges: u64,
    /// Fields with several values in the end.
    pub conflicts: u64,
    /// Programs that died, on phones and at the centre.
    pub crashes: u64,
    /// Backups that came back, on phones and at the centre.
    pub restores: u64,
    /// Devices revoked.
    pub revocations: u64,
    /// Officers moved to another unit.
    pub moves: u64,
    /// Units put below another.
    pub reparentings: u64,
    /// Records handed to another unit.
    pub hand_overs: u64,
    /// Envelopes released from quarantine.
    pub releases: u64,
    /// Envelopes in quarantine in the end.
    pub quarantined: u64,
    /// Forgeries offered.
    pub forgeries: u64,
    /// Clocks that jumped.
    pub clock_jumps: u64,
    /// Envelopes at the centre in the end.
    pub envelopes: u64,
}

/// A run that failed.
#[derive(Debug, Clone, Serialize)]
pub struct Failure {
    /// Its seed.
    pub seed: u64,
    /// The step at which it was noticed; the number of steps for what was noticed in the end.
    pub step: u64,
    /// What was noticed.
    pub violations: Vec<Violation>,
}

/// All runs.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Runs made.
    pub seeds: u64,
    /// The bug that was built in.
    pub plant: Option<&'static str>,
    /// Everything that happened in all of them.
    #[serde(flatten)]
    pub counts: Counts,
    /// Runs that failed.
    pub failures: Vec<Failure>,
    /// Runs that could not be made, and why.
    pub broken: BTreeMap<u64, String>,
}

impl Counts {
    /// Adds those of another run.
    pub fn add(&mut self, other: &Counts) {
        self.steps += other.steps;
        self.syncs += other.syncs;
        self.meetings += other.meetings;
        self.merges += other.merges;
        self.conflicts += other.conflicts;
        self.crashes += other.crashes;
        self.restores += other.restores;
        self.revocations += other.revocations;
        self.moves += other.moves;
        self.reparentings += other.reparentings;
        self.hand_overs += other.hand_overs;
        self.releases += other.releases;
        self.quarantined += other.quarantined;
        self.forgeries += other.forgeries;
        self.clock_jumps += other.clock_jumps;
        self.envelopes += other.envelopes;
    }
}

impl Report {
    /// Whether every run was made and none failed.
    pub fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.broken.is_empty()
    }
}

/// What happened, line by line; kept as a digest and its last lines.
#[derive(Debug, Default)]
pub struct Log {
    digest: Option<Digest>,
    lines: Vec<String>,
}

impl Log {
    /// One more thing happened.
    pub fn line(&mut self, text: String) {
        let before = self.digest.map_or([0; 32], |digest| *digest.bytes());
        self.digest = Some(Digest::sha256_parts(&[&before, text.as_bytes()]));
        self.lines.push(text);
    }

    /// A digest of everything that happened.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// Everything that happened.
    pub fn lines(&self) -> &[String] {
        &self.lines
    }
}
