//! Where an envelope stands with its document, and what can change that.

use automerge::ChangeHash;

use super::refusal::GateRefusal;

/// Where an envelope stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its change is part of the document.
    Admitted,
    /// It waits for changes that have not come, or do not stand.
    Parked {
        /// The direct ancestors that are missing.
        missing: Vec<ChangeHash>,
    },
    /// It is kept, and shown to an administrator with its reason.
    Quarantined(Quarantine),
}

/// Why an envelope is quarantined.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quarantine {
    /// The gate refused it: for ever, on every replica.
    Structural(GateRefusal),
    /// Its author said something else at the same place. It stands when a ruling refuses the other.
    Fork {
        /// The change that stands there.
        stands: ChangeHash,
    },
    /// Policy holds it back. This is the only kind that a release lifts.
    Policy(PolicyRefusal),
}

impl Quarantine {
    /// Whether a signed release would have any effect.
    pub const fn is_releasable(&self) -> bool {
        matches!(self, Quarantine::Policy(_))
    }

    /// The word used in APIs and logs.
    pub const fn word(&self) -> &'static str {
        match self {
            Quarantine::Structural(refusal) => refusal.word(),
            Quarantine::Fork { .. } => "fork",
            Quarantine::Policy(policy) => policy.word(),
        }
    }
}

/// Why policy holds an envelope back, though its structure is sound.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PolicyRefusal {
    /// The device is revoked, and this came after the last sequence number accepted. Code 1.
    Revoked,
    /// Whoever signed had no right to write here. Code 2.
    NotEntitled,
    /// More than a device may write in a time. Code 3.
    OverQuota,
    /// Its feed forks before it. Code 4.
    FeedFork,
    /// A signed verdict refuses it. Code 5.
    Refused,
    /// A code from a newer version.
    Newer(u16),
}

impl PolicyRefusal {
    /// The code that is stored.
    pub const fn code(self) -> u16 {
        match self {
            PolicyRefusal::Revoked => 1,
            PolicyRefusal::NotEntitled => 2,
            PolicyRefusal::OverQuota => 3,
            PolicyRefusal::FeedFork => 4,
            PolicyRefusal::Refused => 5,
            PolicyRefusal::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u16) -> Self {
        match code {
            1 => PolicyRefusal::Revoked,
            2 => PolicyRefusal::NotEntitled,
            3 => PolicyRefusal::OverQuota,
            4 => PolicyRefusal::FeedFork,
            5 => PolicyRefusal::Refused,
            other => PolicyRefusal::Newer(other),
        }
    }

    /// The word used in APIs and logs.
    pub const fn word(self) -> &'static str {
        match self {
            PolicyRefusal::Revoked => "revoked",
            PolicyRefusal::NotEntitled => "not_entitled",
            PolicyRefusal::OverQuota => "over_quota",
            PolicyRefusal::FeedFork => "feed_fork",
            PolicyRefusal::Refused => "refused",
            PolicyRefusal::Newer(_) => "newer",
        }
    }
}

/// What a signed verdict says of an envelope. Ordered: by number, then a refusal above a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ruling {
    /// The verdict's place in the order of verdicts (the lsn of its envelope).
    pub number: u64,
    /// What it says.
    pub kind: RulingKind,
}

/// What a ruling does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RulingKind {
    /// Policy no longer holds it back.
    Release,
    /// It does not stand.
    Refuse,
}

impl Ruling {
    pub(super) const fn refuses(self) -> bool {
        matches!(self.kind, RulingKind::Refuse)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_a_round_trip_known_or_not() {
        for code in 0..=300 {
            assert_eq!(PolicyRefusal::from_code(code).code(), code);
        }
    }

    #[test]
    fn the_later_ruling_counts_and_a_refusal_before_a_release() {
        let release = |number| Ruling {
            number,
            kind: RulingKind::Release,
        };
        let refuse = |number| Ruling {
            number,
            kind: RulingKind::Refuse,
        };
        assert_eq!(release(2).max(refuse(1)), release(2));
        assert_eq!(release(2).max(refuse(2)), refuse(2));
    }

    #[test]
    fn only_policy_can_be_released() {
        assert!(Quarantine::Policy(PolicyRefusal::Revoked).is_releasable());
        assert!(!Quarantine::Structural(GateRefusal::Empty).is_releasable());
        assert!(
            !Quarantine::Fork {
                stands: ChangeHash([0; 32])
            }
            .is_releasable()
        );
    }
}
