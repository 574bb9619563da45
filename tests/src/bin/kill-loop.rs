//! `kill-loop --kills N [--seed N] [--plant] [--json]`: kills a recording phone and a centre in turns.
//!
//! Exit 0: nothing promised was lost or doubled. Exit 1: something was, named on standard error. Exit 2:
//! the run could not be made. `--worker` is how it starts the phone that it kills.

use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tala_tests::kill_loop::{self, Options, Report, worker};
use tala_tests::rig::{RigError, chain, scratch};

#[derive(Parser)]
#[command(about = "Kills a recording phone and an ingesting centre; nothing promised may be gone")]
struct Args {
    /// How many kills, phone and centre in turns.
    #[arg(long, default_value_t = 20)]
    kills: u64,
    /// Decides every moment.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Forget what was written before each kill, to see that a loss is noticed: must end with exit 1.
    #[arg(long)]
    plant: bool,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    /// Be the phone that is killed.
    #[arg(long, hide = true, requires = "folder")]
    worker: bool,
    /// The worker's phone.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// The worker's first fix.
    #[arg(long, hide = true, default_value_t = 0)]
    from: usize,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let Some(folder) = args.folder.clone().filter(|_| args.worker) {
        if let Err(error) = tala_server::fail_at::arm() {
            let _ = writeln!(io::stderr(), "kill-loop: {error}");
            return ExitCode::from(2);
        }
        let orders = worker::Orders {
            folder,
            from: args.from,
            seed: args.seed,
        };
        return match worker::run(&orders) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail("the phone", &error),
        };
    }
    match run(&args) {
        Ok(report) => finish(&args, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => fail("kill-loop", &error),
    }
}

fn run(args: &Args) -> Result<Report, RigError> {
    let options = Options {
        kills: args.kills,
        seed: args.seed,
        is_planted: args.plant,
    };
    let is_json = args.json;
    let mut tell = |line: &str| {
        if !is_json {
            let _ = writeln!(io::stdout(), "{line}");
        }
    };
    kill_loop::run(&scratch("kill-loop"), options, &mut tell)
}

fn finish(args: &Args, report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if args.json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        writeln!(
            out,
            "kills {}, acknowledged {}, lost {}, doubled {}, log verified: {}",
            report.kills, report.acknowledged, report.lost, report.doubled, report.log_verified
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

fn fail(who: &str, error: &RigError) -> ExitCode {
    let _ = writeln!(io::stderr(), "{who}: {}", chain(error));
    ExitCode::from(2)
}
