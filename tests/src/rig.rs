//! What demonstrations and fault rings share: a centre as a process of its own, phones in this one, a desk.
//!
//! You are here because you drive the real thing from outside: [`centre`] founds and starts `tala-server`,
//! [`phone`] is the engine over its real store and link, [`desk`] signs in and reads the public interface.
//! Nothing here knows the inside of the server.

pub mod centre;
pub mod desk;
pub mod phone;

use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// Why something could not be set up or driven.
#[derive(Debug, thiserror::Error)]
pub enum RigError {
    /// A file or folder.
    #[error("cannot {doing} {path}")]
    File {
        /// `read`, `write`, `make`.
        doing: &'static str,
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A program could not be started or waited for.
    #[error("cannot run {program}")]
    Run {
        /// Which.
        program: String,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A program failed.
    #[error("{program} failed: {said}")]
    Failed {
        /// Which, with its arguments.
        program: String,
        /// Its last words.
        said: String,
    },
    /// A program said something else than expected.
    #[error("{program} did not print {wanted}")]
    Unexpected {
        /// Which.
        program: String,
        /// What was looked for.
        wanted: &'static str,
    },
    /// The centre could not be reached.
    #[error("asking the centre for {what}")]
    Ask {
        /// Path.
        what: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// The centre refused.
    #[error("{what} was answered {status}: {said}")]
    Answer {
        /// Method and path.
        what: String,
        /// Status code.
        status: u16,
        /// The problem's title, or the first words.
        said: String,
    },
    /// A phone could not be made or opened.
    #[error("phone {name}: {doing}")]
    Phone {
        /// Whose.
        name: String,
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The fictional world could not be read.
    #[error("the fictional world: {0}")]
    World(String),
}

/// An error with everything below it, in one line.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

/// The wall clock of this machine, ms.
pub fn now_ms() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    })
}

/// A program that was built beside this one.
pub fn program(name: &str) -> PathBuf {
    let named = std::env::var_os("TALA_BIN_DIR").map(PathBuf::from);
    let beside = || {
        let folder = std::env::current_exe().ok()?.parent()?.to_owned();
        // Tests are built one folder below the programs.
        match folder.ends_with("deps") {
            true => folder.parent().map(Path::to_owned),
            false => Some(folder),
        }
    };
    let folder = named.or_else(beside).unwrap_or_default();
    folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// An empty folder at this place, whatever was there.
pub fn fresh_folder(path: &Path) -> Result<(), RigError> {
    if path.exists() {
        std::fs::remove_dir_all(path).map_err(file("empty", path))?;
    }
    std::fs::create_dir_all(path).map_err(file("make", path))
}

/// Names the file in an error.
pub(crate) fn file(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(std::io::Error) -> RigError + use<> {
    let path = path.to_owned();
    move |source| RigError::File {
        doing,
        path,
        source,
    }
}

/// A folder of this name in the build folder, where programs keep what they make.
pub fn scratch(name: &str) -> PathBuf {
    let bins = program("");
    let target = bins.ancestors().find(|folder| folder.ends_with("target"));
    target.map_or_else(
        || std::env::temp_dir().join(name),
        |target| target.join(name),
    )
}
