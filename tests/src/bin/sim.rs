//! `sim --seeds N [--steps N] [--seed S] [--plant NAME] [--json]`: the simulation ring.
//!
//! Exit 0: every run held. Exit 1: some did not; their seeds are named. Exit 2: bad arguments. With
//! `--plant` a known bug is built in, and exit 1 is what is to be hoped for. `--seed S` makes that one run
//! and tells what happened in it.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tala_tests::sim::plants::Plant;
use tala_tests::sim::report::Report;
use tala_tests::sim::run;

#[derive(Parser)]
#[command(about = "Phones and a centre in a simulated world, judged by an oracle")]
struct Args {
    /// How many runs: seeds 0, 1, 2 ...
    #[arg(long, default_value_t = 30)]
    seeds: u64,
    /// Steps of each run.
    #[arg(long, default_value_t = 300)]
    steps: u64,
    /// One run with this seed, told in full.
    #[arg(long)]
    seed: Option<u64>,
    /// A known bug to build in; `list` names them.
    #[arg(long)]
    plant: Option<String>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let done = match (&args.plant, args.plant.as_deref().map(Plant::from_name)) {
        (Some(name), Some(None)) => unknown_plant(name),
        (_, plant) => play(&args, plant.flatten()),
    };
    done.unwrap_or(ExitCode::from(2))
}

fn unknown_plant(name: &str) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    for plant in Plant::ALL {
        writeln!(out, "{}", plant.name())?;
    }
    if name == "list" {
        return Ok(ExitCode::SUCCESS);
    }
    writeln!(io::stderr(), "sim: no bug is called {name}")?;
    Ok(ExitCode::from(2))
}

fn play(args: &Args, plant: Option<Plant>) -> io::Result<ExitCode> {
    let seeds: Vec<u64> = match args.seed {
        Some(seed) => vec![seed],
        None => (0..args.seeds).collect(),
    };
    if let (Some(seed), false) = (args.seed, args.json) {
        tell(seed, args.steps, plant)?;
    }
    let report = run::run_all(&seeds, args.steps, plant);
    show(args, &report)?;
    Ok(if report.is_clean() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// One run, line by line.
fn tell(seed: u64, steps: u64, plant: Option<Plant>) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if let Ok(ended) = run::run(seed, steps, plant) {
        for line in &ended.lines {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

fn show(args: &Args, report: &Report) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        return writeln!(out);
    }
    let counts = &report.counts;
    writeln!(
        out,
        "{} seeds, {} steps: {} syncs, {} meetings, {} envelopes, {} merges, {} conflicts, {} crashes, \
         {} restores, {} revocations, {} moves, {} hand-overs, {} releases, {} failed",
        report.seeds,
        counts.steps,
        counts.syncs,
        counts.meetings,
        counts.envelopes,
        counts.merges,
        counts.conflicts,
        counts.crashes,
        counts.restores,
        counts.revocations,
        counts.moves,
        counts.hand_overs,
        counts.releases,
        report.failures.len() + report.broken.len()
    )?;
    for failure in &report.failures {
        writeln!(
            out,
            "seed {} failed at step {}:",
            failure.seed, failure.step
        )?;
        for violation in &failure.violations {
            writeln!(out, "  {}: {}", violation.rule, violation.detail)?;
        }
    }
    for (seed, error) in &report.broken {
        writeln!(out, "seed {seed} could not be run: {error}")?;
    }
    Ok(())
}
