//! Full disks, dying processes, restored backups.

use std::cell::RefCell;
use std::rc::Rc;

use tala_protocol::doc::IncidentEdit;
use tala_protocol::fix::TimedFix;
use tala_protocol::id::{ObjectId, UnitId};

use super::{centre, phone};
use crate::engine::EngineError;
use crate::status::Whereabouts;
use crate::store::memory::MemoryStore;
use crate::store::{Delivery, Pick, Store as _, StoreError};
use crate::testing::{Centre, Fault, FaultyStore, Phone};

/// What was acknowledged to the officer.
#[derive(Default)]
struct Ledger {
    fixes: Vec<TimedFix>,
    patrol: Option<ObjectId>,
    incidents: Vec<ObjectId>,
}

/// A phone whose store begins to fail once it is open.
fn faulty(centre: &Rc<RefCell<Centre>>, unit: UnitId, fault: Fault) -> Phone<FaultyStore> {
    let healthy = |store| FaultyStore::on(store, Fault::None);
    let (mut phone, _) = phone(1, centre, unit)
        .reopen_over(healthy, false)
        .expect("opens");
    phone.engine.store.tap.commits = 0;
    phone.engine.store.tap.fault = fault;
    phone
}

/// A morning's work; stops at the first failure. Whatever returned `Ok` goes into the ledger.
fn work(phone: &mut Phone<FaultyStore>, ledger: &mut Ledger) -> Result<(), EngineError> {
    let edit = tala_protocol::doc::PatrolEdit::default();
    let horse = tala_protocol::transport::Transport::Horse;
    let now = phone.now;
    let started = phone
        .engine
        .start_patrol(edit, horse, now, &mut phone.dice)?;
    ledger.patrol = Some(started.patrol);
    for _ in 0..5 {
        let fix = phone.next_fix();
        phone.engine.record(fix, phone.now)?;
        ledger.fixes.push(fix);
    }
    let edit = IncidentEdit {
        title: "x".to_owned().into(),
        ..IncidentEdit::default()
    };
    let incident = phone.engine.create(
        tala_protocol::doc::DocType::Incident,
        tala_protocol::envelope::Audience::Field,
        |document, actor, at| edit.change(document, actor, at),
        phone.now,
        &mut phone.dice,
    )?;
    ledger.incidents.push(incident);
    phone.engine.pause(phone.now)?;
    phone.sign()?;
    phone.engine.resume(phone.now)?;
    let fix = phone.next_fix();
    phone.engine.record(fix, phone.now)?;
    ledger.fixes.push(fix);
    phone.engine.stop_patrol(phone.now)?;
    phone.sign()?;
    Ok(())
}

/// Everything acknowledged is there, chains hold, and work goes on.
fn verify(phone: Phone<MemoryStore>, ledger: &Ledger, centre: &Rc<RefCell<Centre>>) {
    let mut phone = phone;
    if let Some(patrol) = ledger.patrol {
        let track = phone.engine.track(patrol).expect("reads");
        let fixes: Vec<_> = ledger.fixes.iter().map(|timed| timed.fix).collect();
        assert!(
            track.fixes.starts_with(&fixes),
            "{} of {}",
            track.fixes.len(),
            fixes.len()
        );
        assert!(
            track.fixes.len() <= fixes.len() + 1,
            "at most the fix in flight is more"
        );
        phone.engine.patrol_view(patrol).expect("has its document");
    }
    for incident in &ledger.incidents {
        phone.engine.incident_view(*incident).expect("is there");
    }
    phone.sync(centre).expect("syncs");
    assert_eq!(phone.engine.waiting_for_key().expect("counts"), 0);
    for feed in phone
        .engine
        .store()
        .feeds()
        .expect("reads")
        .iter()
        .filter(|f| f.own)
    {
        for seq in feed.first_seq..=feed.head.seq {
            let row = phone
                .engine
                .store()
                .at(&feed.key, seq)
                .expect("reads")
                .expect("no hole");
            assert!(centre.borrow().has(&row.id));
        }
    }
}

