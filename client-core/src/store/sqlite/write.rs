//! Writing: one statement per kind of write, all inside the caller's transaction.

use rusqlite::{Connection, Result, params};
use tala_protocol::cbor;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::patrol;
use super::read::number;
use crate::store::rows::{
    Delivery, DocRow, EnvelopeRow, FeedRow, JournalRow, Listing, MediaRow, Place,
};
use crate::store::write::Write;

/// Writes one thing.
pub(super) fn write(db: &Connection, write: &Write) -> Result<()> {
    match write {
        Write::Set(name, value) => run(
            db,
            "INSERT INTO settings (name, value) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET value = excluded.value",
            params![name, value],
        ),
        Write::Unset(name) => run(db, "DELETE FROM settings WHERE name = ?1", params![name]),
        Write::Journal(row) => journal(db, row),
        Write::DropJournal { patrol, up_to } => run(
            db,
            "DELETE FROM journal WHERE patrol = ?1 AND n <= ?2",
            params![patrol.as_bytes(), number(*up_to)],
        ),
        Write::Patrol(row) => run(
            db,
            "INSERT INTO patrols (object, made, row)
             VALUES (?1, (SELECT coalesce(max(made), 0) + 1 FROM patrols), ?2)
             ON CONFLICT (object) DO UPDATE SET row = excluded.row",
            params![row.object.as_bytes(), patrol::to_bytes(row)],
        ),
        Write::Feed(row) => feed(db, row),
        Write::Ruling(row) => run(
            db,
            "INSERT OR REPLACE INTO rulings (envelope, ruling, reason, number) VALUES (?1, ?2, ?3, ?4)",
            params![
                row.envelope.to_tagged(),
                row.ruling,
                row.reason,
                number(row.number)
            ],
        ),
        Write::Doc(row) => doc(db, row),
        Write::Listing {
            object,
            listing: it,
        } => listing(db, *object, it.as_ref()),
        Write::Cache { object, cache: it } => cache(db, *object, it.as_ref()),
        Write::DropCaches => run(
            db,
            "UPDATE docs SET cache_of = NULL, cache = NULL WHERE cache IS NOT NULL",
            [],
        ),
        Write::Cursor(cursor) => run(
            db,
            "INSERT OR REPLACE INTO cursors (scope, position) VALUES (?1, ?2)",
            params![cbor::to_vec(&cursor.scope), number(cursor.position)],
        ),
        Write::DropCursor(scope) => {
            let scope = cbor::to_vec(scope);
            run(db, "DELETE FROM cursors WHERE scope = ?1", params![scope])
        }
        Write::Receipt(row) => run(
            db,
            "INSERT INTO receipts (log, first, count, bytes) VALUES (?1, ?2, ?3, ?4)",
            params![
                row.log.as_bytes(),
                number(row.first),
                number(row.count),
                row.bytes
            ],
        ),
        Write::Media(row) => media(db, row),
        Write::Envelope(row) => envelope(db, row),
        other => update(db, other),
    }
}

fn update(db: &Connection, write: &Write) -> Result<()> {
    match write {
        Write::Sign { id, alg, signature } => run(
            db,
            "UPDATE envelopes SET alg = ?2, signature = ?3 WHERE id = ?1",
            params![id.to_tagged(), alg.number(), signature.as_bytes()],
        ),
        Write::Deliver { id, delivery } => deliver(db, id, *delivery),
        Write::Place { id, place } => run(
            db,
            "UPDATE envelopes SET place = ?2 WHERE id = ?1",
            params![id.to_tagged(), place_code(*place)],
        ),
        Write::Body { id, body } => run(
            db,
            "UPDATE envelopes SET body = ?2 WHERE id = ?1",
            params![id.to_tagged(), body],
        ),
        Write::Forget(id) => run(
            db,
            "DELETE FROM envelopes WHERE id = ?1",
            params![id.to_tagged()],
        ),
        Write::Draft(row) => run(
            db,
            "INSERT OR REPLACE INTO drafts (key, saved_ms, value) VALUES (?1, ?2, ?3)",
            params![row.key, row.saved_at.0, row.value],
        ),
        Write::DropDraft(key) => run(db, "DELETE FROM drafts WHERE key = ?1", params![key]),
        _ => Ok(()),
    }
}

fn run(db: &Connection, sql: &str, params: impl rusqlite::Params) -> Result<()> {
    db.prepare_cached(sql)?.execute(params).map(|_| ())
}

fn journal(db: &Connection, row: &JournalRow) -> Result<()> {
    let (timed, fix) = (&row.fix, &row.fix.fix);
    run(
        db,
        "INSERT INTO journal (patrol, leg, transport, gap, score, time_ms, lat_e7, lon_e7, alt_dm,
             acc_dm, speed_cms, bearing_deg, provider, satellites, mock, wall_ms, mono_ms, boot)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)",
        params![
            row.patrol.as_bytes(),
            row.leg,
            row.transport.code(),
            row.gap_before.map(tala_protocol::fix::GapCause::code),
            row.score,
            fix.time.0,
            fix.lat_e7,
            fix.lon_e7,
            fix.alt_dm,
            fix.acc_dm,
            fix.speed_cms,
            fix.bearing_deg,
            fix.provider.code(),
            fix.satellites,
            fix.mock,
            timed.wall.0,
            timed.mono.0,
            timed.boot.0,
        ],
    )
}

