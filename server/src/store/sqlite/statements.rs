//! Statements in SQLite.

use rusqlite::params;
use tala_protocol::sync::Scope;

use super::session::Session;
use super::value::{audience_bytes, int, uint};
use crate::store::{Lsn, StatementReads, StatementWrites, StoreError, Subject};

impl StatementReads for Session<'_> {
    fn statements_about(&self, subject: Subject) -> Result<Vec<Lsn>, StoreError> {
        let sql = "SELECT lsn FROM statement WHERE kind = ?1 AND subject = ?2 ORDER BY lsn";
        let (kind, id) = subject.parts();
        let lsns = self.rows("statements", sql, params![kind, id], |row| row.get(0))?;
        numbers(lsns)
    }

    fn statements(&self) -> Result<Vec<Lsn>, StoreError> {
        let sql = "SELECT DISTINCT lsn FROM statement ORDER BY lsn";
        numbers(self.rows("statements", sql, [], |row| row.get(0))?)
    }

    fn statement_shown(&self, lsn: Lsn, scope: &Scope) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM statement_shown WHERE lsn = ?1 AND unit = ?2 AND audience = ?3";
        let params = params![
            int("number", lsn.0)?,
            scope.unit.as_bytes(),
            audience_bytes(&scope.audience)
        ];
        let found = self.row("shown statement", sql, params, |row| row.get::<_, i64>(0))?;
        Ok(found.is_some())
    }

    fn statement_lists(&self, lsn: Lsn) -> Result<Vec<Scope>, StoreError> {
        let sql = "SELECT unit, audience FROM statement_shown WHERE lsn = ?1
             ORDER BY unit, audience";
        self.scopes("shown statements", sql, [int("number", lsn.0)?])
    }
}

impl StatementWrites for Session<'_> {
    fn add_statement(&mut self, lsn: Lsn, subject: Subject) -> Result<(), StoreError> {
        let sql = "INSERT INTO statement (kind, subject, lsn) VALUES (?1, ?2, ?3)
             ON CONFLICT (kind, subject, lsn) DO NOTHING";
        let (kind, id) = subject.parts();
        let params = params![kind, id, int("number", lsn.0)?];
        self.write("statement", sql, params).map(|_| ())
    }

    fn set_statement_shown(&mut self, lsn: Lsn, scope: &Scope) -> Result<(), StoreError> {
        let sql = "INSERT INTO statement_shown (lsn, unit, audience) VALUES (?1, ?2, ?3)
             ON CONFLICT (lsn, unit, audience) DO NOTHING";
        let params = params![
            int("number", lsn.0)?,
            scope.unit.as_bytes(),
            audience_bytes(&scope.audience)
        ];
        self.write("shown statement", sql, params).map(|_| ())
    }
}

fn numbers(lsns: Vec<i64>) -> Result<Vec<Lsn>, StoreError> {
    let lsns = lsns.into_iter();
    lsns.map(|lsn| uint("envelope number", lsn).map(Lsn))
        .collect()
}
