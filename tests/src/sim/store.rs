//! A phone's disk: the model store with a fuse in it, and a tap that tells what was written.
//!
//! The fuse dies at a chosen commit, before it or right after it; from then on nothing works until the
//! phone opens again on what had been committed. Some planted bugs live here too, because this is the seam
//! between the engine and what lasts.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use tala_client::store::memory::MemoryStore;
use tala_client::store::{Delivery, EnvelopeRow, RulingRow, Store as _, StoreError, Write};
use tala_client::testing::{CommitTap, TappedStore};
use tala_protocol::body::{ChangeBody, Ruling};
use tala_protocol::doc::{ActorId, ChangeHash};
use tala_protocol::envelope::{Audience, Header, Kind};
use tala_protocol::gate;
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, UnitId};

use super::plants::Plant;

/// A phone's store with a fuse and a tap.
pub type SimStore = TappedStore<SharedTap>;

/// The tap, as its store and the harness share it.
#[derive(Debug, Clone)]
pub struct SharedTap(Rc<RefCell<Tap>>);

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

/// A record that was begun on this disk: its home is what its first envelope says.
#[derive(Debug, Clone, Copy)]
pub struct Born {
    /// Which.
    pub object: ObjectId,
    /// The unit whose record it is.
    pub unit: UnitId,
    /// Whether the field may read it.
    pub is_field: bool,
}

/// What the harness sees of a store, and does to it.
#[derive(Debug, Default)]
pub struct Tap {
    /// Dies at a commit.
    pub fuse: Option<Fuse>,
    /// Has died.
    pub blown: bool,
    /// Records begun: also by the commit that the program died after.
    pub born: Vec<Born>,
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

impl From<Rc<RefCell<Tap>>> for SharedTap {
    fn from(tap: Rc<RefCell<Tap>>) -> Self {
        Self(tap)
    }
}

impl SharedTap {
    /// Dies if it is time. Some bugs leave part of the batch behind.
    fn burn(&self, disk: &mut MemoryStore, batch: &[Write]) -> Result<(), StoreError> {
        let mut tap = self.0.borrow_mut();
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
            disk.commit(batch)?;
            self.0.borrow_mut().note_born(batch);
        } else if half {
            let cursors = batch
                .iter()
                .filter(|write| matches!(write, Write::Cursor(_)));
            let cursors: Vec<Write> = cursors.cloned().collect();
            disk.commit(&cursors)?;
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

    fn note_born(&mut self, batch: &[Write]) {
        for write in batch {
            let Write::Envelope(row) = write else {
                continue;
            };
            if row.own && row.header.object.is_none() {
                self.born.push(Born {
                    object: row.object(),
                    unit: row.header.feed.unit,
                    is_field: row.header.feed.audience == Audience::Field,
                });
            }
        }
    }

    fn note(&mut self, batch: &[Write]) {
        self.note_born(batch);
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

impl CommitTap for SharedTap {
    fn commit(&mut self, disk: &mut MemoryStore, batch: &[Write]) -> Result<(), StoreError> {
        self.burn(disk, batch)?;
        let bent = self.0.borrow_mut().bent_verdicts(batch);
        if self.0.borrow().plant == Some(Plant::AcknowledgeBeforeCommit) {
            self.0.borrow_mut().before_last = Some(disk.clone());
        }
        disk.commit(batch)?;
        disk.commit(&bent)?;
        self.0.borrow_mut().note(batch);
        Ok(())
    }

    fn left(self, disk: MemoryStore) -> MemoryStore {
        let mut tap = self.0.borrow_mut();
        let too_early = tap.plant == Some(Plant::AcknowledgeBeforeCommit);
        let before = tap.before_last.take();
        before.filter(|_| too_early).unwrap_or(disk)
    }
}

fn dead() -> StoreError {
    StoreError::Io {
        doing: "dying",
        source: "the program died".into(),
    }
}
