//! Projections in SQLite.

use std::collections::BTreeSet;

use rusqlite::types::Value;
use rusqlite::{Row as SqlRow, params, params_from_iter};
use tala_protocol::id::ObjectId;

use super::session::Session;
use super::value::{audience, audience_bytes, id, id_opt, int, uint};
use crate::store::projections::{
    BoxE7, LiveRow, Owner, Page, ProjectionReads, ProjectionWrites, Row, RowKind, Sight,
};
use crate::store::{Lsn, StoreError};

const COLUMNS: &str = "kind, key, unit, audience, at, tag_a, tag_b, parent, text";

impl ProjectionReads for Session<'_> {
    fn projected_to(&self) -> Result<Lsn, StoreError> {
        let sql = "SELECT lsn FROM progress WHERE name = 'projections'";
        let lsn = Session::row(self, "progress", sql, [], |row| row.get(0))?;
        uint("progress", lsn.unwrap_or(0)).map(Lsn)
    }

    fn row(&self, kind: RowKind, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM projected WHERE kind = ?1 AND key = ?2");
        Session::row(self, "row", &sql, params![kind.code(), key], |r| {
            read(kind, r)
        })?
        .transpose()
    }

    fn rows(&self, sight: &Sight, page: &Page) -> Result<Vec<Row>, StoreError> {
        if sight.pairs().is_empty() || page.limit == 0 {
            return Ok(Vec::new());
        }
        let (sql, values) = page_query(sight, page);
        let rows = Session::rows(self, "rows", &sql, params_from_iter(values), |r| {
            read(page.kind, r)
        })?;
        rows.into_iter().collect()
    }

    fn files_tagged(&self, tag: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM projected WHERE kind = 7 AND tag_a = ?1
             UNION SELECT {COLUMNS} FROM projected WHERE kind = 7 AND tag_b = ?1
             ORDER BY key LIMIT ?2"
        );
        let params = [tag, i64::try_from(limit).unwrap_or(i64::MAX)];
        let rows = Session::rows(self, "files", &sql, params, |r| read(RowKind::Media, r))?;
        rows.into_iter().collect()
    }

    fn all_rows(&self, kind: RowKind) -> Result<Vec<Row>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM projected WHERE kind = ?1 ORDER BY key");
        let rows = Session::rows(self, "rows", &sql, [kind.code()], |r| read(kind, r))?;
        rows.into_iter().collect()
    }

    fn boxes(&self, meets: &BoxE7, limit: usize) -> Result<Vec<Lsn>, StoreError> {
        let sql =
            "SELECT lsn FROM box WHERE west <= ?1 AND east >= ?2 AND south <= ?3 AND north >= ?4
             ORDER BY lsn DESC LIMIT ?5";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = params![meets.east, meets.west, meets.north, meets.south, limit];
        let found = Session::rows(self, "boxes", sql, params, |row| row.get::<_, i64>(0))?;
        found
            .into_iter()
            .map(|lsn| uint("box", lsn).map(Lsn))
            .collect()
    }

    fn having_tokens(&self, tokens: &[String], limit: usize) -> Result<Vec<ObjectId>, StoreError> {
        let marks = vec!["?"; tokens.len()].join(", ");
        let sql = format!(
            "SELECT object FROM token WHERE token IN ({marks}) GROUP BY object
             HAVING count(*) = {} ORDER BY object LIMIT {limit}",
            tokens.len()
        );
        Session::rows(self, "tokens", &sql, params_from_iter(tokens), |row| {
            id(row, "object")
        })
    }

    fn tokens_of(&self, object: ObjectId) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT token FROM token WHERE object = ?1 ORDER BY token";
        Session::rows(self, "tokens", sql, [object.as_bytes()], |row| row.get(0))
    }

    fn live_after(&self, seq: u64, limit: usize) -> Result<Vec<LiveRow>, StoreError> {
        let sql = "SELECT seq, unit, audience, event, text FROM live WHERE seq > ?1
             ORDER BY seq LIMIT ?2";
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let rows = Session::rows(self, "live feed", sql, [seq, limit], |row| {
            let owner = owner(row)?;
            let (seq, event, text) = (
                row.get::<_, i64>("seq")?,
                row.get("event")?,
                row.get("text")?,
            );
            Ok(owner.map(|owner| LiveRow {
                seq: seq.unsigned_abs(),
                owner,
                event,
                text,
            }))
        })?;
        rows.into_iter().collect()
    }

    fn live_window(&self) -> Result<(u64, u64), StoreError> {
        let sql = "SELECT coalesce(min(seq), 0), coalesce(max(seq), 0) FROM live";
        let read = |row: &SqlRow<'_>| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?));
        let (first, last) = Session::row(self, "live feed", sql, [], read)?.unwrap_or((0, 0));
        Ok((uint("live feed", first)?, uint("live feed", last)?))
    }
}

