//! `canary [--json]`: plants names, places, words and photos on a phone and looks for them in its files.
//!
//! Exit 0: with a key nothing was found, and without one everything was. Exit 1: something else, named on
//! standard error. Exit 2: the run could not be made. `--worker` is how it starts the phone.

use std::error::Error;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tala_at_rest::report::{Report, Watched};
use tala_at_rest::{AtRestError, run, worker};
use tracing::level_filters::LevelFilter;

#[derive(Parser)]
#[command(about = "Plants canaries on a phone, and looks for them in everything that lies there")]
struct Args {
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    /// Be the phone.
    #[arg(long, hide = true, requires_all = ["folder", "ledger"])]
    worker: bool,
    /// The worker's phone.
    #[arg(long, hide = true)]
    folder: Option<PathBuf>,
    /// The worker's centre.
    #[arg(long, hide = true)]
    ledger: Option<PathBuf>,
    /// The worker signs out.
    #[arg(long, hide = true)]
    leave: bool,
}

fn main() -> ExitCode {
    let args = Args::parse();
    if let (true, Some(folder), Some(ledger)) = (args.worker, args.folder, args.ledger) {
        tracing_subscriber::fmt()
            .with_writer(io::stderr)
            .with_max_level(LevelFilter::TRACE)
            .init();
        let orders = worker::Orders {
            folder,
            ledger,
            leaves: args.leave,
        };
        return match worker::run(&orders) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => fail("the phone", &error),
        };
    }
    let mut tell = |line: &str| {
        if !args.json {
            let _ = writeln!(io::stdout(), "{line}");
        }
    };
    match scratch().and_then(|folder| run::run(&folder, &mut tell)) {
        Ok(report) => finish(args.json, &report).unwrap_or(ExitCode::from(2)),
        Err(error) => fail("canary", &error),
    }
}

fn finish(is_json: bool, report: &Report) -> io::Result<ExitCode> {
    let mut out = io::stdout().lock();
    if is_json {
        serde_json::to_writer(&mut out, report)?;
        writeln!(out)?;
    } else {
        let line = |which: &str, it: &Watched| {
            let counts = [&it.running, &it.killed, &it.signed_out];
            let counts = counts.map(|at| format!("{} in {} files", at.names().len(), at.files));
            format!(
                "{which} a key: running {}, killed {}, signed out {}",
                counts[0], counts[1], counts[2]
            )
        };
        writeln!(out, "{}", line("without", &report.plain))?;
        writeln!(out, "{}", line("with", &report.encrypted))?;
        writeln!(
            out,
            "canaries found with a key {}, missed without one {}, faults {}, SQLCipher {}",
            report.encrypted.running.names().len() + report.encrypted.killed.names().len(),
            report.missed.len(),
            report.faults.len(),
            report.cipher
        )?;
    }
    for fault in &report.faults {
        writeln!(io::stderr(), "{fault}")?;
    }
    Ok(match report.is_clean() {
        true => ExitCode::SUCCESS,
        false => ExitCode::FAILURE,
    })
}

/// A folder in the build folder, where programs keep what they make.
fn scratch() -> Result<PathBuf, AtRestError> {
    let program = std::env::current_exe();
    let program = program.map_err(|source| AtRestError::File {
        doing: "finding the build folder",
        source,
    })?;
    let target = program
        .ancestors()
        .find(|folder| folder.ends_with("target"));
    let folder = target.map_or_else(std::env::temp_dir, PathBuf::from);
    Ok(folder.join("canary"))
}

fn fail(who: &str, error: &dyn Error) -> ExitCode {
    let mut text = error.to_string();
    let mut below = error.source();
    while let Some(cause) = below {
        text.push_str(&format!(": {cause}"));
        below = cause.source();
    }
    let _ = writeln!(io::stderr(), "{who}: {text}");
    ExitCode::from(2)
}
