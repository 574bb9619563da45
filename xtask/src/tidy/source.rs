//! The files of the repository, as text.

use std::path::Path;
use std::process::Command;

use super::code::Code;
use super::{Finding, TidyError};

/// One text file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    path: String,
    text: String,
}

/// Every text file that git tracks or would track. Files that are not UTF-8 are no text.
pub(crate) fn read_all(root: &Path) -> Result<Vec<Source>, TidyError> {
    let output = Command::new("git")
        .args([
            "ls-files",
            "-z",
            "--cached",
            "--others",
            "--exclude-standard",
        ])
        .current_dir(root)
        .output()
        .map_err(TidyError::Git)?;
    if !output.status.success() {
        let text = String::from_utf8_lossy(&output.stderr);
        return Err(TidyError::GitFailed(text.trim().to_owned()));
    }
    let names = String::from_utf8_lossy(&output.stdout).into_owned();
    let mut names: Vec<&str> = names.split('\0').filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    let read = |name: &str| {
        let text = std::fs::read_to_string(root.join(name)).ok()?;
        Some(Source::new(name, &text))
    };
    Ok(names.into_iter().filter_map(read).collect())
}

impl Source {
    /// A file of that path, relative to the root, and that text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.replace('\\', "/"),
            text: text.to_owned(),
        }
    }

    /// Path relative to the root, with `/`.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The whole text.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// The last part of the path.
    pub(crate) fn file_name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }

    /// The part of the name after the last dot.
    pub(crate) fn extension(&self) -> &str {
        self.file_name().rsplit_once('.').map_or("", |(_, end)| end)
    }

    /// Written by a program, not by us.
    pub(crate) fn is_generated(&self) -> bool {
        self.path.split('/').any(|part| part == "generated")
    }

    /// Code that only tests run.
    pub(crate) fn is_test(&self) -> bool {
        let mut folders = self.path.split('/');
        let stem = self.file_name().trim_end_matches(".rs");
        folders.any(|part| part == "tests" || part == "benches")
            || stem == "tests"
            || stem.ends_with("_tests")
    }

    /// A finding at a line of this file.
    pub(crate) fn finding(&self, line: usize, rule: &'static str, message: String) -> Finding {
        Finding {
            path: self.path.clone(),
            line,
            rule,
            message,
        }
    }

    /// Its tokens, where it is Rust. What cannot be read is a finding.
    pub(crate) fn rust(&self, findings: &mut Vec<Finding>) -> Option<Code> {
        if self.extension() != "rs" {
            return None;
        }
        let code = Code::parse(&self.text, self.is_test());
        if let Err(message) = &code {
            findings.push(self.finding(1, "syntax", message.clone()));
        }
        code.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_say_what_is_test_code_and_what_is_generated() {
        let is_test = |path| Source::new(path, "").is_test();
        assert!(is_test("tests/src/lib.rs") && is_test("server/src/store/tests.rs"));
        assert!(!is_test("server/src/testing.rs"));
        assert!(Source::new("web/command/src/generated/api.ts", "").is_generated());
        assert_eq!(Source::new("a/b.test.ts", "").extension(), "ts");
    }
}
