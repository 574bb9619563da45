use proptest::prelude::*;

use super::private::Sealed as _;
use super::*;
use crate::fields::tests::any_fields;
use crate::transport::TransportProfile;

const TYPES: &str = include_str!("../../../fixtures/registry/incident-types.json");
const RULES: &str = include_str!("../../../fixtures/registry/legal-rules.json");
const PROFILES: &str = include_str!("../../../fixtures/registry/transport-profiles.json");
const SHEEP: &str = include_str!("../../../fixtures/registry/sheep-units.json");
const FORM: &str = r#"{"format": 1, "registry": "forms", "number": 1, "effective_from": "2026-01-01",
    "source": "test", "entries": [{"code": "herd", "labels": {"zh": "畜群"}, "category": "grazing_ban",
    "fields": [{"code": "kind", "labels": {"zh": "牲畜"}, "value": "choice", "required": true,
        "choices": [{"code": "sheep", "labels": {"zh": "绵羊"}}]},
        {"code": "head", "labels": {"zh": "头数"}, "value": "integer", "required": false}]}]}"#;

/// JSON to CBOR and back loses nothing, and the golden file still stands.
fn check<E: Entry + PartialEq + std::fmt::Debug>(text: &str, golden: &str) -> Registry<E> {
    let read = Registry::<E>::from_json(text).expect("the fixture reads");
    let golden = crate::golden::check(golden, &read.to_bytes());
    assert_eq!(Registry::<E>::from_bytes(&golden).as_ref(), Ok(&read));
    let again = Registry::<E>::from_json(&read.to_json().to_string());
    assert_eq!(again.as_ref(), Ok(&read));
    let any = AnyRegistry::from_bytes(&golden).expect("reads without knowing the kind");
    assert_eq!(any.to_bytes(), golden);
    assert!(!matches!(any, AnyRegistry::Newer(_)));
    read
}

#[test]
fn incident_types_are_those_that_were_agreed() {
    let types = check::<IncidentType>(TYPES, "registry/incident-types.cbor");
    let codes: Vec<&str> = types.entries().iter().map(Entry::code).collect();
    assert_eq!(
        codes,
        [
            "reclamation",
            "mining",
            "soil",
            "construction",
            "dumping",
            "grazing_ban",
            "overload",
            "off_road",
            "poaching",
            "herb_digging",
            "fire",
            "fence",
            "other"
        ]
    );
    let route = |code| types.entry(code).and_then(|t| t.route.clone());
    assert_eq!(route("reclamation"), Some(Route::CrimeUnit));
    assert_eq!(route("grazing_ban"), Some(Route::Sumu));
    assert_eq!(route("off_road"), Some(Route::Administration));
    assert_eq!(route("fire"), Some(Route::FireCommand));
    assert_eq!(route("other"), None);
    assert!(types.entry("fire").is_some_and(|t| t.alarm));
    for entry in types.entries() {
        assert!(entry.labels.zh.is_some() && entry.labels.en.is_some());
        assert_eq!(entry.labels.mn_mong, None, "nobody has confirmed one yet");
        assert_eq!(
            entry.labels.mn_cyrl.is_some(),
            entry.labels.draft == ["mn_cyrl"]
        );
    }
}

#[test]
fn legal_rules_carry_thresholds_sources_and_marks() {
    let rules = check::<LegalRule>(RULES, "registry/legal-rules.cbor");
    let rule = rules.entry("grassland_occupation").expect("is there");
    let thresholds: Vec<_> = rule
        .thresholds
        .iter()
        .map(|t| (t.area_milli_mu, t.when.as_deref()))
        .collect();
    assert_eq!(
        thresholds,
        [
            (20_000, None),
            (10_000, Some("punished_within_three_years"))
        ]
    );
    assert_eq!(rule.mark, Mark::Found);
    assert_eq!(
        rules.entry("off_road_damage").map(|r| &r.mark),
        Some(&Mark::Unverified)
    );
    let types = Registry::<IncidentType>::from_json(TYPES).expect("reads");
    for category in rules.entries().iter().flat_map(|rule| &rule.categories) {
        assert!(types.entry(&category.code).is_some(), "{}", category.code);
    }
}

