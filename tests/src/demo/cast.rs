//! Who rides: eleven named patrols of the fictional league, and one phone that replays a recording of a
//! real journey where one is at hand.

use std::path::{Path, PathBuf};

use tala_fixtures::banner::incidents::{Scenario, scenarios};
use tala_fixtures::route::{Guide, PatrolPlan, plans};
use tala_fixtures::terrain::Terrain;
use tala_fixtures::units;
use tala_protocol::fix::{Fix, Provider};
use tala_protocol::id::PersonId;
use tala_protocol::track::import;

use crate::rig::{RigError, file};

/// The patrols that are ridden, each by the first of its team. The first two are of one station.
const PLANS: [&str; 12] = [
    "shili-lake-west",
    "shili-north",
    "shili-lake-round",
    "yunju-mine",
    "yunju-west",
    "hewan-shore",
    "hewan-south",
    "chiqiu-dunes",
    "chiqiu-quarry",
    "shuanghe-ban",
    "right-east",
    "shima-valley",
];

/// One phone with its rider.
#[derive(Debug, Clone)]
pub struct Member {
    /// Short name, for folders.
    pub key: String,
    /// Who carries it.
    pub person: PersonId,
    /// The person's name.
    pub person_name: String,
    /// The patrol.
    pub plan: PatrolPlan,
    /// The way, to be followed.
    pub guide: Guide,
    /// Metres along the way of what will be found, with what.
    pub finds: Vec<(f64, Scenario)>,
    /// Metres along the way at which the ride begins and ends.
    pub part_m: (f64, f64),
    /// A real recording to replay, instead of riding.
    pub recording: Option<Vec<Fix>>,
}

/// Everybody, with ways planned over the land. A smoke ride is the part of the way around its first find.
pub fn cast(is_smoke: bool) -> Result<Vec<Member>, RigError> {
    let world = |error: &dyn std::error::Error| RigError::World(error.to_string());
    let tree = units::load().map_err(|e| world(&e))?;
    let plans = plans::patrols().map_err(|e| world(&e))?;
    let all = scenarios().map_err(|e| world(&e))?;
    let land = Terrain::shared();
    let mut cast = Vec::new();
    for key in PLANS {
        let absent = || RigError::World(format!("no patrol {key}, or nobody rides it"));
        let plan = plans
            .iter()
            .find(|plan| plan.key == key)
            .ok_or_else(absent)?
            .clone();
        let login = plan.team.first().ok_or_else(absent)?;
        let person = tree
            .persons
            .iter()
            .find(|it| it.login == *login)
            .ok_or_else(absent)?;
        let guide = Guide::new(&plan.way(land)).ok_or_else(absent)?;
        let finds = finds(&plan, &guide, &all);
        cast.push(Member {
            key: key.to_owned(),
            person: person.id,
            person_name: person.name.clone(),
            part_m: part(&guide, &finds, speed_ms(&plan), is_smoke),
            plan,
            guide,
            finds,
            recording: None,
        });
    }
    if let (Some(last), Some(fixes)) = (cast.last_mut(), recording(is_smoke)?) {
        let &(lat, lon) = last.plan.stops.first().unwrap_or(&(43.8, 116.5));
        last.recording = Some(moved(fixes, lat, lon));
    }
    Ok(cast)
}

/// Usual speed on a patrol, m/s.
pub fn speed_ms(plan: &PatrolPlan) -> f64 {
    use tala_protocol::transport::Transport;
    match plan.transport {
        Transport::Horse => 2.4,
        Transport::Foot => 1.3,
        Transport::Motorcycle => 8.0,
        Transport::Vehicle | Transport::Newer(_) => 11.0,
    }
}

/// Where along the way the stops with something to find are: each looked for behind the one before.
fn finds(plan: &PatrolPlan, guide: &Guide, all: &[Scenario]) -> Vec<(f64, Scenario)> {
    let mut along_m = 0.0;
    let mut found = Vec::new();
    for (stop, &(lat, lon)) in plan.stops.iter().enumerate().skip(1) {
        along_m = guide
            .closest_after(lat, lon, along_m, guide.length_m())
            .along_m;
        let here = all
            .iter()
            .filter(|it| it.patrol == plan.key && it.at_stop == stop);
        found.extend(here.map(|it| (along_m, it.clone())));
    }
    found
}

fn part(guide: &Guide, finds: &[(f64, Scenario)], speed_ms: f64, is_smoke: bool) -> (f64, f64) {
    let whole = (0.0, guide.length_m());
    match finds.first() {
        Some((along_m, _)) if is_smoke => {
            let from = (along_m - speed_ms * 150.0).max(0.0);
            (from, (along_m + speed_ms * 150.0).min(whole.1))
        }
        _ => whole,
    }
}

/// A recording of a real journey, if there is one on this machine.
fn recording(is_smoke: bool) -> Result<Option<Vec<Fix>>, RigError> {
    let Some(folder) = std::env::var_os("TALA_TRACKS").map(PathBuf::from) else {
        return Ok(None);
    };
    let path = folder.join("Mojstrovka.gpx");
    if !path.is_file() {
        return Ok(None);
    }
    let mut fixes = read(&path)?;
    // A recorder takes time forward; what the file has twice or backwards is left out here.
    let mut last = i64::MIN;
    fixes.retain(|fix| {
        let is_later = fix.time.0 > last;
        last = last.max(fix.time.0);
        is_later
    });
    if is_smoke {
        fixes.truncate(400);
    }
    Ok(Some(fixes).filter(|fixes| fixes.len() > 10))
}

fn read(path: &Path) -> Result<Vec<Fix>, RigError> {
    let bytes = std::fs::read(path).map_err(file("read", path))?;
    let imported = import::gpx(&bytes).map_err(|error| RigError::World(error.to_string()))?;
    Ok(imported.fixes.iter().map(|timed| timed.fix).collect())
}

/// The same journey somewhere else: shape, rhythm and noise stay as they were recorded.
fn moved(fixes: Vec<Fix>, lat: f64, lon: f64) -> Vec<Fix> {
    let Some(first) = fixes.first().copied() else {
        return fixes;
    };
    let by_lat = (lat * 1e7) as i32 - first.lat_e7;
    let by_lon = (lon * 1e7) as i32 - first.lon_e7;
    let moved = |fix: Fix| Fix {
        lat_e7: fix.lat_e7.saturating_add(by_lat),
        lon_e7: fix.lon_e7.saturating_add(by_lon),
        provider: Provider::Gnss,
        ..fix
    };
    fixes.into_iter().map(moved).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn twelve_ride_who_are_twelve_people_and_two_are_of_one_station() {
        let cast = cast(true).expect("a cast");
        let people: std::collections::BTreeSet<_> = cast.iter().map(|m| m.person).collect();
        assert_eq!((cast.len(), people.len()), (12, 12));
        assert_eq!(cast[0].plan.unit, cast[1].plan.unit);
        for member in &cast {
            assert!(!member.finds.is_empty(), "{} finds nothing", member.key);
            let (from, to) = member.part_m;
            let (along, _) = member.finds[0];
            assert!(from <= along && along <= to, "{}", member.key);
        }
    }
}
