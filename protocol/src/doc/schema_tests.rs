//! The other three documents, and builds of different versions on one document.

use std::collections::BTreeMap;

use super::*;
use crate::gate::Standing;
use crate::gate::kit::Phone;
use crate::id::PersonId;
use crate::time::UnixMs;
use crate::transport::Transport;

fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

#[test]
fn a_patrol_keeps_its_team_and_legs() {
    let mut phone = Phone::of(1);
    let member = TeamMemberEdit {
        person: PersonId::from_bytes([4; 16]).into(),
        role: TeamRole::Leader.into(),
        ..Default::default()
    };
    let leg = LegEdit {
        number: 1.into(),
        transport: Transport::Horse.into(),
        started_at: UnixMs(5).into(),
        ..Default::default()
    };
    let edit = PatrolEdit {
        title: "Bayan valley".to_owned().into(),
        declared_return_at: UnixMs(9).into(),
        team: BTreeMap::from([(entry(1), member)]),
        legs: BTreeMap::from([(entry(2), leg)]),
        ..Default::default()
    };
    let bytes = edit
        .change(&phone.document, phone.actor, UnixMs(5))
        .expect("an edit");
    phone.send(bytes.expect("a change"));
    let ended = LegEdit {
        ended_at: UnixMs(8).into(),
        ..Default::default()
    };
    let edit = PatrolEdit {
        legs: BTreeMap::from([(entry(2), ended)]),
        ..Default::default()
    };
    let bytes = edit
        .change(&phone.document, phone.actor, UnixMs(8))
        .expect("an edit");
    phone.send(bytes.expect("a change"));

    let (view, newer) = PatrolView::read(&phone.document);
    assert_eq!(newer, []);
    let leg = view.legs.get(&entry(2)).expect("the leg");
    assert_eq!(
        leg.transport.as_ref().and_then(FieldValue::get),
        Some(&Transport::Horse)
    );
    assert_eq!(
        leg.ended_at.as_ref().and_then(FieldValue::get),
        Some(&UnixMs(8))
    );
    let role = view
        .team
        .get(&entry(1))
        .and_then(|member| member.role.as_ref()?.get().copied());
    assert_eq!(role, Some(TeamRole::Leader));
}

#[test]
fn parties_and_plans_keep_their_entries() {
    let mut phone = Phone::of(1);
    let person = PersonEdit {
        name: "张三".to_owned().into(),
        role: PartyRole::Suspect.into(),
        ..Default::default()
    };
    let vehicle = VehicleEdit {
        plate: "蒙H12345".to_owned().into(),
        owner: entry(1).into(),
        ..Default::default()
    };
    let edit = PartiesEdit {
        persons: BTreeMap::from([(entry(1), person)]),
        vehicles: BTreeMap::from([(entry(2), vehicle)]),
        ..Default::default()
    };
    let bytes = edit
        .change(&phone.document, phone.actor, UnixMs(1))
        .expect("an edit");
    phone.send(bytes.expect("a change"));
    let (view, newer) = PartiesView::read(&phone.document);
    assert_eq!(newer, []);
    let owner = view
        .vehicles
        .get(&entry(2))
        .and_then(|vehicle| vehicle.owner.as_ref()?.get().copied());
    assert_eq!(owner, Some(entry(1)));

    let mut phone = Phone::of(2);
    let task = TaskEdit {
        text: "Look at the mine".to_owned().into(),
        ..Default::default()
    };
    let edit = PlanEdit {
        expected_silence_min: 240.into(),
        tasks: BTreeMap::from([(entry(3), task)]),
        ..Default::default()
    };
    let bytes = edit
        .change(&phone.document, phone.actor, UnixMs(1))
        .expect("an edit");
    phone.send(bytes.expect("a change"));
    let (view, newer) = PlanView::read(&phone.document);
    assert_eq!(newer, []);
    assert_eq!(
        view.expected_silence_min.as_ref().and_then(FieldValue::get),
        Some(&240)
    );
    assert!(view.tasks.contains_key(&entry(3)));
}

#[allow(
    unreachable_pub,
    reason = "the macros declare what is public elsewhere"
)]
mod versions {
    use automerge::transaction::Transactable;
    use automerge::{ObjType, ROOT};
    use proptest::prelude::*;

    use super::*;
    use crate::registry::Code;

    field::fields! {
        /// The incident as an older build knows it.
        view OldView;
        /// What an older build writes.
        edit OldEdit;
        fields {
            /// As in the present build.
            title: String = "t",
            /// As in the present build.
            category: Code = "c",
        }
        entries {}
    }
    field::document!(OldView, OldEdit);

