//! One language: how its side is written, built and driven.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{BindingsError, DRIVE_MAX, Place, Said, io};

/// The suite of the bridge that web views speak to.
const BRIDGE: &str = "org.tala.shell.BridgeScenarioKt";

/// A language that a phone's engine is bound to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Binding {
    /// Python, through ctypes.
    Python,
    /// Kotlin on the JVM, through JNA.
    Kotlin,
}

/// How the library was built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Library {
    /// As the rest of the workspace is.
    Plain,
    /// As for phones, with SQLCipher: nothing opens without a key.
    Encrypted,
}

impl Library {
    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Library::Plain => "plain",
            Library::Encrypted => "encrypted",
        }
    }

    /// The lines that each binding must do with it.
    pub(super) fn scenario(self) -> PathBuf {
        here().join(match self {
            Library::Plain => "bindings/scenario.txt",
            Library::Encrypted => "bindings/at-rest.txt",
        })
    }

    /// Where it lies for a language.
    fn folder(self, binding: Binding) -> PathBuf {
        match self {
            Library::Plain => generated(binding),
            Library::Encrypted => target().join("bindings/encrypted"),
        }
    }
}

impl Binding {
    /// Every one that runs on this machine.
    pub const ALL: [Self; 2] = [Binding::Python, Binding::Kotlin];

    /// Its name, as the generator has it.
    pub const fn word(self) -> &'static str {
        match self {
            Binding::Python => "python",
            Binding::Kotlin => "kotlin",
        }
    }

    /// Runs the driver over a job with one more argument.
    pub(super) fn drive(
        self,
        library: Library,
        place: &Place,
        argument: &Path,
    ) -> Result<Said, BindingsError> {
        let loaded = library.folder(self);
        let mut command = match self {
            Binding::Python => python(&loaded),
            Binding::Kotlin => kotlin(&loaded, &["scenario.jar"], "ScenarioKt"),
        };
        command.arg(&place.job).arg(argument);
        run(&mut command, place)
    }
}

/// Runs the suite of the layer above Kotlin's binding: phone, bridge, and what surrounds them.
pub(super) fn drive_bridge(place: &Place) -> Result<Said, BindingsError> {
    let jars = ["scenario.jar", "phone.jar", "bridge.jar"];
    let loaded = Library::Plain.folder(Binding::Kotlin);
    let mut command = kotlin(&loaded, &jars, BRIDGE);
    command.arg(&place.job);
    run(&mut command, place)
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

fn python(loaded: &Path) -> Command {
    let mut command = Command::new("python3");
    let packages = generated(Binding::Python).join("packages");
    let places = [loaded.to_owned(), packages].map(|path| path.display().to_string());
    command
        .env("PYTHONPATH", places.join(":"))
        .arg(here().join("bindings/scenario.py"));
    command
}

fn kotlin(loaded: &Path, own: &[&str], main: &str) -> Command {
    let made = generated(Binding::Kotlin);
    let jars = here().join("bindings/node_modules/kotlin-compiler/lib");
    let mut classes: Vec<PathBuf> = own.iter().map(|jar| made.join(jar)).collect();
    classes.extend([
        jars.join("kotlin-stdlib.jar"),
        jars.join("kotlinx-coroutines-core-jvm.jar"),
        PathBuf::from("/usr/share/java/jna.jar"),
        PathBuf::from("/usr/share/java/com.android.json.jar"),
    ]);
    let mut command = Command::new("java");
    // A heap that is taken whole at the start: what grows afterwards is not the heap.
    command
        .args([
            "-Xms192m",
            "-Xmx192m",
            "-XX:+AlwaysPreTouch",
            "-XX:+UseSerialGC",
        ])
        .arg("-cp")
        .arg(
            classes
                .iter()
                .map(|path| path.display().to_string())
                .collect::<Vec<_>>()
                .join(":"),
        )
        .arg(format!("-Djna.library.path={}", loaded.display()))
        .arg(main);
    command
}

/// Runs a driver, and ends it where it takes too long: a deadlock must not take a test run down with it.
fn run(command: &mut Command, place: &Place) -> Result<Said, BindingsError> {
    let program = format!("{command:?}");
    let (out, errors) = (place.folder.join("out"), place.folder.join("errors"));
    let file = |path: &Path| std::fs::File::create(path).map_err(io("making a file for output"));
    // Two panics are part of the scenario; their traces would only bury what matters.
    command
        .env("RUST_BACKTRACE", "0")
        .stdin(Stdio::null())
        .stdout(file(&out)?)
        .stderr(file(&errors)?);
    let mut child = command.spawn().map_err(io(format!("starting {program}")))?;
    let status = within(&mut child, DRIVE_MAX).map_err(io(format!("waiting for {program}")))?;
    let text = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    match status {
        Some(status) if status.success() => Ok(Said::Ended(text(&out))),
        Some(status) if status.code().is_none() && place.resume.exists() => Ok(Said::Killed),
        Some(status) => Err(BindingsError::Driver {
            program,
            status: status.to_string(),
            said: text(&out) + &text(&errors),
        }),
        None => Err(BindingsError::Slow {
            program,
            said: text(&out) + &text(&errors),
        }),
    }
}

/// How a program ended; none where it had to be killed.
fn within(child: &mut Child, at_most: Duration) -> std::io::Result<Option<ExitStatus>> {
    let began = Instant::now();
    while began.elapsed() < at_most {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill()?;
    child.wait()?;
    Ok(None)
}

fn here() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}
