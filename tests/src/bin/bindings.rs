//! `bindings [python] [kotlin]`: the bindings at work against a live centre; without a name, both, and the
//! layer above Kotlin's. `bindings --bridge`: that layer alone. `bindings --encrypted`: the languages with
//! the library that phones get.
//!
//! Exit 0: every line of the scenario held and the centre has what was delivered. Exit 2: not.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use tala_tests::bindings::{self, Binding, BindingsError, Library};
use tala_tests::rig::{chain, scratch};

#[derive(Parser)]
#[command(about = "The bindings at work against a live centre")]
struct Args {
    /// In which languages; without any, in all that run here.
    languages: Vec<Binding>,
    /// Only the layer above Kotlin's binding: the bridge that web views speak to.
    #[arg(long)]
    bridge: bool,
    /// With the library that opens nothing without a key, and its own scenario.
    #[arg(long, conflicts_with = "bridge")]
    encrypted: bool,
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
    let languages = match args.languages.as_slice() {
        [] if args.bridge => &[],
        [] => Binding::ALL.as_slice(),
        some => some,
    };
    let library = match args.encrypted {
        true => Library::Encrypted,
        false => Library::Plain,
    };
    let mut all = Vec::new();
    for binding in languages {
        let word = binding.word();
        let place = scratch("bindings-play").join(library.word()).join(word);
        let shown = bindings::play(*binding, library, &place)?;
        let said = format!(
            "{word} ({}): {} lines held, killed {} time(s), {} fixes at the centre",
            library.word(),
            shown.lines,
            shown.deaths,
            shown.fixes
        );
        tell(&said);
        all.push(said);
    }
    if args.bridge || (args.languages.is_empty() && !args.encrypted) {
        let shown = bindings::play_bridge(&scratch("bindings-play").join("bridge"))?;
        let said = format!(
            "bridge: {} things held, {} fixes at the centre",
            shown.held, shown.fixes
        );
        tell(&said);
        all.push(said);
    }
    // One closing line: the test run shows the last one of each program.
    say(&all.join("; "));
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
