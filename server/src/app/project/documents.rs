//! Documents in memory: each with its ledger, built from envelopes, thrown away when memory is short.
//!
//! What stands in a document is decided by the gate's ledger. Changes are taken in the order of their feeds;
//! what arrives out of that order, and every verdict or revocation, has the document judged anew from its
//! envelopes, so that the order of arrival leaves no trace.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use tala_protocol::body::{ChangeBody, Grant, Ruling as RulingCode, VerdictBody};
use tala_protocol::cert::{Directory, Holder};
use tala_protocol::doc::{ActorId, ChangeHash, DocType, Document};
use tala_protocol::envelope::{Header, Kind};
use tala_protocol::gate::{
    Admitted, Arrival, Ledger, Outcome, PolicyRefusal, Quarantine, Ruling, RulingKind,
    Standing as Stands, examine,
};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId};

use crate::store::projections::Owner;
use crate::store::{Lsn, QuarantineReason, Reads, Standing, StoreError, StoredEnvelope};

/// Documents kept in memory.
const HELD_MAX: usize = 2_048;
/// Envelopes read in one step when a document is built.
const STEP: usize = 512;

/// Who wrote a change, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Author {
    pub(super) lsn: Lsn,
    pub(super) envelope: Digest,
    pub(super) device: DeviceId,
    pub(super) person: Option<PersonId>,
    pub(super) at: i64,
    pub(super) known_at: i64,
}

/// A document in memory.
#[derive(Debug, Default)]
pub(in crate::app) struct Held {
    doc_type: Option<DocType>,
    /// Where it was made.
    home: Option<Owner>,
    /// To whom it was handed over last, and by which envelope.
    handed_to: Option<(Lsn, Owner)>,
    genesis: Option<Author>,
    ledger: Ledger,
    /// What the ledger admitted, but for what is `owed`.
    document: Document,
    /// What is still to be brought into the document: in one step for many changes, because each step
    /// costs nine times what a change in it costs.
    owed: Outcome,
    said: BTreeMap<ActorId, BTreeMap<u64, (u64, ChangeHash)>>,
    authors: HashMap<ChangeHash, Author>,
    /// Where every envelope came from, by its id.
    arrived: BTreeMap<Digest, (Lsn, Header)>,
    last_known_at: i64,
    /// Changes that came to stand since the document was last projected.
    fresh: Vec<Admitted>,
    /// It was judged anew: everything it says is to be projected.
    anew: bool,
    used: u64,
}

/// All documents in memory.
#[derive(Debug, Default)]
pub(in crate::app) struct Documents {
    held: HashMap<ObjectId, Held>,
    /// Documents that something happened to since the last projection.
    pub(super) touched: BTreeSet<ObjectId>,
    uses: u64,
}

impl Documents {
    /// Takes in a change.
    pub(super) fn receive(
        &mut self,
        reads: &dyn Reads,
        directory: &Directory,
        stored: &StoredEnvelope,
    ) -> Result<(), StoreError> {
        let object = stored.envelope.object();
        self.touched.insert(object);
        if let Some(held) = self.held.get_mut(&object) {
            if held.receive(reads, directory, stored)? {
                return Ok(());
            }
            self.held.remove(&object);
        }
        if stored.envelope.is_genesis() && is_first_about(reads, object, stored.lsn)? {
            let mut held = Held::default();
            held.receive(reads, directory, stored)?;
            self.keep(object, held);
        }
        // Others are built when they are projected, with this change among their envelopes.
        Ok(())
    }

    /// A grant: the record is told again, to those who see it from now on too.
    pub(super) fn granted(&mut self, stored: &StoredEnvelope) {
        let object = stored.envelope.object();
        self.touched.insert(object);
        if let Some(held) = self.held.get_mut(&object) {
            held.granted(stored);
        }
    }

    /// A document as it stands, if it is one that this build knows how to hold.
    pub(in crate::app) fn get(
        &mut self,
        reads: &dyn Reads,
        directory: &Directory,
        object: ObjectId,
        up_to: Lsn,
    ) -> Result<&mut Held, StoreError> {
        if !self.held.contains_key(&object) {
            let held = Held::build(reads, directory, object, up_to)?;
            self.keep(object, held);
        }
        self.uses = self.uses.wrapping_add(1);
        let uses = self.uses;
        let held = self.held.get_mut(&object);
        let held = held.ok_or(StoreError::Damaged("document cache"))?;
        held.used = uses;
        held.bring_up()?;
        Ok(held)
    }

    /// What is known of an object's envelopes has changed: it is judged anew.
    pub(super) fn judge_anew(&mut self, object: ObjectId) {
        self.held.remove(&object);
        self.touched.insert(object);
    }

    /// Builds a document from its envelopes when it is needed again.
    pub(super) fn let_go_of(&mut self, object: ObjectId) {
        self.held.remove(&object);
    }

    fn keep(&mut self, object: ObjectId, held: Held) {
        if self.held.len() >= HELD_MAX {
            self.let_go();
        }
        self.held.insert(object, held);
    }

