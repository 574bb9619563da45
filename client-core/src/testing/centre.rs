//! A model of the centre: numbers envelopes, proves them, delivers them, keeps files.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use ed25519_dalek::Signer as _;
use tala_protocol::cert::Directory;
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Envelope, signed};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, PersonId, UnitId};
use tala_protocol::log::{
    Ack, Checkpoint, Frontier, LogKey, NodeHash, NodeSource, Receipt, SignedAck, envelopes_hash,
    leaf_hash, proof, range_proof, root_at,
};
use tala_protocol::sync::enrol::{ENROL_LEN_MAX, EnrolReply, EnrolRequest};
use tala_protocol::sync::{
    Cursor, FEATURE_OWN, LeafRange, Outcome, REQUEST_LEN_MAX, Refusal, Scope, Span, SyncReply,
    SyncRequest, frame,
};
use tala_protocol::time::UnixMs;

use super::Bureau;

/// How the centre answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// Receipts with every push.
    Proves,
    /// A short acknowledgement; proofs when asked.
    Acknowledges,
    /// Says "stored" and signs nothing.
    Claims,
    /// Takes nothing for now.
    Later,
}

/// A model of the centre.
pub struct Centre {
    /// The bureau whose centre it is.
    pub bureau: Bureau,
    /// The present log.
    pub log: LogId,
    /// How it answers.
    pub mood: Mood,
    /// Leaves below this are said to be backed up.
    pub backed_up_to: Option<u64>,
    /// The statements that begin its logs, newest first, for a restored centre.
    pub restored: Vec<Vec<u8>>,
    /// Whole files, and parts of files.
    pub files: BTreeMap<Digest, Vec<u8>>,
    /// What it publishes, by path.
    pub published: BTreeMap<String, Vec<u8>>,
    directory: Directory,
    envelopes: Vec<Envelope>,
    by_id: BTreeMap<Digest, u64>,
    frontier: Frontier,
    nodes: Nodes,
    lists: BTreeMap<Scope, Vec<u64>>,
    members: BTreeMap<DeviceId, BTreeSet<UnitId>>,
    stated: usize,
    /// Where something stands, and the feeds that have forked.
    placed: BTreeSet<(FeedKey, u64)>,
    forked: BTreeSet<FeedKey>,
    /// Kept and not delivered: second branches, and whatever came after in their feeds.
    pub apart: Vec<Digest>,
}

#[derive(Default, Clone)]
struct Nodes(HashMap<(u32, u64), NodeHash>);

impl NodeSource for Nodes {
    fn node(&self, level: u32, index: u64) -> Option<NodeHash> {
        self.0.get(&(level, index)).copied()
    }
}

impl Centre {
    /// A fresh centre.
    pub fn new(bureau: Bureau, log: LogId) -> Self {
        let mut centre = Self {
            directory: Directory::new(bureau.root_key()),
            bureau,
            log,
            mood: Mood::Proves,
            backed_up_to: None,
            restored: Vec::new(),
            files: BTreeMap::new(),
            published: BTreeMap::new(),
            envelopes: Vec::new(),
            by_id: BTreeMap::new(),
            frontier: Frontier::new(),
            nodes: Nodes::default(),
            lists: BTreeMap::new(),
            members: BTreeMap::new(),
            stated: 0,
            placed: BTreeSet::new(),
            forked: BTreeSet::new(),
            apart: Vec::new(),
        };
        centre.take_statements();
        centre
    }

    /// Lets a device read the field lists of a unit and of the top.
    pub fn admit(&mut self, device: DeviceId, unit: UnitId) {
        self.take_statements();
        let units = self.members.entry(device).or_default();
        units.insert(unit);
        units.insert(self.bureau.top);
    }

    /// The lists a device may read, from their start.
    pub fn scopes(&self, device: DeviceId) -> Vec<Cursor> {
        let units = self.members.get(&device).into_iter().flatten();
        units.map(|unit| at_start(*unit)).collect()
    }

    /// Everything stored, in order of leaf.
    pub fn envelopes(&self) -> &[Envelope] {
        &self.envelopes
    }

    /// Whether it has an envelope.
    pub fn has(&self, id: &Digest) -> bool {
        self.by_id.contains_key(id)
    }

    /// Commits what the bureau has stated since.
    pub fn take_statements(&mut self) {
        let fresh = self
            .bureau
            .statements
            .split_off(self.stated.min(self.bureau.statements.len()));
        self.bureau.statements.extend(fresh.iter().cloned());
        self.stated = self.bureau.statements.len();
        for envelope in fresh {
            // What the directory refuses is stored all the same.
            let _ = self.directory.admit(&envelope);
            self.commit(envelope);
        }
    }

