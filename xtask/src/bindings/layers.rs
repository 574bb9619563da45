//! Kotlin's compiler, and what stands above the generated side: the phone with its bridge, their suite, and
//! the Android sources, which are checked against hand-written signatures because there is no SDK here.

use std::path::{Path, PathBuf};

use crate::run::Step;
use crate::workspace::Workspace;

/// Where Debian's `libjna-java` puts JNA.
const JNA: &str = "/usr/share/java/jna.jar";
/// Where Debian's `libandroid-json-java` puts `org.json` as Android has it.
const JSON: &str = "/usr/share/java/com.android.json.jar";
/// The Android project.
const ANDROID: &str = "mobile-bindings/android";
/// Compares the signatures that the Android sources are compiled against with the platform's own.
const STUBS: &str = "tests/bindings/stubs.mjs";
/// The suite of the bridge.
const SUITE: &str = "tests/bindings/kotlin/bridge";

/// The compiler that npm brings.
pub(super) struct Kotlinc {
    root: PathBuf,
    home: PathBuf,
    lock: PathBuf,
}

impl Kotlinc {
    /// The one in `home`, of the version that `lock` names.
    pub(super) fn new(workspace: &Workspace, home: PathBuf, lock: PathBuf) -> Self {
        Self {
            root: workspace.root().to_owned(),
            home,
            lock,
        }
    }

    /// Compiles files and folders to a jar, unless it was made from the same.
    pub(super) fn compile(&self, jars: &[&Path], sources: &[PathBuf], made: &Path) -> Step {
        let lib = self.home.join("lib");
        let coroutines = text(&lib.join("kotlinx-coroutines-core-jvm.jar"));
        let mut classpath = vec![JNA.to_owned(), JSON.to_owned(), coroutines];
        classpath.extend(jars.iter().map(|jar| text(jar)));
        // The suite looks inside what it tests.
        let friends: Vec<String> = jars.iter().map(|jar| text(jar)).collect();
        let mut step = Step::new("java", &self.root)
            .args(["-Xmx1g", "-cp", &text(&lib.join("kotlin-compiler.jar"))])
            .args(["org.jetbrains.kotlin.cli.jvm.K2JVMCompiler", "-nowarn"])
            .args(["-kotlin-home", &text(&self.home)])
            .args(["-classpath", &classpath.join(":"), "-d", &text(made)]);
        if !friends.is_empty() {
            step = step.args([format!("-Xfriend-paths={}", friends.join(","))]);
        }
        let step = step.args(sources.iter().map(|source| text(source)));
        let mut inputs = vec![self.lock.clone()];
        inputs.extend(sources.iter().flat_map(|source| files(source)));
        inputs.extend(jars.iter().map(|jar| stamp(jar)));
        step.unless_fresh(inputs, made.to_owned())
    }
}

/// What is compiled above the generated side and its driver (`scenario.jar`).
pub(super) fn steps(workspace: &Workspace, kotlinc: &Kotlinc, folder: &Path) -> Vec<Step> {
    let android = workspace.root().join(ANDROID);
    let scenario = folder.join("scenario.jar");
    let (phone, bridge) = (folder.join("phone.jar"), folder.join("bridge.jar"));
    let above = [scenario.as_path(), phone.as_path()];
    let core = [android.join("core/src/main/kotlin")];
    let suite = [workspace.root().join(SUITE)];
    let shell = [android.join("phone/src/main/kotlin"), android.join("stubs")];
    vec![
        kotlinc.compile(&above[..1], &core, &phone),
        kotlinc.compile(&above, &suite, &bridge),
        kotlinc.compile(&above, &shell, &folder.join("android-check.jar")),
        Step::new("node", workspace.root()).args([STUBS]),
    ]
}

/// A file, or every file below a folder, in a fixed order.
fn files(source: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(source) else {
        return vec![source.to_owned()];
    };
    let mut below: Vec<PathBuf> = entries
        .flatten()
        .flat_map(|entry| files(&entry.path()))
        .collect();
    below.sort();
    below
}

/// The note that says from what a jar was made: two jars of one source differ by their times.
fn stamp(jar: &Path) -> PathBuf {
    let mut name = jar.file_name().unwrap_or_default().to_owned();
    name.push(".stamp");
    jar.with_file_name(name)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_a_folder_counts() {
        let place = tempfile::tempdir().expect("folder");
        let below = place.path().join("org/tala");
        std::fs::create_dir_all(&below).expect("folder");
        for name in ["B.kt", "A.kt"] {
            std::fs::write(below.join(name), "").expect("file");
        }
        let found = files(place.path());
        assert_eq!(found, [below.join("A.kt"), below.join("B.kt")]);
    }

    #[test]
    fn the_suite_stands_on_the_phone_and_the_phone_on_the_generated_side() {
        let workspace = Workspace::of("root", &[]);
        let kotlinc = Kotlinc::new(&workspace, "kotlinc".into(), "lock".into());
        let lines: Vec<String> = steps(&workspace, &kotlinc, Path::new("made"))
            .iter()
            .map(Step::to_string)
            .collect();
        assert!(lines[0].contains("-d made/phone.jar"), "{lines:?}");
        assert!(
            lines[1].contains("made/scenario.jar:made/phone.jar"),
            "{lines:?}"
        );
        assert!(lines[2].contains("android/stubs"), "{lines:?}");
        assert_eq!(lines[3], format!("node {STUBS}"));
    }
}
