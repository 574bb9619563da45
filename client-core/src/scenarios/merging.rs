//! Two phones, one incident.

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::doc::{IncidentEdit, Severity, Value};
use tala_protocol::envelope::Kind;

use super::{centre, phone};

#[test]
fn two_phones_merge_field_by_field_and_show_both_values_of_one() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("草原开垦");
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    a.edits(
        incident,
        &IncidentEdit {
            narrative: "两台拖拉机".to_owned().into(),
            title: "开垦甲".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    b.edits(
        incident,
        &IncidentEdit {
            severity: Severity::High.into(),
            title: "开垦乙".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    for _ in 0..2 {
        a.sync(&centre).expect("syncs");
        b.sync(&centre).expect("syncs");
    }
    let (of_a, _) = a.engine.incident_view(incident).expect("reads");
    let (of_b, _) = b.engine.incident_view(incident).expect("reads");
    assert_eq!(of_a, of_b);
    assert_eq!(of_a.severity.expect("written").get(), Some(&Severity::High));
    assert_eq!(
        of_a.narrative.expect("written").get().map(String::as_str),
        Some("两台拖拉机")
    );
    let conflicts = a.engine.conflicts(incident).expect("reads");
    assert_eq!(conflicts.len(), 1);
    let conflict = &conflicts[0];
    let mut said: Vec<_> = conflict
        .values
        .iter()
        .map(|v| (v.value.clone(), v.by.expect("known").device))
        .collect();
    said.sort_by_key(|(value, _)| format!("{value:?}"));
    let mut expected = vec![
        (Value::Text("开垦甲".into()), a.engine.identity().device),
        (Value::Text("开垦乙".into()), b.engine.identity().device),
    ];
    expected.sort_by_key(|(value, _)| format!("{value:?}"));
    assert_eq!(said, expected);
    a.edits(
        incident,
        &IncidentEdit {
            title: "开垦甲".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    assert!(
        b.engine.conflicts(incident).expect("reads").is_empty(),
        "a person chose"
    );
}

#[test]
fn a_refused_change_is_taken_out_and_a_rebuild_agrees() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("对");
    a.edits(
        incident,
        &IncidentEdit {
            narrative: "不该有的话".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    a.engine.save_caches().expect("saves");
    b.engine.save_caches().expect("saves");
    {
        let mut centre = centre.borrow_mut();
        let wrong = centre
            .envelopes()
            .iter()
            .rfind(|e| e.header().kind == Kind::Change);
        let envelope = wrong.expect("there").id();
        let body = VerdictBody {
            envelope,
            ruling: Ruling::Refuse,
            reason: 1,
            note: String::new(),
        };
        centre
            .bureau
            .office_says(Kind::Verdict, None, body.to_bytes());
        centre.take_statements();
    }
    for phone in [&mut a, &mut b] {
        phone.sync(&centre).expect("syncs");
        let (view, _) = phone.engine.incident_view(incident).expect("reads");
        assert_eq!(view.narrative, None);
        assert_eq!(
            view.title.expect("stays").get().map(String::as_str),
            Some("对")
        );
        assert_eq!(phone.engine.held_back(incident).expect("reads").len(), 1);
        let status = phone.engine.status().expect("reads");
        assert_eq!(status.iter().map(|s| s.quarantined).sum::<usize>(), 1);
    }
}

#[test]
fn what_a_revoked_phone_said_behind_the_cut_is_taken_out() {
    let (centre, unit) = centre();
    let (mut a, mut b) = (phone(1, &centre, unit), phone(2, &centre, unit));
    let incident = a.reports("对");
    a.sync(&centre).expect("syncs");
    b.sync(&centre).expect("syncs");
    b.edits(
        incident,
        &IncidentEdit {
            narrative: "被盗手机写的".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    b.sync(&centre).expect("syncs");
    a.sync(&centre).expect("syncs");
    let read = |phone: &mut crate::testing::Phone<_>| {
        phone
            .engine
            .incident_view(incident)
            .expect("reads")
            .0
            .narrative
            .is_some()
    };
    assert!(read(&mut a));
    let device = b.engine.identity().device;
    {
        let mut centre = centre.borrow_mut();
        let now = a.now.wall;
        centre.bureau.revoke(device, Vec::new(), now);
        centre.take_statements();
    }
    a.sync(&centre).expect("syncs");
    assert!(!read(&mut a));
}

#[test]
fn a_cache_reads_the_same_as_the_envelopes() {
    let (centre, unit) = centre();
    let mut a = phone(1, &centre, unit);
    let incident = a.reports("缓存");
    let before = a.engine.incident_view(incident).expect("reads");
    a.engine.rest().expect("rests");
    let (mut a, _) = a.reopen(false).expect("reopens");
    assert_eq!(a.engine.incident_view(incident).expect("reads"), before);
    a.edits(
        incident,
        &IncidentEdit {
            narrative: "后来".to_owned().into(),
            ..IncidentEdit::default()
        },
    );
    let after = a.engine.incident_view(incident).expect("reads");
    assert!(after.0.narrative.is_some());
    let (mut a, _) = a.reopen(false).expect("reopens");
    assert_eq!(
        a.engine.incident_view(incident).expect("reads"),
        after,
        "the old cache is not used"
    );
}
