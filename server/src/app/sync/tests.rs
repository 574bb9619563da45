use std::sync::Arc;

use tala_protocol::envelope::{Audience, Kind, Lane, signed};
use tala_protocol::feed::FeedHead;
use tala_protocol::log::{Receipt, SignedAck, leaf_hash};
use tala_protocol::sync::{FEATURE_OWN, LeafRange, Outcome, Refusal};

use crate::app::proofs::log_key;
use crate::app::{AppError, DeviceLimits};
use crate::store::memory::MemoryStore;
use crate::store::sqlite::SqliteStore;
use crate::store::{QuarantineReason, Store, read};
use crate::testing::{BEGIN, OTHER_STATION, STATION, TestCentre};

/// Runs a scenario on both stores.
fn on_both(scenario: impl Fn(TestCentre)) {
    scenario(TestCentre::new());
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
    scenario(TestCentre::on(Arc::new(store)));
}

fn first_leaf(outcome: Outcome) -> u64 {
    match outcome {
        Outcome::Stored { first_leaf } | Outcome::Known { first_leaf } => first_leaf,
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_one_phone_hands_over_another_of_the_unit_gets() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let mut foreign = centre.phone_of(OTHER_STATION, "Temur");
        naran.pulls(&centre);
        foreign.pulls(&centre);
        let said = [
            bayar.says(Kind::Message, None, b"smoke in the north"),
            bayar.says(Kind::Message, None, b"going there"),
        ];
        let reply = bayar.syncs(&centre, &said);
        assert_eq!(reply.spans.len(), 1);
        assert_eq!(reply.spans[0].count, 2);
        let got = naran.pulls(&centre);
        assert_eq!(got, said);
        assert!(foreign.pulls(&centre).is_empty());
        let own = bayar.pulls(&centre);
        assert!(own.iter().all(|e| e.header().device() != bayar.device()));
    });
}

#[test]
fn a_new_phone_gets_the_statements_that_it_needs_to_verify_others() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let said = bayar.says(Kind::Message, None, b"hello");
        bayar.syncs(&centre, std::slice::from_ref(&said));
        let mut naran = centre.phone("Naran");
        let got = naran.pulls(&centre);
        let root = centre.centre.directory().root().clone();
        let mut directory = tala_protocol::cert::Directory::new(root);
        for envelope in &got {
            if envelope.header().kind == Kind::Certificate {
                directory
                    .admit(envelope)
                    .expect("in an order that verifies");
            }
        }
        assert!(directory.verify(&said).is_ok());
        assert!(directory.units().at(STATION, BEGIN).is_some());
    });
}

#[test]
fn sending_twice_changes_nothing_and_names_the_same_leaves() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let said: Vec<_> = (0..5u8)
            .map(|n| bayar.says(Kind::Message, None, &[n; 400]))
            .collect();
        let first = bayar.syncs(&centre, &said);
        let again = bayar.syncs(&centre, &said);
        let leaf = first_leaf(first.spans[0].outcome);
        assert_eq!(again.spans[0].outcome, Outcome::Known { first_leaf: leaf });
        assert_eq!(again.spans[0].count, 5);
        let key = log_key(centre.centre.log_key.as_ref(), centre.centre.log_id()).expect("a key");
        let leaves: Vec<_> = said.iter().map(|e| leaf_hash(&signed::encode(e))).collect();
        for reply in [first, again] {
            let receipt = Receipt::from_bytes(&reply.receipts[0]).expect("reads");
            receipt.verify(&leaves, &key).expect("proves");
        }
    });
}

#[test]
fn a_small_push_is_acknowledged_and_proved_when_asked() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let said = bayar.says(Kind::Message, None, b"short");
        let reply = bayar.syncs(&centre, std::slice::from_ref(&said));
        let key = log_key(centre.centre.log_key.as_ref(), centre.centre.log_id()).expect("a key");
        let ack = SignedAck::from_bytes(&reply.ack.expect("acknowledged")).expect("reads");
        ack.verify(&[said.id()], &key).expect("holds");
        assert!(reply.receipts.is_empty());
        let mut ask = bayar.request(&[]);
        ask.prove = vec![LeafRange {
            first: ack.ack.first_lsn,
            count: 1,
        }];
        let proved = centre.centre.sync(bayar.ctx(), ask).expect("answered");
        let receipt = Receipt::from_bytes(&proved.receipts[0]).expect("reads");
        let leaf = leaf_hash(&signed::encode(&said));
        receipt.verify(&[leaf], &key).expect("proves");
    });
}

