//! Incidents are judged by the registries of their day, whenever those were published.

use serde_json::Value;
use tala_protocol::registry::Registry;

use super::*;
use crate::app::project::Registries;
use crate::app::{Centre, CentreParts};
use crate::store::Store;
use crate::store::memory::MemoryStore;

const TYPES: &str = include_str!("../../../../../fixtures/registry/incident-types.json");
const RULES: &str = include_str!("../../../../../fixtures/registry/legal-rules.json");
const DAY_MS: i64 = 86_400_000;

/// Title and band of an incident, and the versions that it was named and judged by.
type Judged = (String, Option<String>, Option<u64>, Option<u64>);

/// The second version of the rules: from the 3rd of June, 25 mu are below every threshold.
fn milder_rules() -> String {
    let mut rules: Value = serde_json::from_str(RULES).expect("json");
    rules["number"] = 2.into();
    rules["effective_from"] = "2026-06-03".into();
    for rule in rules["entries"].as_array_mut().expect("rules") {
        for threshold in rule["thresholds"].as_array_mut().into_iter().flatten() {
            threshold["area_milli_mu"] = 50_000.into();
        }
    }
    rules.to_string()
}

/// 25 mu of ploughed grassland on the 1st of June, and as much on the 4th.
fn ploughs_before_and_after(centre: &TestCentre) {
    let mut bayar = centre.phone("Bayar");
    for day in [0, 3] {
        let edit = IncidentEdit {
            category: "reclamation"
                .parse::<tala_protocol::registry::Code>()
                .expect("a code")
                .into(),
            occurred_at: UnixMs(BEGIN.0 + day * DAY_MS).into(),
            area: Set::To(MeasuredArea::from_m2(
                SquareMetres::from_mu(25.0),
                SquareMetres::from_mu(1.0),
                Source::MeasuredGnss,
            )),
            ..titled(&format!("day {day}"))
        };
        let said = TestIncident::default().write(&mut bayar, &edit);
        bayar.syncs(centre, std::slice::from_ref(&said));
    }
    centre.centre.settle().expect("settles");
}

fn publish(centre: &TestCentre, version: &str) {
    centre.centre.publish_registry(version).expect("published");
    centre.centre.settle().expect("settles");
}

/// Every incident, by its title.
fn judged(centre: &Centre) -> Vec<Judged> {
    let rows = crate::store::read(centre.store(), |reads| {
        reads.all_rows(crate::store::projections::RowKind::Incident)
    });
    let rows = rows.expect("reads");
    let one = |row| {
        let it: crate::store::projections::IncidentRow =
            crate::app::project::parsed(row).expect("a row");
        let title = it.title.unwrap_or_default();
        (title, it.band, it.types_version, it.rules_version)
    };
    let mut all: Vec<_> = rows.iter().map(one).collect();
    all.sort();
    all
}

fn before_and_after() -> Vec<Judged> {
    let one = |title: &str, band: &str, rules| {
        (
            title.to_owned(),
            Some(band.to_owned()),
            Some(1),
            Some(rules),
        )
    };
    vec![
        one("day 0", "criminal_lead", 1),
        one("day 3", "administrative", 2),
    ]
}

#[test]
fn an_incident_goes_by_the_version_of_its_day() {
    on_both(|centre| {
        for version in [TYPES, RULES, &milder_rules()] {
            publish(&centre, version);
        }
        ploughs_before_and_after(&centre);
        assert_eq!(judged(&centre.centre), before_and_after());
    });
}

#[test]
fn whether_it_was_published_before_or_after_the_incident_leaves_no_trace() {
    let folder = tempfile::tempdir().expect("a folder");
    let store = |name: &str, is_kept: bool| -> Arc<dyn Store> {
        match is_kept {
            true => Arc::new(SqliteStore::open(&folder.path().join(name)).expect("opens")),
            false => Arc::new(MemoryStore::new()),
        }
    };
    for is_kept in [false, true] {
        let first = TestCentre::on(store("first.sqlite", is_kept));
        for version in [TYPES, RULES, &milder_rules()] {
            publish(&first, version);
        }
        ploughs_before_and_after(&first);
        let later = TestCentre::on(store("later.sqlite", is_kept));
        ploughs_before_and_after(&later);
        let unjudged = judged(&later.centre);
        assert!(unjudged.iter().all(|(_, band, ..)| band.is_none()));
        for version in [TYPES, RULES, &milder_rules()] {
            publish(&later, version);
        }
        let dump = later.centre.dump().expect("dumps");
        assert_eq!(judged(&later.centre), before_and_after());
        assert_eq!(first.centre.dump().expect("dumps"), dump);
        later.centre.rebuild().expect("is made again");
        assert_eq!(later.centre.dump().expect("dumps"), dump);
    }
}

#[test]
fn another_configuration_is_judged_by_from_the_next_start_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let open = || SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
    {
        let centre = TestCentre::on(Arc::new(open()));
        ploughs_before_and_after(&centre);
        centre.centre.stop();
    }
    let centre = Centre::start(CentreParts {
        registries: Registries {
            types: Some(Registry::from_json(TYPES).expect("reads")),
            rules: Some(Registry::from_json(RULES).expect("reads")),
            zone_minutes: 0,
        },
        ..TestCentre::parts_on(Arc::new(open()))
    })
    .expect("starts");
    centre.settle().expect("settles");
    let bands = judged(&centre);
    assert!(bands.iter().all(|(_, band, types, rules)| {
        band.as_deref() == Some("criminal_lead") && (*types, *rules) == (Some(1), Some(1))
    }));
    assert_eq!(bands.len(), 2);
}
