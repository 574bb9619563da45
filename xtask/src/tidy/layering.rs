//! Which way dependencies point, and what stays in its layer.

use super::Finding;
use super::code::{Code, Token};
use super::manifest::{self, Manifest};
use super::source::Source;

/// What a crate of ours may depend on. Crates that are not listed may depend on all of them.
struct Arrows {
    package: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
}

const ARROWS: [Arrows; 8] = [
    arrows("tala-protocol", &[], &[]),
    arrows("tala-picture", &[], &[]),
    arrows("tala-fixtures", &["tala-protocol"], &[]),
    arrows(
        "tala-client",
        &["tala-picture", "tala-protocol"],
        &["tala-fixtures"],
    ),
    arrows(
        "tala-mobile",
        &["tala-client", "tala-picture", "tala-protocol"],
        &["tala-fixtures"],
    ),
    arrows("tala-wasm", &["tala-client", "tala-protocol"], &[]),
    arrows(
        "tala-server",
        &["tala-picture", "tala-protocol"],
        &["tala-fixtures"],
    ),
    arrows("xtask", &[], &[]),
];

/// Folders (or files of that name) that may speak SQL.
const STORES: [&str; 2] = ["server/src/store", "client-core/src/store"];
const BINDINGS: &str = "mobile-bindings/";
/// A crate that stays in mobile-bindings.
const BINDINGS_CRATE: &str = "uniffi";

/// How an SQL statement begins: its first word, and what must follow for it to be one.
const STATEMENTS: [(&str, &[&str]); 10] = [
    ("SELECT", &[]),
    ("PRAGMA", &[]),
    ("INSERT", &["INTO", "OR"]),
    ("REPLACE", &["INTO"]),
    ("DELETE", &["FROM"]),
    (
        "CREATE",
        &[
            "TABLE", "INDEX", "UNIQUE", "VIRTUAL", "TRIGGER", "VIEW", "TEMP",
        ],
    ),
    ("DROP", &["TABLE", "INDEX", "TRIGGER", "VIEW"]),
    ("ALTER", &["TABLE"]),
    ("VACUUM", &["INTO"]),
    ("BEGIN", &["IMMEDIATE", "EXCLUSIVE", "DEFERRED"]),
];

/// Dependencies between our crates, and crates that stay in one place.
pub(crate) fn check_manifests(sources: &[Source]) -> Vec<Finding> {
    let manifests = sources
        .iter()
        .filter_map(|source| Manifest::parse(source).ok()?);
    manifests
        .flat_map(|manifest| check_manifest(&manifest))
        .collect()
}

/// SQL outside stores, and UniFFI outside the bindings.
pub(crate) fn check_code(source: &Source, code: &Code) -> Vec<Finding> {
    let path = source.path();
    let in_store = STORES.iter().any(|store| path.starts_with(store));
    let in_bindings = path.starts_with(BINDINGS);
    let mut findings = Vec::new();
    for token in code.tokens() {
        if !in_bindings && token.is_ident(BINDINGS_CRATE) {
            let message = format!("{BINDINGS_CRATE} stays in {BINDINGS}");
            findings.push(source.finding(token.line, "bindings", message));
        }
        if !in_store && !token.in_test && !token.in_attr && speaks_sql(token) {
            let message = format!("SQL stays in {}", STORES.join(" and "));
            findings.push(source.finding(token.line, "sql", message));
        }
    }
    findings
}

fn check_manifest(manifest: &Manifest<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let rule = ARROWS
        .iter()
        .find(|rule| rule.package == manifest.package());
    for dependency in manifest.dependencies() {
        let name = dependency.name.as_str();
        if name.starts_with(BINDINGS_CRATE) && !manifest.source().path().starts_with(BINDINGS) {
            let message = format!("{name} stays in {BINDINGS}");
            findings.push(manifest.finding(name, "bindings", message));
        }
        let is_ours = manifest::is_ours(name);
        let allowed = rule.is_none_or(|rule| {
            let in_tests = dependency.is_dev && rule.tests_may_use.contains(&name);
            rule.may_use.contains(&name) || in_tests
        });
        if is_ours && !allowed {
            let message = format!("{} must not depend on {name}", manifest.package());
            findings.push(manifest.finding(name, "layering", message));
        }
    }
    findings
}