#[test]
fn a_phone_back_from_a_backup_gets_what_it_wrote_itself() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        bayar.pulls(&centre);
        let backup = bayar.cursors.clone();
        let said = bayar.says(Kind::Message, None, b"after the backup");
        bayar.syncs(&centre, std::slice::from_ref(&said));
        let has = |reply: tala_protocol::sync::SyncReply| {
            let runs = reply
                .runs
                .into_iter()
                .flat_map(|run| run.unpack().expect("own runs"));
            runs.collect::<Vec<_>>().contains(&said)
        };
        bayar.cursors = backup.clone();
        let mut ask = bayar.request(&[]);
        assert!(!has(centre
            .centre
            .sync(bayar.ctx(), ask.clone())
            .expect("answered")));
        ask.features = FEATURE_OWN;
        assert!(has(centre.centre.sync(bayar.ctx(), ask).expect("answered")));
        // Having begun a new epoch says the same.
        let feed = tala_protocol::feed::FeedKey {
            epoch: 7,
            ..said.header().feed
        };
        let anew = bayar.seal(feed, None, Kind::Message, None, b"begun anew");
        let request = bayar.request(&[anew]);
        assert!(has(centre
            .centre
            .sync(bayar.ctx(), request)
            .expect("answered")));
    });
}

#[test]
fn a_consistency_proof_comes_with_receipts_and_leads_to_their_checkpoint() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let from = centre.centre.checkpoint().size;
        let small = bayar.says(Kind::Message, None, b"short");
        let mut ask = bayar.request(std::slice::from_ref(&small));
        ask.proof_from = Some(from);
        let reply = centre.centre.sync(bayar.ctx(), ask).expect("answered");
        assert!(reply.ack.is_some() && reply.consistency.is_none());
        let large = bayar.says(Kind::Message, None, &[7; 4_000]);
        let mut ask = bayar.request(std::slice::from_ref(&large));
        ask.proof_from = Some(from);
        let reply = centre.centre.sync(bayar.ctx(), ask).expect("answered");
        let receipt = Receipt::from_bytes(&reply.receipts[0]).expect("reads");
        let (note, _) = reply.consistency.expect("proved");
        assert_eq!(note.as_bytes(), receipt.note);
    });
}

#[test]
fn an_idle_sync_is_tiny() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        bayar.pulls(&centre);
        let idle = bayar.syncs(&centre, &[]);
        assert!(idle.to_bytes().len() < 60, "{}", idle.to_bytes().len());
    });
}

#[test]
fn what_nobody_known_signed_is_refused_and_what_was_altered_too() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let elsewhere = TestCentre::new();
        for _ in 0..2 {
            elsewhere.phone("others");
        }
        let mut stranger = elsewhere.phone("Stranger");
        let strange = stranger.says(Kind::Message, None, b"let me in");
        let honest = naran.says(Kind::Message, None, b"carried by another");
        let reply = bayar.syncs(&centre, &[strange, honest]);
        let outcomes: Vec<_> = reply.spans.iter().map(|span| span.outcome).collect();
        assert_eq!(outcomes[0], Outcome::Refused(Refusal::UnknownDevice));
        assert!(matches!(outcomes[1], Outcome::Stored { .. }));
    });
}

#[test]
fn what_is_ahead_of_a_hole_is_kept_and_joins_when_the_hole_fills() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let said: Vec<_> = (0..4u8)
            .map(|n| bayar.says(Kind::Message, None, &[n]))
            .collect();
        for at in [3, 1, 2, 0] {
            bayar.syncs(&centre, &said[at..=at]);
        }
        let feed = said[0].header().feed;
        let row = read(centre.store.as_ref(), |reads| reads.feed(&feed));
        let row = row.expect("reads").expect("is kept");
        let end = FeedHead {
            seq: 4,
            hash: said[3].id(),
        };
        assert_eq!(row.head, Some(end));
        assert_eq!(row.forked_at, None);
    });
}

#[test]
fn a_fork_is_kept_apart_and_freezes_its_feed() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let first = bayar.says(Kind::Message, None, b"one");
        let feed = first.header().feed;
        let other = bayar.seal(feed, None, Kind::Message, None, b"another one");
        let second = bayar.says(Kind::Message, None, b"two");
        bayar.syncs(&centre, std::slice::from_ref(&first));
        let reply = bayar.syncs(&centre, std::slice::from_ref(&other));
        assert!(matches!(reply.spans[0].outcome, Outcome::Stored { .. }));
        bayar.syncs(&centre, std::slice::from_ref(&second));
        let rows = read(centre.store.as_ref(), |reads| {
            reads.quarantine(&[STATION], None, 10)
        });
        let rows: Vec<_> = rows.expect("reads");
        let found: Vec<_> = rows.iter().map(|row| (row.envelope, row.reason)).collect();
        assert_eq!(
            found,
            [
                (second.id(), QuarantineReason::Frozen),
                (other.id(), QuarantineReason::Fork)
            ]
        );
        let got = naran.pulls(&centre);
        assert!(got.contains(&first) && !got.contains(&other) && !got.contains(&second));
    });
}

