//! `bench ingest [--json] [--hostile]`: what a centre takes in a second.
//!
//! Exit 0: every target was met. Exit 1: one was missed, named on standard error. Exit 2: the run could
//! not be made.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tala_tests::bench_ingest::{self, Options, Report};
use tala_tests::rig::{chain, scratch};

#[derive(Parser)]
#[command(about = "Segments and incident changes that a centre takes in a second")]
struct Args {
    /// How long each part lasts, s.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Envelopes in the store beforehand.
    #[arg(long, default_value_t = 1_000_000)]
    prefill: usize,
    /// Incidents that changes are spread over.
    #[arg(long, default_value_t = 1_000)]
    documents: usize,
    /// Phones, each with one connection.
    #[arg(long, default_value_t = 64)]
    phones: usize,
    /// Segments in one request.
    #[arg(long, default_value_t = 8)]
    segments_per_push: usize,
    /// Changes in one request.
    #[arg(long, default_value_t = 2)]
    changes_per_push: usize,
    /// Show what a flooding device does to others.
    #[arg(long)]
    hostile: bool,
    /// Exit 0 whatever was measured.
    #[arg(long)]
    no_limits: bool,
    /// The figures as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options {
        seconds: args.seconds,
        prefill: args.prefill,
        documents: args.documents,
        phones: args.phones,
        segments_per_push: args.segments_per_push,
        changes_per_push: args.changes_per_push,
        hostile: args.hostile,
    };
    let mut tell = |line: &str| {
        let _ = writeln!(io::stderr(), "bench-ingest: {line}");
    };
    match bench_ingest::run(&scratch("bench-ingest"), &options, &mut tell) {
        Ok(report) => finish(&args, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => {
            tell(&chain(&error));
            ExitCode::from(2)
        }
    }
}

fn finish(args: &Args, report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    match args.json {
        true => serde_json::to_writer(&mut out, report)?,
        false => serde_json::to_writer_pretty(&mut out, report)?,
    }
    writeln!(out)?;
    let missed = report.missed();
    for miss in &missed {
        writeln!(io::stderr(), "bench-ingest: {miss}")?;
    }
    Ok(match missed.is_empty() || args.no_limits {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}
