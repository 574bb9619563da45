//! `tala-server`: the program. What it does is in the library; see [`tala_server::cli`].

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tala_server::cli::{Cli, run};
use tala_server::http::problem::chain;

fn main() -> ExitCode {
    match run(Cli::parse(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            // Nothing is left to be done where not even this can be written.
            let _ = writeln!(std::io::stderr(), "tala-server: {}", chain(&error));
            ExitCode::FAILURE
        }
    }
}
