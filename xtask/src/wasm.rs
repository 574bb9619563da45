//! `wasm`: builds the phone's engine for browsers, as small as it gets, and says how large it is.
//!
//! The module and its JavaScript side go to `target/wasm`, where `web/field` imports them; nothing of it is
//! committed. The target comes from rustup; where rustup cannot fetch it, Debian's toolchain builds the
//! standard library along.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::run::{Env, RunError, Step};
use crate::workspace::{Workspace, cargo};

const TARGET: &str = "wasm32-unknown-unknown";
const PROFILE: &str = "browser";
const CRATE: &str = "mobile-bindings/wasm";
/// What a phone on a weak link is asked to fetch once, as brotli 11.
const BROTLI_BYTES_MAX: u64 = 1_300_000;
/// Parts of SQLite that no phone's store speaks to.
const SQLITE_WITHOUT: [&str; 10] = [
    "FTS5",
    "RTREE",
    "SESSION",
    "PREUPDATE_HOOK",
    "BYTECODE_VTAB",
    "DBPAGE_VTAB",
    "DBSTAT_VTAB",
    "STMTVTAB",
    "MATH_FUNCTIONS",
    "OFFSET_SQL_FUNC",
];
/// Functions of SQL that no phone's store calls. Those of dates stay: without them SQLite asks for a C
/// library.
const SQLITE_OMIT: [&str; 1] = ["JSON"];
/// Slow ways to compress, and unrolled decoders. What a browser sends is packed a little less tightly; what
/// it reads is not touched by this.
const ZSTD_WITHOUT: [&str; 6] = ["GREEDY", "LAZY", "LAZY2", "BTLAZY2", "BTOPT", "BTULTRA"];
const ZSTD_SMALL: &str = "-DHUF_FORCE_DECOMPRESS_X1=1 -DZSTD_FORCE_DECOMPRESS_SEQUENCES_SHORT=1";
/// Debian's toolchain with the sources of the standard library.
const DEBIAN_CARGO: &str = "/usr/bin/cargo";
const DEBIAN_RUSTC: &str = "/usr/bin/rustc";
const DEBIAN_STD: &str = "/usr/src/rustc-web";

/// Why there is no module.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WasmError {
    #[error(transparent)]
    Run(#[from] RunError),
    #[error("measuring the module")]
    Measure(#[source] std::io::Error),
    #[error("reading the sizes of the module")]
    Sizes(#[from] serde_json::Error),
    #[error("the module has {brotli} bytes as brotli, at most {BROTLI_BYTES_MAX}")]
    TooLarge { brotli: u64 },
    #[error(
        "no way to compile for {TARGET}: `rustup target add {TARGET}`, or apt-get install rustc-web cargo-web"
    )]
    NoTarget,
}

/// How the target can be compiled for on this machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Toolchain {
    /// This one has the target.
    Own,
    /// This one can be given the target.
    Rustup,
    /// Debian's, with the standard library built along.
    Debian,
}

/// Builds it, whatever its size.
pub(crate) fn build(workspace: &Workspace) -> Result<(), WasmError> {
    for step in steps(workspace)? {
        step.run()?;
    }
    Ok(())
}

/// Builds, measures and prints; an error where the module is too large.
pub(crate) fn make(workspace: &Workspace, as_json: bool) -> Result<(), WasmError> {
    build(workspace)?;
    let sizes = measure(workspace)?;
    let number = |name: &str| sizes.get(name).and_then(Value::as_u64).unwrap_or(u64::MAX);
    let (raw, gzip, brotli) = (
        number("raw_bytes"),
        number("gzip_bytes"),
        number("brotli_bytes"),
    );
    if as_json {
        println!(
            "{}",
            json!({ "wasm": sizes, "limit_bytes": BROTLI_BYTES_MAX })
        );
    } else {
        println!("module: {raw} bytes, gzip {gzip}, brotli {brotli} of at most {BROTLI_BYTES_MAX}");
    }
    match brotli <= BROTLI_BYTES_MAX {
        true => Ok(()),
        false => Err(WasmError::TooLarge { brotli }),
    }
}

/// Whether a module lies where pages import it; it may be of an older tree.
pub(crate) fn is_made(workspace: &Workspace) -> bool {
    folder(workspace).join("tala_bg.wasm").is_file()
}

/// Where the module and its JavaScript side are written.
pub(crate) fn folder(workspace: &Workspace) -> PathBuf {
    workspace.target().join("wasm")
}