    /// Forgets everything behind a leaf and begins another log: a centre put back from a backup.
    pub fn restore_to(&mut self, leaves: usize, log: LogId) {
        let kept: Vec<Envelope> = self.envelopes.drain(..leaves).collect();
        let old = (
            self.log,
            leaves as u64,
            root_at(&self.nodes, leaves as u64).expect("held"),
        );
        self.log = log;
        self.envelopes.clear();
        self.by_id.clear();
        self.frontier = Frontier::new();
        self.nodes = Nodes::default();
        self.lists.clear();
        self.placed.clear();
        self.forked.clear();
        self.apart.clear();
        let statement = self.statement(old);
        self.restored.insert(0, statement);
        for envelope in kept {
            self.commit(envelope);
        }
    }

    fn statement(&self, (old_log, old_size, old_root): (LogId, u64, NodeHash)) -> Vec<u8> {
        let statement = tala_protocol::log::RestoreStatement {
            new_log: self.log,
            old_log,
            old_size,
            old_root,
            reason: "disk".into(),
            at: UnixMs(0),
            newer: tala_protocol::fields::Fields::new(),
        };
        let signature = self.bureau.log.sign(&statement.to_sign()).to_bytes();
        tala_protocol::log::SignedRestore {
            statement,
            signature,
        }
        .to_bytes()
    }

    /// Answers an enrolment frame: any code will do, the proof must hold.
    pub fn enrol(&mut self, request: &[u8], person: PersonId) -> Vec<u8> {
        let request = frame::open(request, ENROL_LEN_MAX).expect("a frame");
        let request = EnrolRequest::from_bytes(&request).expect("a request");
        let proof = request.verify(&self.bureau.realm());
        proof.expect("the phone holds its key");
        let (unit, device) = (self.bureau.top, request.key.device_id());
        self.bureau.enrol(request.key, unit, person);
        self.admit(device, unit);
        frame::close(&self.welcome(device, unit, Some(person)).to_bytes())
    }

    /// What a phone is told when it is enrolled.
    pub fn welcome(&self, device: DeviceId, unit: UnitId, person: Option<PersonId>) -> EnrolReply {
        EnrolReply {
            root: self.bureau.root_key(),
            log: self.log,
            unit,
            person,
            statements: Run::pack_all(&self.bureau.statements),
            scopes: self.scopes(device),
        }
    }

    /// Answers a sync frame of a device.
    pub fn sync(&mut self, device: DeviceId, request: &[u8]) -> Vec<u8> {
        let request = frame::open(request, REQUEST_LEN_MAX).expect("a frame");
        let request = SyncRequest::from_bytes(&request).expect("a request");
        let mut reply = SyncReply::empty();
        reply.log = Some(self.log).filter(|log| request.log != Some(*log));
        let pushed: Vec<Envelope> = request
            .runs
            .into_iter()
            .flat_map(|run| run.unpack().expect("rebuilds"))
            .collect();
        let outcomes: Vec<Outcome> = pushed.iter().map(|e| self.outcome(e)).collect();
        reply.spans = spans(&outcomes);
        self.sign_push(&pushed, &outcomes, &mut reply);
        let held = |range: &&LeafRange| range.first.saturating_add(range.count) <= self.size();
        let asked = request.prove.iter().filter(held);
        let asked = asked.filter(|_| self.mood != Mood::Claims);
        reply
            .receipts
            .extend(asked.map(|range| self.receipt(*range)));
        if let Some(from) = request.proof_from.filter(|from| *from <= self.size()) {
            let proof = proof::consistency(&self.nodes, from, self.size()).expect("held");
            let proof = proof.into_iter().map(Digest::from_sha256).collect();
            reply.consistency = Some((self.note(), proof));
        }
        let same_log = request.log == Some(self.log);
        if !same_log {
            reply.restored = self.restored.first().cloned();
            reply.restored_before = self.restored.iter().skip(1).cloned().collect();
        }
        let gives_own = request.features & FEATURE_OWN != 0;
        self.deliver(
            (device, gives_own),
            &request.cursors,
            same_log,
            request.budget_bytes,
            &mut reply,
        );
        reply.backed_up_to = self.backed_up_to;
        frame::close(&reply.to_bytes())
    }

    fn outcome(&mut self, envelope: &Envelope) -> Outcome {
        if self.mood == Mood::Later {
            return Outcome::Later;
        }
        if let Some(leaf) = self.by_id.get(&envelope.id()) {
            return Outcome::Known { first_leaf: *leaf };
        }
        match self.directory.verify(envelope) {
            Ok(_) => Outcome::Stored {
                first_leaf: self.commit(envelope.clone()),
            },
            Err(_) => Outcome::Refused(Refusal::UnknownDevice),
        }
    }

