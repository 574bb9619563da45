//! `cargo xtask`: every developer command of Tala. CI calls the same ones.
//!
//! You are in the right place if you want to change what `test` runs, what `demo` needs, or what the
//! house rules of `tidy` are. The work of a simulation, a bench or the demo itself is not here: those
//! are programs of `tala-tests` and `tala-fixtures`, which this one builds and becomes.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a developer command speaks to a terminal"
)]

use std::error::Error as _;
use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

mod bindings;
mod canary;
mod field_bench;
mod fmt;
mod forward;
mod pipeline;
mod run;
mod setup;
mod tidy;
mod wasm;
mod web;
mod workspace;

use forward::{FORWARDS, ForwardError, Profile};
use setup::Goal;
use workspace::Workspace;

/// Developer commands of Tala.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Everything CI runs, installing what it needs; ends with the minutes of each stage
    Test {
        /// Formatting, house rules, lints and unit tests only
        #[arg(long)]
        quick: bool,
    },
    /// Server, web and twelve riding phones in time lapse; `--smoke` checks itself and ends
    #[command(disable_help_flag = true)]
    Demo {
        /// Given to the demo as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Formats Rust and web sources
    Fmt {
        /// Changes nothing; fails where formatting differs
        #[arg(long)]
        check: bool,
    },
    /// Checks the house rules: lengths, layering, purity, forbidden words, documentation
    Tidy,
    /// Measures NAME in release mode (without NAME: lists what can be measured)
    #[command(disable_help_flag = true)]
    Bench {
        /// What to measure
        name: Option<String>,
        /// Given to the bench as they are, for example `--json`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Simulated network of phones and a server under every fault; `--seeds N`, `--plant NAME`
    #[command(disable_help_flag = true)]
    Sim(Forwarded),
    /// Kills a recording phone and an ingesting server; `--kills N`
    #[command(disable_help_flag = true)]
    KillLoop(Forwarded),
    /// Every hostile file of a folder through every entry that takes peer bytes, in release mode
    #[command(disable_help_flag = true)]
    Hostile(Forwarded),
    /// Writes one language's side of the phone's engine, ready to be driven here
    Bindings {
        /// Which
        language: bindings::Language,
    },
    /// Builds the phone's engine for browsers, and fails where it is too large
    Wasm {
        /// One line of JSON with the sizes
        #[arg(long)]
        json: bool,
    },
    /// Plants names, places and photos on a phone and looks for them in all that lies there; `--json`
    #[command(disable_help_flag = true)]
    Canary {
        /// Given to the program as they are
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Photographs every page of desk and phone into `target/screens`; needs Chromium
    Screens,
    /// Makes parts of the fictional banner: riders, zones, base map
    #[command(disable_help_flag = true)]
    Fixtures(Forwarded),
    /// Installs or names what this machine lacks, and fetches the recorded tracks
    Setup,
}

#[derive(Debug, clap::Args)]
struct Forwarded {
    /// `--dev` or `--release` first chooses the profile; the rest is given to the program as it is
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    args: Vec<String>,
}

/// Why a command did not succeed.
#[derive(Debug, thiserror::Error)]
enum XtaskError {
    #[error("reading the workspace")]
    Workspace(#[from] workspace::WorkspaceError),
    #[error("setting this machine up")]
    Setup(#[from] setup::SetupError),
    #[error("checking the house rules")]
    Tidy(#[from] tidy::TidyError),
    #[error(transparent)]
    Forward(#[from] ForwardError),
    #[error(transparent)]
    Run(#[from] run::RunError),
    #[error(transparent)]
    Web(#[from] web::WebError),
    #[error("making a binding ready")]
    Bindings(#[from] bindings::BindingsError),
    #[error("building the module for browsers")]
    Wasm(#[from] wasm::WasmError),
    #[error("measuring the officer's app")]
    FieldBench(#[from] field_bench::FieldBenchError),
}

fn main() -> ExitCode {
    match dispatch() {
        Ok(code) => code,
        Err(error) => {
            eprint!("xtask: {error}");
            let mut source = error.source();
            while let Some(cause) = source {
                eprint!(": {cause}");
                source = cause.source();
            }
            eprintln!();
            ExitCode::FAILURE
        }
    }
}

fn dispatch() -> Result<ExitCode, XtaskError> {
    let workspace = Workspace::load()?;
    let matches = listed(&workspace).get_matches();
    let cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    match cli.command {
        Command::Test { quick } => Ok(pipeline::test(&workspace, quick)),
        Command::Demo { args } => {
            let env = setup::prepare(&workspace, Goal::Demo)?;
            if !wasm::is_made(&workspace) {
                wasm::make(&workspace, false)?;
            }
            web::build(&workspace)?;
            Ok(forward::run(&workspace, &env, "demo", args)?)
        }
        Command::Fmt { check } => {
            fmt::run(&workspace, check)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Tidy => Ok(tidy::report(workspace.root())?),
        Command::Bench { name, args } => bench(&workspace, name, args),
        Command::Sim(it) => forwarded(&workspace, "sim", it),
        Command::KillLoop(it) => forwarded(&workspace, "kill-loop", it),
        Command::Hostile(it) => forwarded(&workspace, "hostile", it),
        Command::Fixtures(it) => forwarded(&workspace, "fixtures", it),
        Command::Wasm { json } => {
            setup::prepare(&workspace, Goal::Wasm)?;
            wasm::make(&workspace, json)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bindings {
            language: bindings::Language::Wasm,
        } => {
            setup::prepare(&workspace, Goal::Wasm)?;
            wasm::make(&workspace, false)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Bindings { language } => {
            setup::prepare(&workspace, Goal::Bindings)?;
            bindings::make(&workspace, language)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Canary { args } => {
            let env = setup::prepare(&workspace, Goal::AtRest)?;
            Ok(canary::run(&workspace, &env, args)?)
        }
        Command::Screens => {
            web::screens(&workspace)?;
            Ok(ExitCode::SUCCESS)
        }
        Command::Setup => {
            setup::prepare(&workspace, Goal::Everything)?;
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn bench(
    workspace: &Workspace,
    name: Option<String>,
    mut args: Vec<String>,
) -> Result<ExitCode, XtaskError> {
    let asked = forward::take_profile(&mut args);
    if name.as_deref() == Some(field_bench::NAME) && field_bench::is_there(workspace) {
        let env = setup::prepare(workspace, Goal::Browser)?;
        // The centre is not what is measured.
        let profile = asked.unwrap_or(Profile::Dev);
        return Ok(field_bench::run(workspace, &env, profile, args)?);
    }
    let profile = asked.unwrap_or(Profile::Release);
    let of_bindings = name.as_deref() == Some("bindings");
    let goal = if of_bindings {
        Goal::Bindings
    } else {
        Goal::Bench
    };
    let env = setup::prepare(workspace, goal)?;
    if of_bindings {
        bindings::make_driven(workspace, profile)?;
    }
    Ok(forward::bench(workspace, &env, name, args, profile)?)
}

fn forwarded(workspace: &Workspace, name: &str, it: Forwarded) -> Result<ExitCode, XtaskError> {
    let env = setup::places(workspace);
    Ok(forward::run(workspace, &env, name, it.args)?)
}

/// The command line, without the commands whose program is not in the tree yet.
fn listed(workspace: &Workspace) -> clap::Command {
    let mut command = Cli::command();
    for forward in FORWARDS {
        if !workspace.has_bin(forward.bin) {
            command = command.mut_subcommand(forward.command, |c| c.hide(true));
        }
    }
    if !workspace.has_bin("canary") {
        command = command.mut_subcommand("canary", |c| c.hide(true));
    }
    if workspace.benches().is_empty() {
        command = command.mut_subcommand("bench", |c| c.hide(true));
    }
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent_and_hides_what_is_not_there() {
        Cli::command().debug_assert();
        let empty = Workspace::of("somewhere", &[]);
        let hidden = |name: &str| {
            listed(&empty)
                .find_subcommand(name)
                .is_some_and(clap::Command::is_hide_set)
        };
        assert!(hidden("sim") && hidden("demo") && hidden("bench"));
        assert!(!hidden("test") && !hidden("tidy"));
    }

    #[test]
    fn arguments_of_a_program_are_passed_on_as_they_are() {
        let line = ["xtask", "bench", "codec", "--json", "--help"];
        let cli = Cli::try_parse_from(line).expect("parses");
        let Command::Bench { name, args } = cli.command else {
            panic!("not a bench");
        };
        assert_eq!(name.as_deref(), Some("codec"));
        assert_eq!(args, ["--json", "--help"]);
    }
}
