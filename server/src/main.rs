//! `tala-server`: the program. What it does is in the library; see [`tala_server::cli`].

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use tala_server::cli::{Cli, run};
use tala_server::http::problem::chain;

fn main() -> ExitCode {
    #[cfg(feature = "failpoints")]
    if let Err(error) = tala_server::fail_at::arm() {
        return failed(&error);
    }
    match run(Cli::parse(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

fn failed(error: &(dyn std::error::Error + 'static)) -> ExitCode {
    // Nothing is left to be done where not even this can be written.
    let _ = writeln!(std::io::stderr(), "tala-server: {}", chain(error));
    ExitCode::FAILURE
}
