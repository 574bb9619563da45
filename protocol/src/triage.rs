//! Legal triage (研判): which band an incident falls into and who should look at it, from a registry of
//! rules and nothing else.
//!
//! You are here because you show a band beside an incident. It is a pointer for the officer, not a
//! finding of law: a phone's area is a lead, and near the threshold the answer is "order a survey by a
//! qualified body". The rules are data ([`crate::registry::LegalRule`]); without a rule, or where a rule
//! asks for an area and none was measured, there is no band.

use crate::geo::Measured;
use crate::measure::SquareMetres;
use crate::registry::{Date, LegalRule, Registry, Route, Threshold};

/// The fact that lowers a threshold for whoever was punished for the same within three years.
pub const PUNISHED_WITHIN_THREE_YEARS: &str = "punished_within_three_years";

/// What is known of an incident.
#[derive(Debug, Clone, PartialEq)]
pub struct Facts<'a> {
    /// The incident type's code.
    pub category: &'a str,
    /// Its area with the 95 % error, where it was measured.
    pub area: Option<Measured<SquareMetres>>,
    /// Further facts by their words, such as [`PUNISHED_WITHIN_THREE_YEARS`].
    pub known: &'a [&'a str],
    /// The day it happened, in the deployment's zone: decides which rules were in force.
    pub on: Date,
}

/// How grave it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Band {
    /// Below every threshold, or a rule without one.
    Administrative,
    /// A threshold lies within the error of the area: order a survey.
    NearThreshold,
    /// Above a threshold by more than the error.
    CriminalLead,
}

/// What follows from the rules.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// How grave.
    pub band: Band,
    /// Who should look at it.
    pub route: Route,
    /// The threshold it was compared with, if the rule has one.
    pub threshold: Option<SquareMetres>,
    /// The rule, as it can be cited.
    pub rule: RuleRef,
}

/// A rule in one published version of the registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleRef {
    /// The rule's code.
    pub code: String,
    /// The registry version's number.
    pub version: u64,
    /// From when the rule holds.
    pub effective_from: Date,
    /// The text it comes from.
    pub source: String,
}

impl Band {
    /// The word used in APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Administrative => "administrative",
            Self::NearThreshold => "near_threshold",
            Self::CriminalLead => "criminal_lead",
        }
    }
}

/// The gravest finding that the rules in force give, `None` where no rule speaks. Of several that are
/// equally grave the first in the registry is named.
pub fn triage(rules: &Registry<LegalRule>, facts: &Facts<'_>) -> Option<Finding> {
    let speaks = |rule: &&LegalRule| {
        rule.in_force(facts.on) && rule.categories.iter().any(|c| c.code == facts.category)
    };
    let by_area = |rule: &&LegalRule| !rule.thresholds.is_empty();
    let mut of_area = rules
        .entries()
        .iter()
        .filter(speaks)
        .filter(by_area)
        .peekable();
    // Where any rule goes by area, one without a threshold must not answer for an area nobody measured.
    let findings: Vec<Finding> = if of_area.peek().is_some() {
        of_area
            .filter_map(|rule| by_threshold(rules, rule, facts))
            .collect()
    } else {
        let plain = rules.entries().iter().filter(speaks);
        plain
            .map(|rule| finding(rules, rule, Band::Administrative, None))
            .collect()
    };
    findings.into_iter().reduce(|gravest, next| {
        if next.band > gravest.band {
            next
        } else {
            gravest
        }
    })
}

fn by_threshold(
    rules: &Registry<LegalRule>,
    rule: &LegalRule,
    facts: &Facts<'_>,
) -> Option<Finding> {
    let area = facts.area?;
    let applies = |threshold: &&Threshold| match &threshold.when {
        None => true,
        Some(fact) => facts.known.contains(&fact.as_str()),
    };
    // The lowest threshold that applies is the one that decides.
    let milli_mu = rule
        .thresholds
        .iter()
        .filter(applies)
        .map(|t| t.area_milli_mu)
        .min()?;
    let threshold = SquareMetres::from_mu(milli_mu as f64 / 1000.0);
    let band = if area.high().0 < threshold.0 {
        Band::Administrative
    } else if area.low().0 <= threshold.0 {
        Band::NearThreshold
    } else {
        Band::CriminalLead
    };
    Some(finding(rules, rule, band, Some(threshold)))
}

fn finding(
    rules: &Registry<LegalRule>,
    rule: &LegalRule,
    band: Band,
    threshold: Option<SquareMetres>,
) -> Finding {
    let route = match band {
        Band::Administrative => &rule.routes.administrative,
        Band::NearThreshold => &rule.routes.near_threshold,
        Band::CriminalLead => &rule.routes.criminal_lead,
    };
    Finding {
        band,
        route: route.clone(),
        threshold,
        rule: RuleRef {
            code: rule.code.clone(),
            version: rules.number,
            effective_from: rule.effective_from,
            source: rule.source.clone(),
        },
    }
}

#[cfg(test)]
mod tests;
