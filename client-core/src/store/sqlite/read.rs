//! Reading rows back into types.

use std::collections::BTreeMap;

use rusqlite::types::{FromSql, Type};
use rusqlite::{Connection, Params, Result, Row};
use tala_protocol::body::Ruling;
use tala_protocol::cbor;
use tala_protocol::envelope::Header;
use tala_protocol::feed::FeedHead;
use tala_protocol::fix::{Fix, GapCause, Provider, TimedFix};
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::sync::Cursor;
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use super::patrol;
use crate::store::rows::{
    Delivery, DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, LeafAt, Listing, MediaRow,
    PatrolRow, Place, ReceiptRow, RulingRow,
};
use crate::store::tally::{Tally, Whereabouts};
use crate::store::write::Pick;

/// Columns of an envelope, in the order that [`envelope`] reads.
pub(super) const ENVELOPE: &str =
    "arrived, id, header, alg, signature, body, own, place, delivery, log, leaf, kept_at";

/// Columns of a document with its listing, in the order that [`doc`] reads.
pub(super) const DOC: &str =
    "d.object, doc_type, unit, audience, version, title, category, severity,
    transport, from_ms, until_ms, due_ms, lat_e7, lon_e7, files, conflicts";

/// SQLite knows signed numbers only. Ours stay far below the border.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// All rows of a query.
pub(super) fn all<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    db.prepare_cached(sql)?.query_map(params, read)?.collect()
}

