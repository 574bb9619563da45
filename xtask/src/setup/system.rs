//! What must be installed on the machine, and how it gets there.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::run::{Env, RunError, Step};
use crate::setup::{Goal, tracks};
use crate::workspace::Workspace;

/// Oldest Node.js that builds the web part.
const NODE_AT_LEAST: (u32, u32) = (20, 19);
const NODE: Need = Need {
    sign: Sign::Node,
    package: None,
    purpose: "Node.js 20.19 or newer, for the web part",
};
const NPM: Need = Need {
    sign: Sign::AnyProgram(&["npm"]),
    package: None,
    purpose: "npm, for the web part",
};
const BROWSERS: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// One thing the machine must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Need {
    /// How it is recognised.
    pub(crate) sign: Sign,
    /// Its Debian package; `None` where apt cannot be trusted to have one that is new enough.
    pub(crate) package: Option<&'static str>,
    /// What it is for, shown where it is missing.
    pub(crate) purpose: &'static str,
}

/// How a thing is recognised as present.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sign {
    /// One of these programs is on the path.
    AnyProgram(&'static [&'static str]),
    /// `cargo NAME --version` works.
    CargoCommand(&'static str),
    /// Node.js, new enough.
    Node,
    /// The Debian package itself: fonts have no program.
    DebianPackage(&'static str),
}

/// Why the machine is not ready.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SystemError {
    #[error("this machine lacks:\n{0}")]
    Missing(String),
    #[error("installing system packages")]
    Install(#[from] RunError),
}

/// What this tree needs for that goal.
pub(crate) fn needs(workspace: &Workspace, goal: Goal) -> Vec<Need> {
    let mut needs = vec![
        program(
            &["git"],
            "git",
            "the list of files that the house rules look at",
        ),
        program(
            &["cc"],
            "build-essential",
            "SQLite and zstd are compiled from C",
        ),
    ];
    if tracks::at_hand(workspace).is_none() {
        needs.push(program(
            &["pip3", "pip"],
            "python3-pip",
            "fetching the recorded tracks",
        ));
        needs.push(program(&["tar"], "tar", "unpacking the recorded tracks"));
    }
    if !matches!(goal, Goal::Bench | Goal::AtRest) && workspace.has("web/package.json") {
        needs.extend([NODE, NPM]);
    }
    if matches!(goal, Goal::Quick | Goal::Everything) {
        needs.extend([
            component("fmt", "rustfmt (rustup component add rustfmt)"),
            component("clippy", "clippy (rustup component add clippy)"),
        ]);
    }
    if matches!(goal, Goal::Bindings | Goal::Everything) && workspace.has("tests/bindings") {
        needs.extend(for_bindings());
    }
    let module = !matches!(goal, Goal::Bench | Goal::Bindings | Goal::AtRest);
    if module && workspace.has("mobile-bindings/wasm") {
        needs.push(program(
            &["clang"],
            "clang",
            "SQLite compiled from C for browsers",
        ));
    }
    if matches!(goal, Goal::AtRest | Goal::Everything) && workspace.has("tests/at-rest") {
        needs.push(Need {
            sign: Sign::DebianPackage("libssl-dev"),
            package: Some("libssl-dev"),
            purpose: "libcrypto, from which SQLCipher takes its AES",
        });
    }
    let browser = matches!(goal, Goal::Browser | Goal::Everything);
    if browser && workspace.has("tests/e2e/package.json") {
        needs.push(program(
            &BROWSERS,
            "chromium",
            "end-to-end tests in a browser",
        ));
        needs.extend(["fonts-noto-core", "fonts-noto-cjk"].map(font));
    }
    needs
}

/// What drives the bindings on this machine.
fn for_bindings() -> [Need; 5] {
    [
        program(
            &["java"],
            "default-jre-headless",
            "Kotlin's side of the engine",
        ),
        program(
            &["pip3", "pip"],
            "python3-pip",
            "Python's side of the engine",
        ),
        jna("libjna-java"),
        jna("libjna-jni"),
        Need {
            sign: Sign::DebianPackage("libandroid-json-java"),
            package: Some("libandroid-json-java"),
            purpose: "org.json as Android has it, for the bridge of its shell",
        },
    ]
}

fn jna(package: &'static str) -> Need {
    Need {
        sign: Sign::DebianPackage(package),
        package: Some(package),
        purpose: "JNA, by which Kotlin calls the engine",
    }
}

/// Installs what is missing, or says in one message what to install.
pub(crate) fn ensure(needs: &[Need]) -> Result<(), SystemError> {
    let missing = |needs: &[Need]| -> Vec<Need> {
        let absent = needs.iter().filter(|need| !need.sign.is_present());
        absent.cloned().collect()
    };
    let mut absent = missing(needs);
    let packages: Vec<&str> = absent.iter().filter_map(|need| need.package).collect();
    if !packages.is_empty() && may_install() {
        install(&packages)?;
        absent = missing(&absent);
    }
    match absent.is_empty() {
        true => Ok(()),
        false => Err(SystemError::Missing(message(&absent))),
    }
}

/// The browser for end-to-end tests.
pub(crate) fn browser() -> Option<PathBuf> {
    BROWSERS.iter().find_map(|name| on_path(name))
}

/// Where a program of that name stands.
pub(crate) fn on_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let file = format!("{name}{}", std::env::consts::EXE_SUFFIX);
    let mut places = std::env::split_paths(&path).map(|folder| folder.join(&file));
    places.find(|place| place.is_file())
}

