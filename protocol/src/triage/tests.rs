use proptest::prelude::*;

use super::*;

fn rules() -> Registry<LegalRule> {
    Registry::from_json(include_str!("../../../fixtures/registry/legal-rules.json"))
        .expect("the fixture reads")
}

fn mu(area: f64, error: f64) -> Option<Measured<SquareMetres>> {
    Measured::new(SquareMetres::from_mu(area), SquareMetres::from_mu(error))
}

fn day() -> Date {
    "2026-06-01".parse().expect("a day")
}

fn facts(category: &str, area: Option<Measured<SquareMetres>>) -> Facts<'_> {
    Facts {
        category,
        area,
        known: &[],
        on: day(),
    }
}

const PUNISHED: &[&str] = &[PUNISHED_WITHIN_THREE_YEARS];

/// category, area and error in mu, punished within three years; band, route, threshold in mu.
const TABLE: &str = "
    reclamation 15.0 1.5 no   administrative  administration 20
    reclamation 18.6 1.5 no   near_threshold  crime_unit     20
    reclamation 20.4 1.5 no   near_threshold  crime_unit     20
    reclamation 20.0 0.0 no   near_threshold  crime_unit     20
    reclamation 21.6 1.5 no   criminal_lead   crime_unit     20
    reclamation 15.0 1.5 yes  criminal_lead   crime_unit     10
    reclamation  9.0 1.5 yes  near_threshold  crime_unit     10
    reclamation  8.0 1.5 yes  administrative  administration 10
    mining      40.0 2.5 no   criminal_lead   crime_unit     20
    dumping      2.0 0.5 no   administrative  administration 20
    off_road    2.93 0.3 no   administrative  administration 20
    off_road    30.0 3.0 no   criminal_lead   crime_unit     20
    grazing_ban 500  9.0 yes  administrative  sumu           -
    overload     0.0 0.0 no   administrative  sumu           -
";

#[test]
fn the_table_of_bands_and_routes() {
    let rules = rules();
    for row in TABLE.lines().filter(|line| !line.trim().is_empty()) {
        let cells: Vec<&str> = row.split_whitespace().collect();
        let [category, area, error, punished, band, route, threshold] = cells[..] else {
            panic!("{row}");
        };
        let number = |text: &str| text.parse::<f64>().expect("a number");
        let mut facts = facts(category, mu(number(area), number(error)));
        facts.known = if punished == "yes" { PUNISHED } else { &[] };
        let found = triage(&rules, &facts).expect("a rule speaks");
        assert_eq!(found.band.word(), band, "{row}");
        assert_eq!(found.route.word(), route, "{row}");
        let found_mu = found.threshold.map(|t| t.mu().round().to_string());
        assert_eq!(found_mu.as_deref().unwrap_or("-"), threshold, "{row}");
    }
}

#[test]
fn a_finding_can_be_cited() {
    let found = triage(&rules(), &facts("soil", mu(25.0, 1.0))).expect("a rule speaks");
    assert_eq!(found.rule.code, "grassland_occupation");
    assert_eq!(found.rule.version, 1);
    assert_eq!(found.rule.effective_from.to_string(), "2012-11-22");
    assert!(found.rule.source.starts_with("法释〔2012〕15号"));
}

#[test]
fn without_a_rule_an_area_or_a_rule_in_force_there_is_no_band() {
    let rules = rules();
    for category in ["poaching", "fire", "other", "from_a_newer_version"] {
        assert_eq!(triage(&rules, &facts(category, mu(100.0, 1.0))), None);
    }
    assert_eq!(triage(&rules, &facts("reclamation", None)), None);
    let mut before = facts("reclamation", mu(100.0, 1.0));
    before.on = "2012-11-21".parse().expect("a day");
    assert_eq!(triage(&rules, &before), None);
    before.on = "2012-11-22".parse().expect("a day");
    assert!(triage(&rules, &before).is_some());
}

proptest! {
    #[test]
    fn a_larger_area_is_never_less_grave(
        area in 0.0f64..60.0,
        more in 0.0f64..60.0,
        error in 0.0f64..20.0,
        punished in any::<bool>(),
    ) {
        let rules = rules();
        let band = |area| {
            let mut facts = facts("mining", mu(area, error));
            facts.known = if punished { PUNISHED } else { &[] };
            triage(&rules, &facts).map(|found| found.band)
        };
        prop_assert!(band(area) <= band(area + more));
    }

    #[test]
    fn a_larger_error_widens_the_near_band_and_only_that(
        area in 0.0f64..60.0,
        error in 0.0f64..20.0,
        more in 0.0f64..20.0,
    ) {
        let rules = rules();
        let band = |error| triage(&rules, &facts("mining", mu(area, error))).map(|f| f.band);
        let (narrow, wide) = (band(error), band(error + more));
        prop_assert!(wide == narrow || wide == Some(Band::NearThreshold));
    }

    #[test]
    fn having_been_punished_is_never_less_grave(area in 0.0f64..60.0, error in 0.0f64..20.0) {
        let rules = rules();
        let clean = facts("soil", mu(area, error));
        let punished = Facts { known: PUNISHED, ..clean.clone() };
        let band = |facts| triage(&rules, facts).map(|found| found.band);
        prop_assert!(band(&clean) <= band(&punished));
    }
}
