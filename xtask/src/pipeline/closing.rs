//! The line with which a runner says how it went, picked from everything it prints.

/// How the runners we use begin their closing lines, after colours and leading blanks.
const BEGINNINGS: [&str; 6] = [
    "Summary [",
    "test result:",
    "svelte-check found",
    "Test Files ",
    "Tests ",
    "Found ",
];

/// Collects closing lines while a program runs.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    picked: Vec<String>,
    last: String,
}

impl Closing {
    /// Looks at one line of output.
    pub(crate) fn see(&mut self, line: &str) {
        let plain = without_colours(line);
        let plain = plain.trim();
        if plain.is_empty() {
            return;
        }
        if BEGINNINGS.iter().any(|start| plain.starts_with(start)) || is_playwright(plain) {
            self.picked.push(plain.to_owned());
        }
        self.last = plain.to_owned();
    }

    /// What was picked; from a runner that closes in no known way, its last line.
    pub(crate) fn into_lines(self) -> Vec<String> {
        match self.picked.is_empty() && !self.last.is_empty() {
            true => vec![self.last],
            false => self.picked,
        }
    }
}

/// `5 passed (12.3s)`, `1 failed`.
fn is_playwright(line: &str) -> bool {
    let mut words = line.split_whitespace();
    let number = words.next().is_some_and(|word| word.parse::<u32>().is_ok());
    number
        && matches!(
            words.next(),
            Some("passed" | "failed" | "flaky" | "skipped")
        )
}

/// Drops `ESC [ ... letter` (colours) and `ESC ( letter` (character sets).
fn without_colours(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c != '\u{1b}' {
            plain.push(c);
        } else if matches!(chars.next(), Some('[' | '(')) {
            let _ = chars.find(char::is_ascii_alphabetic);
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(output: &str, wanted: &[&str]) {
        let mut closing = Closing::default();
        output.lines().for_each(|line| closing.see(line));
        assert_eq!(closing.into_lines(), wanted);
    }

    #[test]
    fn each_runner_is_known_by_its_closing_line() {
        check(
            "    PASS [ 0.1s] a b\n\u{1b}[32;1m     Summary\u{1b}[0m [   0.2s] 2 tests run: 2 passed\n",
            &["Summary [   0.2s] 2 tests run: 2 passed"],
        );
        check(
            "running 1 test\ntest result: ok. 1 passed\n\ntest result: ok. 0 passed\n",
            &["test result: ok. 1 passed", "test result: ok. 0 passed"],
        );
        check(
            "  1 flaky\n  5 passed (12.3s)\nto open the report\n",
            &["1 flaky", "5 passed (12.3s)"],
        );
    }

    #[test]
    fn any_other_program_closes_with_its_last_line() {
        check("+fn bad\n\u{1b}(B\u{1b}[m\n", &["+fn bad"]);
        check("seed 1\nseeds 30, failed 0\n\n", &["seeds 30, failed 0"]);
        check("", &[]);
    }
}
