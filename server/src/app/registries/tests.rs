use tala_protocol::registry::{IncidentType, Registry};

use super::*;
use crate::app::admin::MachineOrder;
use crate::testing::TestCentre;

const TYPES: &str = include_str!("../../../../fixtures/registry/incident-types.json");
const RULES: &str = include_str!("../../../../fixtures/registry/legal-rules.json");

/// The fixture as another version of it.
fn version(number: u64, from: &str) -> Registry<IncidentType> {
    let mut registry: Registry<IncidentType> = Registry::from_json(TYPES).expect("reads");
    registry.number = number;
    registry.effective_from = from.parse().expect("a day");
    registry
}

fn json(registry: &Registry<IncidentType>) -> String {
    registry.to_json().to_string()
}

fn publish(centre: &TestCentre, json: &str) -> Result<Published, AppError> {
    centre.centre.publish_registry(json)
}

#[test]
fn a_version_is_signed_by_the_office_and_published_twice_it_is_the_same() {
    let centre = TestCentre::new();
    let first = publish(&centre, TYPES).expect("is published");
    assert!(!first.before);
    let kept = Publication::from_bytes(&first.version.publication).expect("reads");
    let directory = centre.centre.directory();
    let believed = kept.verify(&directory).expect("holds");
    assert_eq!(believed, &AnyRegistry::from_json(TYPES).expect("reads"));
    assert_eq!(kept.office(), centre.centre.office());
    let again = publish(&centre, TYPES).expect("is the same");
    assert_eq!((again.version, again.before), (first.version.clone(), true));
    let listed = centre.centre.published_registries().expect("reads");
    assert_eq!(listed, [first.version]);
    let dump = centre.centre.dump().expect("dumps");
    assert!(dump.starts_with("Registry incident_types "), "{dump}");
    centre.centre.rebuild().expect("is made again");
    assert_eq!(centre.centre.dump().expect("dumps"), dump);
}

#[test]
fn what_cannot_follow_is_refused_with_its_reason_and_nothing_is_kept() {
    let centre = TestCentre::new();
    let refused = |json: &str| match publish(&centre, json) {
        Err(AppError::Publish(error)) => error,
        other => panic!("{other:?}"),
    };
    publish(&centre, &json(&version(5, "2026-06-01"))).expect("is published");
    let lower = refused(&json(&version(4, "2026-07-01")));
    assert!(matches!(
        lower,
        PublishError::Succession {
            previous: 5,
            source: SuccessionError::Number { .. },
            ..
        }
    ));
    let earlier = refused(&json(&version(6, "2026-05-31")));
    assert!(matches!(
        earlier,
        PublishError::Succession {
            source: SuccessionError::EffectiveFrom { .. },
            ..
        }
    ));
    assert!(matches!(refused("{"), PublishError::Read(_)));
    assert!(matches!(
        refused(&json(&version(u64::MAX, "2026-07-01"))),
        PublishError::Number(_) | PublishError::Read(_)
    ));
    publish(&centre, &json(&version(6, "2026-06-01"))).expect("follows");
    publish(&centre, RULES).expect("another registry");
    let listed = centre.centre.published_registries().expect("reads");
    let names: Vec<_> = listed.iter().map(|row| (&*row.kind, row.number)).collect();
    assert_eq!(names[..2], [("incident_types", 5), ("incident_types", 6)]);
    assert_eq!(names[2].0, "legal_rules");
}

#[test]
fn an_order_at_the_machine_publishes_and_lists() {
    let centre = TestCentre::new();
    let order = MachineOrder::PublishRegistry { json: TYPES.into() };
    let told = centre.centre.carry_out(&order).expect("is carried out");
    assert!(told.starts_with("Published: incident_types "), "{told}");
    let told = centre.centre.carry_out(&order).expect("is carried out");
    assert!(told.starts_with("Published before: "), "{told}");
}