#[test]
fn profiles_are_those_that_phones_start_with() {
    let profiles = check::<ProfileEntry>(PROFILES, "registry/transport-profiles.cbor");
    assert_eq!(profiles.entries().len(), 4);
    for entry in profiles.entries() {
        assert_eq!(
            entry.profile,
            TransportProfile::builtin(entry.profile.transport)
        );
        assert_eq!(entry.code, entry.profile.transport.word());
    }
}

#[test]
fn sheep_units_count_herds() {
    let units = check::<SheepUnit>(SHEEP, "registry/sheep-units.cbor");
    let cattle = units.entry("cattle").expect("is there");
    assert_eq!(cattle.of_herd_milli(20), 100_000);
    assert_eq!(cattle.mark, Mark::Unverified);
    assert_eq!(cattle.of_herd_milli(u64::MAX), u64::MAX);
}

#[test]
fn forms_keep_questions_and_choices() {
    let forms = check::<Form>(FORM, "registry/forms.cbor");
    let fields = &forms.entries()[0].fields;
    assert_eq!(fields[0].choices[0].0, "sheep");
    assert!(fields[0].required && !fields[1].required);
}

#[test]
fn errors_name_the_place() {
    let cases = [
        ("{", "not JSON: "),
        (
            r#"{"format": 1, "registry": 7}"#,
            "registry must be a string",
        ),
        (
            r#"{"format": 1, "source": "a", "source": "b"}"#,
            "not JSON: source is given twice",
        ),
        (r#"[]"#, "the file must be an object"),
        (
            r#"{"format": 1, "entries": [{"labels": {"zh": 1}}]}"#,
            "entries[0].labels.zh must be a string",
        ),
        (
            r#"{"format": 1, "entries": [{"speed": {"x": [0, 1.5]}}]}"#,
            "entries[0].speed.x[1] must be a whole number",
        ),
        (
            r#"{"format": 1, "entries": [{"alarm": "yes"}]}"#,
            "entries[0].alarm must be true or false",
        ),
    ];
    for (text, message) in cases {
        match Registry::<IncidentType>::from_json(text) {
            Err(RegistryError::Json(error)) => {
                assert!(error.to_string().starts_with(message), "{error}");
            }
            other => panic!("{text}: {other:?}"),
        }
    }
    let without_icon = TYPES.replacen("\"icon\": \"mining\"", "\"picture\": \"mining\"", 1);
    assert_eq!(
        Registry::<IncidentType>::from_json(&without_icon),
        Err(RegistryError::Entry {
            at: 1,
            source: FieldsError::Missing("icon")
        })
    );
    let twice = TYPES.replacen("\"code\": \"mining\"", "\"code\": \"reclamation\"", 1);
    assert!(matches!(
        Registry::<IncidentType>::from_json(&twice),
        Err(RegistryError::CodeTwice { at: 1, .. })
    ));
    let shouting = TYPES.replacen("\"code\": \"mining\"", "\"code\": \"Mining\"", 1);
    assert!(matches!(
        Registry::<IncidentType>::from_json(&shouting),
        Err(RegistryError::Code { at: 1, .. })
    ));
    assert!(matches!(
        Registry::<LegalRule>::from_json(TYPES),
        Err(RegistryError::Kind {
            wanted: "legal_rules",
            ..
        })
    ));
    assert!(matches!(
        Registry::<LegalRule>::from_json(&RULES.replacen("2012-11-22", "20121122", 1)),
        Err(RegistryError::Entry {
            at: 0,
            source: FieldsError::Invalid("effective_from")
        })
    ));
}

#[test]
fn a_code_never_goes_away_and_never_comes_back() {
    let first = Registry::<IncidentType>::from_json(TYPES).expect("reads");
    let second = |change: &dyn Fn(&mut Registry<IncidentType>)| {
        let mut next = first.clone();
        next.number = 2;
        change(&mut next);
        next
    };
    assert_eq!(second(&|_| ()).succeeds(&first), Ok(()));
    assert_eq!(
        first.succeeds(&first),
        Err(SuccessionError::Number {
            number: 1,
            previous: 1
        })
    );
    let without = second(&|next| drop(next.entries.pop()));
    assert_eq!(
        without.succeeds(&first),
        Err(SuccessionError::CodeGone("other".into()))
    );
    let retired = second(&|next| next.entries[0].retired = true);
    assert_eq!(retired.succeeds(&first), Ok(()));
    let mut third = second(&|_| ());
    third.number = 3;
    assert_eq!(
        third.succeeds(&retired),
        Err(SuccessionError::CodeReused("reclamation".into()))
    );
    let earlier = second(&|next| next.effective_from = "2025-12-31".parse().expect("a day"));
    assert!(matches!(
        earlier.succeeds(&first),
        Err(SuccessionError::EffectiveFrom { .. })
    ));
}

#[test]
fn the_version_of_the_day_is_found() {
    let first = Registry::<IncidentType>::from_json(TYPES).expect("reads");
    let mut second = first.clone();
    second.number = 2;
    second.effective_from = "2026-07-01".parse().expect("a day");
    let versions = [second, first];
    let on = |day: &str| {
        let day = day.parse().expect("a day");
        Registry::in_force(&versions, day).map(|version| version.number)
    };
    assert_eq!(on("2025-12-31"), None);
    assert_eq!(on("2026-06-30"), Some(1));
    assert_eq!(on("2026-07-01"), Some(2));
}

#[test]
fn names_nobody_knows_are_kept_in_both_forms() {
    let rules = Registry::<LegalRule>::from_json(RULES).expect("reads");
    let json = Registry::<LegalRule>::from_bytes(&rules.to_bytes())
        .expect("reads")
        .to_json();
    let wanted: serde_json::Value = serde_json::from_str(RULES).expect("is JSON");
    assert_eq!(json, wanted);
    assert_eq!(json["entries"][2]["yuan_per_sheep_unit"], 120);
}

proptest! {
    #[test]
    fn what_a_newer_version_adds_is_kept_everywhere(
        frame in any_fields(6),
        entry in any_fields(7),
        kind in "[a-z]{1,9}",
    ) {
        let mut types = Registry::<IncidentType>::from_json(TYPES).expect("reads");
        types.newer = frame;
        let mut entries: Vec<Raw> = types.entries.iter().map(|e| e.to_fields().into()).collect();
        let mut first = types.entries[0].to_fields();
        for (key, raw) in entry.iter() {
            first.set(key, raw.clone());
        }
        entries[0] = first.into();
        let mut fields = types.to_fields();
        fields.set(5, Raw::array(&entries));
        let bytes = fields.to_bytes();
        let read = Registry::<IncidentType>::from_bytes(&bytes);
        prop_assert_eq!(read.map(|r| r.to_bytes()), Ok(bytes));
        fields.set(1, &format!("new_{kind}"));
        let bytes = fields.to_bytes();
        let any = AnyRegistry::from_bytes(&bytes);
        prop_assert_eq!(any.map(|r| r.to_bytes()), Ok(bytes));
    }

    #[test]
    fn arbitrary_json_never_panics(text in "[\\[\\]{}:,\"a-z0-9.# ]{0,60}") {
        prop_assert!(Registry::<IncidentType>::from_json(&text).is_err());
    }

    #[test]
    fn changed_registries_are_refused_or_re_encode_identically(
        at in any::<prop::sample::Index>(),
        bit in 0u8..8,
        which in 0usize..3,
    ) {
        let all = [
            Registry::<LegalRule>::from_json(RULES).map(|r| r.to_bytes()),
            Registry::<Form>::from_json(FORM).map(|r| r.to_bytes()),
            Registry::<SheepUnit>::from_json(SHEEP).map(|r| r.to_bytes()),
        ];
        let mut bytes = all[which].clone().expect("reads");
        let at = at.index(bytes.len());
        bytes[at] ^= 1 << bit;
        if let Ok(any) = AnyRegistry::from_bytes(&bytes) {
            prop_assert_eq!(any.to_bytes(), bytes);
        }
    }
}
