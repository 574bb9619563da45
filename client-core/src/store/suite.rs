//! One suite for every store. `store_suite!(|| a fresh store)` inside a test module runs it.
#![allow(
    clippy::expect_used,
    reason = "a suite stops where a store breaks its word"
)]

use tala_protocol::envelope::{Audience, Header, Kind, Lane, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, ObjectId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::sync::{Cursor, Scope};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use super::{
    Delivery, DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, LeafAt, Listing, MediaRow,
    PatrolRow, PatrolState, Pick, Place, ReceiptRow, RulingRow, Store, Tally, Whereabouts, Write,
};

/// Declares the suite's tests over a function that makes a fresh store.
#[cfg(test)]
macro_rules! store_suite {
    ($make:expr) => {
        crate::store::suite::store_suite!(@each $make,
            journal_comes_back_in_order_and_is_dropped_by_patrol,
            patrols_keep_every_field_and_their_order,
            an_envelope_is_added_once_and_moves_on_its_way,
            picks_find_what_they_name,
            small_rows_come_back_as_they_were_put,
            documents_are_added_once_and_keep_listing_and_cache_apart,
            drafts_come_back_the_last_saved_first,
            tallies_count_how_everything_stands,
            rows_about_envelopes_come_back_as_they_were_put,
        );
    };
    (@each $make:expr, $($name:ident,)*) => {
        mod suite {
            $(
                #[test]
                fn $name() {
                    let mut store = ($make)();
                    crate::store::suite::$name(&mut store);
                }
            )*
        }
    };
}
#[cfg(test)]
pub(crate) use store_suite;

fn feed(lane: Lane) -> FeedKey {
    FeedKey {
        unit: UnitId::from_bytes([1; 16]),
        audience: Audience::Field,
        device: DeviceId::from_bytes([2; 16]),
        epoch: 3,
        lane,
    }
}

fn row(lane: Lane, seq: u64, object: Option<u8>) -> EnvelopeRow {
    let header = Header {
        feed: feed(lane),
        person: None,
        seq,
        prev: (seq > 1).then(|| Digest::sha256(&seq.to_be_bytes())),
        kind: if lane == Lane::Track {
            Kind::Track
        } else {
            Kind::Certificate
        },
        object: object.map(|n| ObjectId::from_bytes([n; 16])),
        times: DeviceTimes::default(),
        body_len: 0,
        body_hash: Digest::sha256(b""),
        after: Vec::new(),
        desk: None,
    };
    let unsigned = Unsigned::new(header, vec![9, 9]).expect("short");
    EnvelopeRow::unsigned(
        &unsigned,
        UnixMs(1_000 + i64::try_from(seq).expect("small")),
    )
}

fn timed(n: i64) -> TimedFix {
    TimedFix {
        fix: Fix::at(UnixMs(n), 436_000_000, 1_160_000_000).expect("on the globe"),
        wall: UnixMs(n + 1),
        mono: MonoMs(n + 2),
        boot: BootId(u32::MAX),
    }
}

fn signature() -> (SignatureAlg, Signature) {
    (SignatureAlg::Ed25519, Signature::from_bytes([7; 64]))
}

/// The journal keeps order, every field, and patrols apart.
pub fn journal_comes_back_in_order_and_is_dropped_by_patrol(store: &mut impl Store) {
    let (a, b) = (ObjectId::from_bytes([1; 16]), ObjectId::from_bytes([2; 16]));
    let entry = |patrol, n| JournalRow {
        n: 0,
        patrol,
        leg: 2,
        transport: Transport::Newer(300),
        gap_before: Some(tala_protocol::fix::GapCause::Killed),
        score: 5,
        fix: timed(n),
    };
    let batch: Vec<Write> = (0..5)
        .flat_map(|n| [Write::Journal(entry(a, n)), Write::Journal(entry(b, n))])
        .collect();
    store.commit(&batch).expect("commits");
    let rows = store.journal(a).expect("reads");
    assert_eq!(rows.len(), 5);
    assert!(rows.windows(2).all(|w| w[0].n < w[1].n));
    assert_eq!(JournalRow { n: 0, ..rows[3] }, entry(a, 3));
    let drop = Write::DropJournal {
        patrol: a,
        up_to: rows[2].n,
    };
    store.commit(&[drop]).expect("commits");
    assert_eq!(store.journal_len(a).expect("counts"), 2);
    assert_eq!(store.journal_len(b).expect("counts"), 5);
}

/// Patrols come back newest first, with every field.
pub fn patrols_keep_every_field_and_their_order(store: &mut impl Store) {
    let patrol = |n: u8| PatrolRow {
        object: ObjectId::from_bytes([n; 16]),
        unit: UnitId::from_bytes([9; 16]),
        leg: 3,
        transport: Transport::Horse,
        state: PatrolState::Paused,
        started_at: UnixMs(-5),
        saved_at: UnixMs(6),
        fixes: u64::from(u32::MAX) + 1,
        doubtful: 2,
        gaps: 3,
        distance_mm: 4,
        duration_ms: 5,
        last: Some(timed(8)),
        gap: Some(tala_protocol::fix::GapCause::Off),
        run: Some([4; 16]),
        boot: BootId(7),
        unsealed_since: Some((UnixMs(1), MonoMs(2))),
        version: 11,
    };
    store
        .commit(&[Write::Patrol(patrol(1)), Write::Patrol(patrol(2))])
        .expect("commits");
    let ended = PatrolRow {
        state: PatrolState::Ended,
        last: None,
        gap: None,
        run: None,
        unsealed_since: None,
        ..patrol(1)
    };
    store.commit(&[Write::Patrol(ended)]).expect("commits");
    assert_eq!(store.patrols().expect("reads"), vec![patrol(2), ended]);
}

/// A second arrival changes nothing; signature, delivery, place and body do.
pub fn an_envelope_is_added_once_and_moves_on_its_way(store: &mut impl Store) {
    let first = row(Lane::Record, 1, None);
    let id = first.id;
    let again = EnvelopeRow {
        own: false,
        ..first.clone()
    };
    store
        .commit(&[
            Write::Envelope(Box::new(first.clone())),
            Write::Envelope(Box::new(again)),
        ])
        .expect("commits");
    let read = store.envelope(&id).expect("reads").expect("is there");
    assert_eq!(EnvelopeRow { arrived: 0, ..read }, first);
    let (alg, signature) = signature();
    let at = LeafAt {
        log: LogId::from_bytes([5; 16]),
        leaf: 40,
    };
    let moves = [
        Write::Sign { id, alg, signature },
        Write::Deliver {
            id,
            delivery: Delivery::Proved(at),
        },
        Write::Place {
            id,
            place: Place::Ahead,
        },
        Write::Body { id, body: None },
    ];
    store.commit(&moves).expect("commits");
    let read = store
        .at(&feed(Lane::Record), 1)
        .expect("reads")
        .expect("is there");
    assert_eq!(read.signed, Some((alg, signature)));
    assert_eq!(
        (read.delivery, read.place, read.body),
        (Delivery::Proved(at), Place::Ahead, None)
    );
    let refused = Write::Deliver {
        id,
        delivery: Delivery::Refused(3),
    };
    store.commit(&[refused]).expect("commits");
    let read = store.envelope(&id).expect("reads").expect("is there");
    assert_eq!(read.delivery, Delivery::Refused(3));
    store.commit(&[Write::Forget(id)]).expect("commits");
    assert_eq!(store.envelope(&id).expect("reads"), None);
}

/// Every pick finds its own and nothing else.
pub fn picks_find_what_they_name(store: &mut impl Store) {
    let log = LogId::from_bytes([5; 16]);
    let mut rows: Vec<EnvelopeRow> = (1..=6).map(|seq| row(Lane::Track, seq, Some(8))).collect();
    rows.push(row(Lane::Record, 1, None));
    let (alg, signature) = signature();
    for (n, row) in rows.iter_mut().enumerate().skip(1) {
        row.signed = Some((alg, signature));
        let at = LeafAt {
            log,
            leaf: 100 - n as u64,
        };
        row.delivery = match n {
            2 => Delivery::Claimed(at),
            3 => Delivery::Acknowledged(at),
            4 => Delivery::Proved(at),
            5 => Delivery::Fetched(LogId::from_bytes([6; 16])),
            _ => Delivery::Here,
        };
    }
    rows[1].place = Place::Fork;
    let batch: Vec<Write> = rows
        .iter()
        .map(|r| Write::Envelope(Box::new(r.clone())))
        .collect();
    store.commit(&batch).expect("commits");
    let found = |pick: Pick| -> Vec<u64> {
        let rows = store.envelopes(&pick, 10).expect("reads");
        rows.iter().map(|r| r.header.seq).collect()
    };
    assert_eq!(found(Pick::Unsigned), [1]);
    assert_eq!(found(Pick::OfKind(Kind::Certificate)), [1]);
    assert_eq!(
        found(Pick::OfObject(ObjectId::from_bytes([8; 16]))),
        [1, 2, 3, 4, 5, 6]
    );
    let from = |from| Pick::OfFeed {
        feed: feed(Lane::Track),
        from,
    };
    assert_eq!(found(from(2)), [3, 4, 5, 6]);
    assert_eq!(found(Pick::ToSend(Lane::Track)), [2]);
    assert_eq!(found(Pick::ToSend(Lane::Record)), [1]);
    assert_eq!(found(Pick::Unproved(log)), [4, 3]);
    let leaves = Pick::Leaves {
        log,
        first: 96,
        count: 2,
    };
    assert_eq!(found(leaves), [5, 4]);
    assert_eq!(found(Pick::OfOtherLogs(log)), [6]);
    assert_eq!(found(Pick::KeptBefore(UnixMs(1_002))), [1, 1]);
    assert_eq!(found(Pick::After(5)), [6, 1]);
    assert_eq!(store.envelopes(&Pick::After(0), 2).expect("reads").len(), 2);
}

/// Settings, feeds, documents and cursors.
pub fn small_rows_come_back_as_they_were_put(store: &mut impl Store) {
    let object = ObjectId::from_bytes([3; 16]);
    let feed_row = FeedRow {
        key: feed(Lane::Media),
        first_seq: 4,
        head: FeedHead {
            seq: 9,
            hash: Digest::sha256(b"head"),
        },
        own: true,
        closed: true,
    };
    let doc = DocRow {
        object,
        doc_type: 2,
        unit: UnitId::from_bytes([1; 16]),
        audience: Audience::Case(object),
        listing: None,
    };
    let cursor = Cursor {
        scope: Scope {
            unit: UnitId::from_bytes([1; 16]),
            audience: Audience::Field,
        },
        position: 77,
    };
    let batch = [
        Write::Set("name", vec![1]),
        Write::Set("name", vec![2]),
        Write::Feed(feed_row),
        Write::Doc(doc.clone()),
        Write::Cursor(cursor),
    ];
    store.commit(&batch).expect("commits");
    assert_eq!(store.setting("name").expect("reads"), Some(vec![2]));
    assert_eq!(store.setting("none").expect("reads"), None);
    assert_eq!(store.feed(&feed_row.key).expect("reads"), Some(feed_row));
    assert_eq!(store.feeds().expect("reads"), [feed_row]);
    assert_eq!(store.doc(object).expect("reads"), Some(doc.clone()));
    assert_eq!(store.docs().expect("reads"), [doc]);
    assert_eq!(store.cursors().expect("reads"), [cursor]);
    let gone = [Write::DropCursor(cursor.scope), Write::Unset("name")];
    store.commit(&gone).expect("commits");
    assert!(store.cursors().expect("reads").is_empty());
    assert_eq!(store.setting("name").expect("reads"), None);
}

/// A document is added once; its listing and its cache come and go without it.
pub fn documents_are_added_once_and_keep_listing_and_cache_apart(store: &mut impl Store) {
    let object = |n| ObjectId::from_bytes([n; 16]);
    let listing = |title: Option<&str>| Listing {
        version: 9,
        title: title.map(str::to_owned),
        category: Some("reclamation".into()),
        severity: Some(3),
        transport: title.map(|_| 2),
        from: Some(UnixMs(-1)),
        until: title.map(|_| UnixMs(2)),
        due: Some(UnixMs(3)),
        place_e7: title.map(|_| (436_000_000, -1_160_000_000)),
        files: 4,
        conflicts: 5,
    };
    let doc = |n, doc_type, listing| DocRow {
        object: object(n),
        doc_type,
        unit: UnitId::from_bytes([1; 16]),
        audience: Audience::Field,
        listing,
    };
    let first = doc(9, 1, Some(listing(Some("巡查"))));
    let batch = [
        Write::Doc(first.clone()),
        Write::Doc(doc(9, 2, None)),
        Write::Doc(doc(3, 2, None)),
        Write::Cache {
            object: object(3),
            cache: Some((5, vec![1, 2])),
        },
    ];
    store.commit(&batch).expect("commits");
    assert_eq!(store.docs().expect("reads"), [first, doc(3, 2, None)]);
    assert_eq!(
        store.cache(object(3)).expect("reads"),
        Some((5, vec![1, 2]))
    );
    assert_eq!(store.cache(object(9)).expect("reads"), None);
    let put = |n, listing| Write::Listing {
        object: object(n),
        listing,
    };
    let changes = [
        put(9, None),
        put(3, Some(listing(None))),
        put(77, Some(listing(None))),
        Write::DropCaches,
    ];
    store.commit(&changes).expect("commits");
    let listed = [doc(9, 1, None), doc(3, 2, Some(listing(None)))];
    assert_eq!(store.docs().expect("reads"), listed);
    assert_eq!(store.cache(object(3)).expect("reads"), None);
    assert_eq!(store.doc(object(77)).expect("reads"), None);
}

/// A draft is found again by its name, and one saved again takes the place of the older.
pub fn drafts_come_back_the_last_saved_first(store: &mut impl Store) {
    let draft = |key: &str, saved_at, value: u8| DraftRow {
        key: key.into(),
        saved_at: UnixMs(saved_at),
        value: vec![value],
    };
    let batch = [
        Write::Draft(draft("照片", 1, 1)),
        Write::Draft(draft("b", 2, 2)),
        Write::Draft(draft("a", 2, 3)),
        Write::Draft(draft("照片", 3, 4)),
    ];
    store.commit(&batch).expect("commits");
    let kept = [draft("照片", 3, 4), draft("a", 2, 3), draft("b", 2, 2)];
    assert_eq!(store.drafts().expect("reads"), kept);
    let drop = [Write::DropDraft("a".into()), Write::DropDraft("z".into())];
    store.commit(&drop).expect("commits");
    let kept = [draft("照片", 3, 4), draft("b", 2, 2)];
    assert_eq!(store.drafts().expect("reads"), kept);
}

/// Every envelope, ruling and fix is counted where its row says that it is.
pub fn tallies_count_how_everything_stands(store: &mut impl Store) {
    let log = LogId::from_bytes([5; 16]);
    let at = LeafAt { log, leaf: 7 };
    let states = [
        Delivery::Here,
        Delivery::Claimed(at),
        Delivery::Acknowledged(at),
        Delivery::Proved(at),
        Delivery::Fetched(log),
        Delivery::Refused(1),
        Delivery::Here,
    ];
    let mut rows = Vec::new();
    for (seq, delivery) in (1u64..).zip(states) {
        let mut row = row(Lane::Track, seq, Some(8));
        row.signed = (seq != 7).then(signature);
        row.own = false;
        row.delivery = delivery;
        rows.push(row);
    }
    let mut other = row(Lane::Record, 1, Some(9));
    other.signed = Some(signature());
    rows.push(other);
    let mut expected: std::collections::BTreeMap<ObjectId, Tally> = Default::default();
    for row in &rows {
        let tally = expected.entry(row.object()).or_default();
        tally.own |= row.own;
        *tally.envelopes.entry(Whereabouts::of(row)).or_default() += 1;
    }
    let patrol = ObjectId::from_bytes([8; 16]);
    let fix = JournalRow {
        n: 0,
        patrol,
        leg: 1,
        transport: Transport::Horse,
        gap_before: None,
        score: 0,
        fix: timed(1),
    };
    let ruling = |n: usize, ruling: tala_protocol::body::Ruling| {
        Write::Ruling(RulingRow {
            envelope: rows[n].id,
            ruling: ruling.code(),
            reason: 1,
            number: 1,
        })
    };
    let mut batch: Vec<Write> = vec![
        ruling(0, tala_protocol::body::Ruling::Refuse),
        ruling(1, tala_protocol::body::Ruling::Refuse),
        ruling(2, tala_protocol::body::Ruling::Release),
        Write::Journal(fix),
        Write::Journal(fix),
    ];
    let added = rows
        .iter()
        .map(|row| Write::Envelope(Box::new(row.clone())));
    batch.extend(added);
    let of_patrol = expected.entry(patrol).or_default();
    (of_patrol.ruled_out, of_patrol.unsealed) = (2, 2);
    store.commit(&batch).expect("commits");
    assert_eq!(store.tallies().expect("counts"), expected);
}

/// Rulings, receipts and media.
pub fn rows_about_envelopes_come_back_as_they_were_put(store: &mut impl Store) {
    let ruling = RulingRow {
        envelope: Digest::sha256(b"e"),
        ruling: 2,
        reason: 16,
        number: 3,
    };
    let receipt = ReceiptRow {
        log: LogId::from_bytes([5; 16]),
        first: 10,
        count: 5,
        bytes: vec![4],
    };
    let media = MediaRow {
        hash: Digest::sha256(b"photo"),
        len: 70_000,
        object: ObjectId::from_bytes([3; 16]),
        described_by: Digest::sha256(b"d"),
        thumb: false,
        uploaded: 65_536,
        complete: false,
        held: true,
    };
    let batch = [
        Write::Ruling(ruling),
        Write::Receipt(receipt.clone()),
        Write::Media(media.clone()),
    ];
    store.commit(&batch).expect("commits");
    assert_eq!(store.ruling(&ruling.envelope).expect("reads"), Some(ruling));
    let covering = store.receipt(receipt.log, 14).expect("reads");
    assert_eq!(covering, Some(receipt.clone()));
    assert_eq!(store.receipt(receipt.log, 15).expect("reads"), None);
    let found = store.media(&media.hash).expect("reads");
    assert_eq!(found, Some(media.clone()));
    assert_eq!(store.media_all().expect("reads"), [media]);
}
