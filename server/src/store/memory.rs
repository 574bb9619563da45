//! The model: what a store must do, written as plainly as possible, in memory.
//!
//! It is what other stores are compared with, and good enough for small simulations. A transaction works
//! on a copy; nothing is durable.

mod accounts;
mod envelopes;
mod feeds;
mod log;
mod projections;
mod registries;
mod statements;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, RowId};
use tala_protocol::log::NodeHash;
use tala_protocol::sync::Scope;

use super::{
    EnrolmentRow, FeedNo, FeedRow, LogRow, Lsn, Part, QuarantineRow, Reading, Reads, RegistryRow,
    StaffRow, Store, StoreError, StoredEnvelope, Subject, Told, Tx, Writer,
};

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    state: Arc<Mutex<Arc<State>>>,
    taken: Mutex<bool>,
}

#[derive(Debug)]
struct MemoryWriter {
    state: Arc<Mutex<Arc<State>>>,
}

/// Everything that is kept.
#[derive(Debug, Clone, Default)]
struct State {
    envelopes: BTreeMap<Lsn, Arc<StoredEnvelope>>,
    by_id: BTreeMap<Digest, Lsn>,
    places: BTreeMap<(FeedNo, u64), Vec<Lsn>>,
    about: BTreeSet<(ObjectId, Lsn)>,
    feeds: BTreeMap<FeedKey, FeedRow>,
    told: BTreeMap<DeviceId, Told>,
    lists: BTreeMap<Scope, Vec<Lsn>>,
    shown: BTreeSet<(ObjectId, Scope)>,
    log: Option<LogRow>,
    nodes: BTreeMap<(u32, u64), NodeHash>,
    checkpoints: BTreeMap<u64, Vec<u8>>,
    restored: Vec<Vec<u8>>,
    statements: BTreeSet<(Subject, Lsn)>,
    statements_shown: BTreeSet<(Lsn, Scope)>,
    quarantine: BTreeMap<Lsn, QuarantineRow>,
    rulings: BTreeMap<Digest, Lsn>,
    staff: BTreeMap<String, StaffRow>,
    enrolments: BTreeMap<RowId, EnrolmentRow>,
    registries: BTreeMap<(String, u64), RegistryRow>,
    projections: projections::Projections,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Store for MemoryStore {
    fn take_writer(&self) -> Result<Box<dyn Writer>, StoreError> {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if std::mem::replace(&mut *taken, true) {
            return Err(StoreError::WriterTaken);
        }
        let state = Arc::clone(&self.state);
        Ok(Box::new(MemoryWriter { state }))
    }

    fn return_writer(&self, _: Box<dyn Writer>) {
        *self.taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
    }

    fn reading(&self, reading: &mut Reading<'_>) -> Result<(), StoreError> {
        let state = Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner));
        reading(&*state)
    }

    fn copy_to(&self, _: &Path) -> Result<(), StoreError> {
        Err(StoreError::Unsupported("be copied"))
    }

    fn check(&self) -> Result<Vec<String>, StoreError> {
        Ok(Vec::new())
    }
}

impl Writer for MemoryWriter {
    fn transact(&mut self, part: &mut Part<'_>) -> Result<(), StoreError> {
        let current = Arc::clone(&self.state.lock().unwrap_or_else(PoisonError::into_inner));
        let mut next = State::clone(&current);
        part(&mut next)?;
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        Ok(())
    }
}

impl Reads for State {}

impl Tx for State {
    fn part(&mut self, part: &mut Part<'_>) -> Result<(), StoreError> {
        let before = self.clone();
        let done = part(self);
        if done.is_err() {
            *self = before;
        }
        done
    }
}
