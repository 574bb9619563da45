//! The log in SQLite.

use rusqlite::{Row, params};
use tala_protocol::log::NodeHash;

use super::session::Session;
use super::value::{id, int, uint};
use crate::store::{LogReads, LogRow, LogWrites, StoreError};

/// Indexes below this share one level: levels stand above them in the key.
const INDEX_BITS: u32 = 48;

impl LogReads for Session<'_> {
    fn log(&self) -> Result<Option<LogRow>, StoreError> {
        let sql = "SELECT id, base, size, frontier, restored, backed_up_to FROM log WHERE only = 1";
        let read = |row: &Row<'_>| {
            Ok(LogRow {
                id: id(row, "id")?,
                base: row.get::<_, i64>(1)?.unsigned_abs(),
                size: row.get::<_, i64>(2)?.unsigned_abs(),
                frontier: row.get(3)?,
                restored: row.get(4)?,
                backed_up_to: row.get::<_, i64>(5)?.unsigned_abs(),
            })
        };
        self.row("log", sql, [], read)
    }

    fn node(&self, level: u32, index: u64) -> Result<Option<NodeHash>, StoreError> {
        let Some(place) = place(level, index) else {
            return Ok(None);
        };
        let sql = "SELECT hash FROM node WHERE place = ?1";
        self.row("node", sql, [place], |row| row.get(0))
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let sql = "SELECT size, note FROM checkpoint ORDER BY size";
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get(1)?));
        let raws = self.rows("checkpoints", sql, [], read)?;
        let numbered = raws.into_iter();
        numbered
            .map(|(size, note)| Ok((uint("size", size)?, note)))
            .collect()
    }

    fn restore_statements(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let sql = "SELECT bytes FROM restore_statement ORDER BY leaf";
        self.rows("restore statements", sql, [], |row| row.get(0))
    }
}

impl LogWrites for Session<'_> {
    fn set_log(&mut self, log: &LogRow) -> Result<(), StoreError> {
        let sql = "INSERT INTO log (only, id, base, size, frontier, restored, backed_up_to)
             VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (only) DO UPDATE SET id = ?1, base = ?2, size = ?3, frontier = ?4,
                restored = ?5, backed_up_to = ?6";
        let params = params![
            log.id.as_bytes(),
            int("base", log.base)?,
            int("size", log.size)?,
            log.frontier,
            log.restored,
            int("backup", log.backed_up_to)?,
        ];
        self.write("log", sql, params).map(|_| ())
    }

    fn put_node(&mut self, level: u32, index: u64, hash: &NodeHash) -> Result<(), StoreError> {
        let place = place(level, index).ok_or(StoreError::Range("node"))?;
        let sql = "INSERT INTO node (place, hash) VALUES (?1, ?2) ON CONFLICT (place) DO NOTHING";
        self.write("node", sql, params![place, hash]).map(|_| ())
    }

    fn reset_log(&mut self, statements: &[Vec<u8>]) -> Result<(), StoreError> {
        self.write("nodes", "DELETE FROM node", [])?;
        self.write("checkpoints", "DELETE FROM checkpoint", [])?;
        self.write("restore statements", "DELETE FROM restore_statement", [])?;
        let sql = "INSERT INTO restore_statement (leaf, bytes) VALUES (?1, ?2)";
        for (leaf, bytes) in (0i64..).zip(statements) {
            self.write("restore statement", sql, params![leaf, bytes])?;
        }
        Ok(())
    }

    fn put_checkpoint(&mut self, size: u64, note: &[u8]) -> Result<(), StoreError> {
        let sql =
            "INSERT INTO checkpoint (size, note) VALUES (?1, ?2) ON CONFLICT (size) DO NOTHING";
        self.write("checkpoint", sql, params![int("size", size)?, note])
            .map(|_| ())
    }
}

fn place(level: u32, index: u64) -> Option<i64> {
    if level > INDEX_BITS || index >> INDEX_BITS != 0 {
        return None;
    }
    i64::try_from(u64::from(level) << INDEX_BITS | index).ok()
}
