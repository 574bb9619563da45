//! The store's verbs over SQLite.

use std::collections::BTreeMap;

use rusqlite::{Params, Row, TransactionBehavior, params};
use tala_protocol::cbor;
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::Cursor;

use super::read::{self, DOC, ENVELOPE, number};
use super::{SqliteStore, failed, write};
use crate::store::rows::{
    DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, MediaRow, PatrolRow, ReceiptRow, RulingRow,
};
use crate::store::{Pick, Store, StoreError, Tally, Write};

/// A point at which the ring that kills may end the process; nothing at all in other builds.
macro_rules! point {
    ($name:literal) => {
        #[cfg(feature = "failpoints")]
        fail::fail_point!($name);
    };
}

impl Store for SqliteStore {
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        let mut run = || -> rusqlite::Result<()> {
            let tx = self
                .db
                .transaction_with_behavior(TransactionBehavior::Immediate)?;
            for one in batch {
                write::write(&tx, one)?;
            }
            point!("phone-before-commit");
            tx.commit()?;
            point!("phone-after-commit");
            Ok(())
        };
        run().map_err(|e| failed("writing", e))
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        let sql = "SELECT value FROM settings WHERE name = ?1";
        self.one(sql, params![name], read::first)
    }

    fn journal(&self, patrol: ObjectId) -> Result<Vec<JournalRow>, StoreError> {
        let sql = "SELECT n, patrol, leg, transport, gap, score, time_ms, lat_e7, lon_e7, alt_dm,
                acc_dm, speed_cms, bearing_deg, provider, satellites, mock, wall_ms, mono_ms, boot
            FROM journal WHERE patrol = ?1 ORDER BY n";
        self.all(sql, params![patrol.as_bytes()], read::journal)
    }

    fn journal_len(&self, patrol: ObjectId) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM journal WHERE patrol = ?1";
        let count = self.one(sql, params![patrol.as_bytes()], read::first::<i64>)?;
        Ok(count.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
    }

    fn patrols(&self) -> Result<Vec<PatrolRow>, StoreError> {
        let sql = "SELECT row FROM patrols ORDER BY made DESC";
        self.all(sql, [], read::patrol_row)
    }

    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError> {
        let sql =
            "SELECT feed, first_seq, head_seq, head_hash, own, closed FROM feeds WHERE feed = ?1";
        self.one(sql, params![cbor::to_vec(key)], read::feed)
    }

    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        let sql =
            "SELECT feed, first_seq, head_seq, head_hash, own, closed FROM feeds ORDER BY feed";
        self.all(sql, [], read::feed)
    }

    fn envelope(&self, id: &Digest) -> Result<Option<EnvelopeRow>, StoreError> {
        let sql = format!("SELECT {ENVELOPE} FROM envelopes WHERE id = ?1");
        self.one(&sql, params![id.to_tagged()], read::envelope)
    }

    fn at(&self, feed: &FeedKey, seq: u64) -> Result<Option<EnvelopeRow>, StoreError> {
        let sql =
            format!("SELECT {ENVELOPE} FROM envelopes WHERE feed = ?1 AND seq = ?2 AND place <> 2");
        self.one(
            &sql,
            params![cbor::to_vec(feed), number(seq)],
            read::envelope,
        )
    }

    fn envelopes(&self, pick: &Pick, limit: usize) -> Result<Vec<EnvelopeRow>, StoreError> {
        let (filter, key, from, until) = read::pick(pick);
        // Every parameter is named, so that each pick may leave some out.
        let sql = format!(
            "SELECT {ENVELOPE} FROM envelopes WHERE ?1 IS NOT NULL AND ?2 IS NOT NULL
             AND ?3 IS NOT NULL AND {filter} LIMIT ?4"
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        self.all(&sql, params![key, from, until, limit], read::envelope)
    }

    fn ruling(&self, envelope: &Digest) -> Result<Option<RulingRow>, StoreError> {
        let sql = "SELECT envelope, ruling, reason, number FROM rulings WHERE envelope = ?1";
        self.one(sql, params![envelope.to_tagged()], read::ruling)
    }

    fn doc(&self, object: ObjectId) -> Result<Option<DocRow>, StoreError> {
        let sql = format!(
            "SELECT {DOC} FROM docs d LEFT JOIN listings l ON l.object = d.object
             WHERE d.object = ?1"
        );
        self.one(&sql, params![object.as_bytes()], read::doc)
    }

    fn docs(&self) -> Result<Vec<DocRow>, StoreError> {
        let sql = format!(
            "SELECT {DOC} FROM docs d LEFT JOIN listings l ON l.object = d.object ORDER BY made"
        );
        self.all(&sql, [], read::doc)
    }

    fn cache(&self, object: ObjectId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        let sql = "SELECT cache_of, cache FROM docs WHERE object = ?1 AND cache IS NOT NULL";
        self.one(sql, params![object.as_bytes()], read::cache)
    }

    fn tallies(&self) -> Result<BTreeMap<ObjectId, Tally>, StoreError> {
        read::tallies(&self.db).map_err(|e| failed("counting", e))
    }

    fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        self.all(
            "SELECT scope, position FROM cursors ORDER BY scope",
            [],
            read::cursor,
        )
    }

    fn receipt(&self, log: LogId, leaf: u64) -> Result<Option<ReceiptRow>, StoreError> {
        let sql = "SELECT log, first, count, bytes FROM receipts
            WHERE log = ?1 AND first <= ?2 AND first + count > ?2 ORDER BY n DESC LIMIT 1";
        self.one(sql, params![log.as_bytes(), number(leaf)], read::receipt)
    }

    fn media(&self, hash: &Digest) -> Result<Option<MediaRow>, StoreError> {
        let sql = "SELECT hash, len, object, described_by, thumb, uploaded, complete, held
            FROM media WHERE hash = ?1";
        self.one(sql, params![hash.to_tagged()], read::media)
    }

    fn media_all(&self) -> Result<Vec<MediaRow>, StoreError> {
        let sql = "SELECT hash, len, object, described_by, thumb, uploaded, complete, held
            FROM media ORDER BY n";
        self.all(sql, [], read::media)
    }

    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        let sql = "SELECT key, saved_ms, value FROM drafts ORDER BY saved_ms DESC, key";
        self.all(sql, [], read::draft)
    }
}

impl SqliteStore {
    fn all<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Vec<T>, StoreError> {
        read::all(&self.db, sql, params, read).map_err(|e| failed("reading", e))
    }

    fn one<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: fn(&Row<'_>) -> rusqlite::Result<T>,
    ) -> Result<Option<T>, StoreError> {
        read::one(&self.db, sql, params, read).map_err(|e| failed("reading", e))
    }
}