    /// Lets go of the half that was used longest ago, sparing what waits to be projected.
    fn let_go(&mut self) {
        let mut uses: Vec<_> = self.held.values().map(|held| held.used).collect();
        uses.sort_unstable();
        let middle = uses.get(uses.len() / 2).copied().unwrap_or(0);
        let touched = &self.touched;
        self.held
            .retain(|object, held| held.used > middle || touched.contains(object));
    }
}

impl Held {
    /// Builds a document from its envelopes below and at `up_to`.
    pub(in crate::app) fn build(
        reads: &dyn Reads,
        directory: &Directory,
        object: ObjectId,
        up_to: Lsn,
    ) -> Result<Self, StoreError> {
        let (mut all, mut from) = (Vec::new(), Lsn(0));
        loop {
            let page = reads.envelopes_about(object, from, STEP)?;
            let Some(last) = page.last() else {
                break;
            };
            from = Lsn(last.lsn.0.saturating_add(1));
            all.extend(page.into_iter().filter(|stored| stored.lsn <= up_to));
        }
        all.sort_by_key(|stored| {
            let header = stored.envelope.header();
            (header.feed, header.seq)
        });
        let mut held = Self {
            anew: true,
            ..Self::default()
        };
        for stored in &all {
            match stored.envelope.header().kind {
                Kind::Change => {
                    held.receive(reads, directory, stored)?;
                }
                Kind::Verdict => held.rule(stored),
                Kind::Grant => held.granted(stored),
                _ => {}
            }
        }
        held.bring_up()?;
        Ok(held)
    }

    /// Takes in a change. `false`: it came out of the order of its feed, so all must be judged anew.
    fn receive(
        &mut self,
        reads: &dyn Reads,
        directory: &Directory,
        stored: &StoredEnvelope,
    ) -> Result<bool, StoreError> {
        let (envelope, header) = (&stored.envelope, stored.envelope.header());
        let Some(Ok(body)) = envelope.body().map(ChangeBody::from_bytes) else {
            return Ok(true);
        };
        let actor = actor_of(header, directory);
        let said = self.said.entry(actor).or_default();
        if said.range(header.seq..).next().is_some() {
            return Ok(said.contains_key(&header.seq));
        }
        let author_previous = said.values().next_back().copied();
        let author = Author {
            lsn: stored.lsn,
            envelope: envelope.id(),
            device: header.device(),
            person: header.person,
            at: header.times.shown().0,
            known_at: stored.known_at.0,
        };
        if let Ok(examined) = examine(&body.change, actor, None) {
            said.insert(header.seq, (examined.seq(), examined.hash()));
            self.authors.insert(examined.hash(), author.clone());
        }
        if let Some((doc_type, _)) = body.genesis.filter(|_| envelope.is_genesis()) {
            self.doc_type = Some(DocType::from_code(doc_type));
            self.home = Some(Owner {
                unit: header.feed.unit,
                audience: header.feed.audience,
            });
            self.genesis = Some(author);
        }
        self.last_known_at = self.last_known_at.max(stored.known_at.0);
        self.arrived
            .insert(envelope.id(), (stored.lsn, header.clone()));
        let outcome = self.ledger.receive(&Arrival {
            envelope: envelope.id(),
            bytes: &body.change,
            actor,
            expected_hash: None,
            author_previous,
            policy: policy(reads, stored)?,
        });
        self.settle(outcome);
        Ok(true)
    }

    /// Takes in a grant that stands: the last one that hands over says who is responsible.
    fn granted(&mut self, stored: &StoredEnvelope) {
        let Some(Ok(grant)) = stored.envelope.body().map(Grant::from_bytes) else {
            return;
        };
        let is_later = self.handed_to.is_none_or(|(lsn, _)| lsn <= stored.lsn);
        if grant.hand_over && is_later && stored.standing != Standing::Quarantined {
            let owner = Owner {
                unit: grant.unit,
                audience: grant.audience,
            };
            self.handed_to = Some((stored.lsn, owner));
        }
    }

    fn rule(&mut self, stored: &StoredEnvelope) {
        let Some(Ok(verdict)) = stored.envelope.body().map(VerdictBody::from_bytes) else {
            return;
        };
        let kind = match verdict.ruling {
            RulingCode::Refuse => RulingKind::Refuse,
            RulingCode::Release => RulingKind::Release,
            RulingCode::Accept | RulingCode::Newer(_) => return,
        };
        let number = stored.lsn.0;
        let outcome = self.ledger.rule(verdict.envelope, Ruling { number, kind });
        self.settle(outcome);
    }

    fn settle(&mut self, outcome: Outcome) {
        self.anew |= outcome.rebuild;
        self.fresh.extend(outcome.admitted.iter().cloned());
        match outcome.rebuild {
            true => self.owed = outcome,
            false => self.owed.admitted.extend(outcome.admitted),
        }
    }

