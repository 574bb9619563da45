//! Answers that come twice, late, cut or false; disks that fill in the middle of a sync; cut uploads.

use proptest::prelude::*;
use tala_protocol::hash::Digest;

use super::{centre, phone};
use crate::engine::EngineError;
use crate::forget::Forgotten;
use crate::media::FileFacts;
use crate::outbox::Link;
use crate::status::Whereabouts;
use crate::store::{Delivery, Pick, Store as _};
use crate::sync::drive::DriveError;
use crate::sync::{Step, SyncError, SyncOptions, SyncSession, Why};
use crate::testing::{Fault, FaultyStore};

const OPTIONS: SyncOptions = SyncOptions {
    why: Why::Officer,
    link: Link::Good,
    originals: true,
};

#[test]
fn an_answer_that_comes_twice_or_late_changes_nothing() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.reports("一");
    phone.sign().expect("signs");
    let device = phone.engine.identity().device;
    let (mut session, step) = SyncSession::start(&mut phone.engine, OPTIONS, None).expect("starts");
    let Step::Send(frame) = step else {
        panic!("sends first")
    };
    let first = centre.borrow_mut().sync(device, &frame);
    // The frame went out twice: the second answer says "known".
    let second = centre.borrow_mut().sync(device, &frame);
    assert!(matches!(
        session.on_reply(&mut phone.engine, &second, phone.now),
        Ok(Step::Done(_))
    ));
    let before = phone.engine.store().clone();
    let late = session.on_reply(&mut phone.engine, &first, phone.now);
    assert!(matches!(late, Err(SyncError::Unasked)));
    assert_eq!(phone.engine.store().feeds().ok(), before.feeds().ok());
    phone.sync(&centre).expect("asks for the proof");
    let status = phone.engine.status().expect("reads");
    assert!(
        status
            .iter()
            .all(|s| s.whereabouts == Whereabouts::AtCentre)
    );
}

#[test]
fn an_answer_about_more_than_was_sent_is_not_taken() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    a.reports("一");
    b.reports("二");
    b.reports("三");
    a.sign().expect("signs");
    b.sign().expect("signs");
    let (mut session, _) = SyncSession::start(&mut a.engine, OPTIONS, None).expect("starts");
    let (_, step) = SyncSession::start(&mut b.engine, OPTIONS, None).expect("starts");
    let Step::Send(frame) = step else {
        panic!("sends first")
    };
    let answer = centre.borrow_mut().sync(b.engine.identity().device, &frame);
    let taken = session.on_reply(&mut a.engine, &answer, a.now);
    assert!(matches!(taken, Err(SyncError::Misfit)));
    let status = a.engine.status().expect("reads");
    assert!(status.iter().all(|s| s.whereabouts == Whereabouts::Here));
}

#[test]
fn a_sync_whose_write_fails_is_simply_done_again() {
    for n in 1..30 {
        let (centre, unit) = centre();
        let mut other = phone(2, &centre, unit);
        other.reports("别人的");
        other.sync(&centre).expect("syncs");
        let healthy = |store| FaultyStore::on(store, Fault::None);
        let (mut phone, _) = phone(1, &centre, unit)
            .reopen_over(healthy, false)
            .expect("opens");
        phone.starts_patrol();
        phone.rides(5);
        let incident = phone.reports("自己的");
        phone.engine.store.tap.commits = 0;
        phone.engine.store.tap.fault = Fault::FullOnce(n);
        let failed = phone.sync(&centre);
        match failed {
            Ok(_) => return assert!(n > 3, "{n} writes"),
            Err(DriveError::Engine(EngineError::Store(_)) | DriveError::Sync(_)) => {}
            Err(other) => panic!("write {n}: {other:?}"),
        }
        phone.sync(&centre).expect("syncs again");
        phone.sync(&centre).expect("asks for proofs");
        let status = phone.engine.status().expect("reads");
        assert_eq!(status.len(), 3);
        for record in status {
            assert_eq!(
                record.whereabouts,
                Whereabouts::AtCentre,
                "write {n}: {record:?}"
            );
        }
        let mine = centre
            .borrow()
            .envelopes()
            .iter()
            .filter(|e| e.object() == incident)
            .count();
        assert_eq!(mine, 1, "write {n}");
    }
    panic!("it never got through");
}

