//! Accounts, codes and verification of a centre from beside it, whether it runs or not.
//!
//! What a running centre holds in memory (what its feeds said last, the directory, checkpoints) is left
//! alone: only rows are written that it reads anew each time, each in one transaction that waits its turn.
//! Whatever makes a statement goes through [`super::orders`].

use std::sync::Arc;

use tala_protocol::cert::Directory;
use tala_protocol::id::PersonId;
use tala_protocol::key::PublicKey;

use super::verify::{Verified, verify_log};
use crate::app::centre::rebuild_directory;
use crate::app::error::AppError;
use crate::app::keys::SoftwareKey;
use crate::app::proofs::log_key;
use crate::app::staff::account_row;
use crate::store::sqlite::SqliteStore;
use crate::store::{EnrolmentRow, RegistryRow, StaffRow, Store as _, StoreError, Tx, read};

/// A centre's store, from beside it.
pub struct Beside {
    store: SqliteStore,
    root: PublicKey,
    log_key: SoftwareKey,
}

impl Beside {
    pub(super) const fn new(store: SqliteStore, root: PublicKey, log_key: SoftwareKey) -> Self {
        Self {
            store,
            root,
            log_key,
        }
    }

    /// Keys, people and units as the store has them now.
    pub fn directory(&self) -> Result<Directory, AppError> {
        Ok(rebuild_directory(&self.store, &self.root)?)
    }

    /// The account of a login.
    pub fn account(&self, login: &str) -> Result<Option<StaffRow>, AppError> {
        Ok(read(&self.store, |reads| reads.staff(login))?)
    }

    /// Gives a login its password, and makes the account if there is none. A running centre honours it with
    /// the next sign-in.
    pub fn set_password(
        &self,
        login: &str,
        person: PersonId,
        password_hash: &str,
    ) -> Result<(), AppError> {
        let mut refused = None;
        self.write(&mut |tx| {
            let known = tx.staff(login)?;
            match account_row(known.as_ref(), login, person, password_hash) {
                Ok(row) => tx.put_staff(&row),
                Err(error) => {
                    refused = Some(error);
                    Ok(())
                }
            }
        })?;
        refused.map_or(Ok(()), Err)
    }

    /// Keeps a one-time code that is about to be given out. A running centre honours it at once.
    pub fn give_code(&self, row: &EnrolmentRow) -> Result<(), AppError> {
        self.write(&mut |tx| tx.put_enrolment(row))
    }

    /// Every version of a registry that was published, by kind and number.
    pub fn published_registries(&self) -> Result<Vec<RegistryRow>, AppError> {
        Ok(read(&self.store, |reads| reads.registries())?)
    }

    /// Verifies the log at one moment, while others may go on writing.
    pub fn verify_log(&self) -> Result<Verified, AppError> {
        let log = read(&self.store, |reads| reads.log())?;
        let log = log.ok_or(AppError::NotInitialised)?;
        let key = log_key(&self.log_key, log.id)?;
        verify_log(&self.store, &self.root, &key)
    }

    fn write(
        &self,
        part: &mut dyn FnMut(&mut dyn Tx) -> Result<(), StoreError>,
    ) -> Result<(), AppError> {
        let mut writer = self.store.take_writer()?;
        let written = writer.transact(part);
        self.store.return_writer(writer);
        written.map_err(|error| AppError::Store(Arc::new(error)))
    }
}