    /// Brings the document to where the ledger is, before anybody reads it.
    fn bring_up(&mut self) -> Result<(), StoreError> {
        let owed = std::mem::take(&mut self.owed);
        match owed.settle(&mut self.document) {
            Ok(()) => Ok(()),
            Err(_) => Err(StoreError::Damaged("admitted change")),
        }
    }

    pub(in crate::app) fn doc_type(&self) -> Option<DocType> {
        self.doc_type
    }

    /// Who is responsible now: whoever it was handed over to last, or its home.
    pub(in crate::app) fn owner(&self) -> Option<Owner> {
        let home = self.home?;
        Some(self.handed_to.map_or(home, |(_, owner)| owner))
    }

    /// Where it was made: its unit, and the audience that its genesis fixed.
    pub(in crate::app) fn home(&self) -> Option<Owner> {
        self.home
    }

    pub(in crate::app) fn document(&self) -> &Document {
        &self.document
    }

    pub(in crate::app) fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    pub(super) fn author(&self, change: &ChangeHash) -> Option<&Author> {
        self.authors.get(change)
    }

    pub(super) fn author_of_genesis(&self) -> Option<&Author> {
        self.genesis.as_ref()
    }

    pub(super) fn made_by(&self) -> DeviceId {
        let made = self.genesis.as_ref().map(|author| author.device);
        made.unwrap_or(DeviceId::from_bytes([0; 16]))
    }

    pub(super) fn first_known_at(&self) -> i64 {
        let first = self.authors.values().map(|author| author.known_at).min();
        first.unwrap_or(self.last_known_at)
    }

    pub(super) fn last_known_at(&self) -> i64 {
        self.last_known_at
    }

    /// What an actor said last.
    pub(in crate::app) fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        self.said.get(&actor)?.values().next_back().copied()
    }

    /// The changes to be told since the last time, and whether they are all that there are.
    pub(super) fn take_fresh(&mut self) -> (Vec<Admitted>, bool) {
        let anew = std::mem::take(&mut self.anew);
        let fresh = std::mem::take(&mut self.fresh);
        if anew {
            return (self.ledger.admitted().to_vec(), true);
        }
        (fresh, false)
    }

    /// The numbers of all changes that came, standing or not.
    pub(super) fn arrivals(&self) -> impl Iterator<Item = Lsn> + '_ {
        self.arrived.values().map(|(lsn, _)| *lsn)
    }

    /// Envelopes that the gate keeps apart for what they are, with its code.
    pub(super) fn refused(&self) -> Vec<(Lsn, Header, Digest, QuarantineReason, &'static str)> {
        let standings = self.ledger.standings();
        let refused = standings.filter_map(|(id, standing)| {
            let (lsn, header) = self.arrived.get(&id)?;
            let (reason, word) = match standing {
                Stands::Quarantined(Quarantine::Structural(refusal)) => {
                    (QuarantineReason::Gate(refusal.code()), refusal.word())
                }
                Stands::Quarantined(Quarantine::Fork { .. }) => (QuarantineReason::Fork, "fork"),
                _ => return None,
            };
            Some((*lsn, header.clone(), id, reason, word))
        });
        refused.collect()
    }

    /// How many of its envelopes do not stand.
    pub(super) fn apart(&self) -> u32 {
        let standings = self.ledger.standings();
        let apart = standings.filter(|(_, standing)| *standing != Stands::Admitted);
        u32::try_from(apart.count()).unwrap_or(u32::MAX)
    }
}

/// Whether nothing about an object came before its genesis: what came earlier waits for it, and would be
/// missed by a document that begins here.
fn is_first_about(reads: &dyn Reads, object: ObjectId, lsn: Lsn) -> Result<bool, StoreError> {
    let first = reads.envelopes_about(object, Lsn(0), 1)?;
    Ok(first.first().is_none_or(|first| first.lsn >= lsn))
}

/// Who wrote a change: a phone has one owner, an office process names the person.
pub(in crate::app) fn actor_of(header: &Header, directory: &Directory) -> ActorId {
    let feed = &header.feed;
    let by_office = directory.holder(feed.device) == Some(Holder::Office);
    let person = header.person.filter(|_| by_office);
    ActorId::derive(feed.device, feed.unit, feed.epoch, person)
}

/// Why policy holds a stored change back.
fn policy(reads: &dyn Reads, stored: &StoredEnvelope) -> Result<Option<PolicyRefusal>, StoreError> {
    if !matches!(stored.standing, Standing::Quarantined | Standing::Released) {
        return Ok(None);
    }
    let row = reads.quarantined(stored.lsn)?;
    Ok(row.and_then(|row| match row.reason {
        QuarantineReason::Fork | QuarantineReason::Frozen => Some(PolicyRefusal::FeedFork),
        QuarantineReason::Revoked => Some(PolicyRefusal::Revoked),
        QuarantineReason::ForeignUnit
        | QuarantineReason::NotEntitled
        | QuarantineReason::Refused => Some(PolicyRefusal::NotEntitled),
        QuarantineReason::Gate(_) | QuarantineReason::Body => None,
    }))
}
