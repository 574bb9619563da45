//! Small questions that the desks' doors ask of a centre.

use std::time::{Duration, Instant};

use super::project::query_tokens;
use super::{AppError, Centre};
use crate::store::Lsn;

/// Longest wait for projections after a desk's own write.
const WAIT_MAX: Duration = Duration::from_secs(5);
const WAIT_STEP: Duration = Duration::from_millis(2);

impl Centre {
    /// The words of a search as they stand in the index.
    pub fn search_tokens(&self, words: &str) -> Vec<String> {
        query_tokens(words)
    }

    /// Waits until what desks read holds an envelope, so that whoever wrote sees the own change.
    pub fn wait_for(&self, lsn: Lsn) -> Result<(), AppError> {
        let began = Instant::now();
        while self.projected_to() <= lsn {
            if began.elapsed() > WAIT_MAX {
                return Err(AppError::Conflict(
                    "it is written; what desks read lags behind",
                ));
            }
            std::thread::sleep(WAIT_STEP);
        }
        Ok(())
    }
}
