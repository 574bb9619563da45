//! `hostile [DIR] [--mutations N] [--seed N] [--json]`: hostile bytes through every entry.
//!
//! Exit 0: everything held. Exit 1: something did not, named on standard error. Exit 2: the run could
//! not be made.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use peak_alloc::PeakAlloc;
use tala_tests::hostile::{self, HostileError, Report, corpus::Corpus, mutations};

#[global_allocator]
static ALLOCATOR: PeakAlloc = hostile::measure::PEAK;

#[derive(Parser)]
#[command(about = "Hostile bytes through every entry that takes peer bytes")]
struct Args {
    /// Folder of hostile files.
    dir: Option<PathBuf>,
    /// How many damaged honest messages.
    #[arg(long, default_value_t = 1_000_000)]
    mutations: usize,
    /// Seed of the damage.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(report) => finish(&args, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => {
            let _ = writeln!(io::stderr(), "hostile: {error}");
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Report, HostileError> {
    let corpus = Corpus::new(args.seed)?;
    let mut report = Report::default();
    if let Some(dir) = &args.dir {
        hostile::files(dir, &corpus, &mut report)?;
    }
    mutations::run(&corpus, args.seed, args.mutations, &mut report);
    Ok(report)
}

fn finish(args: &Args, report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        writeln!(
            out,
            "{} files, {} mutations ({} accepted as sound): {} panics, {} unloadable, \
             at most {:.0} ms and {:.1} MiB",
            report.files,
            report.mutations,
            report.mutations_accepted,
            report.panics,
            report.unloadable,
            report.max_ms,
            report.max_mib
        )?;
    }
    for fault in &report.faults {
        writeln!(io::stderr(), "{fault}")?;
    }
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
