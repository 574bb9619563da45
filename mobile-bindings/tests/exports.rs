//! What crosses to another language can fail there without taking it down: every exported function returns a
//! result. Read from the sources, so that a new one cannot be forgotten.

use std::path::{Path, PathBuf};

/// What a platform answers at once, without asking anything that could fail.
const CANNOT_FAIL: [&str; 4] = ["kind", "elapsed_ms", "boot", "battery_pct"];
/// Fewer than there have been would mean that they were not found.
const EXPORTS_MIN: usize = 40;

#[test]
fn every_exported_function_returns_a_result() {
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = 0;
    for path in files(&sources) {
        let text = std::fs::read_to_string(&path).expect("reads");
        for function in exported(&text) {
            found += 1;
            let name = name(&function);
            let is_fallible = function.contains("-> Result<");
            assert!(
                is_fallible || CANNOT_FAIL.contains(&name),
                "{name} in {}",
                path.display()
            );
        }
    }
    assert!(found >= EXPORTS_MIN, "{found} found");
}

#[test]
fn one_that_returns_none_would_be_seen() {
    let text =
        "#[uniffi::export]\nimpl A {\n    /// W.\n    pub fn bare(&self) -> u8 {\n    }\n}\n";
    let found = exported(text);
    assert_eq!(found.len(), 1);
    assert_eq!(name(&found[0]), "bare");
    assert!(!found[0].contains("-> Result<"));
}

/// The signatures of functions in exported blocks.
fn exported(text: &str) -> Vec<String> {
    let blocks = text.split("#[uniffi::export").skip(1);
    let blocks = blocks.filter_map(|rest| rest.split("\n}\n").next());
    blocks.flat_map(signatures).collect()
}

fn signatures(block: &str) -> Vec<String> {
    let is_head = |line: &&str| {
        let line = line.strip_prefix("pub ").unwrap_or(line);
        line.starts_with("fn ") || line.starts_with("async fn ")
    };
    let lines: Vec<&str> = block.lines().map(str::trim).collect();
    let heads = lines.iter().enumerate().filter(|(_, line)| is_head(line));
    let whole = heads.map(|(at, _)| {
        let rest = lines.iter().skip(at);
        let mut signature = String::new();
        for line in rest {
            signature.push_str(line);
            if line.ends_with('{') || line.ends_with(';') {
                break;
            }
        }
        signature
    });
    whole.collect()
}

fn name(signature: &str) -> &str {
    let rest = signature.split_once("fn ").map_or("", |(_, rest)| rest);
    rest.split('(').next().unwrap_or_default()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("lists").flatten();
    let below = entries.flat_map(|entry| match entry.path() {
        path if path.is_dir() => files(&path),
        path => vec![path],
    });
    below.collect()
}