#[test]
fn a_phone_may_not_write_for_a_unit_that_it_never_belonged_to() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        bayar.unit = OTHER_STATION;
        let said = bayar.says(Kind::Message, None, b"not mine");
        bayar.syncs(&centre, &[said]);
        let rows = read(centre.store.as_ref(), |reads| {
            reads.quarantine(&[OTHER_STATION], None, 10)
        });
        let reasons: Vec<_> = rows.expect("reads").iter().map(|r| r.reason).collect();
        assert_eq!(reasons, [QuarantineReason::ForeignUnit]);
    });
}

#[test]
fn pages_keep_to_their_budget_and_all_comes_in_the_end() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        naran.pulls(&centre);
        let said: Vec<_> = (0..40u8)
            .map(|n| bayar.says(Kind::Message, None, &[n; 1_000]))
            .collect();
        bayar.syncs(&centre, &said);
        let mut ask = naran.request(&[]);
        ask.budget_bytes = 10_000;
        let reply = centre.centre.sync(naran.ctx(), ask).expect("answered");
        assert!(reply.more);
        assert!(reply.to_bytes().len() <= 10_000);
        assert_eq!(naran.pulls(&centre), said);
    });
}

#[test]
fn phones_get_thirty_days_and_what_was_touched_in_them_whole() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let forgotten = bayar.says(Kind::Message, None, b"forgotten");
        let made = bayar.says(Kind::Message, None, b"begun long ago");
        bayar.syncs(&centre, &[forgotten.clone(), made.clone()]);
        centre.effects.pass_ms(40 * 86_400_000);
        let later = bayar.says(Kind::Message, Some(made.object()), b"gone on with");
        bayar.syncs(&centre, std::slice::from_ref(&later));
        let got = centre.phone("Naran").pulls(&centre);
        assert!(got.contains(&made) && got.contains(&later) && !got.contains(&forgotten));
    });
}

#[test]
fn what_is_for_the_crime_unit_reaches_no_phone() {
    on_both(|centre| {
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let lane = tala_protocol::envelope::Lane::Record;
        let secret = bayar.says_in(lane, Audience::Crime, Kind::Message, None, b"informant");
        bayar.syncs(&centre, std::slice::from_ref(&secret));
        assert!(!naran.pulls(&centre).contains(&secret));
        assert!(!bayar.pulls(&centre).contains(&secret));
    });
}

#[test]
fn a_restart_keeps_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("tala.sqlite");
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).expect("opens"));
    let centre = TestCentre::on(store);
    let mut bayar = centre.phone("Bayar");
    let said = bayar.says(Kind::Message, None, b"kept");
    let before = bayar.syncs(&centre, std::slice::from_ref(&said));
    centre.centre.stop();
    drop(centre);
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&path).expect("opens again"));
    let centre = TestCentre::started_on(store);
    let after = bayar.syncs(&centre, std::slice::from_ref(&said));
    let leaf = first_leaf(before.spans[0].outcome);
    assert_eq!(after.spans[0].outcome, Outcome::Known { first_leaf: leaf });
    assert_eq!(after.log, None, "still the log that the phone knows");
}

#[test]
fn a_flood_is_refused_and_others_and_calls_for_help_are_served() {
    let limits = DeviceLimits {
        bytes_a_day: 4_000,
        ..DeviceLimits::default()
    };
    let centre = TestCentre::with(Arc::new(MemoryStore::new()), limits);
    let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
    let flood: Vec<_> = (0..10u8)
        .map(|n| bayar.says(Kind::Message, None, &[n; 1_000]))
        .collect();
    let refused = centre.centre.sync(bayar.ctx(), bayar.request(&flood));
    assert!(matches!(
        refused,
        Err(AppError::Limited { retry_after_s: 900 })
    ));
    let help = bayar.says_in(Lane::Urgent, Audience::Field, Kind::Sos, None, b"help");
    let reply = bayar.syncs(&centre, &[help]);
    assert!(matches!(reply.spans[0].outcome, Outcome::Stored { .. }));
    let said = naran.says(Kind::Message, None, b"mine");
    let reply = naran.syncs(&centre, &[said]);
    assert!(matches!(reply.spans[0].outcome, Outcome::Stored { .. }));
    centre.effects.pass_ms(86_400_000);
    let reply = bayar.syncs(&centre, &flood[..2]);
    assert!(matches!(reply.spans[0].outcome, Outcome::Stored { .. }));
}
