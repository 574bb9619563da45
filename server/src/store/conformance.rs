//! What every store must do, run over each of them.
//!
//! [`suite`] is a list of cases; [`Verb`] is everything that can be written, for tests that write at random
//! into two stores and compare what they [`observe`].

// A suite for tests may stop a test.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod observe;
mod verbs;

use tala_protocol::envelope::Audience;
use tala_protocol::id::{LogId, ObjectId, UnitId};
use tala_protocol::log::Frontier;
use tala_protocol::sync::Scope;

use super::projections::{Owner, Page, Row, RowKind, Sight};
use super::{LogRow, Lsn, Standing, Store, StoreError, Writer, read};

pub use observe::observe;
pub use verbs::{Verb, apply, envelope};

/// Runs every case on an empty store each time.
pub fn suite<S: Store>(empty: impl Fn() -> S) {
    let cases: [fn(&dyn Store); 8] = [
        a_failed_transaction_leaves_nothing,
        a_failed_part_leaves_the_rest,
        there_is_one_writer,
        places_of_a_feed_leave_quarantine_out,
        lists_number_their_entries_from_one,
        pages_follow_each_other_without_holes,
        the_live_feed_forgets_its_oldest,
        a_published_version_stays_as_it_was,
    ];
    for case in cases {
        let store = empty();
        case(&store);
    }
}

fn writer(store: &dyn Store) -> Box<dyn Writer> {
    let mut writer = store.take_writer().expect("the writer");
    writer
        .transact(&mut |tx| {
            tx.set_log(&LogRow {
                id: LogId::from_bytes([1; 16]),
                base: 0,
                size: 0,
                frontier: Frontier::new().to_bytes(),
                restored: None,
                backed_up_to: 0,
            })
        })
        .expect("writes");
    writer
}

fn scope(n: u8) -> Scope {
    Scope {
        unit: UnitId::from_bytes([n; 16]),
        audience: Audience::Field,
    }
}

fn a_failed_transaction_leaves_nothing(store: &dyn Store) {
    let mut writer = writer(store);
    let before = read(store, observe).expect("reads");
    let failed = writer.transact(&mut |tx| {
        apply(tx, &Verb::append(1, 1)).expect("writes");
        tx.deliver(&scope(1), Lsn(0))?;
        Err(StoreError::GivenUp)
    });
    assert!(matches!(failed, Err(StoreError::GivenUp)));
    assert_eq!(read(store, observe).expect("reads"), before);
}

fn a_failed_part_leaves_the_rest(store: &dyn Store) {
    let mut writer = writer(store);
    let done = writer.transact(&mut |tx| {
        apply(tx, &Verb::append(1, 1))?;
        tx.deliver(&scope(1), Lsn(0))?;
        let part = tx.part(&mut |tx| {
            tx.deliver(&scope(1), Lsn(0))?;
            tx.deliver(&scope(2), Lsn(0))?;
            Err(StoreError::GivenUp)
        });
        assert!(matches!(part, Err(StoreError::GivenUp)));
        tx.part(&mut |tx| tx.deliver(&scope(3), Lsn(0)).map(|_| ()))
    });
    done.expect("writes");
    let ends = read(store, |reads| {
        [1, 2, 3]
            .into_iter()
            .map(|n| reads.delivery_end(&scope(n)))
            .collect::<Result<Vec<_>, _>>()
    });
    assert_eq!(ends.expect("reads"), [1, 0, 1]);
}

fn there_is_one_writer(store: &dyn Store) {
    let writer = store.take_writer().expect("the writer");
    assert!(matches!(store.take_writer(), Err(StoreError::WriterTaken)));
    store.return_writer(writer);
    assert!(store.take_writer().is_ok());
}

fn places_of_a_feed_leave_quarantine_out(store: &dyn Store) {
    let mut writer = writer(store);
    let done = writer.transact(&mut |tx| {
        apply(tx, &Verb::append(1, 1))?;
        apply(tx, &Verb::append(1, 2))?;
        let feed = tx.feed(&envelope(1, 1, 0).header().feed)?.expect("a feed");
        assert_eq!(tx.at_seq(feed.no, 2)?.map(|found| found.lsn), Some(Lsn(1)));
        for standing in [Standing::Quarantined, Standing::Released] {
            tx.set_standing(Lsn(1), standing)?;
            assert_eq!(tx.at_seq(feed.no, 2)?, None);
        }
        assert_eq!(tx.at_seq(feed.no, u64::MAX)?, None);
        Ok(())
    });
    done.expect("writes");
}

