//! `canary`: what lies on a phone is searched, by the one program that is built with SQLCipher.
//!
//! Its build is a step of its own: features unify within one build, and the centre must not get SQLCipher.
//! All crates but SQLite, `rusqlite` and the engine are those of the other stages.

use std::process::ExitCode;

use crate::forward::{self, ForwardError, Profile};
use crate::run::{Env, Step};
use crate::workspace::{Workspace, cargo};

const BIN: &str = "canary";
const FEATURES: &str = "tala-at-rest/sqlcipher,tala-mobile/sqlcipher";
/// The library that phones get, for the languages that are driven here.
const LIBRARY: &str = "tala_mobile_encrypted";

/// Build and run, if the program is in this tree.
pub(crate) fn steps(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let Some(bin) = workspace.bin(BIN) else {
        return Vec::new();
    };
    let run = forward::step(workspace, env, bin, Profile::Dev);
    vec![build(workspace), run]
}

/// Builds the program and becomes it.
pub(crate) fn run(
    workspace: &Workspace,
    env: &Env,
    args: Vec<String>,
) -> Result<ExitCode, ForwardError> {
    let absent = || ForwardError::Absent(BIN.to_owned());
    let bin = workspace.bin(BIN).ok_or_else(absent)?;
    build(workspace).run()?;
    let run = forward::step(workspace, env, bin, Profile::Dev);
    Ok(run.args(args).become_it()?)
}

fn build(workspace: &Workspace) -> Step {
    Step::new(cargo(), workspace.root()).args([
        "build",
        "--workspace",
        "--bin",
        BIN,
        "--example",
        LIBRARY,
        "--features",
        FEATURES,
    ])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_program_that_searches_is_built_with_the_cipher() {
        let workspace = Workspace::of(
            "root",
            &[("tala-at-rest", BIN), ("tala-server", "tala-server")],
        );
        let steps = steps(&workspace, &Env::new());
        let line = steps.first().map(ToString::to_string).unwrap_or_default();
        let wanted = "build --workspace --bin canary --example tala_mobile_encrypted --features ";
        assert!(line.contains(wanted) && line.ends_with(FEATURES), "{line}");
        assert_eq!(steps.len(), 2);
        assert!(super::steps(&Workspace::of("root", &[]), &Env::new()).is_empty());
    }
}