/// The first row of a query, if there is one.
pub(super) fn one<T>(
    db: &Connection,
    sql: &str,
    params: impl Params,
    read: fn(&Row<'_>) -> Result<T>,
) -> Result<Option<T>> {
    let mut statement = db.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}

/// Where and in what order a pick looks, with its two parameters.
pub(super) fn pick(pick: &Pick) -> (&'static str, Vec<u8>, i64, i64) {
    let none = Vec::new();
    match pick {
        Pick::Unsigned => ("signature IS NULL AND own = 1 ORDER BY arrived", none, 0, 0),
        Pick::OfKind(kind) => (
            "kind = ?2 ORDER BY arrived",
            none,
            i64::from(kind.code()),
            0,
        ),
        Pick::OfObject(object) => (
            "object = ?1 ORDER BY arrived",
            object.as_bytes().to_vec(),
            0,
            0,
        ),
        Pick::OfFeed { feed, from } => (
            "feed = ?1 AND seq >= ?2 AND place <> 2 ORDER BY seq",
            cbor::to_vec(feed),
            number(*from),
            0,
        ),
        Pick::ToSend(lane) => (
            "lane = ?2 AND delivery = 0 AND signature IS NOT NULL ORDER BY own DESC, feed, seq",
            none,
            i64::from(lane.code()),
            0,
        ),
        Pick::Leaves { log, first, count } => (
            "log = ?1 AND leaf >= ?2 AND leaf < ?3 AND delivery IN (1, 2, 3) ORDER BY leaf",
            log.as_bytes().to_vec(),
            number(*first),
            number(first.saturating_add(*count)),
        ),
        Pick::Unproved(log) => (
            "log = ?1 AND delivery IN (1, 2) ORDER BY leaf",
            log.as_bytes().to_vec(),
            0,
            0,
        ),
        Pick::OfOtherLogs(log) => (
            "log <> ?1 AND delivery IN (1, 2, 3, 4) ORDER BY arrived",
            log.as_bytes().to_vec(),
            0,
            0,
        ),
        Pick::KeptBefore(time) => ("kept_at < ?2 ORDER BY arrived", none, time.0, 0),
        Pick::After(arrived) => ("arrived > ?2 ORDER BY arrived", none, number(*arrived), 0),
    }
}

pub(super) fn envelope(row: &Row<'_>) -> Result<EnvelopeRow> {
    let header_bytes: Vec<u8> = row.get(2)?;
    let header = Header::from_bytes(&header_bytes).map_err(|e| damaged(2, e))?;
    let signed = match (
        row.get::<_, Option<u8>>(3)?,
        row.get::<_, Option<Vec<u8>>>(4)?,
    ) {
        (Some(alg), Some(bytes)) => {
            let alg = if alg == 2 {
                SignatureAlg::EcdsaP256
            } else {
                SignatureAlg::Ed25519
            };
            Some((
                alg,
                Signature::from_slice(&bytes).map_err(|e| damaged(4, e))?,
            ))
        }
        _ => None,
    };
    Ok(EnvelopeRow {
        arrived: unsigned(row, 0)?,
        id: digest(row, 1)?,
        header,
        header_bytes,
        signed,
        body: row.get(5)?,
        own: row.get(6)?,
        place: match row.get::<_, u8>(7)? {
            0 => Place::InFeed,
            1 => Place::Ahead,
            _ => Place::Fork,
        },
        delivery: delivery(row)?,
        kept_at: UnixMs(row.get(11)?),
    })
}

fn delivery(row: &Row<'_>) -> Result<Delivery> {
    let log = || -> Result<LogId> {
        let bytes: Vec<u8> = row.get(9)?;
        LogId::from_slice(&bytes).map_err(|e| damaged(9, e))
    };
    let at = || -> Result<LeafAt> {
        Ok(LeafAt {
            log: log()?,
            leaf: unsigned(row, 10)?,
        })
    };
    Ok(match row.get::<_, u8>(8)? {
        0 => Delivery::Here,
        1 => Delivery::Claimed(at()?),
        2 => Delivery::Acknowledged(at()?),
        3 => Delivery::Proved(at()?),
        4 => Delivery::Fetched(log()?),
        _ => Delivery::Refused(row.get(10)?),
    })
}

pub(super) fn journal(row: &Row<'_>) -> Result<JournalRow> {
    let fix = Fix {
        time: UnixMs(row.get(6)?),
        lat_e7: row.get(7)?,
        lon_e7: row.get(8)?,
        alt_dm: row.get(9)?,
        acc_dm: row.get(10)?,
        speed_cms: row.get(11)?,
        bearing_deg: row.get(12)?,
        provider: Provider::from_code(row.get(13)?),
        satellites: row.get(14)?,
        mock: row.get(15)?,
    };
    Ok(JournalRow {
        n: unsigned(row, 0)?,
        patrol: object(row, 1)?,
        leg: row.get(2)?,
        transport: Transport::from_code(row.get(3)?),
        gap_before: row.get::<_, Option<u8>>(4)?.map(GapCause::from_code),
        score: row.get(5)?,
        fix: TimedFix {
            fix,
            wall: UnixMs(row.get(16)?),
            mono: MonoMs(row.get(17)?),
            boot: BootId(row.get(18)?),
        },
    })
}

pub(super) fn patrol_row(row: &Row<'_>) -> Result<PatrolRow> {
    let bytes: Vec<u8> = row.get(0)?;
    patrol::from_bytes(&bytes).map_err(|e| damaged(0, e))
}

pub(super) fn feed(row: &Row<'_>) -> Result<FeedRow> {
    let key: Vec<u8> = row.get(0)?;
    Ok(FeedRow {
        key: cbor::from_slice("feed", &key, 1_024).map_err(|e| damaged(0, e))?,
        first_seq: unsigned(row, 1)?,
        head: FeedHead {
            seq: unsigned(row, 2)?,
            hash: digest(row, 3)?,
        },
        own: row.get(4)?,
        closed: row.get(5)?,
    })
}

pub(super) fn doc(row: &Row<'_>) -> Result<DocRow> {
    let (unit, audience): (Vec<u8>, Vec<u8>) = (row.get(2)?, row.get(3)?);
    let version = row.get::<_, Option<u16>>(4)?;
    let listing = version.map(|version| listing(row, version)).transpose()?;
    Ok(DocRow {
        object: object(row, 0)?,
        doc_type: row.get(1)?,
        unit: UnitId::from_slice(&unit).map_err(|e| damaged(2, e))?,
        audience: cbor::from_slice("audience", &audience, 64).map_err(|e| damaged(3, e))?,
        listing,
    })
}

fn listing(row: &Row<'_>, version: u16) -> Result<Listing> {
    let time = |at| -> Result<Option<UnixMs>> { Ok(row.get::<_, Option<i64>>(at)?.map(UnixMs)) };
    Ok(Listing {
        version,
        title: row.get(5)?,
        category: row.get(6)?,
        severity: row.get(7)?,
        transport: row.get(8)?,
        from: time(9)?,
        until: time(10)?,
        due: time(11)?,
        place_e7: row.get::<_, Option<i32>>(12)?.zip(row.get(13)?),
        files: row.get(14)?,
        conflicts: row.get(15)?,
    })
}

pub(super) fn draft(row: &Row<'_>) -> Result<DraftRow> {
    Ok(DraftRow {
        key: row.get(0)?,
        saved_at: UnixMs(row.get(1)?),
        value: row.get(2)?,
    })
}

pub(super) fn cache(row: &Row<'_>) -> Result<(u64, Vec<u8>)> {
    Ok((unsigned(row, 0)?, row.get(1)?))
}

/// Counts from an index, from rulings and from the journal, which are short.
pub(super) fn tallies(db: &Connection) -> Result<BTreeMap<ObjectId, Tally>> {
    let mut tallies: BTreeMap<ObjectId, Tally> = BTreeMap::new();
    let by_state = "SELECT object, count(*), own, delivery, alg FROM envelopes
        GROUP BY object, own, delivery, alg";
    let mut statement = db.prepare_cached(by_state)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        let is_signed = row.get::<_, Option<u8>>(4)?.is_some();
        let at = whereabouts(is_signed, row.get(3)?);
        let tally = tallies.entry(object(row, 0)?).or_default();
        tally.add(row.get(2)?, at, count(row, 1)?);
    }
    let ruled_out = "SELECT e.object, count(*) FROM rulings r JOIN envelopes e ON e.id = r.envelope
        WHERE r.ruling = ?1 GROUP BY e.object";
    let mut statement = db.prepare_cached(ruled_out)?;
    let mut rows = statement.query([Ruling::Refuse.code()])?;
    while let Some(row) = rows.next()? {
        tallies.entry(object(row, 0)?).or_default().ruled_out = count(row, 1)?;
    }
    let mut statement =
        db.prepare_cached("SELECT patrol, count(*) FROM journal GROUP BY patrol")?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        tallies.entry(object(row, 0)?).or_default().unsealed = unsigned(row, 1)?;
    }
    Ok(tallies)
}

