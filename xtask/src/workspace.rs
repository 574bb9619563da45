//! What stands in the tree: root, build folder and programs, as `cargo metadata` tells it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The crate whose `bench-*` programs are the benches.
const TESTS_CRATE: &str = "tala-tests";
const BENCH_PREFIX: &str = "bench-";

/// The workspace this command works in.
#[derive(Debug, Clone)]
pub(crate) struct Workspace {
    root: PathBuf,
    target: PathBuf,
    bins: Vec<Bin>,
}

/// One program of the workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bin {
    /// The crate that it belongs to.
    pub(crate) package: String,
    /// Its name, and that of the file.
    pub(crate) name: String,
}

/// Why the workspace could not be read.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WorkspaceError {
    #[error("starting cargo metadata")]
    Start(#[source] std::io::Error),
    #[error("cargo metadata failed: {0}")]
    Metadata(String),
    #[error("parsing cargo metadata")]
    Json(#[from] serde_json::Error),
    #[error("cargo metadata names no {0}")]
    Field(&'static str),
}

/// The cargo that started this program.
pub(crate) fn cargo() -> String {
    std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned())
}

impl Workspace {
    /// Reads the workspace around the current folder.
    pub(crate) fn load() -> Result<Self, WorkspaceError> {
        let output = Command::new(cargo())
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .map_err(WorkspaceError::Start)?;
        if !output.status.success() {
            let text = String::from_utf8_lossy(&output.stderr);
            return Err(WorkspaceError::Metadata(text.trim().to_owned()));
        }
        Self::from_metadata(&serde_json::from_slice(&output.stdout)?)
    }

    /// A workspace with these (crate, program) pairs and nothing else.
    #[cfg(test)]
    pub(crate) fn of(root: impl AsRef<Path>, bins: &[(&str, &str)]) -> Self {
        let root = root.as_ref().to_owned();
        let bins = bins.iter().map(|(package, name)| Bin {
            package: (*package).to_owned(),
            name: (*name).to_owned(),
        });
        Self {
            target: root.join("target"),
            root,
            bins: bins.collect(),
        }
    }

    /// The folder of the root manifest.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The build folder.
    pub(crate) fn target(&self) -> &Path {
        &self.target
    }

    /// The program of that name.
    pub(crate) fn bin(&self, name: &str) -> Option<&Bin> {
        self.bins.iter().find(|bin| bin.name == name)
    }

    /// Whether there is a program of that name.
    pub(crate) fn has_bin(&self, name: &str) -> bool {
        self.bin(name).is_some()
    }

    /// The names that `bench` knows, sorted.
    pub(crate) fn benches(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self
            .bins
            .iter()
            .filter(|bin| bin.package == TESTS_CRATE)
            .filter_map(|bin| bin.name.strip_prefix(BENCH_PREFIX))
            .collect();
        names.sort_unstable();
        names
    }

    /// Whether a file or folder stands at this place below the root.
    pub(crate) fn has(&self, place: &str) -> bool {
        self.root.join(place).exists()
    }

    fn from_metadata(metadata: &Value) -> Result<Self, WorkspaceError> {
        let path = |field: &'static str| {
            let text = metadata.get(field).and_then(Value::as_str);
            text.map(PathBuf::from).ok_or(WorkspaceError::Field(field))
        };
        let mut bins = Vec::new();
        for package in list(metadata, "packages") {
            let owner = text(package, "name");
            for target in list(package, "targets") {
                if list(target, "kind").iter().any(|kind| kind == "bin") {
                    bins.push(Bin {
                        package: owner.to_owned(),
                        name: text(target, "name").to_owned(),
                    });
                }
            }
        }
        Ok(Self {
            root: path("workspace_root")?,
            target: path("target_directory")?,
            bins,
        })
    }
}

fn list<'a>(value: &'a Value, field: &str) -> &'a [Value] {
    let items = value.get(field).and_then(Value::as_array);
    items.map(Vec::as_slice).unwrap_or_default()
}

fn text<'a>(value: &'a Value, field: &str) -> &'a str {
    value.get(field).and_then(Value::as_str).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_and_benches_are_found_in_the_metadata() {
        let metadata = serde_json::json!({
            "workspace_root": "here", "target_directory": "here/target",
            "packages": [
                {"name": "tala-tests", "targets": [
                    {"name": "tala_tests", "kind": ["lib"]},
                    {"name": "bench-sync", "kind": ["bin"]},
                    {"name": "bench-codec", "kind": ["bin"]},
                    {"name": "sim", "kind": ["bin"]}]},
                {"name": "other", "targets": [{"name": "bench-other", "kind": ["bin"]}]}]
        });
        let workspace = Workspace::from_metadata(&metadata).expect("reads");
        assert_eq!(workspace.benches(), ["codec", "sync"]);
        assert_eq!(workspace.bin("sim").expect("sim").package, "tala-tests");
        assert!(!workspace.has_bin("tala_tests"));
    }

    #[test]
    fn metadata_without_a_root_is_refused() {
        let error = Workspace::from_metadata(&serde_json::json!({})).expect_err("refused");
        assert!(matches!(error, WorkspaceError::Field("workspace_root")));
    }
}
