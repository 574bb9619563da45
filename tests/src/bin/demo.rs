//! `demo [--smoke] [--speed N] [--hours N] [--port N]`: a centre with its pages and twelve riding phones.
//!
//! Runs until it is interrupted. With `--smoke` it rides shortly, needs no browser, compares what was
//! written down before it was recorded with what the public interface returns, and ends: exit 0 if all is
//! equal, 1 if not, 2 if the run could not be made.

use std::io::{self, Write as _};
use std::process::ExitCode;

use clap::Parser;
use tala_tests::demo::{self, Options};
use tala_tests::rig::chain;

#[derive(Parser)]
#[command(about = "A centre with its pages and twelve riding phones in time lapse")]
struct Args {
    /// Short rides without a browser; compares and ends.
    #[arg(long)]
    smoke: bool,
    /// How many times faster than real time, until the present is reached.
    #[arg(long, default_value_t = 60.0)]
    speed: f64,
    /// How many hours ago the phones' day began.
    #[arg(long, default_value_t = 3.0)]
    hours: f64,
    /// Port of the centre, if it is free.
    #[arg(long, default_value_t = 8_787)]
    port: u16,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let options = Options {
        is_smoke: args.smoke,
        speed: args.speed,
        hours: args.hours,
        port: args.port,
    };
    match demo::run(options, &mut io::stdout()) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            let _ = writeln!(io::stderr(), "demo: {}", chain(&error));
            ExitCode::from(2)
        }
    }
}
