//! Words that never enter the repository.
//!
//! They are written here in two halves, so that this file keeps its own rule.

use super::Finding;
use super::source::Source;

/// Marks of work left undone, found as whole words.
const MARKS: [&str; 4] = [
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("XX", "X"),
    concat!("HA", "CK"),
];
/// Macros that stand for missing code.
const MACROS: [&str; 2] = [concat!("unimple", "mented!"), concat!("to", "do!")];
/// Folders of the machine somebody happened to work on.
const FOLDERS: [&str; 3] = [
    concat!("/wo", "rk/"),
    concat!("/ro", "ot/"),
    concat!("/t", "mp/"),
];
/// Hosts of registries: tools know them, files do not.
const HOSTS: [&str; 6] = [
    concat!("index.", "crates.io"),
    concat!("static.", "crates.io"),
    concat!("registry.", "npmjs.org"),
    concat!("files.", "pythonhosted.org"),
    concat!("pypi", ".org"),
    concat!("proxy.", "golang.org"),
];
/// How the text came to be is not part of it. Compared in lower case.
const MAKERS: [&str; 6] = [
    concat!("cla", "ude"),
    concat!("anthro", "pic"),
    concat!("chat", "gpt"),
    concat!("open", "ai"),
    concat!("helper ", "agent"),
    concat!("language ", "model"),
];

/// Looks at every line.
pub(crate) fn check(source: &Source) -> Vec<Finding> {
    let mut findings = Vec::new();
    if source.file_name() == "Cargo.lock" {
        return findings;
    }
    for (index, line) in source.text().lines().enumerate() {
        if let Some((rule, word)) = forbidden(line) {
            findings.push(source.finding(index + 1, rule, format!("`{word}`")));
        }
    }
    findings
}

fn forbidden(line: &str) -> Option<(&'static str, &'static str)> {
    let lower = line.to_lowercase();
    let find = |words: &[&'static str], is_there: &dyn Fn(&str) -> bool| {
        words.iter().copied().find(|word| is_there(word))
    };
    let mark = find(&MARKS, &|word| is_word(line, word));
    let mark = mark.or_else(|| find(&MACROS, &|word| is_start(line, word, is_word_char)));
    let folder = find(&FOLDERS, &|word| is_start(line, word, is_path_char));
    let host = find(&HOSTS, &|word| line.contains(word));
    let maker = find(&MAKERS, &|word| lower.contains(word));
    let found = [
        ("mark", mark),
        ("machine-path", folder),
        ("registry-host", host),
        ("maker", maker),
    ];
    found
        .into_iter()
        .find_map(|(rule, word)| Some((rule, word?)))
}

/// `word` with no letter, digit or underscore on either side.
fn is_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let (before, rest) = line.split_at(at);
        let after = rest.strip_prefix(word).unwrap_or_default();
        !before.ends_with(is_word_char) && !after.starts_with(is_word_char)
    })
}

/// `word` where what stands before it is not part of the same thing.
fn is_start(line: &str, word: &str, part: fn(char) -> bool) -> bool {
    let mut places = line.match_indices(word);
    places.any(|(at, _)| !line.split_at(at).0.ends_with(part))
}

fn is_word_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

fn is_path_char(c: char) -> bool {
    is_word_char(c) || c == '.'
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::rules_broken;

    #[test]
    fn every_word_is_found_where_it_stands_alone() {
        let lists: [(&[&str], &str); 5] = [
            (&MARKS, "mark"),
            (&MACROS, "mark"),
            (&FOLDERS, "machine-path"),
            (&HOSTS, "registry-host"),
            (&MAKERS, "maker"),
        ];
        for (words, rule) in lists {
            for word in words {
                let text = format!("fine\nsee {word} here\n");
                let report = crate::tidy::check_sources(&[Source::new("docs/a.md", &text)]);
                let found: Vec<_> = report
                    .findings
                    .iter()
                    .map(|it| (it.line, it.rule))
                    .collect();
                assert_eq!(found, [(2, rule)], "{word}");
            }
        }
    }

    #[test]
    fn parts_of_other_words_are_left_alone() {
        for line in [
            concat!("MASTO", "DON"),
            concat!("./t", "mp/file"),
            concat!("target/wo", "rk/a"),
            "std::env::temp_dir()",
        ] {
            assert!(rules_broken("docs/a.md", line).is_empty(), "{line}");
        }
    }

    #[test]
    fn case_does_not_hide_a_maker() {
        let line = concat!("CLA", "UDE");
        assert_eq!(rules_broken("docs/a.md", line), ["maker"]);
    }
}