    fn commit(&mut self, envelope: Envelope) -> u64 {
        let nodes = &mut self.nodes.0;
        let leaf = leaf_hash(&signed::encode(&envelope));
        let at = self.frontier.push_storing(leaf, |id, hash| {
            nodes.insert((id.level, id.index), hash);
        });
        self.by_id.insert(envelope.id(), at);
        let feed = envelope.header().feed;
        let scope = Scope {
            unit: feed.unit,
            audience: feed.audience,
        };
        if self.forked.contains(&feed) || !self.placed.insert((feed, envelope.header().seq)) {
            self.forked.insert(feed);
            self.apart.push(envelope.id());
        } else {
            self.lists.entry(scope).or_default().push(at);
        }
        self.envelopes.push(envelope);
        at
    }

    fn sign_push(&self, pushed: &[Envelope], outcomes: &[Outcome], reply: &mut SyncReply) {
        let stored: Vec<(u64, Digest)> = outcomes
            .iter()
            .zip(pushed)
            .filter_map(|(outcome, envelope)| match outcome {
                Outcome::Stored { first_leaf } => Some((*first_leaf, envelope.id())),
                _ => None,
            })
            .collect();
        let Some((first, _)) = stored.first().copied() else {
            return;
        };
        let count = stored.len() as u64;
        match self.mood {
            Mood::Proves => reply
                .receipts
                .push(self.receipt(LeafRange { first, count })),
            Mood::Acknowledges => {
                let ids = stored.iter().map(|(_, id)| id);
                let count = u32::try_from(count).expect("few");
                let ack = Ack::new(self.log, first, count, envelopes_hash(ids), UnixMs(0));
                let signature = self.bureau.log.sign(&ack.to_sign(self.log)).to_bytes();
                reply.ack = Some(SignedAck { ack, signature }.to_bytes());
            }
            Mood::Claims | Mood::Later => {}
        }
    }

    fn deliver(
        &self,
        (device, gives_own): (DeviceId, bool),
        cursors: &[Cursor],
        same_log: bool,
        budget: u32,
        reply: &mut SyncReply,
    ) {
        let mut room = usize::try_from(budget).expect("fits");
        let mut page = Vec::new();
        for cursor in cursors {
            let from = if same_log { cursor.position } else { 0 };
            let list = self
                .lists
                .get(&cursor.scope)
                .map(Vec::as_slice)
                .unwrap_or_default();
            let mut position = from;
            for leaf in list.iter().skip(usize::try_from(from).expect("fits")) {
                let envelope = &self.envelopes[usize::try_from(*leaf).expect("fits")];
                if gives_own || envelope.header().device() != device {
                    let cost = envelope.body().map_or(0, <[u8]>::len) + 96;
                    if cost > room && !page.is_empty() {
                        reply.more = true;
                        break;
                    }
                    room = room.saturating_sub(cost);
                    page.push(envelope.clone());
                }
                position += 1;
            }
            if position > from || !same_log {
                reply.cursors.push(Cursor {
                    scope: cursor.scope,
                    position,
                });
            }
        }
        reply.runs = Run::pack_all(&page);
    }

    fn receipt(&self, range: LeafRange) -> Vec<u8> {
        let (first, count) = (range.first, range.count);
        Receipt {
            log_id: self.log,
            first_leaf: first,
            count,
            note: self.note().into_bytes(),
            proof: range_proof(&self.nodes, first, count, self.size()).expect("held"),
            newer: tala_protocol::fields::Fields::new(),
        }
        .to_bytes()
    }

    fn note(&self) -> String {
        let key = LogKey::new(self.log, self.bureau.log.verifying_key());
        let checkpoint = Checkpoint::new(self.log, self.size(), self.frontier.root());
        let mut note = checkpoint.to_note().expect("a note");
        let signature = self.bureau.log.sign(note.text().as_bytes()).to_bytes();
        note.add_signature(key.note_key(), &signature);
        note.to_string()
    }

    fn size(&self) -> u64 {
        self.frontier.size()
    }
}

fn at_start(unit: UnitId) -> Cursor {
    Cursor {
        scope: Scope {
            unit,
            audience: Audience::Field,
        },
        position: 0,
    }
}

/// Joins outcomes of the same sort on consecutive leaves.
fn spans(outcomes: &[Outcome]) -> Vec<Span> {
    let mut out: Vec<Span> = Vec::new();
    for outcome in outcomes {
        let joined = out
            .last_mut()
            .filter(|last| match (last.outcome, *outcome) {
                (Outcome::Stored { first_leaf: a }, Outcome::Stored { first_leaf: b })
                | (Outcome::Known { first_leaf: a }, Outcome::Known { first_leaf: b }) => {
                    a + u64::from(last.count) == b
                }
                (a, b) => a == b,
            });
        match joined {
            Some(last) => last.count += 1,
            None => out.push(Span {
                count: 1,
                outcome: *outcome,
            }),
        }
    }
    out
}
