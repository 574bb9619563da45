//! One language: how its side is written, built and driven.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use super::{BindingsError, Place, io};

/// A language that a phone's engine is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// Python, through ctypes.
    Python,
    /// Kotlin on the JVM, through JNA.
    Kotlin,
}

impl Binding {
    /// Its name, as the generator has it.
    pub const fn word(self) -> &'static str {
        match self {
            Binding::Python => "python",
            Binding::Kotlin => "kotlin",
        }
    }

    /// Runs the driver over a job with one more argument, and returns what it said.
    pub(super) fn drive(self, place: &Place, argument: &Path) -> Result<String, BindingsError> {
        let made = generated(self);
        let mut command = match self {
            Binding::Python => python(&made),
            Binding::Kotlin => kotlin(&made),
        };
        command.arg(&place.job).arg(argument);
        run(&mut command)
    }
}

/// Where `cargo xtask bindings` writes.
fn generated(binding: Binding) -> PathBuf {
    target().join("bindings").join(binding.word())
}

/// The build folder: the one that this program stands in.
fn target() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    let folder = program.ancestors().nth(2).map(Path::to_path_buf);
    folder.unwrap_or_else(|| here().join("../target"))
}

fn python(made: &Path) -> Command {
    let mut command = Command::new("python3");
    let places = [made.to_owned(), made.join("packages")].map(|path| path.display().to_string());
    command
        .env("PYTHONPATH", places.join(":"))
        .arg(here().join("bindings/scenario.py"));
    command
}

fn kotlin(made: &Path) -> Command {
    let jars = target().join("kotlin/node_modules/kotlin-compiler/lib");
    let classes = [
        made.join("scenario.jar"),
        jars.join("kotlin-stdlib.jar"),
        jars.join("kotlinx-coroutines-core-jvm.jar"),
        PathBuf::from("/usr/share/java/jna.jar"),
    ];
    let mut command = Command::new("java");
    command
        .arg("-cp")
        .arg(classes.map(|path| path.display().to_string()).join(":"))
        .arg(format!("-Djna.library.path={}", made.display()))
        .arg("ScenarioKt");
    command
}

fn run(command: &mut Command) -> Result<String, BindingsError> {
    let program = format!("{command:?}");
    let done = command
        .stdin(Stdio::null())
        .output()
        .map_err(io(format!("starting {program}")))?;
    let said = String::from_utf8_lossy(&done.stdout).into_owned();
    if done.status.success() {
        return Ok(said);
    }
    let errors = String::from_utf8_lossy(&done.stderr);
    Err(BindingsError::Driver {
        program,
        status: done.status.to_string(),
        said: format!("{said}{errors}"),
    })
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
