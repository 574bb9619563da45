//! `tidy`: the house rules that a program can check. Also a test, so nobody can forget it.
//!
//! What rustc and clippy can check is theirs (unused code, `unwrap`, missing documentation of reachable
//! items). This module holds what they do not know: how long things may be, which way dependencies
//! point, where SQL, clocks and randomness may be, which words never enter the repository, and whether
//! links between documents lead anywhere.
//! Generated files live in a folder named `generated` and are only searched for words.

use std::fmt;
use std::path::Path;
use std::process::ExitCode;

mod code;
mod docs;
mod layering;
mod links;
mod manifest;
mod purity;
mod size;
mod source;
mod words;

use source::Source;

/// One place that breaks one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File, relative to the root.
    pub(crate) path: String,
    /// Line from 1.
    pub(crate) line: usize,
    /// Name of the rule.
    pub(crate) rule: &'static str,
    /// What is wrong.
    pub(crate) message: String,
}

/// Everything that was found, and how long files are.
#[derive(Debug)]
pub(crate) struct Report {
    /// Sorted by place.
    pub(crate) findings: Vec<Finding>,
    files: usize,
    lengths: size::Lengths,
}

/// Why the rules could not be checked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum TidyError {
    #[error("starting git")]
    Git(#[source] std::io::Error),
    #[error("git ls-files failed: {0}")]
    GitFailed(String),
}

/// Checks every file that is tracked or would be.
pub(crate) fn check(root: &Path) -> Result<Report, TidyError> {
    Ok(check_sources(&source::read_all(root)?))
}

/// Checks, prints, and says how it went.
pub(crate) fn report(root: &Path) -> Result<ExitCode, TidyError> {
    let report = check(root)?;
    print!("{report}");
    match report.findings.is_empty() {
        true => Ok(ExitCode::SUCCESS),
        false => Ok(ExitCode::FAILURE),
    }
}

impl Report {
    /// One line that says it all.
    pub(crate) fn summary(&self) -> String {
        let (findings, files) = (self.findings.len(), self.files);
        format!(
            "tidy: {findings} findings in {files} files; {}",
            self.lengths
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for it in &self.findings {
            writeln!(f, "{}:{}: {}: {}", it.path, it.line, it.rule, it.message)?;
        }
        writeln!(f, "{}", self.summary())
    }
}

fn check_sources(sources: &[Source]) -> Report {
    let mut findings: Vec<Finding> = manifest::check(sources);
    for source in sources {
        findings.extend(words::check(source));
        if source.is_generated() {
            continue;
        }
        findings.extend(size::check_file(source));
        if let Some(code) = source.rust(&mut findings) {
            findings.extend(size::check_functions(source, &code));
            findings.extend(docs::check(source, &code));
            findings.extend(layering::check_code(source, &code));
            findings.extend(purity::check(source, &code));
        }
    }
    findings.extend(layering::check_manifests(sources));
    findings.extend(links::check(sources));
    let lengths = size::Lengths::of(sources);
    findings.extend(lengths.finding());
    findings.sort();
    Report {
        findings,
        files: sources.len(),
        lengths,
    }
}

/// Checks one made-up file and gives the rules it breaks, in order of lines.
#[cfg(test)]
fn rules_broken(path: &str, text: &str) -> Vec<&'static str> {
    let report = check_sources(&[Source::new(path, text)]);
    report.findings.into_iter().map(|it| it.rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_repository_is_tidy() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let report = check(&root).expect("can be checked");
        assert!(report.findings.is_empty(), "\n{report}");
        assert!(report.files > 20, "only {} files were found", report.files);
    }

    #[test]
    fn a_finding_is_printed_as_path_line_rule_message() {
        let report = check_sources(&[Source::new("a/src/mod.rs", "//! a\n")]);
        let text = report.to_string();
        assert!(text.starts_with("a/src/mod.rs:1: module-file: "), "{text}");
    }
}
