//! A store whose device fills up, fails, or dies at a chosen write.

use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::Cursor;

use crate::store::memory::MemoryStore;
use crate::store::{
    DocRow, EnvelopeRow, FeedRow, JournalRow, MediaRow, PatrolRow, Pick, ReceiptRow, RulingRow,
    Store, StoreError, Write,
};

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

/// A model store with faults.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    /// What really was stored.
    pub inner: MemoryStore,
    /// What goes wrong.
    pub fault: Fault,
    /// Commits tried.
    pub commits: u64,
}

impl FaultyStore {
    /// A store that fails as told.
    pub fn new(inner: MemoryStore, fault: Fault) -> Self {
        Self {
            inner,
            fault,
            commits: 0,
        }
    }
}

impl Store for FaultyStore {
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        self.commits += 1;
        let n = self.commits;
        match self.fault {
            Fault::FullOnce(at) if n == at => Err(StoreError::Full("planted".into())),
            Fault::FullFrom(at) if n >= at => Err(StoreError::Full("planted".into())),
            Fault::BrokenFrom(at) if n >= at => Err(StoreError::Io {
                doing: "writing",
                source: "planted".into(),
            }),
            _ => self.inner.commit(batch),
        }
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
}
