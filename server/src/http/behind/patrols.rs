//! Patrols and positions, as desks see them.

use std::collections::BTreeMap;

use tala_protocol::cert::Directory;
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::transport::Transport;

use super::fields::field;
use super::rows::{self, author, degrees, time};
use super::{PatrolFilter, Rows};
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::page::{Key, PageAsked};
use crate::http::wire::patrol::{LegWire, PatrolDetailWire, PatrolWire, PositionWire};
use crate::store::projections::{Page, PatrolRow, PositionRow, RowKind};

/// Most rows that are looked through for one page of a filtered list.
const LOOKED_AT_MAX: usize = 20_000;
/// Rows read in one step.
const STEP: usize = 500;

/// How many patrols are out, by unit.
pub(super) fn out_by_unit(
    centre: &Centre,
    grant: &Grant,
) -> Result<BTreeMap<UnitId, u64>, AppError> {
    let page = Page::of(RowKind::Patrol, LOOKED_AT_MAX);
    let patrols: Rows<PatrolRow> = rows::list(centre, &grant.sight(None), &page)?;
    let mut out = BTreeMap::new();
    for (_, patrol) in patrols
        .iter()
        .filter(|(_, patrol)| patrol.ended_at.is_none())
    {
        *out.entry(patrol.owner.unit).or_default() += 1;
    }
    Ok(out)
}

/// A page of patrols. What a store cannot filter by is filtered here, step by step.
pub(super) fn list(
    centre: &Centre,
    grant: &Grant,
    filter: &PatrolFilter,
    asked: &PageAsked,
) -> Result<Rows<PatrolWire>, AppError> {
    let sight = rows::sight(centre, grant, filter.unit);
    let directory = Centre::directory(centre);
    let mut page = Page {
        until: filter.until.map(|at| at.0),
        limit: STEP,
        ..rows::page(RowKind::Patrol, asked)
    };
    let (mut found, mut looked_at) = (Vec::new(), 0);
    while looked_at < LOOKED_AT_MAX {
        let step: Rows<PatrolRow> = rows::list(centre, &sight, &page)?;
        let Some((Key(at, key), _)) = step.last() else {
            break;
        };
        page.behind = Some((*at, key.clone()));
        looked_at += step.len();
        for (key, patrol) in step.into_iter().filter(|(_, patrol)| fits(filter, patrol)) {
            found.push((key, wire(&directory, &patrol)));
            if found.len() == asked.limit {
                return Ok(found);
            }
        }
    }
    Ok(found)
}

/// One patrol.
pub(super) fn detail(
    centre: &Centre,
    grant: &Grant,
    id: ObjectId,
) -> Result<PatrolDetailWire, AppError> {
    let patrol: PatrolRow = rows::one(centre, grant, RowKind::Patrol, id.as_bytes())?;
    let directory = Centre::directory(centre);
    Ok(PatrolDetailWire {
        patrol: wire(&directory, &patrol),
        legs: patrol
            .legs
            .iter()
            .map(|leg| leg_wire(&patrol, leg))
            .collect(),
        notes: patrol.notes.clone(),
        conflicts: patrol
            .conflicts
            .iter()
            .map(|it| field(&directory, it))
            .collect(),
    })
}

/// Where devices were last seen.
pub(super) fn positions(
    centre: &Centre,
    grant: &Grant,
    unit: Option<UnitId>,
) -> Result<Vec<PositionWire>, AppError> {
    let sight = rows::sight(centre, grant, unit);
    let page = Page::of(RowKind::Position, LOOKED_AT_MAX);
    let positions: Rows<PositionRow> = rows::list(centre, &sight, &page)?;
    let positions = positions.into_iter();
    positions.map(|(_, it)| position(centre, &it)).collect()
}