impl ProjectionWrites for Session<'_> {
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        let sql = "INSERT INTO progress (name, lsn) VALUES ('projections', ?1)
             ON CONFLICT (name) DO UPDATE SET lsn = ?1";
        self.write("progress", sql, [int("progress", lsn.0)?])
            .map(|_| ())
    }

    fn put_row(&mut self, row: &Row) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO projected ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (kind, key) DO UPDATE SET unit = ?3, audience = ?4, at = ?5, tag_a = ?6,
                tag_b = ?7, parent = ?8, text = ?9"
        );
        let params = params![
            row.kind.code(),
            row.key,
            row.owner.unit.as_bytes(),
            audience_bytes(&row.owner.audience),
            row.at,
            row.tags[0],
            row.tags[1],
            row.parent.map(|parent| *parent.as_bytes()),
            row.text,
        ];
        self.write("row", &sql, params).map(|_| ())
    }

    fn forget_row(&mut self, kind: RowKind, key: &[u8]) -> Result<(), StoreError> {
        let sql = "DELETE FROM projected WHERE kind = ?1 AND key = ?2";
        self.write("row", sql, params![kind.code(), key])
            .map(|_| ())
    }

    fn forget_rows(&mut self, kind: RowKind) -> Result<(), StoreError> {
        let sql = "DELETE FROM projected WHERE kind = ?1";
        self.write("rows", sql, [kind.code()]).map(|_| ())
    }

    fn put_box(&mut self, lsn: Lsn, of: &BoxE7) -> Result<(), StoreError> {
        let sql = "INSERT OR REPLACE INTO box (lsn, west, east, south, north)
             VALUES (?1, ?2, ?3, ?4, ?5)";
        let params = params![int("box", lsn.0)?, of.west, of.east, of.south, of.north];
        self.write("box", sql, params).map(|_| ())
    }

    fn forget_box(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        let sql = "DELETE FROM box WHERE lsn = ?1";
        self.write("box", sql, [int("box", lsn.0)?]).map(|_| ())
    }

    fn put_tokens(&mut self, object: ObjectId, tokens: &[String]) -> Result<(), StoreError> {
        // Most edits leave most words as they are, and reading is much cheaper than writing: every token
        // stands on a page of its own.
        let known: BTreeSet<String> = self.tokens_of(object)?.into_iter().collect();
        let wanted: BTreeSet<&String> = tokens.iter().collect();
        let sql = "DELETE FROM token WHERE token = ?1 AND object = ?2";
        for token in known.iter().filter(|token| !wanted.contains(token)) {
            self.write("token", sql, params![token, object.as_bytes()])?;
        }
        let sql = "INSERT INTO token (token, object) VALUES (?1, ?2)
             ON CONFLICT (token, object) DO NOTHING";
        for token in wanted.into_iter().filter(|token| !known.contains(*token)) {
            self.write("token", sql, params![token, object.as_bytes()])?;
        }
        Ok(())
    }

    fn add_live(&mut self, row: &LiveRow, keep: u64) -> Result<u64, StoreError> {
        let sql = "INSERT INTO live (unit, audience, event, text) VALUES (?1, ?2, ?3, ?4)
             RETURNING seq";
        let params = params![
            row.owner.unit.as_bytes(),
            audience_bytes(&row.owner.audience),
            row.event,
            row.text
        ];
        let seq = Session::row(self, "live feed", sql, params, |row| row.get(0))?;
        let seq: i64 = seq.ok_or(StoreError::Damaged("live feed"))?;
        let last_to_forget = seq.saturating_sub(int("live feed", keep)?);
        self.write(
            "live feed",
            "DELETE FROM live WHERE seq <= ?1",
            [last_to_forget],
        )?;
        uint("live feed", seq)
    }

    fn forget_projections(&mut self) -> Result<(), StoreError> {
        for kind in RowKind::ALL.into_iter().filter(|kind| kind.is_derived()) {
            self.forget_rows(kind)?;
        }
        self.write("boxes", "DELETE FROM box", [])?;
        self.write("tokens", "DELETE FROM token", [])?;
        self.set_projected_to(Lsn(0))
    }
}

