//! Which statements speak of whom, so that they can be shown to those concerned.

use tala_protocol::id::{DeviceId, PersonId, UnitId};
use tala_protocol::sync::Scope;

use super::{Lsn, StoreError};

/// Of whom a statement speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// The office and log keys of the bureau.
    Bureau,
    /// A device: its key, assignments, revocation.
    Device(DeviceId),
    /// A person: name and memberships.
    Person(PersonId),
    /// A unit and its place in the tree.
    Unit(UnitId),
}

/// Finding statements.
pub trait StatementReads {
    /// Every statement about a subject, ascending.
    fn statements_about(&self, subject: Subject) -> Result<Vec<Lsn>, StoreError>;

    /// Every statement, ascending: what a directory is rebuilt from.
    fn statements(&self) -> Result<Vec<Lsn>, StoreError>;

    /// Whether a statement stands in a list already.
    fn statement_shown(&self, lsn: Lsn, scope: &Scope) -> Result<bool, StoreError>;

    /// The lists in which a statement stands.
    fn statement_lists(&self, lsn: Lsn) -> Result<Vec<Scope>, StoreError>;
}

/// Keeping statements.
pub trait StatementWrites {
    /// Notes of whom a statement speaks. Idempotent.
    fn add_statement(&mut self, lsn: Lsn, subject: Subject) -> Result<(), StoreError>;

    /// Notes that a statement stands in a list.
    fn set_statement_shown(&mut self, lsn: Lsn, scope: &Scope) -> Result<(), StoreError>;
}

impl Subject {
    /// A number for the kind and sixteen bytes: how stores keep it.
    pub fn parts(&self) -> (u8, [u8; 16]) {
        match self {
            Subject::Bureau => (0, [0; 16]),
            Subject::Device(id) => (1, *id.as_bytes()),
            Subject::Person(id) => (2, *id.as_bytes()),
            Subject::Unit(id) => (3, *id.as_bytes()),
        }
    }
}
