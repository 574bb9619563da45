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
    is_test: bool,
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
    let mut sources: Vec<Source> = names.into_iter().filter_map(read).collect();
    mark_test_modules(&mut sources);
    Ok(sources)
}

/// Marks the files that a parent declares with `#[cfg(test)] mod name;`, and what is below them.
pub(crate) fn mark_test_modules(sources: &mut [Source]) {
    let modules: Vec<String> = sources.iter().flat_map(Source::test_modules).collect();
    for source in sources {
        let stem = source.path.trim_end_matches(".rs");
        source.is_test |= modules.iter().any(|module| {
            let rest = stem.strip_prefix(module.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
    }
}

impl Source {
    /// A file of that path, relative to the root, and that text.
    pub(crate) fn new(path: &str, text: &str) -> Self {
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            is_test: is_test_path(path),
        }
    }

    /// Path relative to the root, as git writes it.
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
        self.is_test
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
        let code = Code::parse(&self.text, self.is_test);
        if let Err(message) = &code {
            findings.push(self.finding(1, "syntax", message.clone()));
        }
        code.ok()
    }

    /// Paths without `.rs` of the modules that this file declares for tests only.
    fn test_modules(&self) -> Vec<String> {
        let Some(code) = self.rust(&mut Vec::new()) else {
            return Vec::new();
        };
        let runs = code.tokens().windows(3);
        let names = runs.filter_map(|run| match run {
            [word, name, end] if word.is_ident("mod") && end.is_punct(';') && word.in_test => {
                name.ident()
            }
            _ => None,
        });
        let folder = self.module_folder();
        names.map(|name| format!("{folder}{name}")).collect()
    }

    /// Where the modules of this file stand, with `/` at the end.
    fn module_folder(&self) -> String {
        let stem = self.path.trim_end_matches(".rs");
        match stem.rsplit_once('/') {
            Some((folder, "lib" | "main")) => format!("{folder}/"),
            _ => format!("{stem}/"),
        }
    }
}

fn is_test_path(path: &str) -> bool {
    let mut parts = path.trim_end_matches(".rs").split('/');
    parts.any(|part| part == "tests" || part == "benches")
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

    #[test]
    fn a_module_declared_for_tests_is_test_code_wherever_its_file_is() {
        let mut sources = [
            Source::new("a/src/lib.rs", "#[cfg(test)] mod golden;\nmod other;"),
            Source::new("a/src/golden.rs", ""),
            Source::new("a/src/golden/file.rs", ""),
            Source::new("a/src/golden_age.rs", ""),
            Source::new("a/src/other.rs", "#[cfg(test)]\nmod deep;"),
            Source::new("a/src/other/deep.rs", ""),
        ];
        mark_test_modules(&mut sources);
        let marked: Vec<bool> = sources.iter().map(Source::is_test).collect();
        assert_eq!(marked, [false, true, true, false, false, true]);
    }
}