/// The statement of a page; its text depends only on which filters there are.
fn page_query(sight: &Sight, page: &Page) -> (String, Vec<Value>) {
    // The kind stands in the text, so that the index of one kind can be used.
    let kind = page.kind.code();
    let mut sql = format!("SELECT {COLUMNS} FROM projected WHERE kind = {kind}");
    let mut values = Vec::new();
    let numbers = [
        (" AND at >= ?", page.from),
        (" AND at < ?", page.until),
        (" AND tag_a = ?", page.tags[0]),
        (" AND tag_b = ?", page.tags[1]),
    ];
    for (clause, number) in numbers {
        if let Some(number) = number {
            sql.push_str(clause);
            values.push(Value::Integer(number));
        }
    }
    if let Some(parent) = page.parent {
        sql.push_str(" AND parent = ?");
        values.push(Value::Blob(parent.as_bytes().to_vec()));
    }
    if let Some((at, key)) = &page.behind {
        sql.push_str(" AND (at, key) < (?, ?)");
        values.extend([Value::Integer(*at), Value::Blob(key.clone())]);
    }
    let pairs = vec!["(?, ?)"; sight.pairs().len()].join(", ");
    let granted = record_column(page.kind).map(|column| {
        format!(
            " OR EXISTS (SELECT 1 FROM shown s WHERE s.object = projected.{column}
               AND (s.unit, s.audience) IN (VALUES {pairs}))"
        )
    });
    let times = if granted.is_some() { 2 } else { 1 };
    let granted = granted.unwrap_or_default();
    sql.push_str(&format!(
        " AND ((unit, audience) IN (VALUES {pairs}){granted})"
    ));
    for (unit, audience) in std::iter::repeat_n(sight.pairs(), times).flatten() {
        values.push(Value::Blob(unit.as_bytes().to_vec()));
        values.push(Value::Blob(audience_bytes(audience)));
    }
    sql.push_str(" ORDER BY at DESC, key DESC LIMIT ?");
    values.push(Value::Integer(
        i64::try_from(page.limit).unwrap_or(i64::MAX),
    ));
    (sql, values)
}

/// The column that names the record a row is or belongs to, as [`Row::record`] says it.
const fn record_column(kind: RowKind) -> Option<&'static str> {
    match kind {
        RowKind::Patrol | RowKind::Incident | RowKind::Plan => Some("key"),
        RowKind::Segment | RowKind::Change | RowKind::Media => Some("parent"),
        RowKind::Position | RowKind::Alert | RowKind::Ack | RowKind::Message | RowKind::Zone => {
            None
        }
    }
}

fn read(kind: RowKind, row: &SqlRow<'_>) -> rusqlite::Result<Result<Row, StoreError>> {
    let (key, at, text) = (row.get("key")?, row.get("at")?, row.get("text")?);
    let tags = [row.get("tag_a")?, row.get("tag_b")?];
    let parent = id_opt(row, "parent")?;
    Ok(owner(row)?.map(|owner| Row {
        kind,
        key,
        owner,
        at,
        tags,
        parent,
        text,
    }))
}

fn owner(row: &SqlRow<'_>) -> rusqlite::Result<Result<Owner, StoreError>> {
    let (unit, bytes): (_, Vec<u8>) = (id(row, "unit")?, row.get("audience")?);
    Ok(audience(&bytes).map(|audience| Owner { unit, audience }))
}
