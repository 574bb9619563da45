//! Golden files: what a format's first version looks like, kept outside the code that writes it.

use std::path::PathBuf;

/// Compares `made` with the golden file `name` and returns the file. With `TALA_GOLDEN=write` in the
/// environment it writes files that are missing; it never changes one that is there.
pub(crate) fn check(name: &str, made: &[u8]) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/golden")
        .join(name);
    if !path.exists() && std::env::var_os("TALA_GOLDEN").is_some_and(|v| v == "write") {
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("makes the folder");
        std::fs::write(&path, made).expect("writes the golden file");
    }
    let golden = std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert_eq!(made, golden, "{name} is written differently now");
    golden
}
