//! A revocation that is followed by one with a wider cut: what that leaves standing comes back, whichever of
//! the two is heard first, and what came meanwhile is placed as if it had come to an open feed.

mod office;

use std::slice::from_ref;

use tala_protocol::feed::FeedHead;

use super::*;
use crate::app::commit::Said;
use crate::store::{QuarantineReason, QuarantineRow};
use crate::testing::OTHER_STATION;

/// What the phone said before the first revocation was heard, and after.
struct Story {
    early: Vec<Envelope>,
    late: Vec<Envelope>,
}

fn tell(bayar: &mut TestPhone) -> Story {
    let mut incident = TestIncident::default();
    let begun = incident.write(bayar, &titled("begun"));
    let early = vec![
        begun.clone(),
        part(bayar, 0),
        part(bayar, 1),
        incident.write(bayar, &titled("changed")),
        photo(bayar, begun.object()),
    ];
    let late = vec![
        part(bayar, 2),
        incident.write(bayar, &titled("changed again")),
        part(bayar, 3),
        incident.write(bayar, &titled("too late")),
    ];
    Story { early, late }
}

/// The office's word that only the first `record` and `track` envelopes stand.
fn revocation(centre: &TestCentre, bayar: &TestPhone, story: &Story, to: [u64; 3]) -> Vec<u8> {
    let lanes = [Lane::Record, Lane::Track, Lane::Media];
    let of_lane = |lane| {
        let mut all = story.early.iter().chain(&story.late);
        let found = all.find(|e| e.header().feed.lane == lane);
        found.expect("said something there").header().feed
    };
    let cuts = lanes.iter().zip(to).map(|(lane, last_seq)| Cut {
        feed: of_lane(*lane),
        last_seq,
    });
    let revocation = Revocation {
        device: bayar.device(),
        at: centre.centre.now(),
        reason: "lost".into(),
        cuts: cuts.collect(),
    };
    revocation.to_bytes()
}

fn revokes(centre: &TestCentre, body: Vec<u8>) -> Envelope {
    let draft = Draft::statement(STATION, Kind::Revocation, body);
    let said: Vec<Said> = centre.centre.writer().say(vec![draft]).expect("said");
    let stored = read(centre.store.as_ref(), |reads| reads.envelope(said[0].lsn));
    stored.expect("reads").expect("is there").envelope
}

/// What is kept apart and was not let out again.
fn apart(centre: &TestCentre) -> Vec<QuarantineRow> {
    let rows = read(centre.store.as_ref(), |reads| {
        reads.quarantine(&[STATION, OTHER_STATION], None, 100)
    });
    let rows = rows.expect("reads").into_iter();
    rows.filter(|row| row.released_at.is_none()).collect()
}

/// The same centre and phones each time, up to here byte for byte.
fn begin(centre: &TestCentre) -> (TestPhone, TestPhone, Story) {
    let (mut bayar, naran) = (centre.phone("Bayar"), centre.phone("Naran"));
    let story = tell(&mut bayar);
    (bayar, naran, story)
}

#[test]
fn a_wider_cut_brings_back_what_it_leaves_standing_in_whatever_order_it_is_heard() {
    let (narrow, wide) = {
        let scratch = TestCentre::new();
        let (bayar, _, story) = begin(&scratch);
        let narrow = revokes(&scratch, revocation(&scratch, &bayar, &story, [1, 1, 0]));
        let wide = revokes(&scratch, revocation(&scratch, &bayar, &story, [3, 4, 1]));
        (narrow, wide)
    };
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        let (narrow, wide) = (from_ref(&narrow), from_ref(&wide));
        for heard in [narrow, &story.late, wide] {
            naran.syncs(&centre, heard);
            dump(&centre);
        }
        let apart = apart(&centre);
        let too_late = story.late.last().expect("said").id();
        assert_eq!(
            apart.iter().map(|row| row.envelope).collect::<Vec<_>>(),
            [too_late]
        );
        assert_eq!(patrol(&centre).track.segments, 4);
        let key = story.early[0].object();
        let listed: IncidentRow = row(&centre, RowKind::Incident, key.as_bytes());
        assert_eq!(listed.title.as_deref(), Some("changed again"));
        let got = centre.phone("Sara").pulls(&centre);
        // Tracks of a patrol without its genesis are in no list.
        let standing = story.early.iter().chain(&story.late[..3]);
        let mut listed = standing.filter(|envelope| envelope.object() == key);
        assert!(listed.all(|envelope| got.contains(envelope)));
        assert!(!got.contains(&story.late[3]));
    });
    // The other orders leave the same behind.
    let dumps = [
        [0, 1, 2, 3],
        [0, 3, 2, 1],
        [0, 3, 1, 2],
        [2, 1, 0, 3],
        [2, 3, 0, 1],
    ]
    .map(|order| {
        let centre = TestCentre::new();
        let (_, mut naran, story) = begin(&centre);
        let (early, late) = (&story.early[..], &story.late[..]);
        let said = [early, from_ref(&narrow), late, from_ref(&wide)];
        for n in order {
            naran.syncs(&centre, said[n]);
        }
        let stands = apart(&centre)
            .iter()
            .map(|row| row.envelope)
            .collect::<Vec<_>>();
        assert_eq!(stands, [story.late[3].id()], "{order:?}");
        (dump(&centre), patrol(&centre).track, order)
    });
    // Where as much came before the other part, numbers are the same, and so is every derived row.
    assert_eq!(dumps[0].0, dumps[1].0);
    assert!(dumps.iter().all(|(_, track, _)| track.segments == 4));
}