fn feed(db: &Connection, row: &FeedRow) -> Result<()> {
    run(
        db,
        "INSERT OR REPLACE INTO feeds (feed, first_seq, head_seq, head_hash, own, closed)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            cbor::to_vec(&row.key),
            number(row.first_seq),
            number(row.head.seq),
            row.head.hash.to_tagged(),
            row.own,
            row.closed,
        ],
    )
}

fn doc(db: &Connection, row: &DocRow) -> Result<()> {
    let mut add = db.prepare_cached(
        "INSERT INTO docs (object, doc_type, unit, audience, made)
         VALUES (?1, ?2, ?3, ?4, (SELECT coalesce(max(made), 0) + 1 FROM docs))
         ON CONFLICT (object) DO NOTHING",
    )?;
    let added = add.execute(params![
        row.object.as_bytes(),
        row.doc_type,
        row.unit.as_bytes(),
        cbor::to_vec(&row.audience),
    ])?;
    match added {
        0 => Ok(()),
        _ => listing(db, row.object, row.listing.as_ref()),
    }
}

/// Of a document that is not there nothing is listed.
fn listing(db: &Connection, object: ObjectId, listing: Option<&Listing>) -> Result<()> {
    let Some(listing) = listing else {
        let sql = "DELETE FROM listings WHERE object = ?1";
        return run(db, sql, params![object.as_bytes()]);
    };
    run(
        db,
        "INSERT OR REPLACE INTO listings (object, version, title, category, severity, transport,
             from_ms, until_ms, due_ms, lat_e7, lon_e7, files, conflicts)
         SELECT object, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
         FROM docs WHERE object = ?1",
        params![
            object.as_bytes(),
            listing.version,
            listing.title,
            listing.category,
            listing.severity,
            listing.transport,
            listing.from.map(|at| at.0),
            listing.until.map(|at| at.0),
            listing.due.map(|at| at.0),
            listing.place_e7.map(|(lat, _)| lat),
            listing.place_e7.map(|(_, lon)| lon),
            listing.files,
            listing.conflicts,
        ],
    )
}

fn cache(db: &Connection, object: ObjectId, cache: Option<&(u64, Vec<u8>)>) -> Result<()> {
    run(
        db,
        "UPDATE docs SET cache_of = ?2, cache = ?3 WHERE object = ?1",
        params![
            object.as_bytes(),
            cache.map(|(of, _)| number(*of)),
            cache.map(|(_, bytes)| bytes),
        ],
    )
}

fn media(db: &Connection, row: &MediaRow) -> Result<()> {
    run(
        db,
        "INSERT INTO media (hash, len, object, described_by, thumb, uploaded, complete, held)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (hash) DO UPDATE SET uploaded = excluded.uploaded,
             complete = excluded.complete, held = excluded.held",
        params![
            row.hash.to_tagged(),
            number(row.len),
            row.object.as_bytes(),
            row.described_by.to_tagged(),
            row.thumb,
            number(row.uploaded),
            row.complete,
            row.held,
        ],
    )
}

fn envelope(db: &Connection, row: &EnvelopeRow) -> Result<()> {
    let (delivery, log, leaf) = delivery_columns(row.delivery);
    run(
        db,
        "INSERT OR IGNORE INTO envelopes (id, feed, seq, lane, kind, object, header, alg, signature,
             body, own, place, delivery, log, leaf, kept_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
        params![
            row.id.to_tagged(),
            cbor::to_vec(&row.header.feed),
            number(row.header.seq),
            row.header.feed.lane.code(),
            row.header.kind.code(),
            row.object().as_bytes(),
            row.header_bytes,
            row.signed.map(|(alg, _)| alg.number()),
            row.signed.as_ref().map(|(_, signature)| signature.as_bytes()),
            row.body,
            row.own,
            place_code(row.place),
            delivery,
            log,
            leaf,
            row.kept_at.0,
        ],
    )
}

fn deliver(db: &Connection, id: &Digest, delivery: Delivery) -> Result<()> {
    let (code, log, leaf) = delivery_columns(delivery);
    run(
        db,
        "UPDATE envelopes SET delivery = ?2, log = ?3, leaf = ?4 WHERE id = ?1",
        params![id.to_tagged(), code, log, leaf],
    )
}

const fn place_code(place: Place) -> u8 {
    match place {
        Place::InFeed => 0,
        Place::Ahead => 1,
        Place::Fork => 2,
    }
}

/// Code, log and leaf; a refusal's code stands where the leaf would.
fn delivery_columns(delivery: Delivery) -> (u8, Option<[u8; 16]>, Option<i64>) {
    let code = match delivery {
        Delivery::Here => 0,
        Delivery::Claimed(_) => 1,
        Delivery::Acknowledged(_) => 2,
        Delivery::Proved(_) => 3,
        Delivery::Fetched(log) => return (4, Some(*log.as_bytes()), None),
        Delivery::Refused(why) => return (5, None, Some(i64::from(why))),
    };
    let at = delivery.leaf();
    (
        code,
        at.map(|at| *at.log.as_bytes()),
        at.map(|at| number(at.leaf)),
    )
}
