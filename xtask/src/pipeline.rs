//! `test`: the stages of CI in order, each timed, with a closing table.
//!
//! What is in the list is decided by looking at the tree: a program or folder that is there is run, and
//! one that is not there yet has no stage. Nothing that exists is ever skipped. The web part comes
//! before anything is compiled, because the server embeds it.

use std::process::ExitCode;
use std::time::{Duration, Instant};

use crate::bindings;
use crate::canary;
use crate::fmt;
use crate::forward::{self, Profile};
use crate::run::{Env, RunError, Step};
use crate::setup::{self, Goal, system, tracks};
use crate::tidy;
use crate::wasm;
use crate::web;
use crate::workspace::{Workspace, cargo};

mod closing;

/// What CI allows itself from cold, on two cores.
const BUDGET: Duration = Duration::from_mins(60);

/// One part of the run.
#[derive(Debug)]
struct Stage {
    name: &'static str,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Setup(Goal),
    Tidy,
    /// The module that the web part imports.
    Module,
    Steps(Vec<Step>),
}

/// How one stage went.
#[derive(Debug)]
struct Outcome {
    name: &'static str,
    took: Duration,
    closing: Vec<String>,
    error: Option<StageError>,
}

/// Why a stage failed.
#[derive(Debug, thiserror::Error)]
enum StageError {
    #[error(transparent)]
    Setup(#[from] setup::SetupError),
    #[error(transparent)]
    Tidy(#[from] tidy::TidyError),
    #[error("{0} findings")]
    Findings(usize),
    #[error(transparent)]
    Run(#[from] RunError),
    #[error(transparent)]
    Module(#[from] wasm::WasmError),
}

/// Runs every stage up to the first that fails, then prints how each of them went.
pub(crate) fn test(workspace: &Workspace, quick: bool) -> ExitCode {
    let goal = match quick {
        true => Goal::Quick,
        false => Goal::Everything,
    };
    let mut outcomes = vec![run_stage(workspace, "setup", &Work::Setup(goal))];
    if outcomes.iter().all(|outcome| outcome.error.is_none()) {
        let env = setup::places(workspace);
        for stage in stages(workspace, &env, quick) {
            outcomes.push(run_stage(workspace, stage.name, &stage.work));
            if outcomes.last().is_some_and(|last| last.error.is_some()) {
                break;
            }
        }
    }
    print!("{}", table(&outcomes));
    match outcomes.iter().any(|outcome| outcome.error.is_some()) {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

/// The stages after `setup`.
fn stages(workspace: &Workspace, env: &Env, quick: bool) -> Vec<Stage> {
    let mut stages = vec![
        steps("fmt", fmt::steps(workspace, true)),
        Stage {
            name: "tidy",
            work: Work::Tidy,
        },
    ];
    let embedded = web::PAGES.iter().all(|built| workspace.has(built));
    if !quick || !embedded {
        if workspace.has("mobile-bindings/wasm") {
            stages.push(Stage {
                name: "module",
                work: Work::Module,
            });
        }
        stages.push(steps("web", web::checks(workspace)));
    }
    stages.push(steps("clippy", vec![clippy(workspace)]));
    if quick {
        stages.push(steps("unit tests", vec![unit_tests(workspace, env)]));
    } else {
        stages.extend(full(workspace, env));
    }
    stages.retain(|stage| !matches!(&stage.work, Work::Steps(steps) if steps.is_empty()));
    stages
}

/// What `--quick` leaves out, in order. All of it but what needs SQLCipher is built by the one `build`.
fn full(workspace: &Workspace, env: &Env) -> Vec<Stage> {
    let rust = || Step::new(cargo(), workspace.root()).env(env);
    let hostile_folder =
        tracks::hostile(workspace).map(|place| place.to_string_lossy().into_owned());
    let mut hostile_args: Vec<&str> = hostile_folder.iter().map(String::as_str).collect();
    hostile_args.extend(["--mutations", "20000"]);
    vec![
        steps("licences", licences(workspace)),
        steps(
            "build",
            vec![rust().args(["build", "--workspace", "--all-targets"])],
        ),
        steps("unit tests", vec![unit_tests(workspace, env)]),
        steps(
            "doc tests",
            vec![rust().args(["test", "--doc", "--workspace"])],
        ),
        steps("sim", program(workspace, env, "sim", &["--seeds", "30"])),
        steps(
            "kill-loop",
            program(workspace, env, "kill-loop", &["--kills", "20"]),
        ),
        steps("hostile", program(workspace, env, "hostile", &hostile_args)),
        steps("bindings", bound(workspace, env)),
        steps("at rest", at_rest(workspace, env)),
        steps("demo", program(workspace, env, "demo", &["--smoke"])),
        steps("field pages", field_pages(workspace, env)),
        steps("end to end", end_to_end(workspace, env)),
        steps("browser core", browser_core(workspace, env)),
    ]
}

fn steps(name: &'static str, steps: Vec<Step>) -> Stage {
    Stage {
        name,
        work: Work::Steps(steps),
    }
}

fn clippy(workspace: &Workspace) -> Step {
    let step = Step::new(cargo(), workspace.root());
    step.args([
        "clippy",
        "--workspace",
        "--all-targets",
        "--",
        "-D",
        "warnings",
    ])
}

fn unit_tests(workspace: &Workspace, env: &Env) -> Step {
    let step = Step::new(cargo(), workspace.root()).env(env);
    if system::answers("cargo", &["nextest", "--version"]) {
        step.args(["nextest", "run", "--workspace"])
    } else {
        step.args(["test", "--workspace", "--all-targets"])
    }
}

fn licences(workspace: &Workspace) -> Vec<Step> {
    if system::on_path("cargo-deny").is_none() {
        return Vec::new();
    }
    let step = Step::new(cargo(), workspace.root());
    vec![step.args(["deny", "check", "licenses", "bans", "sources"])]
}

fn program(workspace: &Workspace, env: &Env, name: &str, args: &[&str]) -> Vec<Step> {
    let bin = workspace.bin(name);
    bin.map(|bin| forward::step(workspace, env, bin, Profile::Dev).args(args.iter().copied()))
        .into_iter()
        .collect()
}

/// The languages that are driven here: made ready, then driven.
fn bound(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let play = program(workspace, env, "bindings", &[]);
    if play.is_empty() {
        return play;
    }
    let languages = bindings::DRIVEN.into_iter();
    let made = languages.flat_map(|language| bindings::steps(workspace, language, Profile::Dev));
    made.chain(play).collect()
}

fn field_pages(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let steps = web::field_pages(workspace).into_iter();
    steps.map(|step| step.env(env)).collect()
}

/// What lies on a phone is searched; then the library that phones get is driven from other languages.
fn at_rest(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let mut steps = canary::steps(workspace, env);
    let play = program(workspace, env, "bindings", &["--encrypted"]);
    if !steps.is_empty() && !play.is_empty() {
        steps.extend(bindings::encrypted(workspace));
        steps.extend(play);
    }
    steps
}

fn end_to_end(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let env = with_programs(workspace, env);
    let steps = web::end_to_end(workspace).into_iter();
    steps.map(|step| step.env(&env)).collect()
}

/// The engine in a real browser: kills, a second window, and nothing readable in the profile.
fn browser_core(workspace: &Workspace, env: &Env) -> Vec<Step> {
    let script = "web/field/test/browser/run.mjs";
    let step = Step::new("node", workspace.root()).args([script]);
    let there = workspace.has(script);
    there
        .then(|| step.env(&with_programs(workspace, env)))
        .into_iter()
        .collect()
}

/// The same with the place of what `build` has built.
fn with_programs(workspace: &Workspace, env: &Env) -> Env {
    let folder = workspace.target().join("debug").into_os_string();
    let programs = [("TALA_BIN_DIR".to_owned(), folder)];
    env.iter().cloned().chain(programs).collect()
}

fn run_stage(workspace: &Workspace, name: &'static str, work: &Work) -> Outcome {
    println!("\n== {name}");
    let start = Instant::now();
    let mut closing = Vec::new();
    let error = run_work(workspace, work, &mut closing).err();
    Outcome {
        name,
        took: start.elapsed(),
        closing,
        error,
    }
}

fn run_work(
    workspace: &Workspace,
    work: &Work,
    closing: &mut Vec<String>,
) -> Result<(), StageError> {
    match work {
        Work::Setup(goal) => {
            setup::prepare(workspace, *goal)?;
        }
        Work::Tidy => {
            let report = tidy::check(workspace.root())?;
            print!("{report}");
            closing.push(report.summary());
            if !report.findings.is_empty() {
                return Err(StageError::Findings(report.findings.len()));
            }
        }
        Work::Module => wasm::make(workspace, false)?,
        Work::Steps(steps) => {
            for step in steps {
                println!("-- {step}");
                let mut lines = closing::Closing::default();
                let result = step.run_watched(&mut |line| lines.see(line));
                closing.extend(lines.into_lines());
                result?;
            }
        }
    }
    Ok(())
}

/// The closing lines of every runner, then the minutes of every stage.
fn table(outcomes: &[Outcome]) -> String {
    let mut text = String::from("\n== closing lines\n");
    for outcome in outcomes {
        for line in &outcome.closing {
            text.push_str(&format!("{:<12}{line}\n", outcome.name));
        }
    }
    text.push_str("\n== minutes per stage\n");
    for outcome in outcomes {
        let minutes = minutes(outcome.took);
        text.push_str(&format!("{:<12}{minutes:>6.2}", outcome.name));
        if let Some(error) = &outcome.error {
            text.push_str(&format!("  FAILED: {}", chain(error)));
        }
        text.push('\n');
    }
    let total: Duration = outcomes.iter().map(|outcome| outcome.took).sum();
    let over = if total > BUDGET { "  OVER BUDGET" } else { "" };
    let (total, budget) = (minutes(total), minutes(BUDGET));
    text.push_str(&format!(
        "{:<12}{total:>6.2} of {budget:.0}{over}\n",
        "total"
    ));
    text
}

fn minutes(took: Duration) -> f64 {
    took.as_secs_f64() / 60.0
}

fn chain(error: &StageError) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text.push_str(&format!(": {cause}"));
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(workspace: &Workspace, quick: bool) -> Vec<&'static str> {
        let stages = stages(workspace, &Env::new(), quick);
        let named = stages.iter().map(|stage| stage.name);
        named.filter(|name| *name != "licences").collect()
    }

    #[test]
    fn the_tree_decides_which_stages_there_are() {
        let bare = Workspace::of("nowhere", &[]);
        let wanted = ["fmt", "tidy", "clippy", "build", "unit tests", "doc tests"];
        assert_eq!(names(&bare, false), wanted);

        let programs = ["sim", "kill-loop", "hostile", "bindings", "canary", "demo"];
        let full = Workspace::of("nowhere", &programs.map(|name| ("some-crate", name)));
        let stages = programs.map(|name| if name == "canary" { "at rest" } else { name });
        assert_eq!(names(&full, false), [&wanted[..], &stages[..]].concat());
    }

    #[test]
    fn quick_is_formatting_rules_lints_and_unit_tests() {
        let workspace = Workspace::of("nowhere", &[("tala-tests", "sim")]);
        assert_eq!(
            names(&workspace, true),
            ["fmt", "tidy", "clippy", "unit tests"]
        );
    }

    #[test]
    fn the_table_shows_closing_lines_minutes_and_what_failed() {
        let outcomes = [
            Outcome {
                name: "unit tests",
                took: Duration::from_secs(90),
                closing: vec!["Summary 3 passed".to_owned()],
                error: None,
            },
            Outcome {
                name: "tidy",
                took: Duration::from_mins(60),
                closing: Vec::new(),
                error: Some(StageError::Findings(2)),
            },
        ];
        let text = table(&outcomes);
        assert!(text.contains("unit tests  Summary 3 passed"), "{text}");
        assert!(text.contains("unit tests    1.50\n"), "{text}");
        assert!(text.contains("FAILED: 2 findings"), "{text}");
        assert!(text.ends_with("61.50 of 60  OVER BUDGET\n"), "{text}");
    }
}
