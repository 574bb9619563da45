//! `bindings LANGUAGE`: writes the foreign side of `tala-mobile`, and makes it ready to be driven here.
//!
//! Written from the unstripped library, because stripping takes away what the generator reads. Everything
//! that is made goes below the build folder; nothing that is generated is committed. What runs here and
//! what does not stands in `docs/bindings.md`.

mod layers;

use std::path::{Path, PathBuf};

use crate::forward::Profile;
use crate::run::{RunError, Step};
use crate::web;
use crate::workspace::{Workspace, cargo};

/// The drivers, and the lock of what compiles them.
const DRIVERS: &str = "tests/bindings";
/// What the Python driver needs beside Python.
const PYTHON_PACKAGES: &str = "xtask/src/setup/python.requirements.txt";
/// The library below the folder of a profile.
const LIBRARY: &str = "examples/libtala_mobile.so";
/// The same with a cipher.
const ENCRYPTED: &str = "examples/libtala_mobile_encrypted.so";
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

/// The languages that are driven here.
pub(crate) const DRIVEN: [Language; 2] = [Language::Python, Language::Kotlin];

/// Why a binding is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum BindingsError {
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Builds the library and the generator, then writes one language's side.
pub(crate) fn make(workspace: &Workspace, language: Language) -> Result<(), BindingsError> {
    build(workspace, Profile::Dev).run()?;
    for step in steps(workspace, language, Profile::Dev) {
        step.run()?;
    }
    println!("{}", folder(workspace, language).display());
    Ok(())
}

/// Makes the driven languages ready with the library of a profile. The generator is never a release build,
/// which would take it minutes to no use.
pub(crate) fn make_driven(workspace: &Workspace, profile: Profile) -> Result<(), BindingsError> {
    build(workspace, Profile::Dev).run()?;
    if profile == Profile::Release {
        build(workspace, profile).run()?;
    }
    for language in DRIVEN {
        for step in steps(workspace, language, profile) {
            step.run()?;
        }
    }
    Ok(())
}

/// What makes a language ready once library and generator are built.
pub(crate) fn steps(workspace: &Workspace, language: Language, profile: Profile) -> Vec<Step> {
    let folder = folder(workspace, language);
    let library = text(&profile.place(workspace).join(LIBRARY));
    let generator = Profile::Dev.place(workspace).join("tala-bindgen");
    if language == Language::Wasm {
        return Vec::new();
    }
    let mut steps = vec![
        Step::new(text(&generator), workspace.root())
            .args(["generate", "--no-format", "--language", language.word()])
            .args(["--out-dir", &text(&folder), &library]),
    ];
    match language {
        Language::Swift | Language::Wasm => return steps,
        Language::Python => steps.push(python(workspace, &folder)),
        Language::Kotlin => steps.extend(kotlin(workspace, &folder)),
    }
    let beside = text(&folder.join("libtala_mobile.so"));
    steps.push(Step::new("cp", workspace.root()).args(["--", &library, &beside]));
    steps
}

/// Puts the library that opens nothing without a key where its drivers look for it, once `canary` has built
/// it and the driven languages are ready. Both load one copy; what was written for the plain one fits it.
pub(crate) fn encrypted(workspace: &Workspace) -> Vec<Step> {
    let folder = workspace.target().join("bindings/encrypted");
    let library = Profile::Dev.place(workspace).join(ENCRYPTED);
    let module = self::folder(workspace, Language::Python).join("tala_mobile.py");
    let copy = |from: &Path, name: &str| {
        let to = text(&folder.join(name));
        Step::new("cp", workspace.root()).args(["--", &text(from), &to])
    };
    vec![
        Step::new("mkdir", workspace.root()).args(["-p", "--", &text(&folder)]),
        copy(&library, "libtala_mobile.so"),
        copy(&module, "tala_mobile.py"),
    ]
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

fn build(workspace: &Workspace, profile: Profile) -> Step {
    let step = Step::new(cargo(), workspace.root()).args([
        "build",
        "--workspace",
        "--example",
        "tala_mobile",
    ]);
    match profile {
        Profile::Dev => step.args(["--bin", "tala-bindgen"]),
        Profile::Release => step.args(["--release"]),
    }
}

fn python(workspace: &Workspace, folder: &Path) -> Step {
    let packages = folder.join("packages");
    Step::new("python3", workspace.root())
        .args(["-m", "pip", "install", "--quiet", "--no-deps", "--upgrade"])
        .args(["--root-user-action", "ignore"])
        .args(["--only-binary", ":all:", "--target", &text(&packages)])
        .args(["--requirement", PYTHON_PACKAGES])
        .unless_fresh(
            vec![workspace.root().join(PYTHON_PACKAGES)],
            packages.join("cryptography"),
        )
}

fn kotlin(workspace: &Workspace, folder: &Path) -> Vec<Step> {
    let drivers = workspace.root().join(DRIVERS);
    let compiler = drivers.join("node_modules/kotlin-compiler");
    let sources = [
        folder.join("org/tala/core/tala_mobile.kt"),
        drivers.join("kotlin/Scenario.kt"),
    ];
    let lock = drivers.join("package-lock.json");
    let kotlinc = layers::Kotlinc::new(workspace, compiler, lock);
    let made = folder.join("scenario.jar");
    let install = web::locked_install(&drivers);
    let mut steps: Vec<Step> = install.into_iter().collect();
    steps.push(kotlinc.compile(&[], &sources, &made));
    steps.extend(layers::steps(workspace, &kotlinc, folder));
    steps
}

fn folder(workspace: &Workspace, language: Language) -> PathBuf {
    workspace.target().join("bindings").join(language.word())
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(language: Language, profile: Profile) -> Vec<String> {
        let steps = steps(&Workspace::of("root", &[]), language, profile);
        steps.iter().map(Step::to_string).collect()
    }

    #[test]
    fn what_is_driven_is_written_from_the_library_that_is_driven() {
        for language in DRIVEN {
            let lines = lines(language, Profile::Release);
            let library = "root/target/release/examples/libtala_mobile.so";
            assert!(lines[0].starts_with("tala-bindgen generate"), "{lines:?}");
            assert!(lines[0].ends_with(library), "{lines:?}");
            let copied = lines.last().expect("a step");
            assert!(copied.starts_with(&format!("cp -- {library}")), "{copied}");
        }
    }

    #[test]
    fn what_phones_get_stands_in_for_the_plain_library() {
        let steps = encrypted(&Workspace::of("root", &[]));
        let line = steps.get(1).map(ToString::to_string).unwrap_or_default();
        let wanted = "root/target/debug/examples/libtala_mobile_encrypted.so \
                      root/target/bindings/encrypted/libtala_mobile.so";
        assert!(line.ends_with(wanted), "{line}");
    }

    #[test]
    fn swift_is_written_and_nothing_else() {
        assert_eq!(lines(Language::Swift, Profile::Dev).len(), 1);
    }
}
