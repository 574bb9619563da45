//! Syncing: handed over, proved, refused, repeated, restored.

use super::{centre, phone};
use crate::engine::Engine;
use crate::identity::Alarm;
use crate::outbox::Link;
use crate::status::Whereabouts;
use crate::store::Store as _;
use crate::store::memory::MemoryStore;
use crate::sync::{Step, SyncOptions, SyncSession, Why};
use crate::testing::{KeyMood, Mood, Phone};
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::{Cursor, REQUEST_LEN_MAX, SyncReply, SyncRequest, frame};

fn whereabouts(phone: &mut Phone<MemoryStore>, object: ObjectId) -> Whereabouts {
    let status = phone.engine.status().expect("reads");
    status
        .iter()
        .find(|s| s.object == object)
        .expect("is listed")
        .whereabouts
}

#[test]
fn a_day_goes_over_in_one_round_trip_and_is_shown_from_its_receipt() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(700);
    let incident = phone.reports("新开垦");
    assert_eq!(
        whereabouts(&mut phone, incident),
        Whereabouts::WaitingForKey
    );
    phone.sign().expect("signs");
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::Here);
    let summary = phone.sync(&centre).expect("syncs");
    assert_eq!(summary.round_trips, 1, "{summary:?}");
    assert_eq!((summary.handed_over, summary.proved), (5, 5));
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::AtCentre);
    assert_eq!(whereabouts(&mut phone, patrol), Whereabouts::AtCentre);
    let summary = phone.sync(&centre).expect("syncs");
    assert_eq!(
        (summary.round_trips, summary.handed_over, summary.fetched),
        (1, 0, 0)
    );
    assert_eq!(phone.engine.centre().alarm, None);
}

#[test]
fn nothing_is_at_the_centre_before_a_receipt_says_so() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("采矿");
    centre.borrow_mut().mood = Mood::Later;
    assert!(phone.sync(&centre).expect("syncs").later);
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::Here);
    centre.borrow_mut().mood = Mood::Claims;
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::Here);
    centre.borrow_mut().mood = Mood::Acknowledges;
    let second = phone.reports("倾倒");
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, second), Whereabouts::Acknowledged);
    assert_eq!(
        whereabouts(&mut phone, incident),
        Whereabouts::AtCentre,
        "asked to be proved"
    );
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, second), Whereabouts::AtCentre);
}

#[test]
fn a_live_phone_asks_for_proofs_together_and_not_for_each() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.sync(&centre).expect("syncs");
    centre.borrow_mut().mood = Mood::Acknowledges;
    let periodic = |phone: &mut Phone<MemoryStore>| {
        let mut link = phone.link(&centre);
        let summary = phone.sync_over(&mut link, Why::Periodic, Link::Weak);
        summary.expect("syncs").proved
    };
    let first = phone.reports("一");
    assert_eq!(periodic(&mut phone), 0);
    phone.wait_ms(60_000);
    let second = phone.reports("二");
    assert_eq!((periodic(&mut phone), periodic(&mut phone)), (0, 0));
    assert_eq!(whereabouts(&mut phone, first), Whereabouts::Acknowledged);
    phone.wait_ms(15 * 60_000);
    periodic(&mut phone);
    assert_eq!(periodic(&mut phone), 2);
    for object in [first, second] {
        assert_eq!(whereabouts(&mut phone, object), Whereabouts::AtCentre);
    }
}

#[test]
fn a_lost_answer_costs_nothing_and_doubles_nothing() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("偷猎");
    let mut link = phone.link(&centre);
    link.lose_answer = Some(1);
    assert!(
        phone
            .sync_over(&mut link, Why::Officer, Link::Good)
            .is_err()
    );
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::Here);
    let stored = centre.borrow().envelopes().len();
    phone.sync(&centre).expect("syncs");
    phone.sync(&centre).expect("asks for proof");
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::AtCentre);
    assert_eq!(centre.borrow().envelopes().len(), stored);
}

#[test]
fn small_batches_on_a_weak_link_keep_the_order_of_importance() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.starts_patrol();
    for _ in 0..6_000 {
        let mut fix = phone.next_fix();
        let noise =
            |dice: &mut crate::testing::Dice| i32::try_from(dice.roll() % 4_000).expect("small");
        fix.fix.lat_e7 += noise(&mut phone.dice);
        fix.fix.lon_e7 += noise(&mut phone.dice);
        fix.fix.alt_dm = Some(noise(&mut phone.dice));
        phone.engine.record(fix, phone.now).expect("records");
    }
    phone.reports("着火");
    let mut link = phone.link(&centre);
    let summary = phone
        .sync_over(&mut link, Why::Officer, Link::Weak)
        .expect("syncs");
    assert!(summary.round_trips > 1);
    let centre = centre.borrow();
    let kinds: Vec<_> = centre
        .envelopes()
        .iter()
        .filter(|e| e.header().device() == phone.engine.identity().device)
        .map(|e| e.header().feed.lane)
        .collect();
    assert!(kinds.is_sorted(), "{kinds:?}");
    assert_eq!(kinds.len(), 22);
}

