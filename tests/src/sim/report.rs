//! What runs come to. The field names are an interface.

use std::collections::BTreeMap;

use serde::Serialize;
use tala_protocol::hash::Digest;

use crate::oracle::Violation;

/// Declares counts: what they are, adding those of another run, and their names.
macro_rules! counts {
    ($( $(#[$doc:meta])* $name:ident, )*) => {
        /// What happened in a run, counted.
        #[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
        pub struct Counts {
            $( $(#[$doc])* pub $name: u64, )*
        }

        impl Counts {
            /// Adds those of another run.
            pub fn add(&mut self, other: &Counts) {
                $( self.$name += other.$name; )*
            }

            /// What never happened.
            pub fn never(&self) -> Vec<&'static str> {
                let all = [$( (stringify!($name), self.$name), )*];
                let never = all.into_iter().filter(|(_, times)| *times == 0);
                never.map(|(name, _)| name).collect()
            }
        }
    };
}

counts! {
    /// Steps.
    steps,
    /// Answers of the centre that a phone took.
    syncs,
    /// Meetings of two phones.
    meetings,
    /// Meetings that broke off.
    meetings_cut,
    /// Changes made upon several others.
    merges,
    /// Fields with several values in the end.
    conflicts,
    /// Programs that died, on phones and at the centre.
    crashes,
    /// Programs that died on phones.
    phone_deaths,
    /// Deaths of the centre's program.
    centre_deaths,
    /// Backups that came back, on phones and at the centre.
    restores,
    /// Backups that came back on phones.
    phone_restores,
    /// Backups that came back at the centre.
    centre_restores,
    /// Devices revoked.
    revocations,
    /// Envelopes that stand behind the cut of a revocation, kept apart.
    behind_cuts,
    /// Officers moved to another unit.
    moves,
    /// Of those, with something that the centre had not acknowledged.
    moves_with_unsent,
    /// Units put below another.
    reparentings,
    /// Records handed to another unit.
    hand_overs,
    /// Envelopes released from quarantine.
    releases,
    /// Envelopes in quarantine in the end.
    quarantined,
    /// Forgeries offered.
    forgeries,
    /// Tricks of somebody with a key.
    tricks,
    /// Clocks that jumped.
    clock_jumps,
    /// Phones cut off from the network for a while.
    partitions,
    /// Packets between phone and centre that never arrived.
    packets_lost,
    /// Packets that arrived twice.
    packets_doubled,
    /// Packets that arrived behind one that was sent later.
    packets_overtaken,
    /// Edits saved at desks.
    desk_edits,
    /// Saves of a page that others had changed meanwhile.
    desk_stale,
    /// Saves that the centre refused.
    desk_refused,
    /// Values of conflicts in the end that a desk wrote.
    desk_conflicts,
    /// Edits by phones with an older build.
    edits_by_older,
    /// Edits by phones with the present build.
    edits_by_present,
    /// Edits by phones with a newer build.
    edits_by_newer,
    /// Edits not made because they would overwrite what is from a newer version.
    newer_kept,
    /// Files that phones handed over whole.
    files_handed_over,
    /// Files that phones fetched whole.
    files_fetched,
    /// Of those, gone on with after a piece was lost.
    files_resumed,
    /// Pieces of files that never came to the centre.
    uploads_cut,
    /// Own files that a phone knows to be lost in the end.
    files_known_lost,
    /// Pieces of files that were lost on the way or with the program.
    pieces_lost,
    /// Questions for files that the centre did not answer.
    files_refused,
    /// Restores of the centre that took all files away.
    files_lost_at_centre,
    /// Envelopes at the centre in the end.
    envelopes,
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
