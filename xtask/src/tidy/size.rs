//! How long files, functions and lines may be.

use std::fmt;

use super::Finding;
use super::code::{Code, Kind, Token};
use super::source::Source;

const FILE_LINES_MAX: usize = 800;
const FILE_LINES_P90_MAX: usize = 400;
const FUNCTION_LINES_MAX: usize = 70;
const LINE_CHARS_MAX: usize = 110;

/// How long the source files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lengths {
    median: usize,
    p90: usize,
    longest: usize,
}

/// Length of the file, and of its lines where it is Rust.
pub(crate) fn check_file(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !is_measured(source) {
        return findings;
    }
    let lines = source.text().lines().count();
    if lines > FILE_LINES_MAX {
        let message = format!("{lines} lines; at most {FILE_LINES_MAX}");
        findings.push(source.finding(1, "file-length", message));
    }
    if source.extension() == "rs" {
        for (index, line) in source.text().lines().enumerate() {
            let chars = line.chars().count();
            if chars > LINE_CHARS_MAX {
                let message = format!("{chars} characters; at most {LINE_CHARS_MAX}");
                findings.push(source.finding(index + 1, "line-length", message));
            }
        }
    }
    findings
}

/// Length of every function, from `fn` to its closing brace.
pub(crate) fn check_functions(source: &Source, code: &Code) -> Vec<Finding> {
    let tokens = code.tokens();
    let functions = tokens.iter().enumerate().filter_map(|(index, token)| {
        let is_fn = token.is_ident("fn") && !token.in_attr;
        let name = code.from(index + 1).first()?;
        let is_named = name.ident().is_some() || name.is_punct('$');
        let lines = (is_fn && is_named).then(|| length(code.from(index)))??;
        (lines > FUNCTION_LINES_MAX).then(|| {
            let name = name.ident().unwrap_or("made by a macro");
            let message = format!("fn {name} has {lines} lines; at most {FUNCTION_LINES_MAX}");
            source.finding(token.line, "function-length", message)
        })
    });
    functions.collect()
}

impl Lengths {
    /// Of all files that are measured.
    pub(crate) fn of(sources: &[Source]) -> Self {
        let measured = sources.iter().filter(|source| is_measured(source));
        let mut lengths: Vec<usize> = measured
            .map(|source| source.text().lines().count())
            .collect();
        lengths.sort_unstable();
        let at = |percent: usize| {
            let rank = (lengths.len() * percent).div_ceil(100).saturating_sub(1);
            lengths.get(rank).copied().unwrap_or(0)
        };
        Self {
            median: at(50),
            p90: at(90),
            longest: at(100),
        }
    }

    /// The finding where too many files are long.
    pub(crate) fn finding(&self) -> Option<Finding> {
        (self.p90 > FILE_LINES_P90_MAX).then(|| Finding {
            path: ".".to_owned(),
            line: 1,
            rule: "file-length-p90",
            message: format!("{self}; p90 at most {FILE_LINES_P90_MAX}"),
        })
    }
}

impl fmt::Display for Lengths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (median, p90, longest) = (self.median, self.p90, self.longest);
        write!(
            f,
            "lines per file: median {median}, p90 {p90}, longest {longest}"
        )
    }
}

fn is_measured(source: &Source) -> bool {
    matches!(source.extension(), "rs" | "ts" | "svelte") && !source.is_generated()
}

/// Lines of the function that starts here; `None` where it has no body.
fn length(tokens: &[Token]) -> Option<usize> {
    let start = tokens.first()?;
    let mut same_depth = tokens.iter().filter(|t| t.depth == start.depth);
    let open = same_depth
        .find(|t| t.kind == Kind::Open('{') || t.is_punct(';'))
        .filter(|t| t.kind == Kind::Open('{'))?;
    debug_assert_eq!(open.depth, start.depth);
    let close = same_depth.find(|t| t.kind == Kind::Close('}'))?;
    Some(close.line.saturating_sub(start.line) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::rules_broken;

    fn function(lines: usize) -> String {
        let body = "    work();\n".repeat(lines - 2);
        format!("//! Doc.\n/// Long doc.\n#[inline]\nfn f() {{\n{body}}}\n")
    }

    #[test]
    fn seventy_lines_are_a_function_and_seventy_one_are_too_long() {
        assert!(rules_broken("a/src/b.rs", &function(70)).is_empty());
        assert_eq!(
            rules_broken("a/src/b.rs", &function(71)),
            ["function-length"]
        );
        let hidden = format!(
            "//! Doc.\nhide! {{\n{}}}\n",
            function(71).replace("//! Doc.", "")
        );
        assert_eq!(rules_broken("a/src/b.rs", &hidden), ["function-length"]);
        let without_body = "//! Doc.\ntrait T { fn f(); fn g(); }\n";
        assert!(rules_broken("a/src/b.rs", without_body).is_empty());
    }

    #[test]
    fn long_files_and_lines_are_found() {
        let long = "let a;\n".repeat(801);
        assert!(rules_broken("web/a.svelte", &long).contains(&"file-length"));
        assert!(rules_broken("web/generated/a.ts", &long).is_empty());
        let line = |chars: usize| format!("//! {}\n", "长".repeat(chars - 4));
        assert!(rules_broken("a/src/b.rs", &line(110)).is_empty());
        assert_eq!(rules_broken("a/src/b.rs", &line(111)), ["line-length"]);
    }

    #[test]
    fn one_file_in_ten_may_be_long() {
        let file = |lines: usize| Source::new("a/src/b.rs", &"\n".repeat(lines));
        let mut files = vec![file(100); 9];
        files.push(file(700));
        let lengths = Lengths::of(&files);
        assert_eq!(
            lengths,
            Lengths {
                median: 100,
                p90: 100,
                longest: 700
            }
        );
        assert!(lengths.finding().is_none());
        files.push(file(700));
        let finding = Lengths::of(&files).finding().expect("too many");
        assert_eq!(finding.rule, "file-length-p90");
    }
}
