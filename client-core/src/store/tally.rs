//! How the envelopes of an object stand, counted by the store so that nobody reads them all.

use std::collections::BTreeMap;

use super::rows::{Delivery, EnvelopeRow};

/// Where something is. Ordered from the least safe on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whereabouts {
    /// The centre will not take it.
    Refused,
    /// Written, and waiting for the key.
    WaitingForKey,
    /// On this phone only.
    Here,
    /// The centre signed that it is stored.
    Acknowledged,
    /// A verified receipt covers it, or it came from there.
    AtCentre,
}

/// What is held about one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Whether this phone wrote any of it.
    pub own: bool,
    /// Envelopes by whereabouts.
    pub envelopes: BTreeMap<Whereabouts, usize>,
    /// Envelopes that the office refused.
    pub ruled_out: usize,
    /// Fixes that wait to be sealed.
    pub unsealed: u64,
}

impl Whereabouts {
    /// The word used in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Whereabouts::Refused => "refused",
            Whereabouts::WaitingForKey => "waiting_for_key",
            Whereabouts::Here => "here",
            Whereabouts::Acknowledged => "acknowledged",
            Whereabouts::AtCentre => "at_centre",
        }
    }

    /// Where an envelope is.
    pub const fn of(row: &EnvelopeRow) -> Self {
        match (row.signed.is_some(), row.delivery) {
            (false, _) => Whereabouts::WaitingForKey,
            (true, Delivery::Refused(_)) => Whereabouts::Refused,
            // What the centre only claims is no safer than before.
            (true, Delivery::Here | Delivery::Claimed(_)) => Whereabouts::Here,
            (true, Delivery::Acknowledged(_)) => Whereabouts::Acknowledged,
            (true, Delivery::Proved(_) | Delivery::Fetched(_)) => Whereabouts::AtCentre,
        }
    }
}

impl Tally {
    /// Takes in envelopes that stand alike.
    pub(super) fn add(&mut self, own: bool, at: Whereabouts, count: usize) {
        self.own |= own;
        *self.envelopes.entry(at).or_default() += count;
    }
}
