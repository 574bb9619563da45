//! Documentation and attributes: what rustc does not ask for.

use super::Finding;
use super::code::{Code, Kind, Token};
use super::source::Source;

const ITEMS: [&str; 11] = [
    "fn", "async", "const", "unsafe", "struct", "enum", "trait", "type", "static", "union", "macro",
];

/// Module files open with words to their reader, public items are documented, permissions say why.
pub(crate) fn check(source: &Source, code: &Code) -> Vec<Finding> {
    let mut findings = permissions(source, code);
    if source.file_name() == "mod.rs" {
        let message = "name the file after its module, beside the folder".to_owned();
        findings.push(source.finding(1, "module-file", message));
    }
    if source.path().contains("/src/") && !source.is_test() {
        if !source.text().trim_start().starts_with("//!") {
            let message = "open with `//!` words to the reader of this module".to_owned();
            findings.push(source.finding(1, "module-doc", message));
        }
        findings.extend(public_items(source, code));
    }
    findings
}

/// `#[allow(...)]` and `#[expect(...)]` without a reason.
fn permissions(source: &Source, code: &Code) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, token) in code.tokens().iter().enumerate() {
        let word = token
            .ident()
            .filter(|word| ["allow", "expect"].contains(word));
        let next = code.from(index + 1).first();
        let opens = next.is_some_and(|next| next.kind == Kind::Open('('));
        let Some(word) = word.filter(|_| token.in_attr && opens) else {
            continue;
        };
        let inside = code.from(index + 2).iter();
        let mut inside = inside.take_while(|inner| inner.depth > token.depth);
        if !inside.any(|inner| inner.is_ident("reason")) {
            let message = format!("`{word}` says no `reason = \"...\"`");
            findings.push(source.finding(token.line, "reason", message));
        }
    }
    findings
}

/// `pub` items without a doc comment. `pub mod name;` is documented inside its file.
fn public_items(source: &Source, code: &Code) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, token) in code.tokens().iter().enumerate() {
        let is_pub = token.is_ident("pub") && !token.in_test && !token.in_attr;
        let Some(item) = item_after(code.from(index + 1)).filter(|_| is_pub) else {
            continue;
        };
        if !is_documented(code.tokens().get(..index).unwrap_or_default(), token.depth) {
            let message = format!("public {item} has no documentation");
            findings.push(source.finding(token.line, "public-doc", message));
        }
    }
    findings
}

/// Whether the last of the attributes that end here is a doc comment, or one before it. Inner ones
/// (`//!`) belong to the module.
fn is_documented(before: &[Token], depth: usize) -> bool {
    let mut has_doc = false;
    for token in before.iter().rev().take_while(|token| token.in_attr) {
        let is_own = token.depth == depth;
        if is_own && token.is_punct('!') {
            return false;
        }
        if is_own && token.is_punct('#') && has_doc {
            return true;
        }
        has_doc |= token.is_ident("doc");
    }
    false
}

/// Kind and name of the item after `pub`, unless a macro names it.
fn item_after(tokens: &[Token]) -> Option<String> {
    let first = tokens.first()?.ident()?;
    if !ITEMS.contains(&first) {
        return None;
    }
    let mut words = tokens.iter().map_while(Token::ident);
    let name = words.find(|word| !ITEMS.contains(word))?;
    Some(format!("{first} {name}"))
}

#[cfg(test)]
mod tests {
    use crate::tidy::rules_broken;

    fn check(text: &str, wanted: &[&str]) {
        assert_eq!(rules_broken("protocol/src/a.rs", text), wanted, "{text}");
    }

    #[test]
    fn a_module_speaks_to_its_reader_and_is_named_for_its_concept() {
        check("struct A;\n", &["module-doc"]);
        check("//! Words.\nstruct A;\n", &[]);
        assert_eq!(
            rules_broken("protocol/src/a/mod.rs", "//! Words.\n"),
            ["module-file"]
        );
    }

    #[test]
    fn public_items_are_documented() {
        check("//! W.\npub struct A;\n", &["public-doc"]);
        check("//! W.\n#[derive(Debug)]\npub struct A;\n", &["public-doc"]);
        check(
            "//! W.\nimpl A {\n  pub const fn f() {}\n}\n",
            &["public-doc"],
        );
        check("//! W.\n/// Doc.\n#[derive(Debug)]\npub struct A;\n", &[]);
        check(
            "//! W.\npub mod b;\npub use b::C;\npub(crate) fn f() {}\n",
            &[],
        );
        check(
            "//! W.\n#[cfg(test)]\nmod tests {\n  pub fn f() {}\n}\n",
            &[],
        );
    }

    #[test]
    fn a_permission_says_why() {
        check("//! W.\n#![allow(clippy::panic)]\n", &["reason"]);
        check("//! W.\n#[expect(dead_code)]\nfn f() {}\n", &["reason"]);
        check(
            "//! W.\n#[allow(clippy::panic, reason = \"why\")]\nfn f() {}\n",
            &[],
        );
        check("//! W.\nfn f() { a.expect(\"b\"); }\n", &[]);
    }
}
