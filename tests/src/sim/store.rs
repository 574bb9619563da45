//! A phone's disk: the model store with a fuse in it, and a tap that tells what was written.
//!
//! The fuse dies at a chosen commit, before it or right after it; from then on nothing works until the
//! phone opens again on what had been committed. Some planted bugs live here too, because this is the seam
//! between the engine and what lasts.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tala_client::store::memory::MemoryStore;
use tala_client::store::{
    Delivery, DocRow, EnvelopeRow, FeedRow, JournalRow, MediaRow, PatrolRow, Pick, ReceiptRow,
    RulingRow, Store, StoreError, Write,
};
use tala_protocol::body::{ChangeBody, Ruling};
use tala_protocol::doc::{ActorId, ChangeHash};
use tala_protocol::envelope::{Header, Kind};
use tala_protocol::feed::FeedKey;
use tala_protocol::gate;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::Cursor;

use super::plants::Plant;

/// A phone's store with a fuse and a tap.
#[derive(Debug, Clone)]
pub struct SimStore {
    inner: MemoryStore,
    tap: Rc<RefCell<Tap>>,
}

/// When the program dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fuse {
    /// Commits that still work.
    pub commits: u32,
    /// Whether the last one still reaches the disk, though nobody hears of it.
    pub after: bool,
}

/// Something taken in from others.
#[derive(Debug, Clone)]
pub struct Received {
    /// The signed part.
    pub header: Header,
    /// What it is about.
    pub object: ObjectId,
}

/// What the harness sees of a store, and does to it.
#[derive(Debug, Default)]
pub struct Tap {
    /// Dies at a commit.
    pub fuse: Option<Fuse>,
    /// Has died.
    pub blown: bool,
    /// Own envelopes written.
    pub written: Vec<Digest>,
    /// Envelopes of others that were taken in.
    pub received: Vec<Received>,
    /// Envelopes that a signature of the centre covers.
    pub acknowledged: Vec<Digest>,
    /// The bug that is built in.
    pub plant: Option<Plant>,
    /// The disk before the last commit, for the bug that says "saved" too early.
    before_last: Option<MemoryStore>,
    heads: BTreeMap<ObjectId, BTreeSet<ChangeHash>>,
    walls: BTreeMap<ObjectId, i64>,
}

impl SimStore {
    /// On a disk, with a tap.
    pub fn on(inner: MemoryStore, tap: Rc<RefCell<Tap>>) -> Self {
        Self { inner, tap }
    }

    /// What is on the disk.
    pub fn disk(&self) -> &MemoryStore {
        &self.inner
    }

    /// What is left on the disk after the program died.
    pub fn into_disk(self) -> MemoryStore {
        let too_early = self.tap.borrow().plant == Some(Plant::AcknowledgeBeforeCommit);
        let before = self.tap.borrow_mut().before_last.take();
        match before.filter(|_| too_early) {
            Some(before) => before,
            None => self.inner,
        }
    }

    /// Dies if it is time. Some bugs leave part of the batch behind.
    fn burn(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        let mut tap = self.tap.borrow_mut();
        if tap.blown {
            return Err(dead());
        }
        let Some(Fuse { commits, after }) = tap.fuse else {
            return Ok(());
        };
        if let Some(left) = commits.checked_sub(1) {
            tap.fuse = Some(Fuse {
                commits: left,
                after,
            });
            return Ok(());
        }
        tap.blown = true;
        let half = tap.plant == Some(Plant::CursorBeforeCommit);
        drop(tap);
        if after {
            self.inner.commit(batch)?;
        } else if half {
            let cursors = batch
                .iter()
                .filter(|write| matches!(write, Write::Cursor(_)));
            let cursors: Vec<Write> = cursors.cloned().collect();
            self.inner.commit(&cursors)?;
        }
        Err(dead())
    }
}

impl Tap {
    /// A tap that has seen nothing, on a phone with or without a bug.
    pub fn new(plant: Option<Plant>) -> Self {
        Self {
            plant,
            ..Self::default()
        }
    }

    fn note(&mut self, batch: &[Write]) {
        for write in batch {
            match write {
                Write::Envelope(row) if row.own && row.signed.is_none() => {
                    self.written.push(row.id)
                }
                Write::Envelope(row) => self.received.push(Received {
                    header: row.header.clone(),
                    object: row.object(),
                }),
                Write::Deliver {
                    id,
                    delivery: Delivery::Acknowledged(_) | Delivery::Proved(_),
                } => self.acknowledged.push(*id),
                _ => {}
            }
        }
    }

    /// The verdicts of two bugs: of a gate that asks the local heads, and of one that asks the clock.
    fn bent_verdicts(&mut self, batch: &[Write]) -> Vec<Write> {
        if !matches!(
            self.plant,
            Some(Plant::LocalHeadsGate | Plant::WallClockOrder)
        ) {
            return Vec::new();
        }
        let rows = batch.iter().filter_map(|write| match write {
            Write::Envelope(row) if row.header.kind == Kind::Change => Some(row.as_ref()),
            _ => None,
        });
        let refused: Vec<Digest> = rows
            .filter(|row| self.refuses(row))
            .map(|row| row.id)
            .collect();
        let ruling = |envelope| {
            Write::Ruling(RulingRow {
                envelope,
                ruling: Ruling::Refuse.code(),
                reason: 0,
                number: 0,
            })
        };
        refused.into_iter().map(ruling).collect()
    }

    fn refuses(&mut self, row: &EnvelopeRow) -> bool {
        let wall = row.header.times.wall.0;
        let last = self.walls.get(&row.object()).copied().unwrap_or(i64::MIN);
        self.walls.insert(row.object(), last.max(wall));
        let feed = &row.header.feed;
        let actor = ActorId::derive(feed.device, feed.unit, feed.epoch, None);
        let body = row
            .body
            .as_ref()
            .and_then(|body| ChangeBody::from_bytes(body).ok());
        let Some(examined) = body.and_then(|body| gate::examine(&body.change, actor, None).ok())
        else {
            return false;
        };
        let heads = self.heads.entry(row.object()).or_default();
        let fits = heads
            .iter()
            .eq(examined.deps().iter().collect::<BTreeSet<_>>());
        for dep in examined.deps() {
            heads.remove(dep);
        }
        heads.insert(examined.hash());
        match self.plant {
            Some(Plant::LocalHeadsGate) => !row.own && !fits,
            _ => !row.own && wall < last,
        }
    }
}

impl Store for SimStore {
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        self.burn(batch)?;
        let bent = self.tap.borrow_mut().bent_verdicts(batch);
        if self.tap.borrow().plant == Some(Plant::AcknowledgeBeforeCommit) {
            self.tap.borrow_mut().before_last = Some(self.inner.clone());
        }
        self.inner.commit(batch)?;
        self.inner.commit(&bent)?;
        self.tap.borrow_mut().note(batch);
        Ok(())
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

fn dead() -> StoreError {
    StoreError::Io {
        doing: "dying",
        source: "the program died".into(),
    }
}
