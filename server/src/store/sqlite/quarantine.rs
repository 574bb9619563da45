//! The quarantine in SQLite.

use rusqlite::{Row, params};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{digest, id, id_opt, int, uint};
use crate::store::{
    Lsn, QuarantineReads, QuarantineReason, QuarantineRow, QuarantineWrites, StoreError,
};

const COLUMNS: &str =
    "lsn, envelope, unit, device, person, object, reason, gate, detail, known_at, released_at";

impl QuarantineReads for Session<'_> {
    fn quarantined(&self, lsn: Lsn) -> Result<Option<QuarantineRow>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM quarantine WHERE lsn = ?1");
        let found = self.row("quarantine", &sql, [int("number", lsn.0)?], raw)?;
        found.transpose()
    }

    fn quarantine(
        &self,
        units: &[UnitId],
        before: Option<Lsn>,
        limit: usize,
    ) -> Result<Vec<QuarantineRow>, StoreError> {
        let before = before.map_or(Ok(i64::MAX), |lsn| int("number", lsn.0))?;
        let mut rows = Vec::new();
        let sql = format!(
            "SELECT {COLUMNS} FROM quarantine WHERE unit = ?1 AND lsn < ?2
             ORDER BY lsn DESC LIMIT ?3"
        );
        let limit_param = i64::try_from(limit).unwrap_or(i64::MAX);
        for unit in units {
            let params = params![unit.as_bytes(), before, limit_param];
            for row in self.rows("quarantine", &sql, params, raw)? {
                rows.push(row?);
            }
        }
        rows.sort_by_key(|row| std::cmp::Reverse(row.lsn));
        rows.truncate(limit);
        Ok(rows)
    }

    fn quarantine_bytes(&self, device: DeviceId) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(sum(length(e.header) + coalesce(length(e.body), 0)), 0)
             FROM quarantine q JOIN envelope e ON e.lsn = q.lsn
             WHERE q.device = ?1 AND q.released_at IS NULL";
        let bytes = self.row("quarantine size", sql, [device.as_bytes()], |row| {
            row.get(0)
        })?;
        uint("quarantine size", bytes.unwrap_or(0))
    }

    fn ruling(&self, envelope: &Digest) -> Result<Option<Lsn>, StoreError> {
        let sql = "SELECT verdict FROM ruling WHERE envelope = ?1";
        let lsn = self.row("ruling", sql, [envelope.to_tagged()], |row| row.get(0))?;
        lsn.map(|lsn| uint("ruling", lsn).map(Lsn)).transpose()
    }
}

impl QuarantineWrites for Session<'_> {
    fn put_quarantine(&mut self, row: &QuarantineRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO quarantine ({COLUMNS})
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
             ON CONFLICT (lsn) DO UPDATE SET reason = ?7, gate = ?8, detail = ?9, released_at = ?11"
        );
        let (reason, gate) = row.reason.code();
        let params = params![
            int("number", row.lsn.0)?,
            row.envelope.to_tagged(),
            row.unit.as_bytes(),
            row.device.as_bytes(),
            row.person.map(|person| *person.as_bytes()),
            row.object.as_bytes(),
            reason,
            gate,
            row.detail,
            row.known_at.0,
            row.released_at.map(|at| at.0),
        ];
        self.write("quarantine", &sql, params).map(|_| ())
    }

    fn set_ruling(&mut self, envelope: &Digest, verdict: Lsn) -> Result<(), StoreError> {
        let sql = "INSERT INTO ruling (envelope, verdict) VALUES (?1, ?2)
             ON CONFLICT (envelope) DO UPDATE SET verdict = ?2";
        let params = params![envelope.to_tagged(), int("number", verdict.0)?];
        self.write("ruling", sql, params).map(|_| ())
    }
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Result<QuarantineRow, StoreError>> {
    let envelope: Vec<u8> = row.get("envelope")?;
    let reason = QuarantineReason::from_code(row.get("reason")?, row.get("gate")?);
    let lsn: i64 = row.get("lsn")?;
    let (Ok(envelope), Some(reason)) = (digest(&envelope), reason) else {
        return Ok(Err(StoreError::Damaged("quarantine")));
    };
    Ok(Ok(QuarantineRow {
        lsn: Lsn(lsn.unsigned_abs()),
        envelope,
        reason,
        unit: id(row, "unit")?,
        device: id(row, "device")?,
        person: id_opt(row, "person")?,
        object: id(row, "object")?,
        detail: row.get("detail")?,
        known_at: UnixMs(row.get("known_at")?),
        released_at: row.get::<_, Option<i64>>("released_at")?.map(UnixMs),
    }))
}
