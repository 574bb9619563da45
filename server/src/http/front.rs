//! What every handler shares.

use std::sync::Arc;

use tala_protocol::id::RowId;
use tala_protocol::time::UnixMs;
use tokio_util::sync::CancellationToken;

use super::behind::Behind;
use super::limits::RateLimits;
use super::nonces::Nonces;
use super::problem::Problem;
use super::wire::page::Cursors;
use crate::app::access::{self, Asker, Grant, Verb};
use crate::app::session::Sessions;
use crate::app::staff::Passwords;
use crate::app::{AppError, Effects};
use crate::config::Config;
use crate::media::Media;
use crate::store_door::{AuditAct, AuditRow, DoorStore, DoorStoreError};

/// Everything a handler needs, cheap to clone.
#[derive(Clone)]
pub struct Front {
    /// What the product does.
    pub behind: Arc<dyn Behind>,
    /// What the operator set.
    pub config: Arc<Config>,
    /// What the doors remember.
    pub door: Arc<DoorStore>,
    /// Sign-ins.
    pub sessions: Sessions,
    /// Password hashes.
    pub passwords: Arc<Passwords>,
    /// Files.
    pub media: Arc<Media>,
    /// How much one sender may ask for.
    pub rates: Arc<RateLimits>,
    /// Signed requests seen.
    pub nonces: Arc<Nonces>,
    /// Makes and reads cursors.
    pub cursors: Cursors,
    /// Clock and randomness.
    pub effects: Arc<dyn Effects>,
    /// Ends every stream when the centre stops.
    pub stop: CancellationToken,
}

impl Front {
    /// The wall clock.
    pub fn now(&self) -> UnixMs {
        self.effects.now()
    }

    /// Random bytes.
    pub fn random<const N: usize>(&self) -> Result<[u8; N], Problem> {
        let mut bytes = [0; N];
        let filled = self.effects.random(&mut bytes);
        filled.map_err(|error| Problem::internal(&error))?;
        Ok(bytes)
    }

    /// A random row id (UUIDv4).
    pub fn row_id(&self) -> Result<RowId, Problem> {
        let uuid = uuid::Builder::from_random_bytes(self.random()?).into_uuid();
        Ok(RowId::from_bytes(*uuid.as_bytes()))
    }

    /// Decides whether somebody may do something anywhere.
    pub fn authorize(&self, asker: &Asker, verb: Verb) -> Result<Grant, Problem> {
        let directory = self.behind.directory();
        let grant = access::authorize(asker.clone(), verb, directory.units(), self.now());
        grant.map_err(|access::Denied| Problem::forbidden())
    }

    /// Runs what blocks (stores, signatures) on a thread that may.
    pub async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&Front) -> Result<T, Problem> + Send + 'static,
    ) -> Result<T, Problem> {
        let front = self.clone();
        let answer = tokio::task::spawn_blocking(move || question(&front)).await;
        answer.unwrap_or_else(|error| Err(Problem::internal(&error)))
    }

    /// Asks what stands behind the doors, on a thread that may block.
    pub async fn behind<T: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Behind) -> Result<T, AppError> + Send + 'static,
    ) -> Result<T, Problem> {
        self.ask(move |front| Ok(question(front.behind.as_ref())?))
            .await
    }

    /// Notes who was let in or turned away.
    pub fn audit(&self, act: AuditAct, ok: bool, row: AuditRow) -> Result<(), Problem> {
        let at = self.now();
        Ok(self.door.add_audit(&AuditRow { at, act, ok, ..row })?)
    }
}

impl From<DoorStoreError> for Problem {
    fn from(error: DoorStoreError) -> Self {
        Problem::internal(&error)
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match &error {
            AppError::NotFound => Problem::not_found(),
            AppError::Forbidden => Problem::forbidden(),
            AppError::Device => Problem::device_ended(),
            AppError::Conflict(what) => Problem::conflict(*what),
            AppError::Invalid(what) => Problem::bad_field(what.clone()),
            AppError::Limited { retry_after_s } => Problem::too_many(*retry_after_s),
            AppError::Full => Problem::full(),
            AppError::Closed => Problem::unavailable(5),
            _ => Problem::internal(&error),
        }
    }
}
