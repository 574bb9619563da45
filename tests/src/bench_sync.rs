//! What a phone's syncs cost: bytes of bodies both ways, and round trips.
//!
//! You are here because you want to know what a day on the steppe, a live patrol or a look for news costs
//! on a metered link. The phone is the real engine over its real store, the centre a process of its own,
//! with compression, signatures, receipts and HTTP on loopback as they are; [`meter`] counts between
//! them. Times are not measured here, so the figures are the same on every machine, but for a few bytes
//! of keys and signatures that compress differently.

pub mod crowd;
pub mod day;
pub mod meter;
pub mod report;
pub mod rival;
pub mod visit;

use std::path::Path;

use tala_client::store::Store as _;
use tala_client::sync::Why;
use tala_fixtures::units;
use tala_protocol::time::UnixMs;

use crate::rig::centre::{CentreHome, Running};
use crate::rig::phone::fault;
use crate::rig::{RigError, fresh_folder, now_ms};
use crowd::Crowd;
use day::{Day, payload};
use meter::Relay;
use report::{DayCost, IdleCost, LiveCost, Report, RivalCost};
use rival::Talk;
use visit::{Post, Visitor, desk_clocks};

/// Fixes between two syncs of a live patrol: 30 s at 1 Hz.
const LIVE_EVERY: usize = 30;

/// What is run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Fixes of the day.
    pub fixes: usize,
    /// Other phones of the audience.
    pub devices: usize,
    /// How many documents a phone knows that has nothing to do, ascending.
    pub documents: Vec<usize>,
}

/// A centre with a relay before it.
struct Stage {
    home: CentreHome,
    relay: Relay,
    /// Whose phones make up the crowd, and whose phone looks for news there.
    crowd: Post,
    /// Who rides, at another station.
    rider: Post,
    _running: Running,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fixes: day::FIXES,
            devices: 200,
            documents: vec![10, 10_000],
        }
    }
}

/// Runs everything in a folder that is emptied first; `say` hears how it goes.
pub async fn run(
    options: &Options,
    folder: &Path,
    say: &mut dyn FnMut(&str),
) -> Result<Report, RigError> {
    fresh_folder(folder)?;
    let stage = Stage::set(folder)?;
    let mut report = Report::default();
    idle(&stage, options, folder, say, &mut report).await?;
    // By now the log is as long as the audience is large, and proofs are as long as the log makes them.
    let start = UnixMs((now_ms() - 9 * 3_600_000) / 1_000 * 1_000);
    let day = Day::new(start, options.fixes)?;
    say("a day, handed over at its end");
    report.day = whole_day(&stage, &day, &folder.join("day")).await?;
    say("the same day, with a sync every 30 s");
    report.live = live_day(&stage, &day, &folder.join("live")).await?;
    report.live.over_day(&report.day);
    Ok(report)
}

impl Stage {
    fn set(folder: &Path) -> Result<Self, RigError> {
        let (home, _) = CentreHome::found(&folder.join("centre"), 0, None)?;
        let running = home.serve()?;
        let address = home.url().trim_start_matches("http://").to_owned();
        let address = address.parse();
        let relay = Relay::start(address.map_err(fault("the centre", "reading its address"))?)?;
        Ok(Self {
            crowd: post("batu")?,
            rider: post("temur")?,
            home,
            relay,
            _running: running,
        })
    }

    async fn visitor(&self, post: Post, folder: &Path, name: &str) -> Result<Visitor, RigError> {
        Visitor::enrol(&self.home, &self.relay, post, folder, name).await
    }
}

async fn whole_day(stage: &Stage, day: &Day, folder: &Path) -> Result<DayCost, RigError> {
    let mut visitor = stage.visitor(stage.rider, folder, "day").await?;
    settle(&mut visitor).await?;
    visitor.begin(&stage.relay);
    let now = day.live(&mut visitor, async |_, _, _| Ok(())).await?;
    visitor.sync(Why::PatrolEnd, now).await?;
    let cost = DayCost::new(payload(&visitor)?, &visitor, &stage.relay);
    handed_over(&visitor)?;
    Ok(cost)
}

