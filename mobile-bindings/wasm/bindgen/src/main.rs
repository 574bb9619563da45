//! Writes the JavaScript and TypeScript side of a module: `tala-wasm-bindgen MODULE FOLDER`.
//!
//! A program of its own, because what it is made of is large and nothing else needs it. Names are taken
//! out of the module here; what remains is for `wasm-opt`.
#![allow(
    clippy::print_stderr,
    reason = "a developer command speaks to a terminal"
)]

use std::env;
use std::process::ExitCode;

use wasm_bindgen_cli_support::Bindgen;

fn main() -> ExitCode {
    let mut args = env::args_os().skip(1);
    let (Some(module), Some(folder), None) = (args.next(), args.next(), args.next()) else {
        eprintln!("usage: tala-wasm-bindgen MODULE FOLDER");
        return ExitCode::FAILURE;
    };
    let mut bindgen = Bindgen::new();
    bindgen
        .input_path(module)
        .out_name("tala")
        .typescript(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .omit_default_module_path(true);
    let written = bindgen
        .web(true)
        .and_then(|bindgen| bindgen.generate(folder));
    match written {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("tala-wasm-bindgen: {error:#}");
            ExitCode::FAILURE
        }
    }
}
