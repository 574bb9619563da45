//! Taking in what others signed: from the centre, from another phone, from a bundle.
//!
//! Who signed is checked first: what nobody known signed is refused and not kept. The rest is placed in
//! its feed (holes and forks are kept and visible), and then does what its kind says: statements go into
//! the directory, verdicts become rulings, changes go to their documents' ledgers. Nothing is in effect
//! before it is committed.

mod effects;
mod placing;
mod waiting;

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::cert::{CertError, Directory};
use tala_protocol::envelope::{Envelope, wire::Run};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, ObjectId};
use tala_protocol::sync::Cursor;
use tala_protocol::time::UnixMs;

pub(crate) use waiting::{WAITING, Waiting};

use crate::engine::{Engine, EngineError};
use crate::store::{Delivery, EnvelopeRow, FeedRow, Store, Write};

/// From whom something came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The centre: it need not be sent there.
    Centre(LogId),
    /// Another phone or a bundle: to be carried to the centre.
    Peer,
}

/// What was taken in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Taken {
    /// Envelopes that are new.
    pub new: usize,
    /// Envelopes that were here already.
    pub known: usize,
    /// Envelopes that nobody known signed, or that cannot be read; not kept.
    pub refused: usize,
    /// Envelopes on a second branch of a feed.
    pub forks: usize,
    /// Objects that something new is about.
    pub objects: Vec<ObjectId>,
}

/// A taking in that is not committed yet.
pub(crate) struct Intake<'a, S> {
    store: &'a S,
    me: tala_protocol::id::DeviceId,
    from: Origin,
    now: UnixMs,
    directory: Directory,
    /// Whether the directory was changed.
    stated: bool,
    revoked: bool,
    feeds: BTreeMap<FeedKey, FeedRow>,
    /// Envelopes of this taking: by place, id and previous hash.
    fresh: BTreeMap<(FeedKey, u64), (Digest, Option<Digest>)>,
    seen: std::collections::BTreeSet<Digest>,
    docs: BTreeMap<ObjectId, ()>,
    writes: Vec<Write>,
    changes: Vec<Digest>,
    judged: Vec<Digest>,
    /// Documents whose listing is to be made again, and those whose listing is taken away.
    touched: BTreeSet<ObjectId>,
    faded: BTreeSet<ObjectId>,
    /// Devices whose envelopes came and could not be verified.
    strangers: BTreeSet<DeviceId>,
    taken: Taken,
}

/// What a taking in leaves to do once its writes are committed.
pub(crate) struct Effects {
    directory: Option<Directory>,
    revoked: bool,
    changes: Vec<Digest>,
    judged: Vec<Digest>,
    pub(crate) taken: Taken,
}

impl<'a, S: Store> Intake<'a, S> {
    pub(crate) fn new(engine: &'a Engine<S>, from: Origin, now: UnixMs) -> Self {
        Self::over(
            &engine.store,
            engine.directory.clone(),
            engine.me.device,
            from,
            now,
        )
    }

    pub(crate) fn over(
        store: &'a S,
        directory: Directory,
        me: tala_protocol::id::DeviceId,
        from: Origin,
        now: UnixMs,
    ) -> Self {
        Self {
            store,
            me,
            from,
            now,
            directory,
            stated: false,
            revoked: false,
            feeds: BTreeMap::new(),
            fresh: BTreeMap::new(),
            seen: std::collections::BTreeSet::new(),
            docs: BTreeMap::new(),
            writes: Vec::new(),
            changes: Vec::new(),
            judged: Vec::new(),
            touched: BTreeSet::new(),
            faded: BTreeSet::new(),
            strangers: BTreeSet::new(),
            taken: Taken::default(),
        }
    }

