//! One document in memory: its ledger and its merge, built from envelopes.

use std::collections::{BTreeMap, HashMap};

use tala_protocol::body::{ChangeBody, Ruling as RulingCode};
use tala_protocol::cert::{Directory, Holder};
use tala_protocol::doc::{ActorId, ChangeHash, Document};
use tala_protocol::envelope::Kind;
use tala_protocol::gate::{
    self, Arrival, DocIndex, Ledger, PolicyRefusal, Ruling, RulingKind, Standing,
};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::DocumentsError;
use super::views::Author;
use crate::engine::{ALL, Engine, EngineError};
use crate::store::{EnvelopeRow, Pick, Place, RulingRow, Store};

/// Most documents kept in memory at once.
const HELD_MAX: usize = 64;

/// Documents in use, at most [`HELD_MAX`]: the one that was used longest ago makes room.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    held: HashMap<ObjectId, (u64, Held)>,
    uses: u64,
}

/// A document in use.
#[derive(Debug, Default)]
pub(crate) struct Held {
    ledger: Ledger,
    document: Document,
    envelopes: u64,
    /// Per actor, by place in its feed: sequence number and hash of what it said.
    said: BTreeMap<ActorId, BTreeMap<u64, (u64, ChangeHash)>>,
    /// By change: who said it and when.
    authors: BTreeMap<ChangeHash, Author>,
}

impl Documents {
    /// Takes a document in.
    pub(super) fn put(&mut self, object: ObjectId, held: Held) {
        if self.held.len() >= HELD_MAX && !self.held.contains_key(&object) {
            let oldest = self.held.iter().min_by_key(|(_, (used, _))| *used);
            if let Some(oldest) = oldest.map(|(object, _)| *object) {
                self.held.remove(&oldest);
            }
        }
        self.uses += 1;
        self.held.insert(object, (self.uses, held));
    }

    /// A document that is to be used, if it is here.
    pub(super) fn get(&mut self, object: ObjectId) -> Option<&mut Held> {
        self.uses += 1;
        let (used, held) = self.held.get_mut(&object)?;
        *used = self.uses;
        Some(held)
    }

    /// A document that is only looked at, if it is here.
    pub(crate) fn peek(&self, object: ObjectId) -> Option<&Held> {
        self.held.get(&object).map(|(_, held)| held)
    }

    /// Every document that is here.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (ObjectId, &Held)> {
        self.held.iter().map(|(object, (_, held))| (*object, held))
    }
}

impl Held {
    /// Builds a document from its changes, in the order of their feeds.
    pub(super) fn build(
        object: ObjectId,
        mut changes: Vec<EnvelopeRow>,
        directory: &Directory,
        ruling: impl Fn(&Digest) -> Result<Option<RulingRow>, EngineError>,
    ) -> Result<Self, EngineError> {
        if changes.is_empty() {
            return Err(DocumentsError::Unknown(object).into());
        }
        // Of two at one place the one that stands there is heard, whichever came first.
        changes.sort_by_key(|row| (row.header.feed, row.header.seq, row.place == Place::Fork));
        let mut held = Self::default();
        for row in &changes {
            held.receive(row, directory, ruling(&row.id)?)?;
        }
        Ok(held)
    }

    pub(super) fn document(&self) -> &Document {
        &self.document
    }

    pub(super) fn index(&self) -> &DocIndex {
        self.ledger.index()
    }

    pub(super) fn envelopes(&self) -> u64 {
        self.envelopes
    }

