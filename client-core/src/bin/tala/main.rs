//! `tala`: a headless phone. Human output by default, `--json` everywhere.
//!
//! Exit codes are in `docs/cli.md`: 0 done, 1 it failed, 2 wrong arguments, 3 not enrolled, 4 the centre
//! was not reached (try later), 5 a person must do something, 6 storage full or failing.

mod args;
mod export;
mod fault;
mod find;
mod home;
mod link;
mod patrol;
mod record;
mod report;
mod say;
mod show;
mod status;
mod track;

use std::process::ExitCode;

use clap::Parser as _;

use args::{Cli, Command, Global};
use fault::Outcome;
use say::Say;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let say = Say::new(&cli.global);
    match run(cli.command, &cli.global, &say) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            say.failure(&fault);
            fault.exit()
        }
    }
}

fn run(command: Command, global: &Global, say: &Say) -> Outcome {
    let folder = global.home.as_path();
    match command {
        Command::Enrol(args) => link::enrol(&args, folder, say),
        Command::Patrol(command) => patrol::run(&command, &mut home::open(folder)?, say),
        Command::Record(args) => record::run(&args, &mut home::open(folder)?, say),
        Command::Report(args) => report::report(&args, &mut home::open(folder)?, say),
        Command::Attach(args) => report::attach(&args, &mut home::open(folder)?, say),
        Command::Edit(args) => report::edit(&args, &mut home::open(folder)?, say),
        Command::Sync(args) => link::sync(&args, &mut home::open(folder)?, say),
        Command::Status => status::run(&mut home::open(folder)?, say),
        Command::Show(arg) => show::run(&arg.id, &mut home::open(folder)?, say),
        Command::Export(args) => export::run(&args, &mut home::open(folder)?, say),
        Command::Import(args) => export::import(&args, &mut home::open(folder)?, say),
        Command::Forget => export::forget(&mut home::open(folder)?, say),
        Command::Track(command) => track::run(command, global.json).map_err(fault::Fault::boxed),
    }
}