    /// Takes in whole runs; one that cannot be rebuilt is counted and left.
    pub(crate) fn runs(&mut self, runs: Vec<Run>) -> Result<(), EngineError> {
        for run in runs {
            let len = run.len();
            match run.unpack() {
                Ok(envelopes) => {
                    for envelope in &envelopes {
                        self.one(envelope)?;
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a run could not be rebuilt");
                    self.taken.refused += len;
                }
            }
        }
        Ok(())
    }

    /// Takes in one envelope.
    pub(crate) fn one(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        let id = envelope.id();
        if !self.seen.insert(id) {
            self.taken.known += 1;
            return Ok(());
        }
        if let Some(row) = self.store.envelope(&id)? {
            self.taken.known += 1;
            self.known(envelope, &row);
            return Ok(());
        }
        match self.directory.verify(envelope) {
            Ok(_) => {}
            Err(refused @ (CertError::UnknownDevice(_) | CertError::Envelope(_))) => {
                if let CertError::UnknownDevice(device) = refused {
                    self.strangers.insert(device);
                    // Once the device is known, the same bytes are looked at again.
                    self.seen.remove(&id);
                }
                self.taken.refused += 1;
                return Ok(());
            }
            Err(other) => return Err(other.into()),
        }
        let place = self.place(envelope)?;
        let delivery = match self.from {
            Origin::Centre(log) => Delivery::Fetched(log),
            Origin::Peer => Delivery::Here,
        };
        let mut row = EnvelopeRow::foreign(envelope, place, delivery, self.now);
        row.own = envelope.header().device() == self.me;
        self.taken.new += 1;
        self.taken.forks += usize::from(place == crate::store::Place::Fork);
        self.taken.objects.push(row.object());
        self.writes.push(Write::Envelope(Box::new(row)));
        self.effects(envelope, place)
    }

    /// The directory as it will be.
    pub(crate) fn directory(&self) -> &Directory {
        &self.directory
    }

    /// What was waited for and is known by now: the lists to read again, and the writes that remember what
    /// is still waited for. `from` is where the lists stood before this page.
    pub(crate) fn awaited(
        &self,
        from: &[Cursor],
    ) -> Result<(Vec<Cursor>, Vec<Write>), EngineError> {
        let held = read_waiting(self.store)?;
        let mut waiting = held.clone();
        waiting.note(&self.strangers, from);
        let again = waiting.take_known(&self.directory);
        let mut writes = Vec::new();
        if waiting != held {
            writes.push(Write::Set(WAITING, waiting.to_bytes()));
        }
        Ok((again, writes))
    }

    /// Documents whose listing is to be made again once the writes are known.
    pub(crate) fn touched(&self) -> BTreeSet<ObjectId> {
        self.touched.clone()
    }

    /// The writes to commit, and what to do afterwards.
    pub(crate) fn finish(mut self) -> (Vec<Write>, Effects) {
        let faded = self.faded.iter().map(|object| Write::Listing {
            object: *object,
            listing: None,
        });
        self.writes.extend(faded);
        self.writes
            .extend(self.feeds.into_values().map(Write::Feed));
        self.taken.objects.sort_unstable();
        self.taken.objects.dedup();
        let effects = Effects {
            directory: self.stated.then_some(self.directory),
            revoked: self.revoked,
            changes: self.changes,
            judged: self.judged,
            taken: self.taken,
        };
        (self.writes, effects)
    }

    /// Something is here already: a body that was missing, or news of where it has got to.
    fn known(&mut self, envelope: &Envelope, row: &EnvelopeRow) {
        // Only the centre puts a body back: it knows which were erased.
        let from_centre = matches!(self.from, Origin::Centre(_));
        if let (true, None, Some(body)) = (from_centre, &row.body, envelope.body()) {
            self.writes.push(Write::Body {
                id: row.id,
                body: Some(body.to_vec()),
            });
            self.judged.push(row.id);
            self.touched.insert(row.object());
        }
        // What was carried for somebody else need not be sent once the centre shows that it has it.
        if let (Origin::Centre(log), Delivery::Here, false) = (self.from, row.delivery, row.own) {
            self.writes.push(Write::Deliver {
                id: row.id,
                delivery: Delivery::Fetched(log),
            });
        }
    }
}

/// What is stored of whom is waited for. What cannot be read is begun anew: it only saves lists from being
/// read again, and a store that was damaged is told elsewhere.
fn read_waiting(store: &impl Store) -> Result<Waiting, EngineError> {
    let bytes = store.setting(WAITING)?;
    let read = bytes.and_then(|bytes| Waiting::from_bytes(&bytes).ok());
    Ok(read.unwrap_or_default())
}

impl<S: Store> Engine<S> {
    /// Takes in what another phone or a bundle holds.
    pub fn take_in(&mut self, runs: Vec<Run>, now: UnixMs) -> Result<Taken, EngineError> {
        let mut intake = Intake::new(self, Origin::Peer, now);
        intake.runs(runs)?;
        let (again, mut waiting) = intake.awaited(&[])?;
        let (directory, touched) = (intake.directory().clone(), intake.touched());
        let (mut writes, effects) = intake.finish();
        writes.append(&mut self.listings_after(&writes, &touched, &directory)?);
        writes.append(&mut waiting);
        writes.extend(self.read_again(again)?);
        self.store.commit(&writes)?;
        Ok(self.settle(effects))
    }

    /// Lists to be read again from where they stood: those that are still read.
    pub(crate) fn read_again(&self, again: Vec<Cursor>) -> Result<Vec<Write>, EngineError> {
        let held = self.store.cursors()?;
        let read = again
            .into_iter()
            .filter(|cursor| held.iter().any(|h| h.scope == cursor.scope));
        Ok(read.map(Write::Cursor).collect())
    }

    /// Brings directory and documents to where the store is. The store has it all, so nothing can be lost
    /// here: what cannot be brought up to date in memory is let go of and built anew when it is asked for.
    pub(crate) fn settle(&mut self, effects: Effects) -> Taken {
        if let Some(directory) = effects.directory {
            self.directory = directory;
        }
        if effects.revoked {
            self.judge_all_anew();
        }
        let settled = self.settle_documents(&effects.judged, &effects.changes);
        if let Err(error) = settled {
            tracing::warn!(%error, "documents are built anew");
            self.judge_all_anew();
        }
        effects.taken
    }

    fn settle_documents(
        &mut self,
        judged: &[Digest],
        changes: &[Digest],
    ) -> Result<(), EngineError> {
        for id in judged {
            if let Some(row) = self.store.envelope(id)? {
                self.judge_anew(row.object());
            }
        }
        for id in changes {
            if let Some(row) = self.store.envelope(id)? {
                self.receive_change(&row)?;
            }
        }
        Ok(())
    }
}
