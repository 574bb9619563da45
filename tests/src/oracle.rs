//! What must be true of a bureau whatever happened to it, checked from outside.
//!
//! You are here because you run phones and a centre (simulated or real) and want to know whether anything
//! was lost, doubled, bent or shown to the wrong people. Write down what happens in a [`Ledger`] that no
//! replica can touch; ask [`books`] about the centre and [`replicas`] about phones when all is quiet; and
//! ask [`Access`] about every single delivery as it happens. Each finding is a [`Violation`].
//!
//! Nothing here drives anything: that is [`crate::sim`].

mod access;
pub mod books;
mod ledger;
pub mod replicas;

pub use access::{Access, Way};
pub use ledger::{FixKey, Ledger};

/// Something that must never be.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Violation {
    /// The rule that is broken.
    pub rule: &'static str,
    /// Where and how.
    pub detail: String,
}

impl Violation {
    /// A broken rule.
    pub fn new(rule: &'static str, detail: impl Into<String>) -> Self {
        Self {
            rule,
            detail: detail.into(),
        }
    }
}
