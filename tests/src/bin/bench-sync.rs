//! `bench-sync [--json]`: bytes and round trips of a phone's syncs.
//!
//! Exit 0: every target holds. Exit 1: one was missed, named on standard error. Exit 2: the run could
//! not be made.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tala_tests::bench_sync::day::FIXES;
use tala_tests::bench_sync::report::Report;
use tala_tests::bench_sync::{self, Options};
use tala_tests::rig::{RigError, chain, scratch};

#[derive(Parser)]
#[command(about = "Bytes and round trips of a phone's syncs")]
struct Args {
    /// Fixes of the day.
    #[arg(long, default_value_t = FIXES)]
    fixes: usize,
    /// Other phones in the audience.
    #[arg(long, default_value_t = 200)]
    devices: usize,
    /// Documents that a phone with nothing to do knows.
    #[arg(long, value_delimiter = ',', default_value = "10,10000")]
    documents: Vec<usize>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    match run(&args) {
        Ok(report) => finish(&args, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => {
            let _ = writeln!(io::stderr(), "bench-sync: {}", chain(&error));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<Report, RigError> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|source| RigError::Run {
        program: "a runtime".into(),
        source,
    })?;
    let options = Options {
        fixes: args.fixes,
        devices: args.devices,
        documents: args.documents.clone(),
    };
    let mut say = |line: &str| {
        let _ = writeln!(io::stderr(), "bench-sync: {line}");
    };
    let folder = scratch("bench-sync");
    runtime.block_on(bench_sync::run(&options, &folder, &mut say))
}

fn finish(args: &Args, report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        write!(out, "{report}")?;
    }
    let missed = report.missed();
    for target in &missed {
        writeln!(io::stderr(), "bench-sync: missed: {target}")?;
    }
    Ok(if missed.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}
