//! A day in the saddle: 28,800 fixes at 1 Hz, five incidents, twenty edits of each, no photos.

use std::collections::BTreeMap;

use tala_client::engine::EngineError;
use tala_client::store::{Pick, Store as _};
use tala_fixtures::banner::incidents::{Scenario, scenarios};
use tala_fixtures::rider::{RiderOptions, ride};
use tala_protocol::body::{ChangeBody, TrackBody};
use tala_protocol::doc::{
    DocType, EntryId, IncidentEdit, MeasuredArea, PatrolEdit, Set, Severity, Source,
    TeamMemberEdit, TeamRole,
};
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::id::ObjectId;
use tala_protocol::measure::SquareMetres;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use super::visit::Visitor;
use crate::demo::report::incident;
use crate::rig::RigError;
use crate::rig::phone::{Phone, fault, random16};

/// Fixes of a day: eight hours at 1 Hz.
pub const FIXES: usize = 28_800;
/// Incidents of a day.
pub const INCIDENTS: usize = 5;
/// Edits of each.
pub const EDITS: usize = 20;
/// Fixes between two edits of an incident: one every three minutes.
const EDIT_EVERY: usize = 180;
/// How far the phone's wall clock is ahead of satellite time, ms.
const WALL_AHEAD_MS: i64 = 850;
/// How long the phone had been on when the day began, ms.
const ON_FOR_MS: i64 = 7_200_000;

/// What the officer does and when.
pub struct Day {
    fixes: Vec<Fix>,
    scenarios: Vec<Scenario>,
}

/// What a day came to in the phone's store.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Payload {
    /// Encoded segments and raw changes, bytes.
    pub bytes: u64,
    /// Envelopes.
    pub envelopes: u64,
    /// Of those, segments.
    pub segments: u64,
}

impl Day {
    /// A day of this length that began then.
    pub fn new(start: UnixMs, fixes: usize) -> Result<Self, RigError> {
        let options = RiderOptions {
            start: Some(start),
            ..RiderOptions::new(Transport::Horse, 1)
        };
        let all = scenarios().map_err(|error| RigError::World(error.to_string()))?;
        Ok(Self {
            fixes: ride(options, fixes),
            scenarios: all.into_iter().take(INCIDENTS).collect(),
        })
    }

    /// Lives the day; `at_fix` is called after each fix with its number.
    pub async fn live(
        &self,
        visitor: &mut Visitor,
        mut at_fix: impl AsyncFnMut(&mut Visitor, usize, DeviceTimes) -> Result<(), RigError>,
    ) -> Result<DeviceTimes, RigError> {
        let mut now = self.clocks(0);
        set_out(visitor, now)?;
        let mut reported = BTreeMap::new();
        for (n, fix) in self.fixes.iter().enumerate() {
            now = self.clocks(n);
            let timed = TimedFix {
                fix: *fix,
                wall: now.wall,
                mono: now.mono,
                boot: now.boot,
            };
            let recorded = visitor.phone.engine.record(timed, now);
            recorded.map_err(fault(&visitor.phone.name, "recording"))?;
            self.report(visitor, n, now, &mut reported)?;
            at_fix(visitor, n, now).await?;
        }
        let stopped = visitor.phone.engine.stop_patrol(now);
        stopped.map_err(fault(&visitor.phone.name, "coming home"))?;
        Ok(now)
    }

    /// What is reported or edited at a fix.
    fn report(
        &self,
        visitor: &mut Visitor,
        n: usize,
        now: DeviceTimes,
        reported: &mut BTreeMap<usize, ObjectId>,
    ) -> Result<(), RigError> {
        let name = visitor.phone.name.clone();
        for (which, scenario) in self.scenarios.iter().enumerate() {
            let first = self.fixes.len() * (which + 1) / (INCIDENTS + 2);
            let step = EDIT_EVERY.min(self.fixes.len() / (2 * EDITS)).max(1);
            if n == first {
                let patrol = visitor.phone.engine.snapshot().map(|it| it.patrol);
                let edit = incident(scenario, patrol, now.shown())?;
                let object =
                    make(&mut visitor.phone, &edit, now).map_err(fault(&name, "reporting"))?;
                reported.insert(which, object);
            }
            let edits = 1..=EDITS;
            let due = edits.into_iter().find(|edit| n == first + edit * step);
            if let (Some(edit), Some(object)) = (due, reported.get(&which)) {
                let edit = later(scenario, edit, now);
                let edited = visitor.phone.engine.edit(
                    *object,
                    |document, actor, at| edit.change(document, actor, at),
                    now,
                );
                edited.map_err(fault(&name, "editing"))?;
            }
        }
        Ok(())
    }

