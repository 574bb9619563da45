//! A case (案件): its status follows from its events, applied in the order the server numbered them.
//!
//! The server asks [`Case::fits`] before it takes an event from a desk (409 where it does not), and
//! applies whatever else arrives; what does not fit is listed as void with its reason and changes
//! nothing. Who may do what is not decided here.
//!
//! **Versions.** Every applied event that names a base counts one version, whether this build knows its
//! type or not. So an older build counts like a newer one, and a desk that writes against a version
//! it has not seen in full is refused. Comments name no base, count nothing, and may be concurrent.

mod status;
mod step;

use std::collections::BTreeSet;

pub use status::{CaseStatus, Review};

use super::{Event, EventType, field};
use crate::id::{ObjectId, PersonId, UnitId};

/// One case and everything that was said of it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Case {
    state: CaseState,
    history: Vec<Entry>,
}

/// What a case is now. Void events leave no trace here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CaseState {
    /// Where it stands.
    pub status: CaseStatus,
    /// How many events with a base were applied.
    pub version: u64,
    /// The unit that has it.
    pub unit: Option<UnitId>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// The number it was filed under.
    pub number: Option<String>,
    /// Incidents, cases and campaigns that belong to it.
    pub linked: BTreeSet<ObjectId>,
    /// Where it goes back to when another authority returns it.
    before_transfer: CaseStatus,
    /// Where it goes back to when it is reopened.
    before_close: CaseStatus,
}

/// One event of a case's history.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// The number that the server gave it.
    pub lsn: u64,
    /// What it says.
    pub event_type: EventType,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It fits and has been applied; the case has this version now.
    Applied {
        /// The version after it.
        version: u64,
    },
    /// It does not fit. Kept and shown, without effect.
    Void(Void),
}

/// Why an event has no effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Void {
    /// Made against another version than the case has.
    #[error("made against version {base}, the case has version {version}")]
    Stale {
        /// What the event names.
        base: u64,
        /// What the case has.
        version: u64,
    },
    /// It names no version and must.
    #[error("names no version of the case")]
    NoBase,
    /// A comment that names a version.
    #[error("a comment names no version")]
    CommentWithBase,
    /// The case does not stand where this can happen.
    #[error("{} does not fit a case that is {}", event_type.word(), status.word())]
    Status {
        /// What was to happen.
        event_type: EventType,
        /// Where the case stands.
        status: CaseStatus,
    },
    /// A field that this event needs is missing or of another type.
    #[error("field {0} is missing")]
    Missing(u64),
    /// Its number is not above those that were applied before it.
    #[error("number {lsn} is not above {last}")]
    Order {
        /// Its number.
        lsn: u64,
        /// The last number before it.
        last: u64,
    },
}

impl Case {
    /// A case of which nothing was said yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Would this event fit now?
    pub fn fits(&self, event: &Event) -> Result<(), Void> {
        step::next(&self.state, event).map(drop)
    }

    /// Applies an event in the server's order. The same number again changes nothing and has the
    /// outcome it had.
    pub fn apply(&mut self, event: &Event, lsn: u64) -> Outcome {
        if let Ok(at) = self.history.binary_search_by_key(&lsn, |entry| entry.lsn)
            && let Some(entry) = self.history.get(at)
        {
            return entry.outcome;
        }
        if let Some(last) = self.history.last().map(|entry| entry.lsn)
            && last > lsn
        {
            // Not listed: the history stays in the server's order, and the caller has not kept to it.
            return Outcome::Void(Void::Order { lsn, last });
        }
        let outcome = match step::next(&self.state, event) {
            Ok(state) => {
                self.state = state;
                Outcome::Applied {
                    version: self.state.version,
                }
            }
            Err(void) => Outcome::Void(void),
        };
        self.history.push(Entry {
            lsn,
            event_type: event.event_type,
            outcome,
        });
        outcome
    }

    /// What the case is now.
    pub const fn state(&self) -> &CaseState {
        &self.state
    }

    /// Every event in order, void ones among them.
    pub fn history(&self) -> &[Entry] {
        &self.history
    }

    /// The void events.
    pub fn void(&self) -> impl Iterator<Item = &Entry> {
        self.history
            .iter()
            .filter(|entry| matches!(entry.outcome, Outcome::Void(_)))
    }
}

#[cfg(test)]
mod tests;
