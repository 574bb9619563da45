//! `Cargo.toml` files: one version table, one set of lints.

use toml::{Table, Value};

use super::Finding;
use super::source::Source;

const FILE: &str = "Cargo.toml";
const SECTIONS: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];

/// Lints that the root must deny, so that no later change can quietly drop one.
const DENIED: [&str; 8] = [
    "unwrap_used",
    "expect_used",
    "panic",
    "print_stdout",
    "print_stderr",
    "todo",
    "unimplemented",
    "dbg_macro",
];

/// A parsed `Cargo.toml`.
#[derive(Debug)]
pub(crate) struct Manifest<'a> {
    source: &'a Source,
    table: Table,
}

/// One line of a dependency section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// As it is named here.
    pub(crate) name: String,
    /// Whether only tests see it.
    pub(crate) is_dev: bool,
    /// Whether its version comes from the root.
    pub(crate) from_root: bool,
}

/// Every manifest of the repository.
pub(crate) fn check(sources: &[Source]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for source in sources {
        match Manifest::parse(source) {
            Ok(None) => {}
            Ok(Some(manifest)) if manifest.is_root() => findings.extend(manifest.check_root()),
            Ok(Some(manifest)) => findings.extend(manifest.check_crate()),
            Err(message) => findings.push(source.finding(1, "syntax", message)),
        }
    }
    findings
}

/// Whether a crate of that name belongs to this workspace.
pub(crate) fn is_ours(name: &str) -> bool {
    name.starts_with("tala-") || name == "xtask"
}

impl<'a> Manifest<'a> {
    /// Reads a source, if it is a manifest.
    pub(crate) fn parse(source: &'a Source) -> Result<Option<Self>, String> {
        if source.file_name() != FILE {
            return Ok(None);
        }
        let table = source.text().parse::<Table>();
        let table = table.map_err(|error| error.message().to_owned())?;
        Ok(Some(Self { source, table }))
    }

    /// The file it was read from.
    pub(crate) fn source(&self) -> &Source {
        self.source
    }

    /// The name of the crate; empty for the root.
    pub(crate) fn package(&self) -> &str {
        let name = self
            .table
            .get("package")
            .and_then(|package| package.get("name"));
        name.and_then(Value::as_str).unwrap_or_default()
    }

    /// Everything the crate depends on, for whatever target.
    pub(crate) fn dependencies(&self) -> Vec<Dependency> {
        let mut found = sections(&self.table);
        let targets = self.table.get("target").and_then(Value::as_table);
        for target in targets.into_iter().flat_map(Table::values) {
            found.extend(target.as_table().into_iter().flat_map(sections));
        }
        found
    }

    /// A finding at the first line that begins with `key`.
    pub(crate) fn finding(&self, key: &str, rule: &'static str, message: String) -> Finding {
        let mut lines = self.source.text().lines();
        let line = lines.position(|line| line.trim_start().starts_with(key));
        self.source.finding(line.unwrap_or(0) + 1, rule, message)
    }

    fn is_root(&self) -> bool {
        self.table.contains_key("workspace")
    }

    fn check_crate(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let lints = self
            .table
            .get("lints")
            .and_then(|lints| lints.get("workspace"));
        if lints.and_then(Value::as_bool) != Some(true) {
            let message = "write `[lints] workspace = true`".to_owned();
            findings.push(self.finding("[lints]", "lints", message));
        }
        for dependency in self.dependencies() {
            if !dependency.from_root {
                let name = &dependency.name;
                let message =
                    format!("write `{name}.workspace = true`; versions stand in the root");
                findings.push(self.finding(name, "version", message));
            }
        }
        findings
    }

    fn check_root(&self) -> Vec<Finding> {
        let lints = self
            .table
            .get("workspace")
            .and_then(|root| root.get("lints"));
        let clippy = lints.and_then(|lints| lints.get("clippy"));
        let rust = lints.and_then(|lints| lints.get("rust"));
        let mut findings = Vec::new();
        for lint in DENIED {
            if level(clippy, lint) != Some("deny") {
                let message = format!("clippy::{lint} must stay `deny`");
                findings.push(self.finding(lint, "lints", message));
            }
        }
        if level(rust, "missing_docs").is_none_or(|level| level == "allow") {
            let message = "missing_docs must stay `warn` or stronger".to_owned();
            findings.push(self.finding("missing_docs", "lints", message));
        }
        findings
    }
}

/// The level of a lint in a group of lints.
fn level<'a>(group: Option<&'a Value>, lint: &str) -> Option<&'a str> {
    group?.get(lint)?.as_str()
}

fn sections(table: &Table) -> Vec<Dependency> {
    let mut found = Vec::new();
    for section in SECTIONS {
        let entries = table.get(section).and_then(Value::as_table);
        for (name, value) in entries.into_iter().flatten() {
            let from_root = value.get("workspace").and_then(Value::as_bool);
            found.push(Dependency {
                name: name.clone(),
                is_dev: section == "dev-dependencies",
                from_root: from_root == Some(true),
            });
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::rules_broken;

    const LINTED: &str = "[package]\nname = \"a\"\n[lints]\nworkspace = true\n";

    fn check_file(path: &str, text: &str, wanted: &[&str]) {
        assert_eq!(rules_broken(path, text), wanted, "{text}");
    }

    #[test]
    fn a_crate_takes_lints_and_versions_from_the_root() {
        check_file("a/Cargo.toml", LINTED, &[]);
        check_file("a/Cargo.toml", "[package]\nname = \"a\"\n", &["lints"]);
        for dependency in [
            "b = \"1\"",
            "b = { version = \"1\" }",
            "b = { path = \"../b\" }",
        ] {
            let text = format!("{LINTED}[dependencies]\n{dependency}\n");
            check_file("a/Cargo.toml", &text, &["version"]);
        }
        let text =
            format!("{LINTED}[dev-dependencies]\nb = {{ workspace = true, optional = true }}\n");
        check_file("a/Cargo.toml", &text, &[]);
        check_file("a/Cargo.toml", "[package\n", &["syntax"]);
    }

    #[test]
    fn the_root_keeps_its_lints() {
        let mut root = String::from("[workspace.lints.rust]\nmissing_docs = \"warn\"\n");
        root.push_str("[workspace.lints.clippy]\n");
        for lint in DENIED {
            root.push_str(&format!("{lint} = \"deny\"\n"));
        }
        check_file(FILE, &root, &[]);
        check_file(
            FILE,
            &root.replace("panic = \"deny\"", "panic = \"warn\""),
            &["lints"],
        );
        let quiet = root.replace("missing_docs = \"warn\"", "missing_docs = \"allow\"");
        check_file(FILE, &quiet, &["lints"]);
    }
}