/// Whether a program starts and ends well with these arguments.
pub(crate) fn answers(program: &str, args: &[&str]) -> bool {
    output(program, args).is_some()
}

impl Sign {
    fn is_present(self) -> bool {
        match self {
            Sign::AnyProgram(names) => names.iter().any(|name| on_path(name).is_some()),
            Sign::CargoCommand(name) => answers("cargo", &[name, "--version"]),
            Sign::Node => output("node", &["--version"])
                .and_then(|text| node_version(&text))
                .is_some_and(|version| version >= NODE_AT_LEAST),
            // Elsewhere than on Debian nobody can tell; the page then shows whatever font it finds.
            Sign::DebianPackage(name) => {
                on_path("dpkg-query").is_none()
                    || output("dpkg-query", &["-W", "-f=${Status}", name])
                        .is_some_and(|status| status.ends_with("ok installed"))
            }
        }
    }
}

const fn program(
    names: &'static [&'static str],
    package: &'static str,
    purpose: &'static str,
) -> Need {
    Need {
        sign: Sign::AnyProgram(names),
        package: Some(package),
        purpose,
    }
}

const fn component(name: &'static str, purpose: &'static str) -> Need {
    Need {
        sign: Sign::CargoCommand(name),
        package: None,
        purpose,
    }
}

const fn font(package: &'static str) -> Need {
    Need {
        sign: Sign::DebianPackage(package),
        package: Some(package),
        purpose: "Chinese and Mongolian text in the browser",
    }
}

fn message(absent: &[Need]) -> String {
    let packages: Vec<&str> = absent.iter().filter_map(|need| need.package).collect();
    let mut lines: Vec<String> = absent
        .iter()
        .map(|need| match need.package {
            Some(package) => format!("  {package}: {}", need.purpose),
            None => format!("  {}", need.purpose),
        })
        .collect();
    if !packages.is_empty() {
        let packages = packages.join(" ");
        lines.push(format!("on Debian, as root: apt-get install {packages}"));
    }
    lines.join("\n")
}

fn may_install() -> bool {
    let is_root = output("id", &["-u"]).is_some_and(|id| id.trim() == "0");
    is_root && Path::new("/etc/debian_version").exists() && on_path("apt-get").is_some()
}

fn install(packages: &[&str]) -> Result<(), RunError> {
    let quiet: Env = vec![("DEBIAN_FRONTEND".to_owned(), "noninteractive".into())];
    let apt = || Step::new("apt-get", Path::new("/")).env(&quiet);
    apt().args(["update", "-qq"]).run()?;
    let install = ["install", "-y", "-qq", "--no-install-recommends"];
    apt().args(install).args(packages.iter().copied()).run()
}

fn output(program: &str, args: &[&str]) -> Option<String> {
    let output = Command::new(program)
        .args(args)
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    output.status.success().then_some(text)
}

fn node_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().strip_prefix('v')?.split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn node_versions_compare_as_numbers() {
        assert_eq!(node_version("v20.19.4\n"), Some((20, 19)));
        assert!(node_version("v18.20.1").is_some_and(|v| v < NODE_AT_LEAST));
        assert!(node_version("v100.0.0").is_some_and(|v| v > NODE_AT_LEAST));
        assert_eq!(node_version("garbage"), None);
    }

    #[test]
    fn only_what_the_tree_uses_is_needed() {
        let root = tempfile::tempdir().expect("folder");
        let workspace = Workspace::of(root.path(), &[]);
        let wants = |goal: Goal, package: &str| {
            let needs = needs(&workspace, goal);
            needs.iter().any(|need| need.package == Some(package))
        };
        assert!(!wants(Goal::Everything, "chromium"));
        std::fs::create_dir_all(root.path().join("tests/e2e")).expect("folder");
        std::fs::write(root.path().join("tests/e2e/package.json"), "{}").expect("file");
        assert!(wants(Goal::Everything, "chromium") && wants(Goal::Everything, "fonts-noto-cjk"));
        assert!(!wants(Goal::Demo, "chromium") && !wants(Goal::Quick, "chromium"));
    }

    #[test]
    fn whoever_drives_the_bindings_needs_a_jvm() {
        let root = tempfile::tempdir().expect("folder");
        std::fs::create_dir_all(root.path().join("tests/bindings")).expect("folder");
        let workspace = Workspace::of(root.path(), &[]);
        let wants = |goal: Goal, package: &str| {
            let needs = needs(&workspace, goal);
            needs.iter().any(|need| need.package == Some(package))
        };
        for package in [
            "default-jre-headless",
            "libjna-java",
            "libjna-jni",
            "python3-pip",
        ] {
            assert!(wants(Goal::Bindings, package), "{package}");
            assert!(wants(Goal::Everything, package), "{package}");
        }
        assert!(!wants(Goal::Quick, "libjna-java") && !wants(Goal::Bench, "libjna-java"));
    }

    #[test]
    fn one_message_names_everything_that_is_missing() {
        let absent = [
            program(&["a-program-nobody-has"], "some-package", "one thing"),
            component("a-command-nobody-has", "another thing"),
        ];
        let text = message(&absent);
        assert!(text.contains("some-package: one thing"), "{text}");
        assert!(text.contains("another thing"), "{text}");
        assert!(text.ends_with("apt-get install some-package"), "{text}");
        assert!(absent.iter().all(|need| !need.sign.is_present()));
    }
}
