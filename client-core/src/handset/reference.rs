//! What the bureau publishes, as screens choose from it: incident types, livestock, transports, zones.

use serde_json::Value;
use tala_protocol::registry::{AnyRegistry, Date, Labels, day};
use tala_protocol::time::UnixMs;
use tala_protocol::transport::Transport;

use super::answer::{CategoryLine, CodeLine, LabelsLine, ZoneHit, ZoneLine};
use super::ask::Place;
use super::edit::{degrees_e7, input};
use super::{Handset, HandsetError, Platform};
use crate::published::Area;
use crate::store::Store;

/// How near a zone is worth a word, m.
const NEAR_M: f64 = 2_000.0;
/// Registries count days in the time of the whole country, UTC+8.
const DAY_AHEAD_MS: i64 = 8 * 3_600_000;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Kinds of incident in force today, in the order in which they are shown. None before the first sync.
    pub fn categories(&self) -> Result<Vec<CategoryLine>, HandsetError> {
        let Some(AnyRegistry::IncidentTypes(types)) = self.in_force("incident_types")? else {
            return Ok(Vec::new());
        };
        let current = types.entries().iter().filter(|it| !it.retired).zip(1..);
        let lines = current.map(|(it, order)| CategoryLine {
            code: it.code.clone(),
            labels: labels(&it.labels),
            icon: it.icon.clone(),
            order,
        });
        Ok(lines.collect())
    }

    /// Kinds of livestock in force today.
    pub fn livestock(&self) -> Result<Vec<CodeLine>, HandsetError> {
        let Some(AnyRegistry::SheepUnits(kinds)) = self.in_force("sheep_units")? else {
            return Ok(Vec::new());
        };
        let current = kinds.entries().iter().filter(|it| !it.retired);
        let lines = current.map(|it| CodeLine {
            code: it.code.clone(),
            labels: labels(&it.labels),
        });
        Ok(lines.collect())
    }

    /// Ways to travel that this build records, with their published names where there are any.
    pub fn transports(&self) -> Result<Vec<CodeLine>, HandsetError> {
        let published = match self.in_force("transport_profiles")? {
            Some(AnyRegistry::TransportProfiles(profiles)) => Some(profiles),
            _ => None,
        };
        let known = [
            Transport::Horse,
            Transport::Motorcycle,
            Transport::Foot,
            Transport::Vehicle,
        ];
        let lines = known.into_iter().map(|transport| {
            let code = transport.word().to_owned();
            let entry = published.as_ref().and_then(|it| it.entry(&code));
            let labels = entry.map(|entry| labels(&entry.labels));
            CodeLine {
                labels: labels.unwrap_or_default(),
                code,
            }
        });
        Ok(lines.collect())
    }

    /// Zones in force.
    pub fn zones(&self) -> Result<Vec<ZoneLine>, HandsetError> {
        self.read(|engine| {
            let lines = engine.areas()?.iter().map(|area| ZoneLine {
                id: area.id.clone(),
                kind: area.kind.clone(),
                labels: names(&area.names),
                geojson: area.geojson.clone(),
            });
            Ok(lines.collect())
        })
    }

    /// Zones in which a place lies or that are within two kilometres, the nearest first.
    pub fn zones_at(&self, place: Place) -> Result<Vec<ZoneHit>, HandsetError> {
        let at = degrees_e7("place", place)?;
        let at = tala_protocol::geo::Point::new(at.0, at.1);
        let at = at.map_err(|_why| input("place", "a place on the earth"))?;
        self.read(|engine| {
            let near = engine.areas_near(at, NEAR_M)?.into_iter();
            Ok(near.map(|(area, away_m)| hit(area, away_m)).collect())
        })
    }

    fn in_force(&self, kind: &str) -> Result<Option<AnyRegistry>, HandsetError> {
        let now_ms = self.platform().now().shown().0;
        let today = day(UnixMs(now_ms.saturating_add(DAY_AHEAD_MS))).unwrap_or(Date::MAX);
        self.read(|engine| Ok(engine.registry_in_force(kind, today)?))
    }
}

fn hit(area: Area, away_m: f64) -> ZoneHit {
    ZoneHit {
        labels: names(&area.names),
        id: area.id,
        kind: area.kind,
        inside: away_m <= 0.0,
        distance_m: away_m,
    }
}

fn labels(labels: &Labels) -> LabelsLine {
    LabelsLine {
        zh: labels.zh.clone(),
        mn_cyrl: labels.mn_cyrl.clone(),
        mn_mong: labels.mn_mong.clone(),
        en: labels.en.clone(),
    }
}

fn names(names: &Value) -> LabelsLine {
    let text = |language: &str| names[language].as_str().map(str::to_owned);
    LabelsLine {
        zh: text("zh"),
        mn_cyrl: text("mn_cyrl").or_else(|| text("mn")),
        mn_mong: text("mn_mong"),
        en: text("en"),
    }
}
