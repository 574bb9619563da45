//! Recording: gaps with causes, counters, sealing, interruptions.

use tala_protocol::fix::GapCause;
use tala_protocol::transport::Transport;

use super::{centre, phone};
use crate::engine::EngineError;
use crate::seal::SEAL_AFTER_MS;
use crate::store::{PatrolState, Store as _};
use crate::sync::Why;

#[test]
fn three_hundred_fixes_are_sealed_and_nothing_is_lost_on_the_way() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(299);
    assert_eq!(phone.engine.snapshot().expect("recording").unsealed, 299);
    assert_eq!(
        phone.engine.waiting_for_key().expect("counts"),
        1,
        "the patrol's document"
    );
    phone.rides(1);
    let snapshot = phone.engine.snapshot().expect("recording");
    assert_eq!(
        (snapshot.unsealed, snapshot.fixes, snapshot.gaps),
        (0, 300, 0)
    );
    assert_eq!(phone.engine.waiting_for_key().expect("counts"), 2);
    assert_eq!(snapshot.duration_ms, 299_000);
    // 900e-7 degree of latitude is 10.0 m.
    assert!(
        (2_980_000..3_000_000).contains(&snapshot.distance_mm),
        "{}",
        snapshot.distance_mm
    );
    phone.rides(10);
    let track = phone.engine.track(patrol).expect("reads");
    assert_eq!(
        (track.fixes.len(), track.gaps.len(), track.unread),
        (310, 0, 0)
    );
    assert!(
        track
            .fixes
            .windows(2)
            .all(|w| w[1].time.0 - w[0].time.0 == 1_000)
    );
}

#[test]
fn gaps_have_causes_and_distance_never_counts_across_them() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(5);
    phone.wait_ms(61_000);
    phone.rides(5);
    phone.engine.pause(phone.now).expect("pauses");
    let fix = phone.next_fix();
    assert!(matches!(
        phone.engine.record(fix, phone.now),
        Err(EngineError::Paused)
    ));
    phone.wait_ms(600_000);
    phone.engine.resume(phone.now).expect("resumes");
    phone.rides(5);
    phone
        .engine
        .note_gap(GapCause::LowBattery, phone.now)
        .expect("notes");
    phone.rides(5);
    let snapshot = phone.engine.snapshot().expect("recording");
    assert_eq!((snapshot.gaps, snapshot.fixes), (3, 20));
    assert_eq!(snapshot.duration_ms, 16_000);
    let gaps = phone.engine.track(patrol).expect("reads").gaps;
    let causes: Vec<_> = gaps.iter().map(|gap| (gap.index, gap.cause)).collect();
    assert_eq!(
        causes,
        [
            (5, GapCause::NoFix),
            (10, GapCause::Paused),
            (15, GapCause::LowBattery)
        ]
    );
}

#[test]
fn a_kill_a_reboot_and_an_orderly_rest_are_told_apart() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(3);
    let (mut phone, opening) = phone.reopen(false).expect("reopens");
    assert_eq!(opening.interrupted, Some(GapCause::Killed));
    phone.rides(3);
    let (mut phone, opening) = phone.reopen(true).expect("reopens");
    assert_eq!(opening.interrupted, Some(GapCause::Off));
    phone.rides(3);
    phone.engine.rest().expect("rests");
    let (mut phone, opening) = phone.reopen(false).expect("reopens");
    assert_eq!(opening.interrupted, None);
    phone.rides(3);
    let gaps = phone.engine.track(patrol).expect("reads").gaps;
    let causes: Vec<_> = gaps.iter().map(|gap| (gap.index, gap.cause)).collect();
    assert_eq!(causes, [(3, GapCause::Killed), (6, GapCause::Off)]);
    assert_eq!(phone.engine.snapshot().expect("recording").fixes, 12);
}

#[test]
fn legs_and_the_end_are_sealed_and_stand_in_the_document() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(4);
    let now = phone.now;
    let leg = phone
        .engine
        .change_leg(Transport::Foot, now, &mut phone.dice)
        .expect("changes");
    assert_eq!(
        (leg.leg, leg.transport, leg.unsealed),
        (2, Transport::Foot, 0)
    );
    phone.rides(4);
    let end = phone.engine.stop_patrol(phone.now).expect("stops");
    assert_eq!(
        (end.state, end.unsealed, end.fixes),
        (PatrolState::Ended, 0, 8)
    );
    let (view, newer) = phone.engine.patrol_view(patrol).expect("reads");
    assert!(newer.is_empty());
    assert!(view.ended_at.is_some());
    let mut legs: Vec<_> = view
        .legs
        .values()
        .map(|leg| {
            let number = leg.number.as_ref().and_then(|n| n.get().copied());
            (number, leg.started_at.is_some(), leg.ended_at.is_some())
        })
        .collect();
    legs.sort();
    assert_eq!(legs, [(Some(1), true, true), (Some(2), true, true)]);
    assert!(matches!(
        phone.engine.stop_patrol(phone.now),
        Err(EngineError::NoPatrol)
    ));
    assert_eq!(phone.engine.track(patrol).expect("reads").fixes.len(), 8);
}

#[test]
fn a_periodic_sync_seals_only_what_waits_too_long() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(3);
    phone
        .engine
        .prepare_sync(Why::Periodic, phone.now)
        .expect("prepares");
    assert_eq!(phone.engine.store().journal_len(patrol).expect("counts"), 3);
    phone.wait_ms(SEAL_AFTER_MS);
    phone
        .engine
        .prepare_sync(Why::Periodic, phone.now)
        .expect("prepares");
    assert_eq!(phone.engine.store().journal_len(patrol).expect("counts"), 0);
    phone.rides(3);
    phone
        .engine
        .prepare_sync(Why::Officer, phone.now)
        .expect("prepares");
    assert_eq!(phone.engine.store().journal_len(patrol).expect("counts"), 0);
}

#[test]
fn doubtful_fixes_are_counted_and_kept() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let patrol = phone.starts_patrol();
    phone.rides(2);
    let mut jump = phone.next_fix();
    jump.fix.lat_e7 += 100_000;
    jump.fix.mock = true;
    jump.fix.acc_dm = Some(9_999);
    phone.engine.record(jump, phone.now).expect("records");
    assert_eq!(phone.engine.snapshot().expect("recording").doubtful, 1);
    let track = phone.engine.track(patrol).expect("reads");
    assert_eq!(track.fixes.last(), Some(&jump.fix));
}
