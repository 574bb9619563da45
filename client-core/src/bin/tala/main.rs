//! `tala`: a headless phone. Human output by default, `--json` everywhere.
//!
//! Exit codes: 0 done, 1 it failed (the reason is on standard error), 2 wrong arguments.

mod track;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(version, about = "A headless phone of Tala")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Track files: how small they get, into segments, and back.
    #[command(subcommand)]
    Track(track::TrackCommand),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Track(command) => track::run(command),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let mut text = format!("tala: {error}");
            let mut source = std::error::Error::source(&*error);
            while let Some(cause) = source {
                text.push_str(&format!(": {cause}"));
                source = cause.source();
            }
            let _ = writeln!(io::stderr(), "{text}");
            ExitCode::FAILURE
        }
    }
}
