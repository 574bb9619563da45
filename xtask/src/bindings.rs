//! `bindings LANGUAGE`: writes the foreign side of `tala-mobile`, and makes it ready to be driven here.
//!
//! Written from the unstripped library, because stripping takes away what the generator reads. Everything
//! goes below the build folder; nothing that is generated is committed.

use std::path::{Path, PathBuf};

use crate::run::{RunError, Step};
use crate::workspace::{Workspace, cargo};

/// The Kotlin compiler as npm has it; with the standard library and coroutines in it.
const KOTLIN_COMPILER: &str = "kotlin-compiler@2.4.20";
/// Where Debian's `libjna-java` puts JNA.
const JNA: &str = "/usr/share/java/jna.jar";

/// A language whose side can be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Language {
    /// For Android, and the JVM here.
    Kotlin,
    /// For iOS. Written only: there is no compiler for it on Linux.
    Swift,
    /// For tools and tests.
    Python,
    /// For browsers: the same as `cargo xtask wasm`.
    Wasm,
}

/// Why a binding is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindingsError {
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Builds the library and the generator, then writes one language's side.
pub(crate) fn make(workspace: &Workspace, language: Language) -> Result<(), BindingsError> {
    Step::new(cargo(), workspace.root())
        .args(["build", "--workspace", "--lib", "--bin", "tala-bindgen"])
        .run()?;
    for step in steps(workspace, language) {
        step.run()?;
    }
    println!("{}", folder(workspace, language).display());
    Ok(())
}

/// What makes a language ready once library and generator are built.
pub(crate) fn steps(workspace: &Workspace, language: Language) -> Vec<Step> {
    let folder = folder(workspace, language);
    let built = workspace.target().join("debug");
    let library = text(&built.join("libtala_mobile.so"));
    if language == Language::Wasm {
        return Vec::new();
    }
    let mut steps = vec![
        Step::new(text(&built.join("tala-bindgen")), workspace.root())
            .args(["generate", "--no-format", "--language", language.word()])
            .args(["--out-dir", &text(&folder), &library]),
    ];
    match language {
        Language::Swift | Language::Wasm => return steps,
        Language::Python => steps.extend(python(workspace, &folder)),
        Language::Kotlin => steps.extend(kotlin(workspace, &folder)),
    }
    let beside = text(&folder.join("libtala_mobile.so"));
    steps.push(Step::new("cp", workspace.root()).args(["--", &library, &beside]));
    steps
}

impl Language {
    const fn word(self) -> &'static str {
        match self {
            Language::Kotlin => "kotlin",
            Language::Swift => "swift",
            Language::Python => "python",
            Language::Wasm => "wasm",
        }
    }
}

fn python(workspace: &Workspace, folder: &Path) -> Option<Step> {
    let packages = folder.join("packages");
    let present = packages.join("cryptography").is_dir();
    let list = "xtask/src/setup/python.requirements.txt";
    (!present).then(|| {
        Step::new("python3", workspace.root())
            .args(["-m", "pip", "install", "--quiet", "--only-binary", ":all:"])
            .args(["--target", &text(&packages), "--requirement", list])
    })
}

fn kotlin(workspace: &Workspace, folder: &Path) -> Vec<Step> {
    let tools = workspace.target().join("kotlin");
    let compiler = tools.join("node_modules/kotlin-compiler");
    let jars = compiler.join("lib");
    let coroutines = text(&jars.join("kotlinx-coroutines-core-jvm.jar"));
    let needed = format!("{JNA}:{coroutines}");
    let sources = [
        folder.join("org/tala/core/tala_mobile.kt"),
        workspace.root().join("tests/bindings/kotlin"),
    ];
    let mut steps = Vec::new();
    if !compiler.is_dir() {
        steps.push(
            Step::new("npm", workspace.root())
                .args(["install", "--no-save", "--ignore-scripts", "--prefix"])
                .args([text(&tools).as_str(), KOTLIN_COMPILER]),
        );
    }
    steps.push(
        Step::new("java", workspace.root())
            .args(["-Xmx1g", "-cp", &text(&jars.join("kotlin-compiler.jar"))])
            .args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn"])
            .args(["-kotlin-home", &text(&compiler), "-classpath", &needed])
            .args(["-d", &text(&folder.join("scenario.jar"))])
            .args(sources.iter().map(|source| text(source))),
    );
    steps
}

fn folder(workspace: &Workspace, language: Language) -> PathBuf {
    workspace.target().join("bindings").join(language.word())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
