//! The centre as one value.

use std::sync::Arc;

use tala_protocol::cert::Directory;
use tala_protocol::id::{DeviceId, LogId};
use tala_protocol::key::PublicKey;
use tala_protocol::log::Frontier;
use tala_protocol::time::UnixMs;

use super::effects::Effects;
use super::error::AppError;
use super::keys::Signer;
use super::limits::{DeviceLimits, Usage};
use super::proofs::{SignedCheckpoint, sign_checkpoint};
use super::shared::Shared;
use super::writer::{WriterHandle, WriterParts};
use crate::store::{Lsn, Store, StoreError, read};

/// The keys that a running centre holds. The root's is not among them.
pub struct CentreKeys {
    /// Signs what the office says.
    pub office: Arc<dyn Signer>,
    /// Signs checkpoints and acknowledgements.
    pub log: Arc<dyn Signer>,
}

/// What a centre is made of.
pub struct CentreParts {
    /// Where it keeps everything.
    pub store: Arc<dyn Store>,
    /// Its keys.
    pub keys: CentreKeys,
    /// The bureau's root key, which everything is verified against.
    pub root: PublicKey,
    /// Clock and randomness.
    pub effects: Arc<dyn Effects>,
    /// Limits per device.
    pub limits: DeviceLimits,
}

/// A running centre.
pub struct Centre {
    pub(super) store: Arc<dyn Store>,
    pub(super) writer: WriterHandle,
    pub(super) effects: Arc<dyn Effects>,
    pub(super) log_key: Arc<dyn Signer>,
    pub(super) office: DeviceId,
    pub(super) limits: DeviceLimits,
    pub(super) usage: Usage,
    directory: Arc<Shared<Directory>>,
    checkpoint: Arc<Shared<SignedCheckpoint>>,
}

impl Centre {
    /// Starts a centre on a store that was initialised.
    pub fn start(parts: CentreParts) -> Result<Arc<Self>, AppError> {
        let log = read(parts.store.as_ref(), |reads| reads.log())?;
        let log = log.ok_or(AppError::NotInitialised)?;
        let frontier = Frontier::from_bytes(&log.frontier)
            .map_err(|error| AppError::Unsound(error.to_string()))?;
        let checkpoint = sign_checkpoint(parts.keys.log.as_ref(), log.id, &frontier)?;
        let checkpoint = Arc::new(Shared::new(checkpoint));
        let directory = rebuild_directory(parts.store.as_ref(), &parts.root)?;
        let directory = Arc::new(Shared::new(directory));
        let office = parts.keys.office.public().device_id();
        let writer = WriterHandle::start(WriterParts {
            writer: parts.store.take_writer()?,
            effects: Arc::clone(&parts.effects),
            office: parts.keys.office,
            log_key: Arc::clone(&parts.keys.log),
            directory: Arc::clone(&directory),
            checkpoint: Arc::clone(&checkpoint),
            after: Box::new(|| {}),
        })?;
        Ok(Arc::new(Self {
            store: parts.store,
            writer,
            effects: parts.effects,
            log_key: parts.keys.log,
            office,
            limits: parts.limits,
            usage: Usage::default(),
            directory,
            checkpoint,
        }))
    }

    /// What is known of keys, people and units now.
    pub fn directory(&self) -> Arc<Directory> {
        self.directory.get()
    }

    /// The newest checkpoint; its leaves are durable.
    pub fn checkpoint(&self) -> Arc<SignedCheckpoint> {
        self.checkpoint.get()
    }

    /// Which log positions and leaves belong to.
    pub fn log_id(&self) -> LogId {
        self.checkpoint.get().log
    }

    /// The centre's clock.
    pub fn now(&self) -> UnixMs {
        self.effects.now()
    }

    /// The centre's clock and randomness.
    pub fn effects(&self) -> &dyn Effects {
        self.effects.as_ref()
    }

    /// The store, for verbs that belong to the edge (sessions, nonces, uploads).
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The writing thread.
    pub fn writer(&self) -> &WriterHandle {
        &self.writer
    }

    /// Id of the office key that this process signs with.
    pub fn office(&self) -> DeviceId {
        self.office
    }

    /// Finishes what was handed in and stops. Calls after this fail with [`AppError::Closed`].
    pub fn stop(&self) {
        self.writer.stop();
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.stop();
    }
}

/// The sum of all statements that were ever admitted.
pub(super) fn rebuild_directory(
    store: &dyn Store,
    root: &PublicKey,
) -> Result<Directory, StoreError> {
    read(store, |reads| {
        let mut directory = Directory::new(root.clone());
        for lsn in reads.statements()? {
            let stored = reads.envelope(Lsn(lsn.0))?;
            let stored = stored.ok_or(StoreError::Damaged("statement"))?;
            // An erased name leaves a statement without body: nothing to take, nothing wrong.
            let _ = directory.admit(&stored.envelope);
        }
        Ok(directory)
    })
}
