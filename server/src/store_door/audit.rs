//! Who was let in or turned away, and what was decided at the door. Appended to, never changed.

use rusqlite::params;
use tala_protocol::id::{DeviceId, PersonId};
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

/// What was tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditAct {
    /// Signing in.
    SignIn,
    /// Signing out.
    SignOut,
    /// Giving the password again.
    PasswordAgain,
    /// Giving out an enrolment code.
    CodeGiven,
    /// Enrolling a device.
    Enrolled,
    /// Cutting a device off.
    Revoked,
    /// Releasing from quarantine.
    Released,
    /// Publishing zones.
    ZonesImported,
    /// Publishing a version of a registry.
    RegistryPublished,
    /// Showing a record to another unit, or handing it over.
    Shared,
    /// Adding a person at the machine.
    PersonAdded,
}

/// One line: ids only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AuditRow {
    /// When.
    pub at: UnixMs,
    /// What.
    pub act: AuditAct,
    /// By whom, where known.
    pub person: Option<PersonId>,
    /// About or by which device, where there is one.
    pub device: Option<DeviceId>,
    /// Whether it was allowed.
    pub ok: bool,
}

impl AuditAct {
    /// The word that is stored.
    pub const fn word(self) -> &'static str {
        match self {
            AuditAct::SignIn => "sign_in",
            AuditAct::SignOut => "sign_out",
            AuditAct::PasswordAgain => "password_again",
            AuditAct::CodeGiven => "code_given",
            AuditAct::Enrolled => "enrolled",
            AuditAct::Revoked => "revoked",
            AuditAct::Released => "released",
            AuditAct::ZonesImported => "zones_imported",
            AuditAct::RegistryPublished => "registry_published",
            AuditAct::Shared => "shared",
            AuditAct::PersonAdded => "person_added",
        }
    }
}

impl DoorStore {
    /// Appends a line.
    pub fn add_audit(&self, row: &AuditRow) -> Result<(), DoorStoreError> {
        self.write(
            "audit",
            "INSERT INTO audit (at, act, person, device, ok) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                row.at.0,
                row.act.word(),
                row.person.map(|it| *it.as_bytes()),
                row.device.map(|it| *it.as_bytes()),
                row.ok
            ],
        )?;
        Ok(())
    }

    /// How many lines there are of an act, allowed or not.
    pub fn count_audit(&self, act: AuditAct, ok: bool) -> Result<u64, DoorStoreError> {
        let sql = "SELECT count(*) FROM audit WHERE act = ?1 AND ok = ?2";
        let count = self.read("audit", sql, params![act.word(), ok], |row| {
            row.get::<_, i64>(0)
        })?;
        Ok(count.unwrap_or(0).unsigned_abs())
    }
}
