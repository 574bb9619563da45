//! Envelopes in any order, twice, and two at one place.

use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::Lane;
use tala_protocol::envelope::wire::Run;

use super::{centre, phone};
use crate::store::{Pick, Place, Store as _};
use crate::testing::Dice;

#[test]
fn whatever_the_order_of_arrival_the_feed_closes_and_the_document_is_the_same() {
    for seed in 0..20 {
        let (centre, unit) = centre();
        let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
        let incident = a.reports("零");
        for n in 0..6 {
            let title = format!("第{n}次").into();
            a.edits(
                incident,
                &IncidentEdit {
                    title,
                    ..IncidentEdit::default()
                },
            );
        }
        a.sign().expect("signs");
        a.sync(&centre).expect("states who a is");
        let rows = a
            .engine
            .store()
            .envelopes(&Pick::OfObject(incident), 99)
            .expect("reads");
        let mut envelopes: Vec<_> = rows
            .iter()
            .map(|row| row.envelope().expect("sound").expect("signed"))
            .collect();
        let key = envelopes[0].header().feed;
        assert_eq!((envelopes.len(), key.lane), (7, Lane::Record));
        let mut dice = Dice::new(seed);
        for n in (1..envelopes.len()).rev() {
            envelopes.swap(
                n,
                usize::try_from(dice.roll() % (n as u64 + 1)).expect("small"),
            );
        }
        for (n, envelope) in envelopes.iter().enumerate() {
            let run = || Run::pack_all(std::slice::from_ref(envelope));
            assert_eq!(b.engine.take_in(run(), b.now.wall).expect("takes").new, 1);
            assert_eq!(b.engine.take_in(run(), b.now.wall).expect("takes").known, 1);
            if n == 3 {
                // In use while half of it is here.
                let _ = b.engine.incident_view(incident);
            }
        }
        let feed = b.engine.store().feed(&key).expect("reads").expect("there");
        assert_eq!((feed.first_seq, feed.head.seq), (1, 7), "seed {seed}");
        let held = b
            .engine
            .store()
            .envelopes(&Pick::OfFeed { feed: key, from: 1 }, 99)
            .expect("reads");
        let holes: Vec<_> = held
            .iter()
            .filter(|row| row.place != Place::InFeed)
            .collect();
        assert!(holes.is_empty(), "seed {seed}: {holes:?}");
        assert_eq!(
            a.engine.incident_view(incident).expect("reads"),
            b.engine.incident_view(incident).expect("reads"),
            "seed {seed}"
        );
    }
}

#[test]
fn two_envelopes_at_one_place_are_both_kept_and_one_is_marked() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    a.reports("一");
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("learns of a");
    // A clone of a's store goes on beside it, against all rules, with the same key and epoch.
    let (mut a, _) = a.reopen(false).expect("reopens");
    let copy = a.engine.store().clone();
    let said_by_a = a.reports("真");
    a.sign().expect("signs");
    let bundle_a = a.engine.bundle(Some(&[said_by_a])).expect("writes");
    a.engine.store = copy;
    let said_by_clone = a.reports("假");
    a.sign().expect("signs");
    let bundle_clone = a.engine.bundle(Some(&[said_by_clone])).expect("writes");
    assert_eq!(
        b.engine
            .take_bundle(&bundle_a, b.now.wall)
            .expect("takes")
            .forks,
        0
    );
    assert_eq!(
        b.engine
            .take_bundle(&bundle_clone, b.now.wall)
            .expect("takes")
            .forks,
        1
    );
    let rows = b
        .engine
        .store()
        .envelopes(&Pick::OfObject(said_by_clone), 9)
        .expect("reads");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].place, Place::Fork);
    assert_eq!(b.engine.held_back(said_by_clone).expect("reads").len(), 1);
}