    fn clocks(&self, n: usize) -> DeviceTimes {
        let time = |fix: Option<&Fix>| fix.map_or(0, |fix| fix.time.0);
        let (first, at) = (time(self.fixes.first()), time(self.fixes.get(n)));
        DeviceTimes {
            wall: UnixMs(at + WALL_AHEAD_MS),
            mono: MonoMs(at - first + ON_FOR_MS),
            boot: BootId(7),
            gnss: Some(UnixMs(at)),
        }
    }
}

/// Makes an incident.
pub fn make(
    phone: &mut Phone,
    edit: &IncidentEdit,
    now: DeviceTimes,
) -> Result<ObjectId, EngineError> {
    let mut entropy: fn() -> [u8; 16] = random16;
    phone.engine.create(
        DocType::Incident,
        Audience::Field,
        |document, actor, at| edit.change(document, actor, at),
        now,
        &mut entropy,
    )
}

/// What the phone wrote itself.
pub fn payload(visitor: &Visitor) -> Result<Payload, RigError> {
    let mut sum = Payload::default();
    let store = visitor.phone.engine.store();
    let name = &visitor.phone.name;
    for kind in [Kind::Change, Kind::Track] {
        let rows = store.envelopes(&Pick::OfKind(kind), usize::MAX >> 1);
        let rows = rows.map_err(fault(name, "reading what it wrote"))?;
        for row in rows.iter().filter(|row| row.own) {
            let body = row.body.as_deref().unwrap_or_default();
            let bytes = match kind {
                Kind::Track => TrackBody::from_bytes(body).map(|body| body.segment.len()),
                _ => ChangeBody::from_bytes(body).map(|body| body.change.len()),
            };
            sum.bytes += bytes.map_err(fault(name, "reading what it wrote"))? as u64;
            sum.envelopes += 1;
            sum.segments += u64::from(kind == Kind::Track);
        }
    }
    Ok(sum)
}

fn set_out(visitor: &mut Visitor, now: DeviceTimes) -> Result<(), RigError> {
    let mut edit = PatrolEdit {
        title: Set::To("示例草原巡护".to_owned()),
        purpose: Set::To("日常巡护".to_owned()),
        ..PatrolEdit::default()
    };
    if let Some(person) = visitor.phone.engine.identity().person {
        let leader = TeamMemberEdit {
            person: Set::To(person),
            role: Set::To(TeamRole::Leader),
            ..TeamMemberEdit::default()
        };
        edit.team.insert(EntryId::from_bytes(random16()), leader);
    }
    let mut entropy: fn() -> [u8; 16] = random16;
    let started = visitor
        .phone
        .engine
        .start_patrol(edit, Transport::Horse, now, &mut entropy);
    started.map_err(fault(&visitor.phone.name, "setting out"))?;
    Ok(())
}

/// What the officer puts right or adds: the story grows, the rest is a field or two.
fn later(scenario: &Scenario, edit: usize, now: DeviceTimes) -> IncidentEdit {
    let mut change = IncidentEdit::default();
    match edit % 5 {
        0 => {
            let story = format!(
                "{}第{edit}次核实：现场有新的车辙，已拍照取证。",
                scenario.narrative_zh
            );
            change.narrative = Set::To(story);
        }
        1 => {
            let all = [
                Severity::Low,
                Severity::Medium,
                Severity::High,
                Severity::Emergency,
            ];
            // Each time another than before.
            let which = (scenario.severity as usize + edit / 5 + 1) % all.len();
            change.severity = all.get(which).map_or(Set::Keep, |it| Set::To(*it));
        }
        2 => change.title = Set::To(format!("{}（第{edit}次核实）", scenario.title_zh)),
        3 => change.occurred_at = Set::To(UnixMs(now.wall.0 - 60_000)),
        _ => {
            let area = SquareMetres(12_000.0 + 35.0 * edit as f64);
            let measured = MeasuredArea::from_m2(area, SquareMetres(410.0), Source::MeasuredGnss);
            change.area = Set::To(measured);
        }
    }
    change
}
