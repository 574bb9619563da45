//! The verbs of the officer's pages, as the contract names them and as each dispatcher has them.
//!
//! The contract is `web/field/src/core/field-core.ts` with `docs/FIELD-BRIDGE.md`. The dispatchers are in
//! four languages, so they are read as texts: a verb that is missing in one, or that nobody asks for, shows
//! here.

use std::collections::BTreeSet;
use std::path::Path;

use super::{BindingsError, io};

/// Names of verbs.
pub type Names = BTreeSet<String>;

const CONTRACT: &str = "web/field/src/core/field-core.ts";
const BRIDGE: &str = "docs/FIELD-BRIDGE.md";
const KOTLIN: &str = "mobile-bindings/android/core/src/main/kotlin/org/tala/shell/Bridge.kt";
const SWIFT: &str = "mobile-bindings/apple/Sources/Tala/Bridge.swift";
const BROWSER: &str = "web/field/src/worker/shell.ts";
const FAKE: &str = "web/field/src/core/fake-core.ts";
/// What a page says that records by itself.
const OF_A_RECORDER: [&str; 4] = ["version", "deliver", "deliver_batch", "note_gap"];

/// The verbs that a shell answers itself, by the contract.
pub fn of_the_shell() -> Result<Names, BindingsError> {
    interface("ShellVerbs")
}

/// The verbs that the core answers, by the contract.
pub fn of_the_core() -> Result<Names, BindingsError> {
    interface("CoreVerbs")
}

/// The verbs that are answered behind a shut app lock, by the bridge's page.
pub fn while_shut() -> Result<Names, BindingsError> {
    let page = read(BRIDGE)?;
    Ok(quoted(
        between(&page, "the shell answers", "to everything else"),
        '`',
    ))
}

/// The shell's verbs as the bridge's page lists them.
pub fn on_the_page() -> Result<Names, BindingsError> {
    let page = read(BRIDGE)?;
    Ok(quoted(between(&page, "are the shell's own:", "\n2."), '`'))
}

/// The verbs that a dispatcher answers itself: Kotlin's, then Swift's.
pub fn dispatched() -> Result<[(&'static str, Names); 2], BindingsError> {
    let kotlin = read(KOTLIN)?;
    let swift = read(SWIFT)?;
    let branches = between(&kotlin, "suspend fun own(", "// ----");
    let cases = between(&swift, "switch verb {", "// MARK: the rest");
    Ok([
        ("Kotlin", labels(branches, "\"", "->")),
        ("Swift", labels(cases, "case \"", ":")),
    ])
}

/// What each dispatcher answers behind a shut app lock.
pub fn allowed_while_shut() -> Result<[(&'static str, Names); 4], BindingsError> {
    let listed = |path, from, to, quote| {
        let text = read(path)?;
        Ok::<_, BindingsError>(quoted(between(&text, from, to), quote))
    };
    let mut browser = listed(BROWSER, "const WHILE_SHUT", "]);", '\'')?;
    // The browser's page is its own recorder, and looks itself whether something changed.
    browser.retain(|verb| !OF_A_RECORDER.contains(&verb.as_str()));
    Ok([
        ("Kotlin", listed(KOTLIN, "val WHILE_SHUT", ")", '"')?),
        ("Swift", listed(SWIFT, "let whileShut", "\n    ]", '"')?),
        ("the browser", browser),
        ("the fake", listed(FAKE, "const WHILE_SHUT", "]);", '\'')?),
    ])
}

fn interface(name: &str) -> Result<Names, BindingsError> {
    let text = read(CONTRACT)?;
    let body = between(&text, &format!("export interface {name} {{"), "\n}");
    let members = body.lines().filter_map(|line| {
        let (verb, rest) = line.strip_prefix("  ")?.split_once(": {")?;
        rest.contains("ask:").then(|| verb.to_owned())
    });
    Ok(members.collect())
}

/// The words in quotes of lines that begin with `start`, before `end`.
fn labels(text: &str, start: &str, end: &str) -> Names {
    let lines = text.lines().map(str::trim);
    let labelled = lines.filter(|line| line.starts_with(start));
    let heads = labelled.filter_map(|line| Some(line.split_once(end)?.0));
    heads.flat_map(|head| quoted(head, '"')).collect()
}

fn quoted(text: &str, quote: char) -> Names {
    let inside = text.split(quote).skip(1).step_by(2);
    inside.map(str::to_owned).collect()
}

fn between<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let rest = text.split_once(from).map_or("", |(_, rest)| rest);
    rest.split_once(to).map_or(rest, |(inside, _)| inside)
}

fn read(path: &str) -> Result<String, BindingsError> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    std::fs::read_to_string(root.join(path)).map_err(io(format!("reading {path}")))
}

#[cfg(test)]
mod tests {
    use tala_client::handset::message::Message;

    use super::*;

    /// Fewer than there have been would mean that a list was not found.
    const SHELL_MIN: usize = 22;
    const CORE_MIN: usize = 36;

    #[test]
    fn the_core_answers_what_the_contract_asks_of_it_and_nothing_else() {
        // Serde names every verb to whoever asks for one that is none.
        let none = serde_json::from_str::<Message>(r#"{"do":"?"}"#);
        let said = none.expect_err("is no verb").to_string();
        let mut answered = quoted(&said, '`');
        answered.remove("?");
        let wanted = of_the_core().expect("reads");
        assert!(wanted.len() >= CORE_MIN, "{wanted:?}");
        assert_eq!(answered, wanted);
    }

    #[test]
    fn every_dispatcher_and_the_page_have_the_verbs_of_the_shell() {
        let wanted = of_the_shell().expect("reads");
        assert!(wanted.len() >= SHELL_MIN, "{wanted:?}");
        assert_eq!(on_the_page().expect("reads"), wanted, "FIELD-BRIDGE.md");
        for (shell, verbs) in dispatched().expect("reads") {
            assert_eq!(verbs, wanted, "{shell}");
        }
    }

    #[test]
    fn a_shut_lock_lets_the_same_through_everywhere() {
        let wanted = while_shut().expect("reads");
        for verb in ["sos", "sos_state", "sos_calls", "take_over", "device"] {
            assert!(wanted.contains(verb), "{wanted:?} without {verb}");
        }
        for (shell, verbs) in allowed_while_shut().expect("reads") {
            assert_eq!(verbs, wanted, "{shell}");
        }
    }
}
