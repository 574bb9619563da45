//! The demonstration: a centre, its web pages, and twelve phones that ride the fictional league.
//!
//! You are here to see the whole thing work. [`stage`] founds a fresh centre and enrols the phones,
//! [`cast`] says who rides where and what they will find, [`course`] makes the fixes, [`rider`] is one phone
//! under way, [`meeting`] lets two of them edit one incident without signal. Everything that a phone is
//! about to record goes to a [`ledger`] first; `--smoke` ends by itself and [`compare`]s the ledger with
//! what the public interface returns.

pub mod cast;
pub mod compare;
pub mod course;
pub mod lapse;
pub mod ledger;
pub mod meeting;
pub mod report;
pub mod rider;
pub mod stage;

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use crate::rig::{RigError, chain};
use compare::Comparison;
use lapse::Lapse;
use meeting::Meeting;
use rider::{Progress, Rider};
use stage::Stage;

/// What a demonstration is to do.
#[derive(Debug, Clone, Copy)]
pub struct Options {
    /// Short rides without a browser, compared with the ledger at the end.
    pub is_smoke: bool,
    /// How many times faster than real time, until the present is reached.
    pub speed: f64,
    /// How many hours ago the day began.
    pub hours: f64,
    /// Port of the centre, if it is free.
    pub port: u16,
}

/// A phone that rides in a thread of its own.
type Ride = JoinHandle<Result<(), RigError>>;

/// Runs the demonstration. `true`: everything was equal, or there was nothing to compare.
pub fn run(options: Options, out: &mut dyn Write) -> Result<bool, RigError> {
    let mut say = |line: &str| {
        // Nobody may be listening any more; the phones ride on.
        let _ = writeln!(out, "{line}").and_then(|()| out.flush());
    };
    say("making land, ways and a fresh centre ...");
    let cast = cast::cast(options.is_smoke)?;
    let stage = Stage::set(options, &mut say)?;
    let lapse = match options.is_smoke {
        true => Lapse::unpaced(),
        false => Lapse::paced(options.speed, options.hours),
    };
    let meeting = Arc::new(Meeting::default());
    let stop = Arc::new(AtomicBool::new(false));
    end_on_signal(&stop);
    let mut rides: Vec<(Ride, Arc<Progress>)> = Vec::new();
    for (number, member) in cast.into_iter().enumerate() {
        let rider = Rider::prepare(&stage, number, member, &lapse, &meeting, &stop)?;
        let progress = rider.progress();
        rides.push((std::thread::spawn(move || rider.ride()), progress));
    }
    say(&format!(
        "{} phones enrolled, each with a key of its own",
        rides.len()
    ));
    if !options.is_smoke {
        say(&stage.what_to_see(options));
    }
    watch(&rides, options.is_smoke, &mut say);
    let mut is_whole = true;
    for (ride, progress) in rides {
        let ended = ride
            .join()
            .unwrap_or_else(|_| Err(RigError::World("a phone's thread died".to_owned())));
        if let Err(error) = ended {
            is_whole = false;
            say(&format!("{}: {}", progress.name, chain(&error)));
        }
    }
    if !options.is_smoke {
        return Ok(is_whole);
    }
    let comparison = stage.block_on(Comparison::make(&stage))?;
    say(&comparison.table());
    Ok(is_whole && comparison.is_equal())
}

/// Lets the phones come to a stop when the program is asked to end, so that the centre ends with it.
fn end_on_signal(stop: &Arc<AtomicBool>) {
    let stop = Arc::clone(stop);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        // Without a handler the system ends the program by itself.
        if runtime.is_ok_and(|runtime| runtime.block_on(asked_to_end())) {
            stop.store(true, Ordering::Relaxed);
        }
    });
}

#[cfg(unix)]
async fn asked_to_end() -> bool {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return false;
    };
    tokio::select! {
        it = tokio::signal::ctrl_c() => it.is_ok(),
        it = terminate.recv() => it.is_some(),
    }
}

#[cfg(not(unix))]
async fn asked_to_end() -> bool {
    tokio::signal::ctrl_c().await.is_ok()
}

/// Says how far everybody is, until all have ended.
fn watch(rides: &[(Ride, Arc<Progress>)], is_smoke: bool, say: &mut dyn FnMut(&str)) {
    let every = Duration::from_secs(if is_smoke { 5 } else { 10 });
    let mut quiet = Duration::ZERO;
    while rides.iter().any(|(ride, _)| !ride.is_finished()) {
        std::thread::sleep(Duration::from_millis(200));
        quiet += Duration::from_millis(200);
        if quiet < every {
            continue;
        }
        quiet = Duration::ZERO;
        let sum = |count: fn(&Progress) -> u64| -> u64 {
            rides.iter().map(|(_, progress)| count(progress)).sum()
        };
        say(&format!(
            "{} fixes, {} incidents, {} photos, {} syncs ({} without signal)",
            sum(|p| p.fixes.load(Ordering::Relaxed)),
            sum(|p| p.incidents.load(Ordering::Relaxed)),
            sum(|p| p.photos.load(Ordering::Relaxed)),
            sum(|p| p.syncs.load(Ordering::Relaxed)),
            sum(|p| p.failed.load(Ordering::Relaxed)),
        ));
        for (_, progress) in rides {
            if let Some(trouble) = progress.take_trouble() {
                say(&format!("{}: {trouble}", progress.name));
            }
        }
    }
}