    #[derive(Debug, Clone)]
    enum Step {
        Old { title: u8, category: bool },
        Present { title: u8, severity: usize },
        Future { kind: u8, value: i64 },
        Meet,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (0..4u8, any::<bool>()).prop_map(|(title, category)| Step::Old { title, category }),
            (0..4u8, 0..4usize).prop_map(|(title, severity)| Step::Present { title, severity }),
            (0..6u8, -2..3i64).prop_map(|(kind, value)| Step::Future { kind, value }),
            Just(Step::Meet),
        ]
    }

    /// An edit by each build; one that would overwrite what it does not understand makes no change.
    fn take(phone: &mut Phone, change: Result<Option<Vec<u8>>, EditError>) {
        match change {
            Ok(Some(bytes)) => {
                phone.send(bytes);
            }
            Ok(None) | Err(EditError::KeepNewer { .. }) => {}
            Err(other) => panic!("{other}"),
        }
    }

    fn old_edit(phone: &mut Phone, title: u8, category: bool) {
        let edit = OldEdit {
            title: format!("title {title}").into(),
            category: if category { "mining" } else { "dumping" }
                .parse::<Code>()
                .expect("a code")
                .into(),
        };
        take(phone, edit.change(&phone.document, phone.actor, UnixMs(1)));
    }

    fn present_edit(phone: &mut Phone, title: u8, severity: usize) {
        let severity = Severity::ALL
            .get(severity)
            .copied()
            .expect("four severities");
        let edit = IncidentEdit {
            title: format!("title {title}").into(),
            severity: severity.into(),
            ..Default::default()
        };
        take(phone, edit.change(&phone.document, phone.actor, UnixMs(1)));
    }

    fn future_edit(phone: &mut Phone, kind: u8, value: i64) {
        phone.edit_freely(|tx| match kind {
            0 => tx.put(ROOT, "new", value).expect("an unknown key"),
            1 => tx.put(ROOT, "s", 90 + value).expect("an unknown code"),
            2 => tx.put(ROOT, "c", value).expect("an unknown type"),
            3 => {
                let map = tx.put_object(ROOT, "map", ObjType::Map).expect("a map");
                tx.put(&map, "v", value).expect("put");
            }
            4 => {
                let list = tx.put_object(ROOT, "list", ObjType::List).expect("a list");
                tx.insert(&list, 0, value).expect("insert");
            }
            _ => {
                let text = tx.put_object(ROOT, "text", ObjType::Text).expect("a text");
                tx.splice_text(&text, 0, 0, "from the future")
                    .expect("splice");
                tx.put(ROOT, "fresh", automerge::ScalarValue::counter(value))
                    .expect("a counter");
            }
        });
    }

    fn everybody_meets(phones: &mut [Phone]) {
        let sent: Vec<_> = phones.iter().flat_map(|phone| phone.sent.clone()).collect();
        for phone in phones.iter_mut() {
            // Backwards, so that nearly everything has to wait for its ancestors.
            for sent in sent.iter().rev() {
                phone.receive(sent);
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn builds_of_three_versions_edit_one_document(
            steps in prop::collection::vec(step(), 1..24),
        ) {
            let mut phones = [Phone::of(1), Phone::of(2), Phone::of(3)];
            let [old, present, future] = &mut phones;
            present_edit(present, 0, 0);
            for sent in present.sent.clone() {
                old.receive(&sent);
                future.receive(&sent);
            }
            for step in steps {
                match step {
                    Step::Old { title, category } => old_edit(&mut phones[0], title, category),
                    Step::Present { title, severity } => present_edit(&mut phones[1], title, severity),
                    Step::Future { kind, value } => future_edit(&mut phones[2], kind, value),
                    Step::Meet => everybody_meets(&mut phones),
                }
            }
            everybody_meets(&mut phones);
            let [old, present, future] = &phones;
            for other in [old, future] {
                prop_assert_eq!(other.document.heads(), present.document.heads());
                prop_assert_eq!(export_json(&other.document), export_json(&present.document));
                prop_assert!(other.ledger.standings().all(|(_, standing)| standing == Standing::Admitted));
            }
            // What one build does not understand another's view of the same bytes does not lose.
            let (_, newer_to_old) = OldView::read(&old.document);
            let (_, newer_to_present) = IncidentView::read(&present.document);
            let unknown = |newer: &Newer| !newer_to_old.iter().any(|old| old.path == newer.path);
            prop_assert!(!newer_to_present.iter().any(unknown));
        }
    }
}
