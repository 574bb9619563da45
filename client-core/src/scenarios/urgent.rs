//! A call for help goes first and alone, and whoever called sees that somebody answered.

use tala_protocol::envelope::{Envelope, Lane};
use tala_protocol::event::AckWhat;
use tala_protocol::hash::Digest;
use tala_protocol::sync::{REQUEST_LEN_MAX, SyncRequest, frame};

use super::{centre, phone};
use crate::media::FileFacts;
use crate::outbox::Link;
use crate::store::memory::MemoryStore;
use crate::sync::{Step, SyncOptions, SyncSession, Why};
use crate::testing::Phone;

const OPTIONS: SyncOptions = SyncOptions {
    why: Why::Officer,
    link: Link::Good,
    originals: true,
};

#[test]
fn a_call_for_help_goes_alone_and_first_and_is_answered() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    b.sync(&centre).expect("syncs");
    a.starts_patrol();
    a.rides(301);
    a.reports("先写的");
    let now = a.now;
    let sos = a
        .engine
        .sos(now, Some("落马".into()), Some(40), 0, now, &mut a.dice)
        .expect("calls");
    a.sign().expect("signs");
    let first = a.engine.next_batch(Link::Good).expect("collects");
    assert!(first.urgent);
    assert_eq!(first.envelopes.len(), 1);
    let before = centre.borrow().envelopes().len();
    let mut link = a.link(&centre);
    a.sync_over(&mut link, Why::Officer, Link::Good)
        .expect("syncs");
    assert_eq!(link.requests, 2);
    assert_eq!(
        centre.borrow().envelopes()[before].header().feed.lane,
        Lane::Urgent
    );

    b.sync(&centre).expect("hears it");
    b.engine
        .acknowledge(sos, AckWhat::Taken, None, b.now)
        .expect("answers");
    b.sync(&centre).expect("syncs");
    a.sync(&centre).expect("syncs");
    let answers = a.engine.answers(sos).expect("reads");
    assert_eq!(
        answers
            .iter()
            .map(|answer| answer.body.what)
            .collect::<Vec<_>>(),
        [AckWhat::Taken]
    );
}

/// What a frame hands over, and whether a beacon goes with it.
fn handed_over(bytes: &[u8]) -> (Vec<Envelope>, bool) {
    let message = frame::open(bytes, REQUEST_LEN_MAX).expect("a frame");
    let request = SyncRequest::from_bytes(&message).expect("a request");
    let runs = request.runs.into_iter();
    let envelopes = runs.flat_map(|run| run.unpack().expect("own runs"));
    (envelopes.collect(), request.beacon.is_some())
}

fn lanes(bytes: &[u8]) -> Vec<Lane> {
    let (envelopes, _) = handed_over(bytes);
    envelopes.iter().map(|e| e.header().feed.lane).collect()
}

fn sent(step: &Step) -> &[u8] {
    let Step::Send(bytes) = step else {
        panic!("sends, not {step:?}")
    };
    bytes
}

fn calls(phone: &mut Phone<MemoryStore>) -> Digest {
    let now = phone.now;
    let called = phone
        .engine
        .sos(now, None, Some(30), 0, now, &mut phone.dice);
    let id = called.expect("calls");
    phone.sign().expect("signs");
    id
}

#[test]
fn after_the_centre_asked_for_time_a_call_for_help_goes_before_what_was_refused() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.starts_patrol();
    phone.rides(301);
    phone.reports("先写的");
    phone.sign().expect("signs");
    let beacon = Some(vec![0xa0]);
    let started = SyncSession::start(&mut phone.engine, OPTIONS, beacon);
    let (mut session, step) = started.expect("starts");
    assert!(lanes(sent(&step)).contains(&Lane::Track));
    assert!(handed_over(sent(&step)).1);
    // The centre answers 429. While the phone waits, the officer falls.
    let sos = calls(&mut phone);
    let now = phone.now;
    let step = session.on_waited(&mut phone.engine, now).expect("goes on");
    let (first, beacon) = handed_over(sent(&step));
    assert_eq!(first.iter().map(Envelope::id).collect::<Vec<_>>(), [sos]);
    assert!(!beacon, "nothing else goes with it");
    let device = phone.engine.identity().device;
    let answer = centre.borrow_mut().sync(device, sent(&step));
    let next = session.on_reply(&mut phone.engine, &answer, now);
    let next = next.expect("takes");
    let (rest, beacon) = handed_over(sent(&next));
    assert!(beacon, "the beacon that was refused comes next");
    assert!(rest.len() > 1 && !lanes(sent(&next)).contains(&Lane::Urgent));
}

#[test]
fn a_file_that_was_refused_for_now_waits_behind_a_call_for_help() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("照片");
    let facts = FileFacts {
        bytes: b"evidence",
        media_type: "application/octet-stream",
        taken_at: None,
        place_e7: None,
    };
    let now = phone.now;
    let attached = phone
        .engine
        .attach(incident, facts, &mut phone.blobs, now)
        .expect("attaches");
    phone.sign().expect("signs");
    let started = SyncSession::start(&mut phone.engine, OPTIONS, None);
    let (mut session, mut step) = started.expect("starts");
    let device = phone.engine.identity().device;
    while let Step::Send(bytes) = &step {
        let answer = centre.borrow_mut().sync(device, bytes);
        let taken = session.on_reply(&mut phone.engine, &answer, now);
        step = taken.expect("takes");
    }
    assert_eq!(step, Step::Upload(attached.hash));
    calls(&mut phone);
    let step = session.on_waited(&mut phone.engine, now).expect("goes on");
    assert_eq!(lanes(sent(&step)), [Lane::Urgent]);
    let answer = centre.borrow_mut().sync(device, sent(&step));
    let taken = session.on_reply(&mut phone.engine, &answer, now);
    let step = taken.expect("takes");
    assert_eq!(step, Step::Upload(attached.hash), "then the file goes on");
}

#[test]
fn a_sync_goes_on_by_itself_after_the_centre_asked_for_time_and_sends_help_first() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.starts_patrol();
    phone.rides(301);
    phone.reports("先写的");
    let sos = calls(&mut phone);
    let mut link = phone.link(&centre);
    link.busy = 3;
    let synced = phone.sync_over(&mut link, Why::Officer, Link::Good);
    let summary = synced.expect("syncs");
    assert_eq!((link.busy, link.requests), (0, 3 + summary.round_trips));
    let (first, _) = handed_over(&link.frames[0]);
    assert_eq!(first.iter().map(Envelope::id).collect::<Vec<_>>(), [sos]);
    assert!(!phone.engine.has_unsent().expect("looks"));
}