fn run(make: impl Fn(u64) -> Fault) -> u64 {
    for n in 1.. {
        let (centre, unit) = centre();
        let mut phone = faulty(&centre, unit, make(n));
        let mut ledger = Ledger::default();
        let result = work(&mut phone, &mut ledger);
        let (phone, _) = phone
            .reopen_over(|store| store.inner, n % 2 == 0)
            .expect("reopens");
        verify(phone, &ledger, &centre);
        match result {
            Ok(()) => return n,
            Err(EngineError::Store(StoreError::Full(_) | StoreError::Io { .. })) => {}
            Err(other) => panic!("commit {n}: {other:?}"),
        }
    }
    0
}

#[test]
fn a_disk_that_is_full_at_any_write_loses_nothing_acknowledged() {
    let writes = run(Fault::FullFrom);
    assert!(writes > 10, "{writes} writes were tried");
}

#[test]
fn a_disk_that_dies_at_any_write_loses_nothing_acknowledged() {
    let writes = run(Fault::BrokenFrom);
    assert!(writes > 10, "{writes} writes were tried");
}

#[test]
fn after_a_moment_of_full_disk_recording_goes_on() {
    let (centre, unit) = centre();
    let mut phone = faulty(&centre, unit, Fault::FullOnce(6));
    let patrol = phone.starts_patrol();
    let (mut acknowledged, mut failed) = (Vec::new(), 0);
    for _ in 0..8 {
        let fix = phone.next_fix();
        match phone.engine.record(fix, phone.now) {
            Ok(_) => acknowledged.push(fix.fix),
            Err(EngineError::Store(StoreError::Full(_))) => failed += 1,
            Err(other) => panic!("{other:?}"),
        }
    }
    assert_eq!(failed, 1);
    assert_eq!(
        phone.engine.track(patrol).expect("reads").fixes,
        acknowledged
    );
    assert_eq!(phone.engine.snapshot().expect("recording").fixes, 7);
}

#[test]
fn a_backup_of_the_same_run_is_recognised_once_something_newer_has_left() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("备份前");
    phone.sync(&centre).expect("syncs");
    let backup = phone.engine.store().clone();
    let title = "备份后".to_owned().into();
    let edit = IncidentEdit {
        title,
        ..IncidentEdit::default()
    };
    phone.edits(incident, &edit);
    // What is written and never leaves is lost with the phone, and forks nothing.
    let (phone, opening) = phone
        .reopen_over(|_| backup.clone(), false)
        .expect("reopens");
    assert!(!opening.restored);
    let mut phone = phone;
    phone.edits(incident, &edit);
    phone.sync(&centre).expect("syncs");
    let (phone, opening) = phone.reopen_over(|_| backup, false).expect("reopens");
    assert!(opening.restored, "the edit left the phone");
    assert!(phone.engine.identity().epoch > 0);
}

#[test]
fn a_backup_is_recognised_after_a_meeting_and_after_a_bundle_too() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    phone.sync(&centre).expect("syncs");
    let backup = phone.engine.store().clone();
    phone.reports("在卡上");
    phone.sign().expect("signs");
    phone.engine.bundle(None).expect("writes");
    let (mut phone, opening) = phone
        .reopen_over(|_| backup.clone(), false)
        .expect("reopens");
    assert!(opening.restored);
    let backup = phone.engine.store().clone();
    let mut other = super::phone(2, &centre, unit);
    phone.sync(&centre).expect("learns of the other");
    other.sync(&centre).expect("learns of this one");
    phone.reports("见面");
    super::peers::meet(&mut phone, &mut other);
    let (_, opening) = phone.reopen_over(|_| backup, false).expect("reopens");
    assert!(opening.restored);
}

