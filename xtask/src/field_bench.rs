//! `bench field`: the officer's app in Chromium, over the module for browsers and a live centre.
//!
//! The measuring is `web/field/test/browser/bench`; here is what must be built before it: the module, the
//! pages over it, and the programs of the centre. It ends with 1 where a limit of the issue is passed.

use std::process::ExitCode;

use crate::forward::Profile;
use crate::run::{Env, RunError, Step};
use crate::wasm::{self, WasmError};
use crate::web::{self, WebError};
use crate::workspace::{Workspace, cargo};

/// What is typed after `bench`.
pub(crate) const NAME: &str = "field";

const SCRIPT: &str = "web/field/test/browser/bench/run.mjs";
/// The centre, a colleague's phone, and who founds them.
const PROGRAMS: [&str; 2] = ["tala-server", "tala"];

/// Why the app could not be measured.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FieldBenchError {
    #[error(transparent)]
    Module(#[from] WasmError),
    #[error(transparent)]
    Web(#[from] WebError),
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Whether the tree has it.
pub(crate) fn is_there(workspace: &Workspace) -> bool {
    workspace.has(SCRIPT)
}

/// Builds all of it, and becomes the bench.
pub(crate) fn run(
    workspace: &Workspace,
    env: &Env,
    profile: Profile,
    args: Vec<String>,
) -> Result<ExitCode, FieldBenchError> {
    wasm::build(workspace)?;
    web::build(workspace)?;
    programs(workspace, profile).run()?;
    let place = profile.place(workspace).into_os_string();
    let place = vec![("TALA_BIN_DIR".to_owned(), place)];
    let step = Step::new("node", workspace.root()).args([SCRIPT]);
    Ok(step.args(args).env(env).env(&place).become_it()?)
}

fn programs(workspace: &Workspace, profile: Profile) -> Step {
    let step = Step::new(cargo(), workspace.root()).args(["build", "--workspace"]);
    let step = step.args(PROGRAMS.into_iter().flat_map(|name| ["--bin", name]));
    match profile {
        Profile::Dev => step,
        Profile::Release => step.args(["--release"]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_centre_and_a_phone_are_built_as_asked() {
        let workspace = Workspace::of("somewhere", &[]);
        let dev = programs(&workspace, Profile::Dev).to_string();
        assert!(
            dev.ends_with("build --workspace --bin tala-server --bin tala"),
            "{dev}"
        );
        let release = programs(&workspace, Profile::Release).to_string();
        assert!(release.ends_with("--bin tala --release"), "{release}");
    }
}
