//! `bindings play|bench python|kotlin [--json]`: the bindings at work against a live centre.
//!
//! Exit 0: every line of the scenario held and the centre has what was delivered. Exit 2: not.

use std::io::Write as _;
use std::process::ExitCode;

use clap::{Parser, ValueEnum};
use tala_tests::bindings::{self, Binding, BindingsError};
use tala_tests::rig::{chain, scratch};

#[derive(Parser)]
#[command(about = "The bindings at work against a live centre")]
struct Args {
    /// What to do.
    what: What,
    /// In which languages.
    languages: Vec<Language>,
}

#[derive(Clone, Copy, ValueEnum)]
enum What {
    Play,
    Bench,
}

#[derive(Clone, Copy, ValueEnum)]
enum Language {
    Python,
    Kotlin,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tell(&chain(&error));
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<(), BindingsError> {
    let mut costs = Vec::new();
    for language in &args.languages {
        let binding = match language {
            Language::Python => Binding::Python,
            Language::Kotlin => Binding::Kotlin,
        };
        let word = binding.word();
        let folder = scratch("bindings-play").join(word);
        match args.what {
            What::Play => {
                let shown = bindings::play(binding, &folder)?;
                say(&format!(
                    "{word}: {} lines held, {} fixes at the centre",
                    shown.lines, shown.fixes
                ));
            }
            What::Bench => costs.push(format!("\"{word}\":{}", bindings::bench(binding, &folder)?)),
        }
    }
    if !costs.is_empty() {
        say(&format!("{{{}}}", costs.join(",")));
    }
    Ok(())
}

fn say(line: &str) {
    // Nobody to tell where standard output is closed.
    let _ = writeln!(std::io::stdout().lock(), "{line}");
}

fn tell(line: &str) {
    // Nobody to tell where standard error is closed.
    let _ = writeln!(std::io::stderr().lock(), "bindings: {line}");
}
