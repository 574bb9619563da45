//! `bench-bindings [--json]`: what a call costs from each language that runs here, and what a thousand
//! fixes cost until they are durable. Medians; the library is the one that `cargo xtask` put beside them.

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use tala_tests::bindings::{self, Binding, BindingsError};
use tala_tests::rig::{chain, scratch};

#[derive(Parser)]
#[command(about = "What a call costs from each language that runs here")]
struct Args {
    /// One JSON object and nothing else.
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(said) => {
            // Nobody to tell where standard output is closed.
            let _ = writeln!(std::io::stdout().lock(), "{said}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            // Nobody to tell where standard error is closed.
            let _ = writeln!(
                std::io::stderr().lock(),
                "bench-bindings: {}",
                chain(&error)
            );
            ExitCode::from(2)
        }
    }
}

fn run(args: &Args) -> Result<String, BindingsError> {
    let mut parts = Vec::new();
    for binding in [Binding::Kotlin, Binding::Python] {
        let word = binding.word();
        let costs = bindings::bench(binding, &scratch("bindings-bench").join(word))?;
        parts.push((word, costs));
    }
    Ok(match args.json {
        true => {
            let members: Vec<String> = parts
                .iter()
                .map(|(word, costs)| format!("\"{word}\":{costs}"))
                .collect();
            format!("{{{}}}", members.join(","))
        }
        false => {
            let lines: Vec<String> = parts
                .iter()
                .map(|(word, costs)| format!("{word}: {costs}"))
                .collect();
            lines.join("\n")
        }
    })
}
