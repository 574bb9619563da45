//! `bench-phone [--documents N] [--json]`: how a phone that knows many documents opens, lists and edits.
//!
//! Exit 0: every target holds. Exit 1: one was missed, named on standard error. Exit 2: the run could not
//! be made.

use std::io::{self, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode};

use clap::Parser;
use tala_tests::bench_phone::{self, BenchError, Report};
use tala_tests::rig::{chain, scratch};

#[derive(Parser)]
#[command(about = "How a phone that knows many documents opens, lists and edits")]
struct Args {
    /// Documents on the phone.
    #[arg(long, default_value_t = 10_000)]
    documents: usize,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    /// Fill the phone and stop; the process that measures starts this one.
    #[arg(long, hide = true)]
    fill: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let folder = scratch("bench-phone");
    let done = match args.fill {
        true => bench_phone::fill(&folder, args.documents, &mut tell).map(|()| None),
        false => run(&folder, args.documents).map(Some),
    };
    match done {
        Ok(None) => ExitCode::SUCCESS,
        Ok(Some(report)) => finish(&args, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => {
            tell(&chain(&error));
            ExitCode::from(2)
        }
    }
}

fn run(folder: &Path, documents: usize) -> Result<Report, BenchError> {
    if folder.exists() {
        std::fs::remove_dir_all(folder)?;
    }
    std::fs::create_dir_all(folder)?;
    let filled = Command::new(std::env::current_exe()?)
        .args(["--fill", "--documents", &documents.to_string()])
        .status()?;
    if !filled.success() {
        return Err(io::Error::other("the phone was not filled").into());
    }
    bench_phone::measure(folder, documents)
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
        tell(miss);
    }
    Ok(match missed.is_empty() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

fn tell(line: &str) {
    let _ = writeln!(io::stderr(), "bench-phone: {line}");
}