#[test]
fn a_restored_backup_writes_in_a_new_epoch_and_forks_nothing() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let incident = phone.reports("备份前");
    phone.sync(&centre).expect("syncs");
    let (phone, _) = phone.reopen(false).expect("reopens");
    let backup = phone.engine.store().clone();
    let (mut phone, _) = phone.reopen(false).expect("reopens");
    phone.edits(
        incident,
        &IncidentEdit {
            title: "备份后".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    phone.sync(&centre).expect("syncs");
    let (mut phone, opening) = phone.reopen_over(|_| backup, false).expect("reopens");
    assert!(opening.restored);
    assert!(phone.engine.identity().epoch > 0);
    phone.edits(
        incident,
        &IncidentEdit {
            narrative: "还原后".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    phone.sync(&centre).expect("syncs");
    let mut reader = super::phone(3, &centre, unit);
    reader.sync(&centre).expect("syncs");
    let (view, _) = reader.engine.incident_view(incident).expect("reads");
    assert_eq!(
        view.title.expect("there").get().map(String::as_str),
        Some("备份后")
    );
    assert_eq!(
        view.narrative.expect("there").get().map(String::as_str),
        Some("还原后")
    );
    assert!(reader.engine.held_back(incident).expect("reads").is_empty());
}

/// Whether the present log proves that an envelope is stored.
fn is_proved(phone: &Phone<MemoryStore>, id: &tala_protocol::hash::Digest) -> bool {
    let row = phone.engine.store().envelope(id).expect("reads");
    matches!(row.expect("is kept").delivery, Delivery::Proved(_))
}

fn newest(phone: &Phone<MemoryStore>) -> tala_protocol::hash::Digest {
    let rows = phone.engine.store().envelopes(&Pick::After(0), usize::MAX);
    let rows = rows.expect("reads");
    rows.iter().rfind(|row| row.own).expect("wrote").id
}

#[test]
fn two_backups_of_one_run_keep_both_branches_and_go_on_from_the_one_that_stands() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let narrative = |text: &str| IncidentEdit {
        narrative: text.to_owned().into(),
        ..IncidentEdit::default()
    };
    let incident = phone.reports("一次");
    phone.sync(&centre).expect("syncs");
    let older = phone.engine.store().clone();
    phone.edits(incident, &narrative("只在新备份里"));
    phone.edits(incident, &narrative("只在新备份里, 再次"));
    phone.sign().expect("signs");
    let second = newest(&phone);
    let newer = phone.engine.store().clone();

    // Nothing had left since the older one: it fits, and writes on in the same epoch.
    let (mut phone, opening) = phone.reopen_over(|_| older, false).expect("reopens");
    assert!(!opening.restored);
    phone.edits(incident, &narrative("旧备份之后"));
    phone.sync(&centre).expect("syncs");
    let first = newest(&phone);

    // The newer one does not fit any more; what it holds of the old epoch is a second branch.
    let (mut phone, opening) = phone.reopen_over(|_| newer, false).expect("reopens");
    assert!(opening.restored);
    phone.sync(&centre).expect("syncs");
    phone.sync(&centre).expect("asks for proofs");
    assert_eq!(centre.borrow().apart.len(), 2, "the whole second branch");
    assert!(centre.borrow().apart.contains(&second));
    for id in [&first, &second] {
        assert!(centre.borrow().has(id), "the centre keeps both");
    }
    assert!(
        is_proved(&phone, &second),
        "it is stored, so it has a receipt"
    );
    let record = phone.engine.status().expect("reads");
    assert_eq!(record[0].whereabouts, Whereabouts::AtCentre);

    // What stands at the centre stands here; the other branch is shown as held back.
    let shown = |phone: &mut Phone<MemoryStore>| {
        let (view, _) = phone.engine.incident_view(incident).expect("reads");
        view.narrative.and_then(|text| text.get().cloned())
    };
    assert_eq!(shown(&mut phone).as_deref(), Some("旧备份之后"));
    let held_back = phone.engine.held_back(incident).expect("reads");
    let held_back: Vec<_> = held_back.into_iter().map(|(id, _)| id).collect();
    assert_eq!(held_back, [second]);
    // So what is written from now on does not wait for a change that the centre keeps apart.
    phone.edits(incident, &narrative("接着写"));
    phone.sync(&centre).expect("syncs");
    let mut reader = super::phone(3, &centre, unit);
    reader.sync(&centre).expect("syncs");
    assert_eq!(shown(&mut reader).as_deref(), Some("接着写"));
    assert!(reader.engine.held_back(incident).expect("reads").is_empty());
}
