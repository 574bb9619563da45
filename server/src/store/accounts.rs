//! Accounts of staff, and enrolments under way.

use tala_protocol::id::{DeviceId, PersonId, RowId, UnitId};
use tala_protocol::time::UnixMs;

use super::StoreError;

/// How a member of staff signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Login name, unique.
    pub login: String,
    /// Which person.
    pub person: PersonId,
    /// The argon2id hash in PHC form.
    pub password_hash: String,
    /// When the account was closed, if it was.
    pub closed_at: Option<UnixMs>,
}

/// A one-time code that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EnrolmentRow {
    /// Its row.
    pub id: RowId,
    /// SHA-256 of the code; the code itself is not kept.
    pub code_hash: [u8; 32],
    /// For which unit.
    pub unit: UnitId,
    /// Who will carry the device.
    pub person: Option<PersonId>,
    /// A name for the device.
    pub device_name: String,
    /// Who gave it out.
    pub by: PersonId,
    /// When.
    pub made_at: UnixMs,
    /// Until when it may be used.
    pub expires_at: UnixMs,
    /// The device that used it.
    pub used_by: Option<DeviceId>,
}

/// Finding accounts.
pub trait AccountReads {
    /// The account of a login.
    fn staff(&self, login: &str) -> Result<Option<StaffRow>, StoreError>;

    /// All accounts, by login.
    fn all_staff(&self) -> Result<Vec<StaffRow>, StoreError>;

    /// The enrolment with this hash.
    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<EnrolmentRow>, StoreError>;

    /// All enrolments, newest first.
    fn enrolments(&self) -> Result<Vec<EnrolmentRow>, StoreError>;
}

/// Keeping accounts.
pub trait AccountWrites {
    /// Keeps or replaces an account, by login.
    fn put_staff(&mut self, row: &StaffRow) -> Result<(), StoreError>;

    /// Keeps or replaces an enrolment, by row.
    fn put_enrolment(&mut self, row: &EnrolmentRow) -> Result<(), StoreError>;
}
