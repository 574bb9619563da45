//! Two phones of one station edit one incident without signal, each not knowing of the other.
//!
//! The first reports it and hands it over; the second fetches it. From then on neither syncs until both
//! have edited, so that neither change can be based on the other.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use tala_protocol::doc::Severity;
use tala_protocol::id::ObjectId;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Reported it.
    First,
    /// Fetched it.
    Second,
}

/// What both write.
#[derive(Debug, Clone, Copy)]
pub struct Opinion {
    /// The title.
    pub title: &'static str,
    /// The severity.
    pub severity: Severity,
}

/// How far the two are.
#[derive(Debug, Default)]
pub struct Meeting {
    object: Mutex<Option<ObjectId>>,
    is_fetched: AtomicBool,
    first_edited: AtomicBool,
    second_edited: AtomicBool,
}

impl Side {
    /// The two first phones of the cast.
    pub fn of(number: usize) -> Option<Self> {
        match number {
            0 => Some(Side::First),
            1 => Some(Side::Second),
            _ => None,
        }
    }

    /// What this side thinks.
    pub fn opinion(self) -> Opinion {
        match self {
            Side::First => Opinion {
                title: "核心区北侧草原被翻耕（面积仍在扩大）",
                severity: Severity::Emergency,
            },
            Side::Second => Opinion {
                title: "核心区北侧翻耕地块（现场复核）",
                severity: Severity::Medium,
            },
        }
    }
}

impl Meeting {
    /// The incident, once the first side has reported it.
    pub fn object(&self) -> Option<ObjectId> {
        *self.object.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first side reported it and handed it over.
    pub fn handed_over(&self, object: ObjectId) {
        *self.object.lock().unwrap_or_else(PoisonError::into_inner) = Some(object);
    }

    /// The second side holds it.
    pub fn fetched(&self) {
        self.is_fetched.store(true, Ordering::SeqCst);
    }

    /// Whether this side is to edit now.
    pub fn is_turn(&self, side: Side) -> bool {
        self.is_fetched.load(Ordering::SeqCst) && !self.edited(side).load(Ordering::SeqCst)
    }

    /// This side has edited.
    pub fn has_edited(&self, side: Side) {
        self.edited(side).store(true, Ordering::SeqCst);
    }

    /// Whether neither may sync.
    pub fn is_apart(&self) -> bool {
        self.is_fetched.load(Ordering::SeqCst) && !self.is_over()
    }

    /// Whether both have edited.
    pub fn is_over(&self) -> bool {
        let both = [&self.first_edited, &self.second_edited];
        both.iter().all(|edited| edited.load(Ordering::SeqCst))
    }

    fn edited(&self, side: Side) -> &AtomicBool {
        match side {
            Side::First => &self.first_edited,
            Side::Second => &self.second_edited,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_syncs_between_fetching_and_the_second_edit() {
        let meeting = Meeting::default();
        assert!(!meeting.is_apart() && !meeting.is_turn(Side::First));
        meeting.fetched();
        assert!(
            meeting.is_apart() && meeting.is_turn(Side::First) && meeting.is_turn(Side::Second)
        );
        meeting.has_edited(Side::Second);
        assert!(meeting.is_apart() && !meeting.is_turn(Side::Second));
        meeting.has_edited(Side::First);
        assert!(!meeting.is_apart() && meeting.is_over());
    }
}
