//! No clock, no randomness and no I/O where they must be arguments.

use super::Finding;
use super::code::{Code, Kind, Token};
use super::source::Source;

/// Where clocks and randomness are arguments: the whole of protocol, and the phone's engine without its
/// command line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Zone {
    Protocol,
    Engine,
}

/// Types and functions that ask the machine for time or randomness.
const SOURCES_OF_CHANGE: [&str; 9] = [
    "SystemTime",
    "Instant",
    "OsRng",
    "SysRng",
    "ThreadRng",
    "thread_rng",
    "getrandom",
    "new_v4",
    "now_v7",
];
/// Modules of the standard library that protocol does without, and those the engine does without.
const STD_PROTOCOL: [&str; 6] = ["time", "thread", "fs", "net", "process", "env"];
const STD_ENGINE: [&str; 3] = ["thread", "process", "env"];
const PRINTS: [&str; 5] = ["println", "eprintln", "print", "eprint", "dbg"];

/// Looks at product code in the zones.
pub(crate) fn check(source: &Source, code: &Code) -> Vec<Finding> {
    let Some(zone) = zone(source) else {
        return Vec::new();
    };
    let found = code.product().filter_map(|run| {
        let (line, what) = impurity(zone, run)?;
        let message = format!("{what} is an argument here, never asked of the machine");
        Some(source.finding(line, "purity", message))
    });
    found.collect()
}

fn zone(source: &Source) -> Option<Zone> {
    let path = source.path();
    if path.starts_with("protocol/src/") {
        Some(Zone::Protocol)
    } else if path.starts_with("client-core/src/") && !path.starts_with("client-core/src/bin/") {
        Some(Zone::Engine)
    } else {
        None
    }
}

fn impurity(zone: Zone, run: &[Token]) -> Option<(usize, String)> {
    let first = run.first()?;
    let word = first.ident()?;
    let next = run.get(1);
    let called = next.is_some_and(|next| next.is_punct('!'));
    if SOURCES_OF_CHANGE.contains(&word) || (PRINTS.contains(&word) && called) {
        return Some((first.line, word.to_owned()));
    }
    if word == "rand" && is_path(run) && zone == Zone::Protocol {
        return Some((first.line, word.to_owned()));
    }
    let denied: &[&str] = match zone {
        Zone::Protocol => &STD_PROTOCOL,
        Zone::Engine => &STD_ENGINE,
    };
    let module = (word == "std" && is_path(run)).then(|| std_modules(run.get(3..)?, denied))??;
    Some((first.line, format!("std::{module}")))
}

fn is_path(run: &[Token]) -> bool {
    let colons = run.get(1..3).unwrap_or_default();
    colons.len() == 2 && colons.iter().all(|token| token.is_punct(':'))
}

/// The denied module after `std::`, also in `std::{a, b::c}`.
fn std_modules<'a>(run: &'a [Token], denied: &[&str]) -> Option<&'a str> {
    let first = run.first()?;
    if let Some(word) = first.ident() {
        return denied.contains(&word).then_some(word);
    }
    let inside = run
        .get(1..)?
        .iter()
        .take_while(|token| token.depth > first.depth);
    let starts = std::iter::once(first).chain(inside.clone()).zip(inside);
    let mut modules = starts.filter_map(|(before, token)| {
        let is_start = before.is_punct(',') || before.kind == Kind::Open('{');
        token
            .ident()
            .filter(|word| is_start && token.depth == first.depth + 1 && denied.contains(word))
    });
    modules.next()
}

#[cfg(test)]
mod tests {
    use crate::tidy::rules_broken;

    fn check(path: &str, code: &str, is_pure: bool) {
        let wanted: &[&str] = if is_pure { &[] } else { &["purity"] };
        let text = format!("//! Words.\n{code}\n");
        assert_eq!(rules_broken(path, &text), wanted, "{path}: {code}");
    }

    #[test]
    fn protocol_asks_the_machine_for_nothing() {
        let path = "protocol/src/a.rs";
        for code in [
            "use std::time::Duration;",
            "use std::{fmt, fs};",
            "fn f() { std::thread::sleep(d); }",
            "fn f() { let t = Instant::now(); }",
            "fn f() { rand::random() }",
            "fn f() { getrandom(b) }",
            "fn f() { println!() }",
        ] {
            check(path, code, false);
        }
        check(path, "use std::{fmt, net_like, io::{fs, Read}};", true);
        check(path, "/// Not an `Instant`.\nfn f(print: u8) {}", true);
        check(
            path,
            "#[cfg(test)]\nmod tests { use std::fs; use rand::Rng; }",
            true,
        );
    }

    #[test]
    fn the_engine_may_use_files_and_durations_but_no_clock() {
        let path = "client-core/src/recorder.rs";
        check(path, "use std::time::Duration;\nuse std::fs;", true);
        check(path, "use std::time::SystemTime;", false);
        check(path, "fn f() { std::thread::spawn(g); }", false);
        check(
            "client-core/src/bin/tala/main.rs",
            "use std::time::SystemTime;",
            true,
        );
        check("server/src/main.rs", "use std::time::SystemTime;", true);
    }
}