fn lists_number_their_entries_from_one(store: &dyn Store) {
    let mut writer = writer(store);
    let done = writer.transact(&mut |tx| {
        apply(tx, &Verb::append(1, 1))?;
        apply(tx, &Verb::append(2, 1))?;
        assert_eq!(tx.deliver(&scope(1), Lsn(1))?, 1);
        assert_eq!(tx.deliver(&scope(2), Lsn(1))?, 1);
        assert_eq!(tx.deliver(&scope(1), Lsn(0))?, 2);
        Ok(())
    });
    done.expect("writes");
    let entries = read(store, |reads| reads.delivery_after(&scope(1), 0, 10));
    let entries = entries.expect("reads");
    let places: Vec<_> = entries.iter().map(|e| (e.position, e.lsn)).collect();
    assert_eq!(places, [(1, Lsn(1)), (2, Lsn(0))]);
    let behind = read(store, |reads| reads.delivery_after(&scope(1), 1, 10));
    assert_eq!(behind.expect("reads"), entries[1..]);
    let beyond = read(store, |reads| reads.delivery_after(&scope(1), u64::MAX, 10));
    assert!(beyond.expect("reads").is_empty());
}

fn pages_follow_each_other_without_holes(store: &dyn Store) {
    let mut writer = writer(store);
    let owner = |n| Owner {
        unit: UnitId::from_bytes([n; 16]),
        audience: Audience::Field,
    };
    let done = writer.transact(&mut |tx| {
        for n in 0..40u8 {
            tx.put_row(&Row {
                kind: RowKind::Incident,
                key: vec![n],
                owner: owner(n % 2),
                at: i64::from(n / 4),
                tags: [Some(i64::from(n % 3)), None],
                parent: Some(ObjectId::from_bytes([n; 16])),
                text: format!("row {n}"),
            })?;
        }
        Ok(())
    });
    done.expect("writes");
    let sight = Sight::new(vec![(UnitId::from_bytes([1; 16]), Audience::Field)]);
    let mut page = Page::of(RowKind::Incident, 3);
    page.from = Some(2);
    let mut found = Vec::new();
    loop {
        let rows = read(store, |reads| reads.rows(&sight, &page)).expect("reads");
        let Some(last) = rows.last() else {
            break;
        };
        page.behind = Some((last.at, last.key.clone()));
        found.extend(rows.iter().map(|row| row.key[0]));
    }
    let expected: Vec<u8> = (8..40).rev().filter(|n| n % 2 == 1).collect();
    assert_eq!(found, expected);
}

fn the_live_feed_forgets_its_oldest(store: &dyn Store) {
    let mut writer = writer(store);
    let done = writer.transact(&mut |tx| {
        for _ in 0..10 {
            apply(tx, &Verb::Live)?;
        }
        assert_eq!(tx.live_window()?, (7, 10));
        assert_eq!(tx.live_after(8, 10)?.len(), 2);
        Ok(())
    });
    done.expect("writes");
}

fn a_published_version_stays_as_it_was(store: &dyn Store) {
    let mut writer = writer(store);
    let done = writer.transact(&mut |tx| {
        apply(tx, &Verb::Registry(1, 10))?;
        apply(tx, &Verb::Registry(1, 9))?;
        let rows = tx.registries()?;
        assert_eq!(
            rows.iter().map(|row| row.number).collect::<Vec<_>>(),
            [9, 10]
        );
        let mut other = rows[0].clone();
        other.publication = vec![0];
        tx.add_registry(&other)?;
        tx.forget_projections()?;
        assert_eq!(tx.registries()?, rows);
        assert_eq!(tx.registry(&rows[1].hash)?.as_ref(), Some(&rows[1]));
        Ok(())
    });
    done.expect("writes");
}

#[cfg(test)]
mod tests;
