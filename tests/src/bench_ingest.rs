//! `bench ingest`: how much a centre takes in, acknowledged after fsync, over HTTP and with signatures.
//!
//! You are here because you doubt a figure, or want to make the centre quicker. The centre is
//! `tala-server serve` as a process of its own; phones are tasks of this one, each with one kept
//! connection, on the same cores. A run is made of these steps:
//!
//! 1. [`fill`]: a data folder with a million envelopes is made once, straight through the committing and
//!    projecting code of the centre but without HTTP, and kept in the build folder. Each run works on a copy.
//! 2. [`stock`]: what phones will say is written, signed and framed before the clock runs, because the
//!    load side would otherwise take the cores from the centre for what phones do elsewhere. While the
//!    clock runs it signs only the requests themselves (RFC 9421) and reads the answers.
//! 3. [`load`]: each phone sends its next request when the last was answered. An acknowledgement counts when
//!    its answer was read and names every envelope as stored; the part ends when the projections have
//!    caught up, and that time counts.
//!
//! Each phone is alone in its station, so that taking in is measured and not the handing out to
//! colleagues, which `bench sync` shows. Its cursors are those of a phone that reads every answer.

mod author;
mod fill;
mod flood;
mod home;
mod load;
pub(crate) mod process;
mod report;
mod ride;
mod sheet;
mod stock;

use std::path::{Path, PathBuf};
use std::time::Duration;

use tala_server::app::AppError;
use tala_server::store::StoreError;

use crate::rig::RigError;
pub use flood::Flood;
use home::BenchHome;
use load::{Load, Pace};
pub use report::{Hostile, Part, Report};
use stock::Stock;

/// What is asked for.
#[derive(Debug, Clone)]
pub struct Options {
    /// How long each part lasts.
    pub seconds: u64,
    /// Envelopes in the store beforehand.
    pub prefill: usize,
    /// Incidents that changes are spread over.
    pub documents: usize,
    /// Phones, each with one connection.
    pub phones: usize,
    /// Segments in one request.
    pub segments_per_push: usize,
    /// Changes in one request.
    pub changes_per_push: usize,
    /// Whether to show what a flooding device does to others.
    pub hostile: bool,
}

/// Fixes a second that the centre must take.
pub const FIXES_PER_S_MIN: f64 = 200_000.0;
/// Incident changes a second that it must take.
pub const CHANGES_PER_S_MIN: f64 = 1_000.0;
/// How many times longer others may wait for an acknowledgement while one device floods.
pub const FLOOD_P99_TIMES_MAX: f64 = 2.0;
/// Segments and changes a second that are prepared: more than this a run cannot show.
const SEGMENTS_PER_S_MAX: usize = 3_000;
const CHANGES_PER_S_MAX: usize = 3_000;

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// Folders and processes.
    #[error(transparent)]
    Rig(#[from] RigError),
    /// The centre, while its store was filled.
    #[error("filling the store")]
    App(#[from] AppError),
    /// The store, while it was read.
    #[error("reading the store")]
    Store(#[from] StoreError),
    /// Something that phones say could not be made.
    #[error("preparing what phones say")]
    Protocol(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Something that phones say came out otherwise than it must.
    #[error("preparing what phones say: {0}")]
    Prepared(&'static str),
    /// A request failed, or its answer is not what it must be.
    #[error("phone {phone}: {what}")]
    Answer {
        /// Which phone.
        phone: usize,
        /// What came instead.
        what: String,
    },
}

impl BenchError {
    fn protocol(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Protocol(error.into())
    }
}

/// Fills, serves, loads and measures, in a folder of its own; tells what it is at.
pub fn run(
    folder: &Path,
    options: &Options,
    tell: &mut dyn FnMut(&str),
) -> Result<Report, BenchError> {
    let filled = fill::filled(folder, options, tell)?;
    tell("copying the filled store");
    let home = BenchHome::copy_of(&filled, &folder.join("run"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(BenchError::protocol)?;
    let mut report = Report::new(options);
    for kind in [Kind::Segments, Kind::Incidents] {
        tell(&format!("preparing {}", kind.word()));
        let stock = kind.stock(&home, options, options.seconds, kind.per_s_max())?;
        let centre = home.serve(None)?;
        tell(&format!("{} for {} s", kind.word(), options.seconds));
        let load = Load {
            centre: &centre,
            lasts: Duration::from_secs(options.seconds),
            pace: Pace::AsFastAsAnswered,
        };
        let part = runtime.block_on(load.run(stock))?;
        report.take(kind, part);
        report.server_rss_mib = report.server_rss_mib.max(centre.peak_mib());
        home.stop(centre)?;
    }
    if options.hostile {
        for kind in [Kind::Segments, Kind::Incidents] {
            let shown = flood::show(&home, options, kind, &runtime, tell)?;
            report.take_flood(kind, shown);
        }
    }
    Ok(report)
}

/// What is handed over in a part.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Segments,
    Incidents,
}

impl Kind {
    const fn word(self) -> &'static str {
        match self {
            Kind::Segments => "segments",
            Kind::Incidents => "incident changes",
        }
    }

    const fn per_s_max(self) -> usize {
        match self {
            Kind::Segments => SEGMENTS_PER_S_MAX,
            Kind::Incidents => CHANGES_PER_S_MAX,
        }
    }

    /// What phones say in so many seconds at such a rate.
    fn stock(
        self,
        home: &BenchHome,
        options: &Options,
        seconds: u64,
        per_s: usize,
    ) -> Result<Stock, BenchError> {
        let count = usize::try_from(seconds).unwrap_or(usize::MAX);
        let count = count.saturating_mul(per_s);
        match self {
            Kind::Segments => Stock::segments(home, options, count),
            Kind::Incidents => Stock::changes(home, options, count),
        }
    }
}

/// Where the notes of a filled folder lie.
fn notes_path(folder: &Path) -> PathBuf {
    folder.join("bench.json")
}