async fn live_day(stage: &Stage, day: &Day, folder: &Path) -> Result<LiveCost, RigError> {
    let mut visitor = stage.visitor(stage.rider, folder, "live").await?;
    settle(&mut visitor).await?;
    visitor.begin(&stage.relay);
    let mut syncs = 1;
    let now = day
        .live(&mut visitor, async |visitor, n, now| {
            if (n + 1) % LIVE_EVERY == 0 {
                visitor.sync(Why::Periodic, now).await?;
                syncs += 1;
            }
            Ok(())
        })
        .await?;
    visitor.sync(Why::PatrolEnd, now).await?;
    let cost = LiveCost::new(syncs, payload(&visitor)?, &visitor, &stage.relay);
    handed_over(&visitor)?;
    Ok(cost)
}

async fn idle(
    stage: &Stage,
    options: &Options,
    folder: &Path,
    say: &mut dyn FnMut(&str),
    report: &mut Report,
) -> Result<(), RigError> {
    say(&format!("enrolling {} other phones", options.devices));
    let others = folder.join("crowd");
    let mut crowd = Crowd::enrol(&stage.home, stage.crowd, &others, options.devices).await?;
    let mut visitor = stage
        .visitor(stage.crowd, &folder.join("idle"), "idle")
        .await?;
    for documents in &options.documents {
        say(&format!("{documents} documents"));
        crowd.fill_to(*documents).await?;
        settle(&mut visitor).await?;
        let known = visitor.phone.engine.store().docs();
        let known = known.map_err(fault("idle", "counting documents"))?.len();
        if known != *documents {
            let said = format!("the phone knows {known} documents, not {documents}");
            return Err(RigError::World(said));
        }
        visitor.begin(&stage.relay);
        visitor.sync(Why::Periodic, desk_clocks()).await?;
        let devices = options.devices;
        let cost = IdleCost::new(known, devices, &visitor, &stage.relay);
        report.idle.push(cost);
    }
    say("the same documents by Automerge's own sync");
    report.automerge = rival(&mut visitor)?;
    Ok(())
}

/// Syncs until there is nothing new.
async fn settle(visitor: &mut Visitor) -> Result<(), RigError> {
    for _ in 0..16 {
        let summary = visitor.sync(Why::Officer, desk_clocks()).await?;
        if summary.fetched == 0 && summary.proved == 0 {
            return Ok(());
        }
    }
    Err(RigError::World("there is always something new".into()))
}

fn rival(visitor: &mut Visitor) -> Result<RivalCost, RigError> {
    let engine = &mut visitor.phone.engine;
    let docs = engine.store().docs();
    let docs = docs.map_err(fault("idle", "listing documents"))?;
    let mut sum = Talk::default();
    for doc in &docs {
        let document = engine.document(doc.object);
        let changes = document
            .map_err(fault("idle", "opening a document"))?
            .changes();
        let mut phone = rival::document(&changes)?;
        let mut centre = rival::document(&changes)?;
        let talked = rival::talk(&mut phone, &mut centre, &mut sum);
        talked.map_err(fault("the rival", "syncing"))?;
    }
    Ok(RivalCost {
        documents: docs.len(),
        wire_bytes: sum.bytes,
        round_trips: sum.round_trips,
    })
}

/// A figure counts only if everything is at the centre.
fn handed_over(visitor: &Visitor) -> Result<(), RigError> {
    let unsent = visitor.phone.engine.has_own_unsent();
    if unsent.map_err(fault(&visitor.phone.name, "looking what is unsent"))? {
        let name = &visitor.phone.name;
        return Err(RigError::World(format!("{name}: not all was handed over")));
    }
    Ok(())
}

/// The first post of somebody of the fictional league.
fn post(login: &str) -> Result<Post, RigError> {
    let tree = units::load().map_err(|error| RigError::World(error.to_string()))?;
    let person = tree.persons.iter().find(|person| person.login == login);
    let found = person.and_then(|person| {
        let (unit, _) = person.memberships.first()?;
        Some(Post {
            unit: *unit,
            person: person.id,
        })
    });
    found.ok_or_else(|| RigError::World(format!("nobody is called {login}")))
}