/// A position with its age now.
pub(super) fn position(centre: &Centre, it: &PositionRow) -> Result<PositionWire, AppError> {
    let directory = Centre::directory(centre);
    let declared = match it.patrol {
        Some(patrol) => declared_return(centre, patrol)?,
        None => None,
    };
    Ok(PositionWire {
        device: it.device.to_string(),
        patrol: it.patrol.map(|id| id.to_string()),
        unit: it.owner.unit.to_string(),
        person: it.person.map(|id| rows::person(&directory, id)),
        transport: it.transport.map(transport),
        lon: degrees(it.lon_e7),
        lat: degrees(it.lat_e7),
        at: time(it.at),
        known_at: time(it.known_at),
        age_ms: centre.now().0.saturating_sub(it.at).max(0),
        speed_cms: it.speed_cms,
        bearing_deg: it.bearing_deg,
        acc_dm: it.acc_dm,
        battery_pct: it.battery_pct,
        source: if it.beacon { "beacon" } else { "segment" },
        declared_return_at: declared.map(time),
    })
}

/// A patrol in a list.
pub(super) fn wire(directory: &Directory, it: &PatrolRow) -> PatrolWire {
    let (first, last) = it.track.span.unzip();
    let started_at = it.started_at.or(first).unwrap_or(it.first_known_at);
    let until = it.ended_at.or(last).unwrap_or(started_at);
    PatrolWire {
        id: it.id.to_string(),
        unit: it.owner.unit.to_string(),
        title: it.title.clone(),
        purpose: it.purpose.clone(),
        campaign: it.campaign.map(|id| id.to_string()),
        state: if it.ended_at.is_some() {
            "ended"
        } else {
            "out"
        },
        transport: it
            .track
            .transport
            .or(it.transport)
            .map_or_else(|| "newer".to_owned(), transport),
        team: it.team.iter().map(|part| author(directory, part)).collect(),
        device: it.device.to_string(),
        started_at: time(started_at),
        ended_at: it.ended_at.map(time),
        declared_return_at: it.declared_return_at.map(time),
        distance_m: metres(it.track.distance_m),
        duration_s: until.saturating_sub(started_at).max(0) / 1_000,
        fixes: it.track.fixes,
        segments: it.track.segments,
        gaps: it.track.gaps,
        first_known_at: time(it.first_known_at),
        last_known_at: time(it.last_known_at),
        bbox: it.track.bbox.map(|sides| sides.map(degrees)),
    }
}

/// The word of a transport's code.
pub(super) fn transport(code: u16) -> String {
    Transport::from_code(code).word().to_owned()
}

fn leg_wire(patrol: &PatrolRow, leg: &crate::store::projections::LegPart) -> LegWire {
    let length_m = patrol.track.leg_m.get(&leg.number).copied();
    LegWire {
        n: u32::from(leg.number),
        transport: leg.transport.map_or_else(|| "newer".to_owned(), transport),
        started_at: leg.started_at.map(time),
        ended_at: leg.ended_at.map(time),
        distance_m: metres(length_m.unwrap_or(leg.distance_m)),
    }
}

fn fits(filter: &PatrolFilter, it: &PatrolRow) -> bool {
    let last = it.ended_at.or(it.track.span.map(|(_, until)| until));
    let is_out = it.ended_at.is_none();
    let legs = it.legs.iter().filter_map(|leg| leg.transport);
    let mut transports = legs.chain(it.transport).chain(it.track.transport);
    filter.out.is_none_or(|out| out == is_out)
        && filter
            .from
            .is_none_or(|from| is_out || last.is_none_or(|last| last >= from.0))
        && filter
            .transport
            .as_ref()
            .is_none_or(|word| transports.any(|code| transport(code) == *word))
}

fn declared_return(centre: &Centre, patrol: ObjectId) -> Result<Option<i64>, AppError> {
    let key = patrol.as_bytes();
    let row = crate::store::read(centre.store(), |reads| reads.row(RowKind::Patrol, key))?;
    let row: Option<PatrolRow> = row.as_ref().map(rows::parsed).transpose()?;
    Ok(row.and_then(|patrol| patrol.declared_return_at))
}

/// Whole metres as a JSON number.
fn metres(length_m: u64) -> f64 {
    u32::try_from(length_m).map_or(f64::from(u32::MAX), f64::from)
}
