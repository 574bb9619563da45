//! Published versions of registries in SQLite.

use rusqlite::{Row, params};
use tala_protocol::hash::Digest;
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{digest, int, uint};
use crate::store::{RegistryReads, RegistryRow, RegistryWrites, StoreError};

const REGISTRY: &str = "kind, number, hash, effective_from, published_at, publication";

/// A row whose columns are still to be judged: number and hash.
type Raw = (RegistryRow, i64, Vec<u8>);

impl RegistryReads for Session<'_> {
    fn registries(&self) -> Result<Vec<RegistryRow>, StoreError> {
        let sql = format!("SELECT {REGISTRY} FROM registry ORDER BY kind, number");
        let rows = self.rows("registries", &sql, [], raw)?;
        rows.into_iter().map(judged).collect()
    }

    fn registry(&self, hash: &Digest) -> Result<Option<RegistryRow>, StoreError> {
        let sql = format!("SELECT {REGISTRY} FROM registry WHERE hash = ?1");
        let row = self.row("registry", &sql, [hash.to_tagged()], raw)?;
        row.map(judged).transpose()
    }
}

impl RegistryWrites for Session<'_> {
    fn add_registry(&mut self, row: &RegistryRow) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO registry ({REGISTRY}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
             ON CONFLICT (kind, number) DO NOTHING"
        );
        let params = params![
            row.kind,
            int("registry number", row.number)?,
            row.hash.to_tagged(),
            row.effective_from,
            row.published_at.0,
            row.publication,
        ];
        self.write("registry", &sql, params).map(|_| ())
    }
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    let registry = RegistryRow {
        kind: row.get("kind")?,
        number: 0,
        hash: Digest::sha256(b""),
        effective_from: row.get("effective_from")?,
        published_at: UnixMs(row.get("published_at")?),
        publication: row.get("publication")?,
    };
    Ok((registry, row.get("number")?, row.get("hash")?))
}

fn judged((row, number, hash): Raw) -> Result<RegistryRow, StoreError> {
    Ok(RegistryRow {
        number: uint("registry number", number)?,
        hash: digest(&hash)?,
        ..row
    })
}
