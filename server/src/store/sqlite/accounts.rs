//! Accounts and enrolments in SQLite.

use rusqlite::{Row, params};
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{id, id_opt};
use crate::store::{AccountReads, AccountWrites, EnrolmentRow, StaffRow, StoreError};

const STAFF: &str = "login, person, password_hash, closed_at";
const ENROLMENT: &str =
    "id, code_hash, unit, person, device_name, made_by, made_at, expires_at, used_by";

impl AccountReads for Session<'_> {
    fn staff(&self, login: &str) -> Result<Option<StaffRow>, StoreError> {
        let sql = format!("SELECT {STAFF} FROM staff WHERE login = ?1");
        self.row("account", &sql, [login], staff)
    }

    fn all_staff(&self) -> Result<Vec<StaffRow>, StoreError> {
        let sql = format!("SELECT {STAFF} FROM staff ORDER BY login");
        self.rows("accounts", &sql, [], staff)
    }

    fn enrolment(&self, code_hash: &[u8; 32]) -> Result<Option<EnrolmentRow>, StoreError> {
        let sql = format!("SELECT {ENROLMENT} FROM enrolment WHERE code_hash = ?1");
        self.row("enrolment", &sql, [code_hash], enrolment)
    }

    fn enrolments(&self) -> Result<Vec<EnrolmentRow>, StoreError> {
        let sql = format!("SELECT {ENROLMENT} FROM enrolment ORDER BY made_at DESC, id");
        self.rows("enrolments", &sql, [], enrolment)
    }
}

impl AccountWrites for Session<'_> {
    fn put_staff(&mut self, row: &StaffRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO staff ({STAFF}) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (login) DO UPDATE SET person = ?2, password_hash = ?3, closed_at = ?4"
        );
        let params = params![
            row.login,
            row.person.as_bytes(),
            row.password_hash,
            row.closed_at.map(|at| at.0)
        ];
        self.write("account", &sql, params).map(|_| ())
    }

    fn put_enrolment(&mut self, row: &EnrolmentRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO enrolment ({ENROLMENT}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (id) DO UPDATE SET expires_at = ?8, used_by = ?9"
        );
        let params = params![
            row.id.as_bytes(),
            row.code_hash,
            row.unit.as_bytes(),
            row.person.map(|person| *person.as_bytes()),
            row.device_name,
            row.by.as_bytes(),
            row.made_at.0,
            row.expires_at.0,
            row.used_by.map(|device| *device.as_bytes()),
        ];
        self.write("enrolment", &sql, params).map(|_| ())
    }
}

fn staff(row: &Row<'_>) -> rusqlite::Result<StaffRow> {
    Ok(StaffRow {
        login: row.get("login")?,
        person: id(row, "person")?,
        password_hash: row.get("password_hash")?,
        closed_at: row.get::<_, Option<i64>>("closed_at")?.map(UnixMs),
    })
}

fn enrolment(row: &Row<'_>) -> rusqlite::Result<EnrolmentRow> {
    Ok(EnrolmentRow {
        id: id(row, "id")?,
        code_hash: row.get("code_hash")?,
        unit: id(row, "unit")?,
        person: id_opt(row, "person")?,
        device_name: row.get("device_name")?,
        by: id(row, "made_by")?,
        made_at: UnixMs(row.get("made_at")?),
        expires_at: UnixMs(row.get("expires_at")?),
        used_by: id_opt(row, "used_by")?,
    })
}