#[test]
fn a_feed_goes_on_behind_what_was_brought_back() {
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        revokes(&centre, revocation(&centre, &bayar, &story, [1, 1, 0]));
        naran.syncs(&centre, &story.late);
        revokes(&centre, revocation(&centre, &bayar, &story, [4, 9, 1]));
        let more = part(&mut bayar, 4);
        naran.syncs(&centre, std::slice::from_ref(&more));
        let feed = more.header().feed;
        let found = read(centre.store.as_ref(), |reads| reads.feed(&feed));
        let found = found.expect("reads").expect("a feed");
        let head = FeedHead {
            seq: 5,
            hash: more.id(),
        };
        assert_eq!((found.head, found.forked_at), (Some(head), None));
        assert!(apart(&centre).is_empty());
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 5);
    });
}

#[test]
fn what_stands_again_may_turn_out_to_be_a_fork_and_the_office_says_so() {
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        revokes(&centre, revocation(&centre, &bayar, &story, [1, 1, 0]));
        let third = &story.late[0];
        let second = &story.early[2];
        let head = FeedHead {
            seq: second.header().seq,
            hash: second.id(),
        };
        let body = third.body().expect("a body").to_vec();
        let other = bayar.seal(
            third.header().feed,
            Some(head),
            Kind::Track,
            Some(PATROL),
            &body,
        );
        naran.syncs(&centre, &[third.clone(), other.clone()]);
        revokes(&centre, revocation(&centre, &bayar, &story, [2, 3, 1]));
        let forked = apart(&centre);
        let forked: Vec<_> = forked
            .iter()
            .map(|row| (row.envelope, row.reason))
            .collect();
        assert_eq!(forked, [(other.id(), QuarantineReason::Fork)]);
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 3);
        let got = naran.pulls(&centre);
        let verdicts = got.iter().filter(|e| e.header().kind == Kind::Verdict);
        let bodies = verdicts.filter_map(|e| VerdictBody::from_bytes(e.body()?).ok());
        let refused: Vec<_> = bodies.map(|it| (it.envelope, it.ruling)).collect();
        assert_eq!(refused, [(other.id(), Ruling::Refuse)]);
    });
}

#[test]
fn what_a_person_let_out_of_a_cut_is_the_link_of_its_chain_again_and_not_what_forked_there_meanwhile()
 {
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        revokes(&centre, revocation(&centre, &bayar, &story, [1, 1, 0]));
        let second = &story.early[2];
        release(&centre, second);
        let head = FeedHead {
            seq: 1,
            hash: story.early[1].id(),
        };
        let (feed, body) = (second.header().feed, second.body().expect("a body"));
        let branch = bayar.seal(feed, Some(head), Kind::Track, Some(PATROL), body);
        naran.syncs(&centre, from_ref(&branch));
        assert_eq!(patrol(&centre).track.segments, 2);
        revokes(&centre, revocation(&centre, &bayar, &story, [2, 2, 1]));
        dump(&centre);
        let (found, link) = {
            let feed = read(centre.store.as_ref(), |reads| reads.feed(&feed));
            let feed = feed.expect("reads").expect("a feed");
            let link = read(centre.store.as_ref(), |reads| reads.at_seq(feed.no, 2));
            (feed, link.expect("reads").expect("a link"))
        };
        assert_eq!((link.id, found.forked_at), (second.id(), Some(2)));
        let reasons = apart(&centre).into_iter();
        let reasons: Vec<_> = reasons.map(|row| (row.envelope, row.reason)).collect();
        assert_eq!(reasons, [(branch.id(), QuarantineReason::Fork)]);
        assert_eq!(patrol(&centre).track.segments, 2);
        // The person's word holds when a later cut is narrower again.
        revokes(&centre, revocation(&centre, &bayar, &story, [2, 1, 1]));
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 2);
        assert_eq!(apart(&centre).len(), 1);
    });
}