/// By the codes that [`delivery`] reads.
const fn whereabouts(is_signed: bool, delivery: u8) -> Whereabouts {
    match (is_signed, delivery) {
        (false, _) => Whereabouts::WaitingForKey,
        (true, 0 | 1) => Whereabouts::Here,
        (true, 2) => Whereabouts::Acknowledged,
        (true, 3 | 4) => Whereabouts::AtCentre,
        (true, _) => Whereabouts::Refused,
    }
}

pub(super) fn ruling(row: &Row<'_>) -> Result<RulingRow> {
    Ok(RulingRow {
        envelope: digest(row, 0)?,
        ruling: row.get(1)?,
        reason: row.get(2)?,
        number: unsigned(row, 3)?,
    })
}

pub(super) fn cursor(row: &Row<'_>) -> Result<Cursor> {
    let scope: Vec<u8> = row.get(0)?;
    Ok(Cursor {
        scope: cbor::from_slice("scope", &scope, 128).map_err(|e| damaged(0, e))?,
        position: unsigned(row, 1)?,
    })
}

pub(super) fn receipt(row: &Row<'_>) -> Result<ReceiptRow> {
    let log: Vec<u8> = row.get(0)?;
    Ok(ReceiptRow {
        log: LogId::from_slice(&log).map_err(|e| damaged(0, e))?,
        first: unsigned(row, 1)?,
        count: unsigned(row, 2)?,
        bytes: row.get(3)?,
    })
}

pub(super) fn media(row: &Row<'_>) -> Result<MediaRow> {
    Ok(MediaRow {
        hash: digest(row, 0)?,
        len: unsigned(row, 1)?,
        object: object(row, 2)?,
        described_by: digest(row, 3)?,
        thumb: row.get(4)?,
        uploaded: unsigned(row, 5)?,
        complete: row.get(6)?,
        held: row.get(7)?,
    })
}

/// The first column as it is.
pub(super) fn first<T: FromSql>(row: &Row<'_>) -> Result<T> {
    row.get(0)
}

fn unsigned(row: &Row<'_>, at: usize) -> Result<u64> {
    let value: i64 = row.get(at)?;
    u64::try_from(value).map_err(|e| damaged(at, e))
}

fn count(row: &Row<'_>, at: usize) -> Result<usize> {
    let value = unsigned(row, at)?;
    usize::try_from(value).map_err(|e| damaged(at, e))
}

fn object(row: &Row<'_>, at: usize) -> Result<ObjectId> {
    let bytes: Vec<u8> = row.get(at)?;
    ObjectId::from_slice(&bytes).map_err(|e| damaged(at, e))
}

fn digest(row: &Row<'_>, at: usize) -> Result<Digest> {
    let bytes: Vec<u8> = row.get(at)?;
    Digest::from_tagged(&bytes).map_err(|e| damaged(at, e))
}

fn damaged(at: usize, error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(at, Type::Blob, Box::new(error))
}
