//! Known bugs, built in on purpose: a ring that does not notice one is broken.
//!
//! Each stands at a seam between the code under test and the world (a phone's disk, the frames between
//! phone and centre, the centre's program, the marker outside the backup), so that nothing of the product
//! has to be written twice. What a seam cannot reach is emulated by what the bug would lead to; the
//! description says so.

/// A known bug.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Plant {
    /// A phone says "saved" before the disk has it: a crash takes the last commit away.
    AcknowledgeBeforeCommit,
    /// A restored backup is not noticed: old feeds and the old actor are written on.
    ReusedActor,
    /// What was sent without an answer is written again as new.
    DroppedDedupe,
    /// A page's cursor is stored in a transaction of its own, before the page.
    CursorBeforeCommit,
    /// The gate asks whether a change fits the heads that this replica happens to have.
    LocalHeadsGate,
    /// The centre takes what carries a name and not that name's signature (emulated: forgeries carry it).
    SkipSignatureCheck,
    /// An envelope of a page gets lost and the cursor moves on.
    LostHole,
    /// The centre signs receipts for what a crash then takes away.
    ReceiptBeforeDurable,
    /// The centre's pages hold something of another unit.
    DeliverToWrongUnit,
    /// Phones and centre take what a revoked device says behind its cut (emulated: a cut at the end).
    IgnoreRevocationCut,
    /// Of two changes the one with the later wall clock wins and the other is dropped.
    WallClockOrder,
    /// A phone lets go of what it sent, answered or not.
    ForgetWithoutReceipt,
}

impl Plant {
    /// Every one.
    pub const ALL: [Plant; 12] = [
        Plant::AcknowledgeBeforeCommit,
        Plant::ReusedActor,
        Plant::DroppedDedupe,
        Plant::CursorBeforeCommit,
        Plant::LocalHeadsGate,
        Plant::SkipSignatureCheck,
        Plant::LostHole,
        Plant::ReceiptBeforeDurable,
        Plant::DeliverToWrongUnit,
        Plant::IgnoreRevocationCut,
        Plant::WallClockOrder,
        Plant::ForgetWithoutReceipt,
    ];

    /// Its name on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Plant::AcknowledgeBeforeCommit => "acknowledge-before-commit",
            Plant::ReusedActor => "reused-actor",
            Plant::DroppedDedupe => "dropped-dedupe",
            Plant::CursorBeforeCommit => "cursor-before-commit",
            Plant::LocalHeadsGate => "local-heads-gate",
            Plant::SkipSignatureCheck => "skip-signature-check",
            Plant::LostHole => "lost-hole",
            Plant::ReceiptBeforeDurable => "receipt-before-durable",
            Plant::DeliverToWrongUnit => "deliver-to-wrong-unit",
            Plant::IgnoreRevocationCut => "ignore-revocation-cut",
            Plant::WallClockOrder => "wall-clock-order",
            Plant::ForgetWithoutReceipt => "forget-without-receipt",
        }
    }

    /// By its name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|plant| plant.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::run::run;

    /// Runs within which every bug must be noticed.
    const SEEDS: u64 = 50;

    #[test]
    fn every_planted_bug_is_noticed() {
        let mut missed = Vec::new();
        for plant in Plant::ALL {
            // A run that cannot be made has noticed nothing.
            let noticed = (0..SEEDS).any(|seed| {
                run(seed, 150, Some(plant)).is_ok_and(|ended| ended.failure.is_some())
                    && run(seed, 150, None).is_ok_and(|ended| ended.failure.is_none())
            });
            if !noticed {
                missed.push(plant.name());
            }
        }
        assert_eq!(missed, Vec::<&str>::new());
    }

    #[test]
    fn names_are_unique_and_found_again() {
        for plant in Plant::ALL {
            assert_eq!(Plant::from_name(plant.name()), Some(plant));
        }
        assert_eq!(Plant::from_name("none"), None);
    }
}