#[test]
fn what_waits_for_the_key_is_never_sent() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("围栏");
    let stored = centre.borrow().envelopes().len();
    for mood in [KeyMood::Locked, KeyMood::Failing] {
        phone.signer.set_mood(mood);
        phone.sync(&centre).expect("syncs without it");
        assert_eq!(
            whereabouts(&mut phone, incident),
            Whereabouts::WaitingForKey
        );
        assert_eq!(centre.borrow().envelopes().len(), stored);
    }
    phone.signer.set_mood(KeyMood::Slow(5));
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::AtCentre);
}

#[test]
fn a_key_that_locks_between_two_signatures_leaves_a_signed_beginning() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let first = phone.reports("一");
    let second = phone.reports("二");
    phone.signer.set_mood(KeyMood::LocksAfter(1));
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, first), Whereabouts::AtCentre);
    assert_eq!(whereabouts(&mut phone, second), Whereabouts::WaitingForKey);
}

#[test]
fn a_restored_centre_is_offered_what_it_lost_and_shown() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let kept = phone.reports("早");
    phone.sync(&centre).expect("syncs");
    let backup = centre.borrow().envelopes().len();
    let lost = phone.reports("晚");
    phone.sync(&centre).expect("syncs");
    centre
        .borrow_mut()
        .restore_to(backup, LogId::from_bytes([0x22; 16]));
    let summary = phone.sync(&centre).expect("syncs");
    assert!(summary.restored);
    assert_eq!(phone.engine.centre().alarm, None);
    assert!(phone.engine.centre().restored_at.is_some());
    phone.sync(&centre).expect("syncs");
    for object in [kept, lost] {
        assert_eq!(whereabouts(&mut phone, object), Whereabouts::AtCentre);
    }
    assert_eq!(centre.borrow().envelopes().len(), backup + 1);
}

/// Two restores: after the first the phone syncs, or it misses it. Everything is at the centre in the end,
/// and nobody is alarmed.
fn restored_twice(heard_of_the_first: bool) {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let early = phone.reports("早");
    phone.sync(&centre).expect("syncs");
    let first_backup = centre.borrow().envelopes().len();
    let late = phone.reports("晚");
    phone.sync(&centre).expect("syncs");
    let all = centre.borrow().envelopes().len();
    let restore = |leaves, log| {
        let log = LogId::from_bytes([log; 16]);
        centre.borrow_mut().restore_to(leaves, log);
    };
    // The first restore keeps all; the second goes back behind what the first had kept.
    restore(all, 0x22);
    if heard_of_the_first {
        phone.sync(&centre).expect("syncs");
        phone.sync(&centre).expect("syncs");
    }
    restore(first_backup - 1, 0x33);
    assert!(phone.sync(&centre).expect("syncs").restored);
    phone.sync(&centre).expect("syncs");
    assert_eq!(phone.engine.centre().alarm, None);
    for object in [early, late] {
        assert_eq!(whereabouts(&mut phone, object), Whereabouts::AtCentre);
        let stored = centre.borrow();
        assert!(stored.envelopes().iter().any(|e| e.object() == object));
    }
}

#[test]
fn a_centre_restored_twice_is_offered_what_either_restore_lost() {
    restored_twice(true);
}

#[test]
fn a_restore_that_the_phone_missed_is_explained_by_its_own_statement() {
    restored_twice(false);
}

