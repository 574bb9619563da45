//! A centre that was restored hears its own verdicts again, some before what they are about.

use std::path::Path;

use tala_protocol::feed::FeedHead;

use super::*;
use crate::app::admin::restore;
use crate::store::Store;

/// A centre that lost everything since its phones were enrolled.
fn restored(folder: &Path, name: &str) -> (TestCentre, TestPhone, TestPhone) {
    let path = folder.join(name);
    let open = || -> Arc<dyn Store> { Arc::new(SqliteStore::open(&path).expect("opens")) };
    let centre = TestCentre::on(open());
    let phones = (centre.phone("Bayar"), centre.phone("Naran"));
    drop(centre);
    let store = open();
    let parts = TestCentre::parts_on(Arc::clone(&store));
    restore(&parts, "disk lost").expect("restores");
    drop(parts);
    (TestCentre::started_on(store), phones.0, phones.1)
}

/// A ride that forks at its third part, and the office's word about the branch that came second.
fn forked() -> ([Envelope; 3], Envelope, [Envelope; 2]) {
    let centre = TestCentre::new();
    let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
    let parts = [0, 1, 2].map(|n| part(&mut bayar, n));
    let head = FeedHead {
        seq: 2,
        hash: parts[1].id(),
    };
    let (feed, body) = (parts[2].header().feed, parts[2].body().expect("a body"));
    let branch = bayar.seal(feed, Some(head), Kind::Track, Some(PATROL), body);
    bayar.syncs(&centre, &parts);
    bayar.syncs(&centre, std::slice::from_ref(&branch));
    release(&centre, &branch);
    let got = naran.pulls(&centre);
    let mut verdicts = got.into_iter().filter(|e| e.header().kind == Kind::Verdict);
    let mut next = || verdicts.next().expect("the office says so");
    (parts, branch, [next(), next()])
}

#[test]
fn a_refusal_is_obeyed_for_tracks_whether_it_comes_before_or_after_what_it_is_about() {
    let folder = tempfile::tempdir().expect("a folder");
    let ([first, second, _], branch, [refusal, _]) = forked();
    let orders = [[&refusal, &branch], [&branch, &refusal]];
    for (n, order) in orders.into_iter().enumerate() {
        let (centre, _, mut naran) = restored(folder.path(), &format!("{n}.sqlite"));
        naran.syncs(&centre, &[first.clone(), second.clone()]);
        for one in order {
            naran.syncs(&centre, std::slice::from_ref(one));
            centre.centre.settle().expect("settles");
        }
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 2, "order {n}");
        let rows = read(centre.store.as_ref(), |reads| {
            reads.quarantine(&[STATION], None, 10)
        });
        let rows = rows.expect("reads").into_iter();
        let rows: Vec<_> = rows.map(|row| (row.envelope, row.reason)).collect();
        assert_eq!(rows, [(branch.id(), QuarantineReason::Refused)]);
    }
}

#[test]
fn a_release_after_the_refusal_is_obeyed_before_what_both_are_about_has_come() {
    let folder = tempfile::tempdir().expect("a folder");
    let ([first, second, third], branch, [refusal, release]) = forked();
    let said = [first, second, third, refusal, release, branch];
    let orders = [[0, 1, 2, 3, 4, 5], [3, 4, 5, 0, 1, 2], [0, 1, 2, 5, 3, 4]];
    for (n, order) in orders.into_iter().enumerate() {
        let (centre, _, mut naran) = restored(folder.path(), &format!("{n}.sqlite"));
        for one in order {
            naran.syncs(&centre, std::slice::from_ref(&said[one]));
        }
        dump(&centre);
        let segments = patrol(&centre).track.segments;
        // The branch that came first stands in the feed, and the other is the fork then.
        let expected = if order[0] == 3 { 3 } else { 4 };
        assert_eq!(segments, expected, "order {n}");
    }
}
