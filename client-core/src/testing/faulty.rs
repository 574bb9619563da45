//! A store whose every commit goes through somebody's hands: a device that fills up, fails, or dies at a
//! chosen write. What is read is read as it was stored.

use std::collections::BTreeMap;

use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::Cursor;

use crate::store::memory::MemoryStore;
use crate::store::{
    DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, MediaRow, PatrolRow, Pick, ReceiptRow,
    RulingRow, Store, StoreError, Tally, Write,
};

/// Through whose hands commits go.
pub trait CommitTap {
    /// Commits, or not, or otherwise.
    fn commit(&mut self, disk: &mut MemoryStore, batch: &[Write]) -> Result<(), StoreError>;

    /// What is left on the disk once the program has died.
    fn left(self, disk: MemoryStore) -> MemoryStore
    where
        Self: Sized,
    {
        disk
    }
}

/// A model store whose commits go through a tap.
#[derive(Debug, Clone)]
pub struct TappedStore<T> {
    /// What really was stored.
    pub inner: MemoryStore,
    /// What happens to commits.
    pub tap: T,
}

/// What goes wrong, counted in commits from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// This commit finds the device full; later ones succeed.
    FullOnce(u64),
    /// From this commit on the device is full.
    FullFrom(u64),
    /// From this commit on the device fails.
    BrokenFrom(u64),
}

/// Commits counted, and what goes wrong with them.
#[derive(Debug, Clone)]
pub struct Faults {
    /// What goes wrong.
    pub fault: Fault,
    /// Commits tried.
    pub commits: u64,
}

/// A model store with faults.
pub type FaultyStore = TappedStore<Faults>;

impl<T: CommitTap> TappedStore<T> {
    /// On a disk, with a tap.
    pub fn on(inner: MemoryStore, tap: impl Into<T>) -> Self {
        let tap = tap.into();
        Self { inner, tap }
    }

    /// What is on the disk.
    pub fn disk(&self) -> &MemoryStore {
        &self.inner
    }

    /// What is left on the disk after the program died.
    pub fn into_disk(self) -> MemoryStore {
        self.tap.left(self.inner)
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self { fault, commits: 0 }
    }
}

impl CommitTap for Faults {
    fn commit(&mut self, disk: &mut MemoryStore, batch: &[Write]) -> Result<(), StoreError> {
        self.commits += 1;
        let n = self.commits;
        match self.fault {
            Fault::FullOnce(at) if n == at => Err(StoreError::Full("planted".into())),
            Fault::FullFrom(at) if n >= at => Err(StoreError::Full("planted".into())),
            Fault::BrokenFrom(at) if n >= at => Err(StoreError::Io {
                doing: "writing",
                source: "planted".into(),
            }),
            _ => disk.commit(batch),
        }
    }
}

impl<T: CommitTap> Store for TappedStore<T> {
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        self.tap.commit(&mut self.inner, batch)
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.setting(name)
    }

    fn journal(&self, patrol: ObjectId) -> Result<Vec<JournalRow>, StoreError> {
        self.inner.journal(patrol)
    }

    fn journal_len(&self, patrol: ObjectId) -> Result<u64, StoreError> {
        self.inner.journal_len(patrol)
    }

    fn patrols(&self) -> Result<Vec<PatrolRow>, StoreError> {
        self.inner.patrols()
    }

    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError> {
        self.inner.feed(key)
    }

    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        self.inner.feeds()
    }

    fn envelope(&self, id: &Digest) -> Result<Option<EnvelopeRow>, StoreError> {
        self.inner.envelope(id)
    }

    fn at(&self, feed: &FeedKey, seq: u64) -> Result<Option<EnvelopeRow>, StoreError> {
        self.inner.at(feed, seq)
    }

    fn envelopes(&self, pick: &Pick, limit: usize) -> Result<Vec<EnvelopeRow>, StoreError> {
        self.inner.envelopes(pick, limit)
    }

    fn ruling(&self, envelope: &Digest) -> Result<Option<RulingRow>, StoreError> {
        self.inner.ruling(envelope)
    }

    fn doc(&self, object: ObjectId) -> Result<Option<DocRow>, StoreError> {
        self.inner.doc(object)
    }

    fn docs(&self) -> Result<Vec<DocRow>, StoreError> {
        self.inner.docs()
    }

    fn cache(&self, object: ObjectId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        self.inner.cache(object)
    }

    fn tallies(&self) -> Result<BTreeMap<ObjectId, Tally>, StoreError> {
        self.inner.tallies()
    }

    fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        self.inner.cursors()
    }

    fn receipt(&self, log: LogId, leaf: u64) -> Result<Option<ReceiptRow>, StoreError> {
        self.inner.receipt(log, leaf)
    }

    fn media(&self, hash: &Digest) -> Result<Option<MediaRow>, StoreError> {
        self.inner.media(hash)
    }

    fn media_all(&self) -> Result<Vec<MediaRow>, StoreError> {
        self.inner.media_all()
    }

    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        self.inner.drafts()
    }
}
