//! Backups: a consistent copy while everything goes on, believed only after it was verified.

use std::path::Path;

use super::verify::{Verified, verify_log};
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::proofs::log_key;
use crate::store::sqlite::SqliteStore;
use crate::store::{Store as _, read};

impl Centre {
    /// Copies the store to `to`, opens the copy, checks its pages and verifies its log. Only then phones may
    /// be told that what it holds is backed up. Files of media are copied by whoever keeps them; they are
    /// named by their hashes and never change, so copying them afterwards is enough.
    pub fn backup(&self, to: &Path) -> Result<Verified, AppError> {
        self.store.copy_to(to)?;
        let copy = SqliteStore::open(to)?;
        let faults = copy.check()?;
        if let Some(fault) = faults.first() {
            return Err(AppError::Unsound(format!("backup: {fault}")));
        }
        let log = read(&copy, |reads| reads.log())?;
        let log = log.ok_or(AppError::NotInitialised)?;
        let key = log_key(self.log_key.as_ref(), log.id)?;
        let directory = self.directory();
        let verified = verify_log(&copy, directory.root(), &key)?;
        if let Some(fault) = verified.faults.first() {
            return Err(AppError::Unsound(format!("backup: {fault}")));
        }
        self.writer().backed_up(log.size)?;
        Ok(verified)
    }
}
