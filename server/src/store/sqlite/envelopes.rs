//! Envelopes in SQLite.

use rusqlite::{Row, params};
use tala_protocol::envelope::Envelope;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::time::UnixMs;

use super::session::Session;
use super::value::{int, uint};
use crate::store::{
    EnvelopeReads, EnvelopeWrites, Lsn, NewEnvelope, Standing, StoreError, StoredEnvelope,
};

const COLUMNS: &str = "lsn, standing, known_at, alg, signature, header, body";

/// The columns of an envelope as they come.
struct Raw {
    lsn: i64,
    standing: i64,
    known_at: i64,
    alg: i64,
    signature: [u8; 64],
    header: Vec<u8>,
    body: Option<Vec<u8>>,
}

impl EnvelopeReads for Session<'_> {
    fn lsn_of(&self, id: &Digest) -> Result<Option<Lsn>, StoreError> {
        let sql = "SELECT lsn FROM envelope WHERE id = ?1";
        let lsn = self.row("envelope number", sql, [id.to_tagged()], |row| row.get(0))?;
        lsn.map(|lsn| uint("envelope number", lsn).map(Lsn))
            .transpose()
    }

    fn envelope(&self, lsn: Lsn) -> Result<Option<StoredEnvelope>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM envelope WHERE lsn = ?1");
        let raw = self.row("envelope", &sql, [int("number", lsn.0)?], raw)?;
        raw.map(Raw::stored).transpose()
    }

    fn envelopes_from(&self, from: Lsn, limit: usize) -> Result<Vec<StoredEnvelope>, StoreError> {
        let sql = format!("SELECT {COLUMNS} FROM envelope WHERE lsn >= ?1 ORDER BY lsn LIMIT ?2");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let raws = self.rows("envelopes", &sql, [int("number", from.0)?, limit], raw)?;
        raws.into_iter().map(Raw::stored).collect()
    }

    fn envelopes_about(
        &self,
        object: ObjectId,
        from: Lsn,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        let sql = format!(
            "SELECT {COLUMNS} FROM envelope WHERE object = ?1 AND lsn >= ?2 ORDER BY lsn LIMIT ?3"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let params = params![object.as_bytes(), int("number", from.0)?, limit];
        let raws = self.rows("envelopes", &sql, params, raw)?;
        raws.into_iter().map(Raw::stored).collect()
    }

    fn last_touched(&self, object: ObjectId) -> Result<Option<UnixMs>, StoreError> {
        let sql = "SELECT known_at FROM envelope WHERE object = ?1 ORDER BY lsn DESC LIMIT 1";
        let at = self.row("last touch", sql, [object.as_bytes()], |row| row.get(0))?;
        Ok(at.map(UnixMs))
    }
}

impl EnvelopeWrites for Session<'_> {
    fn append_envelope(&mut self, new: &NewEnvelope<'_>) -> Result<(), StoreError> {
        let sql = "INSERT INTO envelope (lsn, id, feed, seq, kind, object, standing, known_at, alg,
            signature, header, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
        let envelope = new.envelope;
        let header = envelope.header();
        let object = envelope.object();
        let params = params![
            int("number", new.lsn.0)?,
            envelope.id().to_tagged(),
            int("feed", new.feed.0)?,
            int("sequence", header.seq)?,
            header.kind.code(),
            object.as_bytes(),
            new.standing.code(),
            new.known_at.0,
            envelope.alg().number(),
            envelope.signature().as_bytes(),
            envelope.header_bytes(),
            envelope.body(),
        ];
        self.write("envelope", sql, params).map(|_| ())
    }

    fn set_body(&mut self, lsn: Lsn, body: Option<&[u8]>) -> Result<(), StoreError> {
        let sql = "UPDATE envelope SET body = ?2 WHERE lsn = ?1";
        self.write("body", sql, params![int("number", lsn.0)?, body])
            .map(|_| ())
    }

    fn set_standing(&mut self, lsn: Lsn, standing: Standing) -> Result<(), StoreError> {
        let sql = "UPDATE envelope SET standing = ?2 WHERE lsn = ?1";
        let params = params![int("number", lsn.0)?, standing.code()];
        self.write("standing", sql, params).map(|_| ())
    }
}

fn raw(row: &Row<'_>) -> rusqlite::Result<Raw> {
    Ok(Raw {
        lsn: row.get(0)?,
        standing: row.get(1)?,
        known_at: row.get(2)?,
        alg: row.get(3)?,
        signature: row.get(4)?,
        header: row.get(5)?,
        body: row.get(6)?,
    })
}

impl Raw {
    fn stored(self) -> Result<StoredEnvelope, StoreError> {
        let alg = match self.alg {
            1 => SignatureAlg::Ed25519,
            2 => SignatureAlg::EcdsaP256,
            _ => return Err(StoreError::Damaged("signature algorithm")),
        };
        let signature = Signature::from_bytes(self.signature);
        let envelope = match Envelope::from_parts(self.header, alg, signature, self.body) {
            Ok(envelope) => envelope,
            Err(_) => return Err(StoreError::Damaged("envelope")),
        };
        Ok(StoredEnvelope {
            lsn: Lsn(uint("envelope number", self.lsn)?),
            standing: Standing::from_code(self.standing).ok_or(StoreError::Damaged("standing"))?,
            known_at: UnixMs(self.known_at),
            envelope,
        })
    }
}