const fn arrows(
    package: &'static str,
    may_use: &'static [&'static str],
    tests_may_use: &'static [&'static str],
) -> Arrows {
    Arrows {
        package,
        may_use,
        tests_may_use,
    }
}

fn speaks_sql(token: &Token) -> bool {
    token.is_ident("rusqlite") || token.string().is_some_and(is_statement)
}

fn is_statement(text: &str) -> bool {
    let text = text.replace("\\n", " ").replace('\\', " ");
    let mut words = text.split_whitespace();
    let (Some(first), Some(second)) = (words.next(), words.next()) else {
        return false;
    };
    if first == "UPDATE" {
        return words.any(|word| word == "SET");
    }
    let statement = STATEMENTS.iter().find(|(word, _)| *word == first);
    statement.is_some_and(|(_, follow)| follow.is_empty() || follow.contains(&second))
}

#[cfg(test)]
mod tests {
    use crate::tidy::rules_broken;

    fn manifest(package: &str, section: &str, dependency: &str) -> String {
        format!(
            "[package]\nname = \"{package}\"\n[lints]\nworkspace = true\n\
             [{section}]\n{dependency}.workspace = true\n"
        )
    }

    fn check_dependency(package: &str, section: &str, dependency: &str, wanted: &[&str]) {
        let text = manifest(package, section, dependency);
        let broken = rules_broken("some/Cargo.toml", &text);
        assert_eq!(broken, wanted, "{package} {section} {dependency}");
    }

    #[test]
    fn dependencies_point_one_way() {
        check_dependency(
            "tala-protocol",
            "dependencies",
            "tala-fixtures",
            &["layering"],
        );
        check_dependency(
            "tala-protocol",
            "dev-dependencies",
            "tala-client",
            &["layering"],
        );
        check_dependency("tala-client", "dependencies", "tala-server", &["layering"]);
        check_dependency("tala-server", "dependencies", "tala-client", &["layering"]);
        check_dependency(
            "tala-server",
            "dev-dependencies",
            "tala-client",
            &["layering"],
        );
        check_dependency(
            "tala-server",
            "build-dependencies",
            "tala-mobile",
            &["layering"],
        );
        let target = "target.'cfg(unix)'.dependencies";
        check_dependency("tala-server", target, "tala-client", &["layering"]);
        check_dependency(
            "tala-fixtures",
            "dependencies",
            "tala-client",
            &["layering"],
        );
        check_dependency("tala-client", "dev-dependencies", "tala-fixtures", &[]);
        check_dependency("tala-client", "dependencies", "tala-protocol", &[]);
        check_dependency("tala-tests", "dependencies", "tala-server", &[]);
    }

    #[test]
    fn uniffi_stays_in_the_bindings() {
        check_dependency("tala-client", "dependencies", "uniffi", &["bindings"]);
        let text = "//! W.\n#[uniffi::export]\nfn f() {}\n";
        assert_eq!(rules_broken("client-core/src/a.rs", text), ["bindings"]);
        assert!(rules_broken("mobile-bindings/src/a.rs", text).is_empty());
    }

    #[test]
    fn sql_stays_in_the_stores() {
        for sql in [
            "SELECT lsn FROM log",
            "\\n    INSERT INTO a",
            "UPDATE a SET b = 1",
            "PRAGMA synchronous",
            "CREATE TABLE a (b)",
            "DELETE FROM a",
        ] {
            let text = format!("//! W.\nfn f() {{ run(\"{sql}\"); }}\n");
            assert_eq!(rules_broken("server/src/app/a.rs", &text), ["sql"], "{sql}");
            assert!(rules_broken("server/src/store/a.rs", &text).is_empty());
            assert!(rules_broken("tests/src/a.rs", &text).is_empty());
        }
        let text = "//! W.\nuse rusqlite::Connection;\n";
        assert_eq!(rules_broken("server/src/http/a.rs", text), ["sql"]);
    }

    #[test]
    fn words_that_only_look_like_sql_are_left_alone() {
        for words in [
            "DELETE",
            "select a unit",
            "CREATE",
            "UPDATE the map",
            "REPLACE",
        ] {
            let text = format!("//! W.\n/// SELECT nothing\nfn f() {{ run(\"{words}\"); }}\n");
            assert!(
                rules_broken("server/src/app/a.rs", &text).is_empty(),
                "{words}"
            );
        }
    }
}
