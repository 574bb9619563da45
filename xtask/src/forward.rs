//! Commands whose work is a program of another crate: it is built, then this process becomes it.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::field_bench;
use crate::run::{Env, RunError, Step};
use crate::workspace::{Bin, Workspace, cargo};

/// Programs that others start beside themselves: they stand in the same folder.
const COMPANIONS: [&str; 2] = ["tala", "tala-server"];

/// A command and the program behind it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Forward {
    /// What is typed after `cargo xtask`.
    pub(crate) command: &'static str,
    /// The program.
    pub(crate) bin: &'static str,
    profile: Profile,
}

/// Every forwarded command except `bench`, whose names come from the tree.
pub(crate) const FORWARDS: [Forward; 5] = [
    Forward::new("demo", "demo", Profile::Dev),
    Forward::new("sim", "sim", Profile::Dev),
    Forward::new("kill-loop", "kill-loop", Profile::Dev),
    // Its limits (1 s, 64 MiB, a million mutations) are figures of the product, not of a debug build.
    Forward::new("hostile", "hostile", Profile::Release),
    Forward::new("fixtures", "tala-fixtures", Profile::Dev),
];

/// How a program is built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Profile {
    /// What CI builds: overflow checks and debug assertions on.
    Dev,
    /// What is measured.
    Release,
}

/// Why a forwarded command did not run.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ForwardError {
    #[error("there is no `{0}` in this tree yet")]
    Absent(String),
    #[error("there is no bench `{name}`; known: {known}")]
    UnknownBench { name: String, known: String },
    #[error("name a bench; known: {known}")]
    NoBench { known: String },
    #[error(transparent)]
    Run(#[from] RunError),
}

impl Forward {
    const fn new(command: &'static str, bin: &'static str, profile: Profile) -> Self {
        Self {
            command,
            bin,
            profile,
        }
    }
}

/// Builds the program behind `command` and becomes it. A leading `--dev` or `--release` is ours.
pub(crate) fn run(
    workspace: &Workspace,
    env: &Env,
    command: &str,
    mut args: Vec<String>,
) -> Result<ExitCode, ForwardError> {
    let absent = || ForwardError::Absent(command.to_owned());
    let forward = FORWARDS.iter().find(|forward| forward.command == command);
    let forward = forward.ok_or_else(absent)?;
    let bin = workspace.bin(forward.bin).ok_or_else(absent)?;
    let profile = take_profile(&mut args).unwrap_or(forward.profile);
    build_and_become(workspace, env, bin, profile, args)
}

/// Builds a bench in release mode and becomes it. A leading `--dev` is ours: what is built for tests is
/// measured then, which is only of use to see that the bench works.
pub(crate) fn bench(
    workspace: &Workspace,
    env: &Env,
    name: Option<String>,
    args: Vec<String>,
    profile: Profile,
) -> Result<ExitCode, ForwardError> {
    let mut names = workspace.benches();
    if field_bench::is_there(workspace) {
        names.push(field_bench::NAME);
    }
    let known = match names.join(", ") {
        names if names.is_empty() => "none yet".to_owned(),
        names => names,
    };
    let Some(name) = name.filter(|name| !name.starts_with('-')) else {
        return Err(ForwardError::NoBench { known });
    };
    if !workspace.benches().contains(&name.as_str()) {
        return Err(ForwardError::UnknownBench { name, known });
    }
    let bin = workspace.bin(&format!("bench-{name}"));
    let bin = bin.ok_or(ForwardError::Absent(name))?;
    build_and_become(workspace, env, bin, profile, args)
}

/// Where the built program stands, ready to be run.
pub(crate) fn step(workspace: &Workspace, env: &Env, bin: &Bin, profile: Profile) -> Step {
    let folder = profile.place(workspace);
    let file = format!("{}{}", bin.name, std::env::consts::EXE_SUFFIX);
    let program = folder.join(file).to_string_lossy().into_owned();
    let place = ("TALA_BIN_DIR".to_owned(), folder.into_os_string());
    Step::new(program, workspace.root())
        .env(env)
        .env(&vec![place])
}

/// The build of a program and of those it starts, in one cargo call.
fn build(workspace: &Workspace, bin: &Bin, profile: Profile) -> Step {
    let step = Step::new(cargo(), workspace.root()).args(["build", "--workspace"]);
    let companions = COMPANIONS.iter().filter_map(|name| workspace.bin(name));
    let mut names: Vec<&str> = companions.map(|bin| bin.name.as_str()).collect();
    names.push(&bin.name);
    names.dedup();
    let step = step.args(names.into_iter().flat_map(|name| ["--bin", name]));
    match profile {
        Profile::Dev => step,
        Profile::Release => step.args(["--release"]),
    }
}

impl Profile {
    /// Where it is built.
    pub(crate) fn place(self, workspace: &Workspace) -> PathBuf {
        workspace.target().join(self.folder())
    }

    /// The folder below the build folder.
    const fn folder(self) -> &'static str {
        match self {
            Profile::Dev => "debug",
            Profile::Release => "release",
        }
    }
}

fn build_and_become(
    workspace: &Workspace,
    env: &Env,
    bin: &Bin,
    profile: Profile,
    args: Vec<String>,
) -> Result<ExitCode, ForwardError> {
    build(workspace, bin, profile).run()?;
    Ok(step(workspace, env, bin, profile).args(args).become_it()?)
}

/// Takes a leading `--dev` or `--release` from the arguments.
pub(crate) fn take_profile(args: &mut Vec<String>) -> Option<Profile> {
    let profile = match args.first().map(String::as_str) {
        Some("--dev") => Profile::Dev,
        Some("--release") => Profile::Release,
        _ => return None,
    };
    args.remove(0);
    Some(profile)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn workspace() -> Workspace {
        Workspace::of(
            "root",
            &[
                ("tala-client", "tala"),
                ("tala-tests", "sim"),
                ("tala-tests", "bench-codec"),
            ],
        )
    }

    #[test]
    fn a_program_is_built_with_those_it_starts() {
        let workspace = workspace();
        let sim = workspace.bin("sim").expect("sim");
        let line = build(&workspace, sim, Profile::Release).to_string();
        assert!(
            line.ends_with("build --workspace --bin tala --bin sim --release"),
            "{line}"
        );
    }

    #[test]
    fn only_a_leading_profile_is_taken_from_the_arguments() {
        let mut args = vec!["--release".to_owned(), "--seeds".to_owned()];
        assert_eq!(take_profile(&mut args), Some(Profile::Release));
        assert_eq!(args, ["--seeds"]);
        assert_eq!(take_profile(&mut args), None);
        assert_eq!(args, ["--seeds"]);
    }

    #[test]
    fn an_unknown_bench_is_answered_with_the_known_ones() {
        let error = bench(
            &workspace(),
            &Env::new(),
            Some("nothing".into()),
            vec![],
            Profile::Release,
        );
        let text = error.expect_err("unknown").to_string();
        assert_eq!(text, "there is no bench `nothing`; known: codec");
    }

    #[test]
    fn a_program_that_is_not_there_is_said_so() {
        let error = run(&workspace(), &Env::new(), "hostile", vec![]).expect_err("absent");
        assert!(matches!(error, ForwardError::Absent(name) if name == "hostile"));
    }
}
