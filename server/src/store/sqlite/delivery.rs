//! Delivery lists in SQLite.

use rusqlite::{Params, Row, params};
use tala_protocol::id::ObjectId;
use tala_protocol::sync::Scope;
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{audience, audience_bytes, id, int, uint};
use crate::store::{DeliveryEntry, DeliveryReads, DeliveryWrites, Lsn, StoreError};

impl DeliveryReads for Session<'_> {
    fn delivery_end(&self, scope: &Scope) -> Result<u64, StoreError> {
        let sql = "SELECT last FROM scope WHERE unit = ?1 AND audience = ?2";
        let params = params![scope.unit.as_bytes(), audience_bytes(&scope.audience)];
        let last = self.row("delivery list", sql, params, |row| row.get(0))?;
        last.map_or(Ok(0), |last| uint("position", last))
    }

    fn delivery_after(
        &self,
        scope: &Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeliveryEntry>, StoreError> {
        let sql = "SELECT d.position, d.lsn, f.device AS device, e.object AS object, e.known_at,
                length(e.header) + coalesce(length(e.body), 0), f.epoch
             FROM scope s
             JOIN delivery d ON d.scope = s.no AND d.position > ?3
             JOIN envelope e ON e.lsn = d.lsn
             JOIN feed f ON f.no = e.feed
             WHERE s.unit = ?1 AND s.audience = ?2
             ORDER BY d.position LIMIT ?4";
        let Ok(after) = i64::try_from(after) else {
            return Ok(Vec::new());
        };
        let params = params![
            scope.unit.as_bytes(),
            audience_bytes(&scope.audience),
            after,
            i64::try_from(limit).unwrap_or(i64::MAX),
        ];
        let read = |row: &Row<'_>| {
            Ok(DeliveryEntry {
                position: row.get::<_, i64>(0)?.unsigned_abs(),
                lsn: Lsn(row.get::<_, i64>(1)?.unsigned_abs()),
                device: id(row, "device")?,
                object: id(row, "object")?,
                known_at: UnixMs(row.get(4)?),
                len: row.get(5)?,
                epoch: row.get(6)?,
            })
        };
        self.rows("delivery list", sql, params, read)
    }

    fn granted(&self, object: ObjectId) -> Result<Vec<Scope>, StoreError> {
        let sql = "SELECT unit, audience FROM shown WHERE object = ?1 ORDER BY unit, audience";
        self.scopes("grants", sql, [object.as_bytes()])
    }
}

impl Session<'_> {
    /// Lists by unit and audience, the first two columns of a statement.
    pub(super) fn scopes(
        &self,
        what: &'static str,
        sql: &str,
        params: impl Params,
    ) -> Result<Vec<Scope>, StoreError> {
        let read = |row: &Row<'_>| Ok((id(row, "unit")?, row.get::<_, Vec<u8>>(1)?));
        let raws = self.rows(what, sql, params, read)?;
        let mut scopes = Vec::with_capacity(raws.len());
        for (unit, bytes) in raws {
            let audience = audience(&bytes)?;
            scopes.push(Scope { unit, audience });
        }
        Ok(scopes)
    }
}

impl DeliveryWrites for Session<'_> {
    fn deliver(&mut self, scope: &Scope, lsn: Lsn) -> Result<u64, StoreError> {
        let sql = "INSERT INTO scope (unit, audience, last) VALUES (?1, ?2, 1)
             ON CONFLICT (unit, audience) DO UPDATE SET last = last + 1 RETURNING no, last";
        let params = params![scope.unit.as_bytes(), audience_bytes(&scope.audience)];
        let read = |row: &Row<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let found = self.row("delivery list", sql, params, read)?;
        let (no, position) = found.ok_or(StoreError::Damaged("delivery list"))?;
        let sql = "INSERT INTO delivery (scope, position, lsn) VALUES (?1, ?2, ?3)";
        self.write(
            "delivery",
            sql,
            params![no, position, int("number", lsn.0)?],
        )?;
        uint("position", position)
    }

    fn grant(&mut self, object: ObjectId, scope: &Scope) -> Result<(), StoreError> {
        let sql = "INSERT INTO shown (object, unit, audience) VALUES (?1, ?2, ?3)
             ON CONFLICT (object, unit, audience) DO NOTHING";
        let params = params![
            object.as_bytes(),
            scope.unit.as_bytes(),
            audience_bytes(&scope.audience)
        ];
        self.write("grant", sql, params).map(|_| ())
    }
}