#[test]
fn what_a_phone_cannot_verify_yet_is_read_again_once_the_author_is_known() {
    let (centre_of_a, unit) = centre();
    let (centre_of_b, _) = centre();
    let (mut a, mut b) = (phone(1, &centre_of_a, unit), phone(2, &centre_of_b, unit));
    let incident = b.reports("先到");
    b.sync(&centre_of_b).expect("syncs");
    let held = |kinds: fn(Kind) -> bool| -> Vec<Envelope> {
        let centre = centre_of_b.borrow();
        let all = centre.envelopes().iter();
        all.filter(|e| kinds(e.header().kind)).cloned().collect()
    };
    let scope = a.engine.store().cursors().expect("reads")[0].scope;
    let page = |envelopes: &[Envelope], position| {
        let mut reply = SyncReply::empty();
        reply.runs = Run::pack_all(envelopes);
        reply.cursors = vec![Cursor { scope, position }];
        frame::close(&reply.to_bytes())
    };
    let position = |step: &Step| -> Option<u64> {
        let Step::Send(bytes) = step else { return None };
        let bytes = frame::open(bytes, REQUEST_LEN_MAX).expect("a frame");
        let request = SyncRequest::from_bytes(&bytes).expect("a request");
        let cursor = request.cursors.iter().find(|c| c.scope == scope);
        cursor.map(|cursor| cursor.position)
    };
    let options = SyncOptions {
        why: Why::Officer,
        link: Link::Good,
        originals: true,
    };
    let changes = held(|kind| kind == Kind::Change);
    let statements = held(|kind| kind == Kind::Certificate);
    let asks = |engine: &mut Engine<MemoryStore>, reply: &[u8], now| {
        let (mut session, step) = SyncSession::start(engine, options, None).expect("starts");
        let next = session.on_reply(engine, reply, now).expect("takes");
        (position(&step), position(&next))
    };
    // The record comes before its author's certificate: the page goes by, and nothing is held up for it.
    let (from, next) = asks(&mut a.engine, &page(&changes, 10), a.now);
    assert_eq!((from, next), (Some(0), None));
    assert!(a.engine.incident_view(incident).is_err());
    // The certificate comes, on a later page and across a restart: the list is read again from there.
    let (mut a, _) = a.reopen(false).expect("reopens");
    let (from, next) = asks(&mut a.engine, &page(&statements, 20), a.now);
    assert_eq!((from, next), (Some(10), Some(0)));
    let (from, next) = asks(&mut a.engine, &page(&changes, 20), a.now);
    assert_eq!((from, next), (Some(0), None), "and once only");
    a.engine.incident_view(incident).expect("has it now");
}

#[test]
fn a_new_log_without_a_statement_raises_an_alarm_and_everything_is_offered() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("早");
    phone.sync(&centre).expect("syncs");
    let before = centre.borrow().envelopes().len();
    {
        let mut centre = centre.borrow_mut();
        centre.restore_to(before - 1, LogId::from_bytes([0x33; 16]));
        centre.restored.clear();
    }
    phone.sync(&centre).expect("syncs");
    assert_eq!(phone.engine.centre().alarm, Some(Alarm::NewLogUnexplained));
    phone.sync(&centre).expect("syncs");
    assert_eq!(whereabouts(&mut phone, incident), Whereabouts::AtCentre);
    assert_eq!(centre.borrow().envelopes().len(), before);
}

#[test]
fn a_live_sync_with_nothing_but_a_beacon_is_small() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.starts_patrol();
    phone.rides(10);
    phone.sync(&centre).expect("syncs");
    phone.rides(30);
    let mut link = phone.link(&centre);
    phone
        .sync_over(&mut link, Why::Periodic, Link::Weak)
        .expect("syncs");
    assert_eq!(link.requests, 1);
    let (up, down) = link.bytes;
    assert!(up + down <= 300, "{up} up, {down} down");
}

#[test]
fn a_phone_that_was_moved_hands_everything_over_before_it_writes_elsewhere() {
    use tala_protocol::cert::UnitLevel;
    use tala_protocol::id::{PersonId, UnitId};
    use tala_protocol::time::UnixMs;
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let device = phone.engine.identity().device;
    let elsewhere = UnitId::from_bytes([0x77; 16]);
    let before = phone.reports("旧");
    {
        let mut centre = centre.borrow_mut();
        centre
            .bureau
            .state_unit(elsewhere, Some(unit), UnitLevel::Station);
        centre
            .bureau
            .assign(device, elsewhere, PersonId::from_bytes([1; 16]), UnixMs(5));
        centre.admit(device, elsewhere);
    }
    let summary = phone.sync(&centre).expect("syncs");
    assert!(summary.moved);
    assert_eq!(phone.engine.identity().unit, elsewhere);
    assert_eq!(whereabouts(&mut phone, before), Whereabouts::AtCentre);
    let after = phone.reports("新");
    phone.sync(&centre).expect("syncs");
    let centre = centre.borrow();
    let of = |object| {
        centre
            .envelopes()
            .iter()
            .find(|e| e.object() == object)
            .expect("there")
            .header()
            .unit()
    };
    assert_eq!((of(before), of(after)), (unit, elsewhere));
}
