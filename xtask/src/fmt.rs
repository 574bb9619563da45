//! `fmt`: one command that formats, or checks, Rust and web sources.

use crate::run::{RunError, Step};
use crate::web;
use crate::workspace::{Workspace, cargo};

/// Formats everything, or with `check` only fails where something is not formatted.
pub(crate) fn run(workspace: &Workspace, check: bool) -> Result<(), RunError> {
    steps(workspace, check).iter().try_for_each(Step::run)
}

/// The command lines of `fmt`. The check of web sources is part of `npm run check`.
pub(crate) fn steps(workspace: &Workspace, check: bool) -> Vec<Step> {
    let rust = Step::new(cargo(), workspace.root()).args(["fmt", "--all"]);
    if check {
        return vec![rust.args(["--check"])];
    }
    let mut steps = vec![rust];
    if workspace.has("web/node_modules") {
        steps.extend(web::script(workspace, "format"));
    }
    steps
}
