//! The centre as one value.

use std::sync::{Arc, Mutex};

use tala_protocol::cert::Directory;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId};
use tala_protocol::key::PublicKey;
use tala_protocol::log::Frontier;
use tala_protocol::time::UnixMs;

use super::effects::Effects;
use super::error::AppError;
use super::keys::Signer;
use super::limits::{DeviceLimits, Usage};
use super::live::LiveHub;
use super::project::{Documents, Progress, Projector, ProjectorHandle, Registries, Zones, parsed};
use super::proofs::{SignedCheckpoint, sign_checkpoint};
use super::shared::Shared;
use super::turns::Turns;
use super::writer::{WriterHandle, WriterParts};
use crate::store::projections::{RowKind, ZoneRow};
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
    /// What incidents are named and judged by.
    pub registries: Registries,
    /// Who knows which files were uploaded.
    pub uploads: Arc<dyn Uploads>,
}

/// Knows which files that devices described are still wanted. Files themselves are kept elsewhere.
pub trait Uploads: Send + Sync + 'static {
    /// Files described by a device whose bytes are not complete, at most 16.
    fn wanted(&self, device: DeviceId) -> Vec<Digest>;
}

/// Keeps no files and wants none.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoUploads;

impl Uploads for NoUploads {
    fn wanted(&self, _: DeviceId) -> Vec<Digest> {
        Vec::new()
    }
}

/// A running centre.
pub struct Centre {
    pub(super) store: Arc<dyn Store>,
    pub(super) writer: Arc<WriterHandle>,
    pub(super) live: Arc<LiveHub>,
    pub(super) zones: Arc<Shared<Zones>>,
    pub(super) registries: Arc<Registries>,
    pub(super) uploads: Arc<dyn Uploads>,
    projector: ProjectorHandle,
    pub(super) effects: Arc<dyn Effects>,
    pub(super) log_key: Arc<dyn Signer>,
    pub(super) office: DeviceId,
    pub(super) office_key: Arc<dyn Signer>,
    pub(super) limits: DeviceLimits,
    pub(super) usage: Usage,
    pub(super) desk: Mutex<()>,
    pub(super) turns: Turns,
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
        let office_key = Arc::clone(&parts.keys.office);
        let progress = Arc::new(Progress::default());
        let writer = WriterHandle::start(WriterParts {
            writer: parts.store.take_writer()?,
            effects: Arc::clone(&parts.effects),
            office: parts.keys.office,
            log_key: Arc::clone(&parts.keys.log),
            limits: parts.limits,
            directory: Arc::clone(&directory),
            checkpoint: Arc::clone(&checkpoint),
            after: {
                let progress = Arc::clone(&progress);
                Box::new(move || progress.ring())
            },
        })?;
        let writer = Arc::new(writer);
        let zones = Arc::new(Shared::new(read_zones(parts.store.as_ref())?));
        let (live, registries) = (Arc::new(LiveHub::new()), Arc::new(parts.registries));
        let projector = Projector {
            store: Arc::clone(&parts.store),
            writer: Arc::clone(&writer),
            directory: Arc::clone(&directory),
            zones: Arc::clone(&zones),
            registries: Arc::clone(&registries),
            documents: Documents::default(),
            made_before: Lsn(0),
            live: Arc::clone(&live),
        };
        let projector = ProjectorHandle::start(projector, progress)?;
        Ok(Arc::new(Self {
            store: parts.store,
            writer,
            live,
            zones,
            registries,
            uploads: parts.uploads,
            projector,
            effects: parts.effects,
            log_key: parts.keys.log,
            office,
            office_key,
            limits: parts.limits,
            usage: Usage::default(),
            desk: Mutex::new(()),
            turns: Turns::of_this_machine(),
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

    /// Envelopes below this have their leaf under the newest signed checkpoint: their receipt is a proof.
    pub fn proved_below(&self) -> Result<Lsn, AppError> {
        let checkpoint = self.checkpoint.get();
        let log = read(self.store.as_ref(), |reads| reads.log())?;
        let log = log.filter(|log| log.id == checkpoint.log);
        let log = log.ok_or(AppError::NotInitialised)?;
        Ok(Lsn(checkpoint.size.saturating_sub(log.base)))
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

    /// What incidents are named and judged by.
    pub fn registries(&self) -> &Registries {
        &self.registries
    }

    /// Id of the office key that this process signs with.
    pub fn office(&self) -> DeviceId {
        self.office
    }

    /// Finishes what was handed in and stops. Calls after this fail with [`AppError::Closed`].
    pub fn stop(&self) {
        self.projector.stop();
        self.writer.stop();
    }

    /// Envelopes below this are in what desks read.
    pub fn projected_to(&self) -> Lsn {
        self.projector.done()
    }

    /// Envelopes that are committed and not in what desks read yet.
    pub fn projection_lag(&self) -> Result<u64, AppError> {
        let log = read(self.store.as_ref(), |reads| reads.log())?;
        let log = log.ok_or(AppError::NotInitialised)?;
        let committed = log.size.saturating_sub(log.base);
        Ok(committed.saturating_sub(self.projected_to().0))
    }

    /// Makes everything that desks read again from the envelopes; returns when it is done.
    pub fn rebuild(&self) -> Result<(), AppError> {
        self.projector.make_again();
        while self.projector.is_to_begin_again() {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        self.settle()
    }

    /// Everything derived as canonical text: equal before and after a rebuild.
    pub fn dump(&self) -> Result<String, AppError> {
        Ok(read(self.store.as_ref(), super::project::dump)?)
    }

    /// Waits until everything committed so far is in what desks read. For tests, benches and shutdown.
    pub fn settle(&self) -> Result<(), AppError> {
        while self.projection_lag()? > 0 {
            std::thread::sleep(std::time::Duration::from_millis(2));
        }
        Ok(())
    }
}

impl Drop for Centre {
    fn drop(&mut self) {
        self.stop();
    }
}

fn read_zones(store: &dyn Store) -> Result<Zones, StoreError> {
    let rows = read(store, |reads| reads.all_rows(RowKind::Zone))?;
    let zones: Result<Vec<ZoneRow>, _> = rows.iter().map(parsed).collect();
    Ok(Zones::of(&zones?))
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
