//! Dying at a named point, for the ring that kills. Compiled into test builds only.
//!
//! `TALA_FAIL_AT=writer-after-commit:3` ends the process at the third time that this point is reached:
//! at once, with nothing unwound, flushed or answered, as a power cut would.

use std::sync::atomic::{AtomicU64, Ordering};

/// The environment variable.
pub const VARIABLE: &str = "TALA_FAIL_AT";

/// Why a point cannot be armed.
#[derive(Debug, thiserror::Error)]
pub enum FailAtError {
    /// Not `point:count`.
    #[error("{VARIABLE} is not point:count, but {0}")]
    Form(String),
    /// The point refused.
    #[error("arming the point: {0}")]
    Arm(String),
}

/// Arms the point that the environment names, if it names one.
pub fn arm() -> Result<(), FailAtError> {
    let Ok(named) = std::env::var(VARIABLE) else {
        return Ok(());
    };
    let parsed = named
        .split_once(':')
        .and_then(|(point, count)| Some((point.to_owned(), count.parse::<u64>().ok()?)));
    let (point, count) = parsed.ok_or(FailAtError::Form(named))?;
    let met = AtomicU64::new(0);
    fail::cfg_callback(point, move || {
        if met.fetch_add(1, Ordering::SeqCst).saturating_add(1) >= count {
            std::process::abort();
        }
    })
    .map_err(FailAtError::Arm)
}
