//! The root revokes an office: whom that office had cut off stands as if it had said nothing.

use tala_protocol::cert::{Holder, KeyStatement, Statement};
use tala_protocol::key::PublicKey;

use super::*;
use crate::app::{Signer, SoftwareKey};

/// What the root says of a second office, and that office of a phone.
struct Words {
    appoints: Envelope,
    cuts: Envelope,
    dismisses: Envelope,
    restores: Envelope,
}

fn key(seed: u8) -> Arc<SoftwareKey> {
    Arc::new(SoftwareKey::from_seed(&[seed; 32]).expect("a key"))
}

/// The test bureau's root key, and that of another office.
const ROOT: u8 = 1;
const OTHER_OFFICE: u8 = 0x42;

fn certificate(key: &PublicKey, holder: Holder) -> Vec<u8> {
    let statement = Statement::Key(KeyStatement {
        key: key.clone(),
        holder,
        serial: 7,
        from: BEGIN,
        until: None,
        name: String::new(),
    });
    statement.to_bytes()
}

fn says(centre: &TestCentre, seed: u8, kind: Kind, body: Vec<u8>) -> Envelope {
    let draft = Draft::statement(STATION, kind, body);
    let said = centre.centre.writer().say_as(key(seed), vec![draft]);
    let lsn = said.expect("said")[0].lsn;
    let stored = read(centre.store.as_ref(), |reads| reads.envelope(lsn));
    stored.expect("reads").expect("is there").envelope
}

/// The other office cuts everything off but the beginning; the root cuts that office off before it said so,
/// and later behind it.
fn words() -> Words {
    let centre = TestCentre::new();
    let (bayar, _, story) = begin(&centre);
    let office = key(OTHER_OFFICE);
    let cert = certificate(office.public(), Holder::Office);
    let appoints = says(&centre, ROOT, Kind::Certificate, cert);
    let narrow = revocation(&centre, &bayar, &story, [1, 1, 0]);
    let cuts = says(&centre, OTHER_OFFICE, Kind::Revocation, narrow);
    let dismissal = |last_seq| Revocation {
        device: office.public().device_id(),
        at: centre.centre.now(),
        reason: "stolen".into(),
        cuts: vec![Cut {
            feed: cuts.header().feed,
            last_seq,
        }],
    };
    let dismisses = says(&centre, ROOT, Kind::Revocation, dismissal(0).to_bytes());
    let restores = says(&centre, ROOT, Kind::Revocation, dismissal(1).to_bytes());
    Words {
        appoints,
        cuts,
        dismisses,
        restores,
    }
}

fn ids_apart(centre: &TestCentre) -> Vec<Digest> {
    apart(centre).iter().map(|row| row.envelope).collect()
}

#[test]
fn whom_a_dismissed_office_cut_off_stands_again_and_is_cut_off_again_when_its_word_counts() {
    let words = words();
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        let whole = dump(&centre);
        naran.syncs(&centre, from_ref(&words.appoints));
        // In one push: what is cut off was looked at before the revocation was heard.
        naran.syncs(&centre, &[from_ref(&words.cuts), &story.late].concat());
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 1);
        assert_eq!(ids_apart(&centre).len(), 7);
        naran.syncs(&centre, from_ref(&words.dismisses));
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 4);
        assert_eq!(ids_apart(&centre), [words.cuts.id()]);
        let key = story.early[0].object();
        let listed: IncidentRow = row(&centre, RowKind::Incident, key.as_bytes());
        assert_eq!(listed.title.as_deref(), Some("too late"));
        let got = centre.phone("Sara").pulls(&centre);
        let mut said = story.early.iter().chain(&story.late);
        assert!(said.all(|e| e.object() != key || got.contains(e)));
        // Wherever the office's key is known, its end is.
        let temur = centre.phone_of(OTHER_STATION, "Temur").pulls(&centre);
        assert!(temur.contains(&words.appoints) && temur.contains(&words.dismisses));
        naran.syncs(&centre, from_ref(&words.restores));
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 1);
        assert_eq!(ids_apart(&centre).len(), 7);
        assert_ne!(dump(&centre), whole);
    });
}

#[test]
fn the_order_in_which_the_root_and_its_office_are_heard_changes_nothing() {
    let words = words();
    let orders = [
        [0, 1, 2, 3],
        [0, 1, 3, 2],
        [0, 3, 1, 2],
        [1, 0, 3, 2],
        [1, 3, 0, 2],
        [3, 0, 2, 1],
        [3, 2, 1, 0],
    ];
    let ends = orders.map(|order| {
        let centre = TestCentre::new();
        let (_, mut naran, story) = begin(&centre);
        naran.syncs(&centre, from_ref(&words.appoints));
        let (cuts, dismisses) = (from_ref(&words.cuts), from_ref(&words.dismisses));
        let said = [&story.early[..], cuts, &story.late[..], dismisses];
        for n in order {
            naran.syncs(&centre, said[n]);
        }
        assert_eq!(ids_apart(&centre), [words.cuts.id()], "{order:?}");
        dump(&centre);
        patrol(&centre).track
    });
    assert!(ends.iter().all(|track| *track == ends[0]));
    assert_eq!(ends[0].segments, 4);
}

#[test]
fn without_the_dismissed_office_the_other_office_counts() {
    let words = words();
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &[&story.early[..], &story.late].concat());
        revokes(&centre, revocation(&centre, &bayar, &story, [3, 4, 1]));
        centre.effects.pass_ms(1);
        let expected = dump(&centre);
        let too_late = story.late[3].id();
        assert_eq!(ids_apart(&centre), [too_late]);
        naran.syncs(&centre, from_ref(&words.appoints));
        let narrow = revocation(&centre, &bayar, &story, [1, 1, 0]);
        let cuts = says(&centre, OTHER_OFFICE, Kind::Revocation, narrow);
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 1);
        naran.syncs(&centre, from_ref(&words.dismisses));
        assert_eq!(dump(&centre), expected);
        assert_eq!(ids_apart(&centre), [cuts.id(), too_late]);
    });
}

#[test]
fn a_key_that_the_root_takes_over_is_cut_off_by_no_office() {
    let words = words();
    on_both(|centre| {
        let (mut bayar, mut naran, story) = begin(&centre);
        bayar.syncs(&centre, &story.early);
        let whole = dump(&centre);
        naran.syncs(&centre, from_ref(&words.appoints));
        naran.syncs(&centre, from_ref(&words.cuts));
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 1);
        let body = certificate(bayar.public(), Holder::Phone);
        says(&centre, ROOT, Kind::Certificate, body);
        assert_eq!(dump(&centre), whole);
        assert_eq!(ids_apart(&centre), []);
    });
}
