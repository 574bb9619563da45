//! One connection inside one transaction, as the verbs see it.

use rusqlite::{CachedStatement, Connection, Params, Row};

use crate::store::{Part, Reads, StoreError, Tx};

/// Reads and writes through one connection. Whether it may write is decided by who made it.
pub(super) struct Session<'c> {
    connection: &'c Connection,
}

impl<'c> Session<'c> {
    pub(super) fn new(connection: &'c Connection) -> Self {
        Self { connection }
    }

    /// Writes by a statement that stays prepared.
    pub(super) fn write(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
    ) -> Result<usize, StoreError> {
        self.connection
            .prepare_cached(sql)
            .and_then(|mut statement| statement.execute(params))
            .map_err(|source| StoreError::Write { what, source })
    }

    /// Reads at most one row.
    pub(super) fn row<T>(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        self.rows(what, sql, params, read)
            .map(|rows| rows.into_iter().next())
    }

    /// Reads all rows of a statement that stays prepared.
    pub(super) fn rows<T>(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        let reading = |source| StoreError::Read { what, source };
        let mut statement: CachedStatement<'_> =
            self.connection.prepare_cached(sql).map_err(reading)?;
        let rows = statement.query_map(params, read).map_err(reading)?;
        rows.collect::<Result<_, _>>().map_err(reading)
    }
}

impl Reads for Session<'_> {}

impl Tx for Session<'_> {
    fn part(&mut self, part: &mut Part<'_>) -> Result<(), StoreError> {
        self.write("savepoint", "SAVEPOINT part", [])?;
        match part(self) {
            Ok(()) => self.write("savepoint", "RELEASE part", []).map(|_| ()),
            Err(error) => {
                self.write("savepoint", "ROLLBACK TO part", [])?;
                self.write("savepoint", "RELEASE part", [])?;
                Err(error)
            }
        }
    }
}