    /// What an actor said last.
    pub(super) fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        self.said.get(&actor)?.values().next_back().copied()
    }

    /// Who made a change.
    pub(super) fn author(&self, change: &ChangeHash) -> Option<&Author> {
        self.authors.get(change)
    }

    /// Where each envelope stands.
    pub(crate) fn standings(&self) -> impl Iterator<Item = (Digest, Standing)> + '_ {
        self.ledger.standings()
    }

    /// The saved form, proved to load to the same heads.
    pub(super) fn verified_save(&self) -> Result<Vec<u8>, DocumentsError> {
        let saved = self.document.save();
        let loaded = Document::load_own_cache(&saved)?;
        if loaded.heads() == self.document.heads() {
            Ok(saved)
        } else {
            Err(DocumentsError::Cache)
        }
    }

    /// Takes in a change. `false`: it came out of the order of its feed, so all must be judged anew.
    pub(super) fn receive(
        &mut self,
        row: &EnvelopeRow,
        directory: &Directory,
        ruling: Option<RulingRow>,
    ) -> Result<bool, DocumentsError> {
        let Some(body) = &row.body else {
            return Ok(true);
        };
        let Ok(body) = ChangeBody::from_bytes(body) else {
            // Signed, kept and shown by the centre as unreadable; it changes nothing here.
            return Ok(true);
        };
        let actor = actor_of(row, directory);
        let said = self.said.entry(actor).or_default();
        if said.range(row.header.seq..).next().is_some() {
            return Ok(said.contains_key(&row.header.seq));
        }
        let author_previous = said.values().next_back().copied();
        if let Ok(examined) = gate::examine(&body.change, actor, None) {
            said.insert(row.header.seq, (examined.seq(), examined.hash()));
            let author = Author {
                device: row.header.device(),
                person: row.header.person,
                at: row.header.times.shown(),
                envelope: row.id,
            };
            self.authors.insert(examined.hash(), author);
        }
        let outcome = self.ledger.receive(&Arrival {
            envelope: row.id,
            bytes: &body.change,
            actor,
            expected_hash: None,
            author_previous,
            policy: policy(row, directory),
        });
        outcome.settle(&mut self.document)?;
        if let Some(ruling) = ruling.and_then(read_ruling) {
            self.ledger
                .rule(row.id, ruling)
                .settle(&mut self.document)?;
        }
        self.envelopes += 1;
        Ok(true)
    }
}

impl<S: Store> Engine<S> {
    /// A document in memory, built from envelopes if it is not there.
    pub(crate) fn held(&mut self, object: ObjectId) -> Result<&Held, EngineError> {
        if self.documents.peek(object).is_none() {
            let held = self.rebuild(object)?;
            self.documents.put(object, held);
        }
        let held = self.documents.get(object);
        Ok(held.ok_or(DocumentsError::Unknown(object))?)
    }

    /// Builds a document from its envelopes alone.
    pub(crate) fn rebuild(&self, object: ObjectId) -> Result<Held, EngineError> {
        let mut rows = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        rows.retain(|row| row.header.kind == Kind::Change);
        Held::build(object, rows, &self.directory, |id| {
            Ok(self.store.ruling(id)?)
        })
    }

    /// Takes a stored change into its document, if that is in use.
    pub(crate) fn receive_change(&mut self, row: &EnvelopeRow) -> Result<(), EngineError> {
        let object = row.object();
        let ruling = self.store.ruling(&row.id)?;
        let in_order = match self.documents.get(object) {
            Some(held) => held.receive(row, &self.directory, ruling)?,
            None => true,
        };
        if !in_order {
            self.judge_anew(object);
        }
        Ok(())
    }

    /// Lets go of a document in memory: what is known of its envelopes has changed.
    pub(crate) fn judge_anew(&mut self, object: ObjectId) {
        self.documents.held.remove(&object);
    }

    /// Lets go of every document in memory.
    pub(crate) fn judge_all_anew(&mut self) {
        self.documents.held.clear();
    }
}

/// Who wrote a change: a phone has one owner, an office process names the person.
fn actor_of(row: &EnvelopeRow, directory: &Directory) -> ActorId {
    let feed = &row.header.feed;
    let by_office = directory.holder(feed.device) == Some(Holder::Office);
    let person = row.header.person.filter(|_| by_office);
    ActorId::derive(feed.device, feed.unit, feed.epoch, person)
}

fn policy(row: &EnvelopeRow, directory: &Directory) -> Option<PolicyRefusal> {
    let revoked = directory
        .revocation(row.header.device())
        .is_some_and(|revocation| !revocation.stands(&row.header.feed, row.header.seq));
    if revoked {
        return Some(PolicyRefusal::Revoked);
    }
    (row.place == Place::Fork).then_some(PolicyRefusal::FeedFork)
}

fn read_ruling(row: RulingRow) -> Option<Ruling> {
    let kind = match RulingCode::from_code(row.ruling) {
        RulingCode::Refuse => RulingKind::Refuse,
        RulingCode::Release => RulingKind::Release,
        RulingCode::Accept | RulingCode::Newer(_) => return None,
    };
    let number = row.number;
    Some(Ruling { number, kind })
}
