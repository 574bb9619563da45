//! Files that say what the interface is, compared with what the code makes.

use std::path::PathBuf;

use crate::http::routes;

/// Compares, or writes where `TALA_GOLDEN=write` is set: these two follow the code, and review reads them.
pub(super) fn check(path: &str, made: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("TALA_GOLDEN").is_some_and(|it| it == "write") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
        std::fs::write(&path, made).expect("writes");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        made == golden,
        "{} differs; look at it with TALA_GOLDEN=write and git diff",
        path.display()
    );
}

#[test]
fn the_openapi_document_is_the_one_that_was_agreed() {
    let document = routes::document();
    let text = document.to_pretty_json().expect("json");
    check("../docs/openapi.json", &format!("{text}\n"));
}
