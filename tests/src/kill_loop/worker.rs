//! The phone that is going to be killed: a process of its own that records and says so.
//!
//! After each record that the engine acknowledged it prints one line: `f N`, the number of the fix in the
//! rider's order, or `o ID`, an incident. The lines go to the killer's pipe unbuffered, so that a promise
//! is out before the next one is made.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use tala_client::recorder::Recorded;
use tala_client::signer::sign_pending;
use tala_fixtures::rider::{Rider, RiderOptions};
use tala_protocol::doc::{DocType, IncidentEdit, PatrolEdit, Set};
use tala_protocol::envelope::Audience;
use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::registry::Code;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

use crate::rig::RigError;
use crate::rig::phone::{Phone, fault, random16};

/// The boot that all runs belong to: a kill is not a reboot.
const BOOT: BootId = BootId(7);
/// An incident after every so many fixes.
const INCIDENT_EVERY: usize = 40;
/// Signatures after every so many fixes.
const SIGN_EVERY: usize = 50;

/// What a worker is told.
#[derive(Debug, Clone)]
pub struct Orders {
    /// The phone's folder.
    pub folder: PathBuf,
    /// First fix to record, by its number in the rider's order.
    pub from: usize,
    /// The rider's seed.
    pub seed: u64,
}

/// The rider whose fixes are recorded.
pub fn rider(seed: u64) -> Rider<'static> {
    Rider::new(RiderOptions::new(Transport::Horse, seed))
}

/// The clocks at a fix.
pub fn clocks(fix: &Fix) -> DeviceTimes {
    DeviceTimes {
        wall: fix.time,
        mono: MonoMs(fix.time.0),
        boot: BOOT,
        gnss: Some(fix.time),
    }
}

/// Opens the phone as it stands, with the clocks of the fix that comes next.
pub fn open(folder: &Path, seed: u64, from: usize) -> Result<Phone, RigError> {
    let now = rider(seed)
        .nth(from)
        .map(|fix| clocks(&fix))
        .unwrap_or_default();
    Ok(Phone::open(folder, "the recording phone", now)?.0)
}

/// Records until it is killed.
pub fn run(orders: &Orders) -> Result<(), RigError> {
    let mut phone = open(&orders.folder, orders.seed, orders.from)?;
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.map_err(fault("worker", "starting its runtime"))?;
    let mut entropy: fn() -> [u8; 16] = random16;
    for (n, fix) in rider(orders.seed).enumerate().skip(orders.from) {
        let now = clocks(&fix);
        if phone.engine.snapshot().is_none() {
            let edit = PatrolEdit {
                title: Set::To("杀不死的巡逻".to_owned()),
                ..PatrolEdit::default()
            };
            let started = phone
                .engine
                .start_patrol(edit, Transport::Horse, now, &mut entropy);
            started.map_err(fault("worker", "starting its patrol"))?;
        }
        let recorded = phone.engine.record(timed(fix), now);
        match recorded.map_err(fault("worker", "recording"))? {
            Recorded::Durable(_) => say(&format!("f {n}\n"))?,
            Recorded::Thinned => say(&format!("t {n}\n"))?,
        }
        if n % INCIDENT_EVERY == 0 {
            report(&mut phone, n, now)?;
        }
        if n % SIGN_EVERY == 0 {
            let signed = runtime.block_on(sign_pending(&mut phone.engine, &phone.signer));
            signed.map_err(fault("worker", "signing"))?;
        }
    }
    Ok(())
}

/// The category of what it reports.
pub(super) fn category() -> Set<Code> {
    "reclamation".parse().map_or(Set::Keep, Set::To)
}

/// A fix with the clocks of its delivery.
pub fn timed(fix: Fix) -> TimedFix {
    TimedFix {
        fix,
        wall: fix.time,
        mono: MonoMs(fix.time.0),
        boot: BOOT,
    }
}

/// What the incident after a fix is called.
pub fn incident_title(n: usize) -> String {
    format!("第{n}点旁的事件")
}

fn report(phone: &mut Phone, n: usize, now: DeviceTimes) -> Result<(), RigError> {
    let mut entropy: fn() -> [u8; 16] = random16;
    let made = phone.engine.create(
        DocType::Incident,
        Audience::Field,
        |document, actor, at: UnixMs| {
            let edit = IncidentEdit {
                title: Set::To(incident_title(n)),
                category: category(),
                occurred_at: Set::To(at),
                ..IncidentEdit::default()
            };
            edit.change(document, actor, at)
        },
        now,
        &mut entropy,
    );
    let object = made.map_err(fault("worker", "reporting"))?;
    say(&format!("o {n} {object}\n"))
}

fn say(line: &str) -> Result<(), RigError> {
    let mut out = io::stdout().lock();
    let said = out.write_all(line.as_bytes()).and_then(|()| out.flush());
    said.map_err(fault("worker", "speaking"))
}
