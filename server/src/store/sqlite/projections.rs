//! Projections in SQLite.

use super::session::Session;
use super::value::{int, uint};
use crate::store::projections::{ProjectionReads, ProjectionWrites};
use crate::store::{Lsn, StoreError};

impl ProjectionReads for Session<'_> {
    fn projected_to(&self) -> Result<Lsn, StoreError> {
        let sql = "SELECT lsn FROM progress WHERE name = 'projections'";
        let lsn = self.row("progress", sql, [], |row| row.get(0))?;
        uint("progress", lsn.unwrap_or(0)).map(Lsn)
    }
}

impl ProjectionWrites for Session<'_> {
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        let sql = "INSERT INTO progress (name, lsn) VALUES ('projections', ?1)
             ON CONFLICT (name) DO UPDATE SET lsn = ?1";
        self.write("progress", sql, [int("progress", lsn.0)?])
            .map(|_| ())
    }
}