#[test]
fn a_file_that_the_centre_does_not_list_yet_is_tried_again_and_holds_nothing_up() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("照片");
    let [early, late] = [b"early".as_slice(), b"late"].map(|bytes| {
        let facts = FileFacts {
            bytes,
            media_type: "application/octet-stream",
            taken_at: None,
            place_e7: None,
        };
        let now = phone.now;
        let attached = phone
            .engine
            .attach(incident, facts, &mut phone.blobs, now)
            .expect("attaches");
        attached.hash
    });
    let mut link = phone.link(&centre);
    link.unlisted.push(early);
    let sync = |phone: &mut crate::testing::Phone<_>, link: &mut _| {
        phone
            .sync_over(link, Why::Periodic, Link::Weak)
            .expect("syncs")
    };
    let summary = sync(&mut phone, &mut link);
    assert_eq!((summary.uploaded, summary.put_off), (1, 1));
    assert!(centre.borrow().files.contains_key(&late));
    link.unlisted.clear();
    let summary = sync(&mut phone, &mut link);
    assert_eq!((summary.uploaded, summary.put_off), (0, 0), "too soon");
    phone.wait_ms(15_000);
    let summary = sync(&mut phone, &mut link);
    assert_eq!((summary.uploaded, summary.put_off), (1, 0));
    assert!(centre.borrow().files.contains_key(&early));
}

#[test]
fn an_upload_goes_on_where_it_was_cut_and_what_is_safe_may_go() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("照片");
    // Not a picture: it has no thumbnail, and is evidence all the same.
    let bytes: Vec<u8> = (0..3_000_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8)
        .collect();
    let facts = FileFacts {
        bytes: &bytes,
        media_type: "application/octet-stream",
        taken_at: None,
        place_e7: None,
    };
    let now = phone.now;
    let attached = phone
        .engine
        .attach(incident, facts, &mut phone.blobs, now)
        .expect("attaches");
    assert_eq!(
        (attached.hash, attached.thumb),
        (Digest::sha256(&bytes), None)
    );
    let mut link = phone.link(&centre);
    link.cut_upload_after = Some(1);
    assert!(
        phone
            .sync_over(&mut link, Why::Officer, Link::Good)
            .is_err()
    );
    let held = phone
        .engine
        .store()
        .media(&attached.hash)
        .expect("reads")
        .expect("there");
    assert_eq!((held.uploaded, held.complete), (16 * 65_536, false));
    assert_eq!(
        phone
            .engine
            .forget(&mut phone.blobs, phone.now)
            .expect("looks"),
        Forgotten::default()
    );
    let mut link = phone.link(&centre);
    link.cut_upload_after = Some(2);
    let summary = phone
        .sync_over(&mut link, Why::Officer, Link::Good)
        .expect("goes on");
    assert_eq!(summary.uploaded, 1);
    assert_eq!(centre.borrow().files.get(&attached.hash), Some(&bytes));

    let now = phone.now;
    assert_eq!(
        phone
            .engine
            .forget(&mut phone.blobs, now)
            .expect("looks")
            .files,
        0,
        "too young"
    );
    centre.borrow_mut().backed_up_to = Some(1_000);
    phone.sync(&centre).expect("syncs");
    let gone = phone
        .engine
        .forget(&mut phone.blobs, phone.now)
        .expect("lets go");
    assert_eq!(gone.files, 1);
}

#[test]
fn a_refused_envelope_is_shown_and_not_sent_again() {
    let (centre, unit) = centre();
    let (other_centre, _) = super::centre();
    let mut phone = phone(1, &centre, unit);
    phone.reports("谁");
    // A centre that has never heard of this phone.
    let summary = phone.sync(&other_centre).expect("syncs");
    assert_eq!(summary.refused, 1);
    let rows = phone
        .engine
        .store()
        .envelopes(&Pick::After(0), usize::MAX)
        .expect("reads");
    let refused = rows
        .iter()
        .filter(|row| matches!(row.delivery, Delivery::Refused(1)));
    assert_eq!(refused.count(), 1);
    assert!(!phone.engine.has_unsent().expect("looks"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn damaged_answers_are_refused_and_leave_everything_as_it_was(
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
        cut in any::<prop::sample::Index>(),
    ) {
        let (centre, unit) = centre();
        let mut phone = phone(1, &centre, unit);
        let incident = phone.reports("一");
        phone.sign().expect("signs");
        let (mut session, step) = SyncSession::start(&mut phone.engine, OPTIONS, None).expect("starts");
        let Step::Send(frame) = step else { panic!("sends first") };
        let answer = centre.borrow_mut().sync(phone.engine.identity().device, &frame);
        let short = &answer[..cut.index(answer.len())];
        prop_assert!(session.on_reply(&mut phone.engine, short, phone.now).is_err());
        let mut flipped = answer.clone();
        let at = at.index(flipped.len());
        flipped[at] ^= 1 << bit;
        // It may still be a well-formed reply; whatever it did, the next syncs put it right or say so.
        let _ = session.on_reply(&mut phone.engine, &flipped, phone.now);
        phone.sync(&centre).expect("syncs");
        phone.sync(&centre).expect("syncs");
        let status = phone.engine.status().expect("reads");
        let record = status.iter().find(|s| s.object == incident).expect("is listed");
        let alarmed = phone.engine.centre().alarm.is_some();
        let settled = matches!(record.whereabouts, Whereabouts::AtCentre | Whereabouts::Refused);
        prop_assert!(settled || alarmed, "{record:?}");
        prop_assert!(centre.borrow().envelopes().iter().any(|e| e.object() == incident));
    }
}
