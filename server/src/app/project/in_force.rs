//! Which version of the registries holds on which day.

use tala_protocol::registry::{
    self, AnyRegistry, Code, Date, IncidentType, LegalRule, Publication, Registry,
};
use tala_protocol::time::UnixMs;

use super::Registries;
use crate::store::{Reads, StoreError};

/// The published versions, and what the operator put in force where none of them holds yet.
#[derive(Debug, Clone, Default)]
pub struct InForce {
    /// What the operator put in force, and the zone that days are counted in.
    pub configured: Registries,
    /// Published kinds of incident.
    types: Vec<Registry<IncidentType>>,
    /// Published legal rules.
    rules: Vec<Registry<LegalRule>>,
}

/// What an incident of one day is named and judged by.
#[derive(Debug, Clone, Copy)]
pub struct OnDay<'a> {
    /// The day; none for a time beyond the calendar, on which nothing that was published holds.
    pub day: Option<Date>,
    /// Kinds of incident.
    pub types: Option<&'a Registry<IncidentType>>,
    /// Legal rules.
    pub rules: Option<&'a Registry<LegalRule>>,
}

impl InForce {
    /// Reads what was published beside what is configured. The centre goes by what its own store holds:
    /// each version was verified before it was kept.
    pub(in crate::app) fn read(
        reads: &dyn Reads,
        configured: Registries,
    ) -> Result<Self, StoreError> {
        let mut all = Self {
            configured,
            ..Self::default()
        };
        for version in reads.registries()? {
            let kept = Publication::from_bytes(&version.publication);
            let kept = kept.map_err(|_not_a_publication| StoreError::Damaged("publication"))?;
            match kept.registry() {
                AnyRegistry::IncidentTypes(types) => all.types.push(types.clone()),
                AnyRegistry::LegalRules(rules) => all.rules.push(rules.clone()),
                _ => {}
            }
        }
        Ok(all)
    }

    /// What holds on the day of this moment, in the deployment's zone.
    pub fn at(&self, at: UnixMs) -> OnDay<'_> {
        let day = day(at, self.configured.zone_minutes);
        let types = day.and_then(|day| Registry::in_force(&self.types, day));
        let rules = day.and_then(|day| Registry::in_force(&self.rules, day));
        OnDay {
            day,
            types: types.or(self.configured.types.as_ref()),
            rules: rules.or(self.configured.rules.as_ref()),
        }
    }
}

impl<'a> OnDay<'a> {
    /// The kind of incident that a code names; none where the registry does not list it.
    pub fn type_of(&self, code: &Code) -> Option<&'a IncidentType> {
        self.types?.entry(code.as_str())
    }

    /// Numbers of the incident types and of the legal rules.
    pub(super) fn versions(&self) -> (Option<u64>, Option<u64>) {
        (
            self.types.map(|types| types.number),
            self.rules.map(|rules| rules.number),
        )
    }
}

/// The day in the deployment's zone.
fn day(at: UnixMs, zone_minutes: i32) -> Option<Date> {
    let local =
        at.0.checked_add(i64::from(zone_minutes).checked_mul(60_000)?)?;
    registry::day(UnixMs(local))
}