fn steps(workspace: &Workspace) -> Result<Vec<Step>, WasmError> {
    let toolchain = toolchain(workspace.root()).ok_or(WasmError::NoTarget)?;
    let tools = workspace.root().join(CRATE);
    let built = workspace.target().join(TARGET).join(PROFILE);
    let tool = workspace.target().join("debug/tala-wasm-bindgen");
    let folder = folder(workspace);
    let module = text(&folder.join("tala_bg.wasm"));
    let mut steps = Vec::new();
    if toolchain == Toolchain::Rustup {
        steps.push(Step::new("rustup", workspace.root()).args(["target", "add", TARGET]));
    }
    steps.push(compile(workspace, toolchain));
    steps.push(Step::new(cargo(), workspace.root()).args([
        "build",
        "--workspace",
        "--bin",
        "tala-wasm-bindgen",
    ]));
    steps.push(
        Step::new(text(&tool), workspace.root())
            .args([text(&built.join("tala_wasm.wasm")), text(&folder)]),
    );
    let optimiser = tools.join("node_modules/binaryen/bin/wasm-opt");
    if !optimiser.exists() {
        steps.push(Step::new("npm", &tools).args(["ci", "--ignore-scripts"]));
    }
    steps.push(
        Step::new("node", workspace.root())
            .args([text(&optimiser)])
            .args(["-Oz", "--strip-debug", "--strip-producers"])
            .args([module.as_str(), "-o", module.as_str()]),
    );
    Ok(steps)
}

fn compile(workspace: &Workspace, toolchain: Toolchain) -> Step {
    let without = SQLITE_WITHOUT.map(|part| format!("-USQLITE_ENABLE_{part}"));
    let omitted = SQLITE_OMIT.map(|part| format!("-DSQLITE_OMIT_{part}"));
    let sqlite = [without.join(" "), omitted.join(" ")].join(" ");
    let excluded = ZSTD_WITHOUT.map(|way| format!("-DZSTD_EXCLUDE_{way}_BLOCK_COMPRESSOR"));
    let zstd = format!("{} {ZSTD_SMALL}", excluded.join(" "));
    let mut env: Env = vec![
        ("SQLITE_WASM_RS_FLAGS".to_owned(), sqlite.into()),
        ("CFLAGS_wasm32_unknown_unknown".to_owned(), zstd.into()),
    ];
    let program = match toolchain {
        Toolchain::Own | Toolchain::Rustup => cargo(),
        Toolchain::Debian => {
            env.push(("RUSTC".to_owned(), DEBIAN_RUSTC.into()));
            env.push(("RUSTC_BOOTSTRAP".to_owned(), "1".into()));
            DEBIAN_CARGO.to_owned()
        }
    };
    let step = Step::new(program, workspace.root())
        .args(["build", "--profile", PROFILE, "--target", TARGET])
        .args(["--package", "tala-wasm"])
        .env(&env);
    match toolchain {
        Toolchain::Debian => step.args(["-Zbuild-std=std,panic_abort"]),
        Toolchain::Own | Toolchain::Rustup => step,
    }
}

fn toolchain(root: &Path) -> Option<Toolchain> {
    let libdir = Command::new("rustc")
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(root)
        .stderr(Stdio::null())
        .output();
    let libdir = libdir
        .ok()
        .map(|said| String::from_utf8_lossy(&said.stdout).into_owned());
    if libdir.is_some_and(|libdir| Path::new(libdir.trim()).is_dir()) {
        return Some(Toolchain::Own);
    }
    if Path::new(DEBIAN_STD).is_dir() && Path::new(DEBIAN_RUSTC).exists() {
        return Some(Toolchain::Debian);
    }
    let rustup = Command::new("rustup").arg("--version").output();
    rustup.is_ok().then_some(Toolchain::Rustup)
}

fn measure(workspace: &Workspace) -> Result<Value, WasmError> {
    let script = workspace.root().join(CRATE).join("measure.mjs");
    let module = folder(workspace).join("tala_bg.wasm");
    let said = Command::new("node").arg(script).arg(module).output();
    let said = said.map_err(WasmError::Measure)?;
    Ok(serde_json::from_slice(&said.stdout)?)
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debians_toolchain_builds_the_standard_library_along() {
        let workspace = Workspace::of("root", &[]);
        let line = |toolchain| compile(&workspace, toolchain).to_string();
        let own = line(Toolchain::Own);
        assert!(
            own.ends_with("--target wasm32-unknown-unknown --package tala-wasm"),
            "{own}"
        );
        let debian = line(Toolchain::Debian);
        assert!(
            debian.starts_with("cargo build --profile browser"),
            "{debian}"
        );
        assert!(debian.ends_with("-Zbuild-std=std,panic_abort"), "{debian}");
    }
}
