//! Who may say what: keys, units, persons and memberships as dated signed statements.
//!
//! Everything here arrives as envelopes of kind `certificate` or `revocation`. The bureau's root key
//! certifies office and log keys; office keys state everything else. [`Directory`] is the sum of the
//! statements one has seen: it verifies envelopes, answers who belonged where on a date, and computes
//! paths in the unit tree. It is a pure value; storing the envelopes and replaying them into it is the
//! business of phone and centre.
//!
//! Expiry ends sign-in and pull, never the admission of envelopes: see [`Directory::verify`].

mod directory;
mod revocation;
mod role;
mod said;
mod stated;
mod statement;
mod units;

#[cfg(test)]
mod tests;

pub use directory::{CertError, Directory, Standing};
pub use revocation::{Cut, Revocation};
pub use role::Role;
pub use statement::{
    Assignment, Holder, KeyStatement, Membership, Names, Person, Statement, UnitStatement,
};
pub use units::{UnitLevel, UnitTree};
