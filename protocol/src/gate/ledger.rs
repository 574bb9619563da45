//! Which changes of one document stand: admitted, parked or quarantined.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use automerge::ChangeHash;

use super::admit::{Admitted, Verdict, place};
use super::examine::{Examined, examine};
use super::index::DocIndex;
use super::refusal::GateRefusal;
use super::standing::{PolicyRefusal, Quarantine, Ruling, Standing};
use crate::doc::{ActorId, Document, DocumentError};
use crate::hash::Digest;

/// An envelope with a change for this document.
#[derive(Debug, Clone)]
pub struct Arrival<'a> {
    /// The envelope: the hash of its signed part.
    pub envelope: Digest,
    /// Its body: the raw bytes of the change.
    pub bytes: &'a [u8],
    /// The actor derived from who signed.
    pub actor: ActorId,
    /// The change hash, where the envelope names it.
    pub expected_hash: Option<ChangeHash>,
    /// What the same actor's feed said last for this document.
    pub author_previous: Option<(u64, ChangeHash)>,
    /// Why policy holds it back, if it does.
    pub policy: Option<PolicyRefusal>,
}

/// What a step of a [`Ledger`] means for the document.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Outcome {
    /// The changes to apply, ancestors first.
    pub admitted: Vec<Admitted>,
    /// Something that stood stands no longer: `admitted` is everything that does, to be applied to
    /// an empty document.
    pub rebuild: bool,
}

impl Outcome {
    /// Brings the document to where the ledger is.
    pub fn settle(&self, document: &mut Document) -> Result<(), DocumentError> {
        if self.rebuild {
            *document = Document::new();
        }
        document.apply(&self.admitted)
    }
}

/// The account of one document: every envelope that came for it, and where each stands.
///
/// Whatever the order in which envelopes, policy and rulings arrive, the same ones lead to the same
/// standings and the same heads. What is quarantined holds back only its own descendants in this
/// document.
///
/// A fork (one author, one sequence number, two changes) can only be made by the author's own key.
/// The change that is first by (first operation, hash) stands until a ruling refuses it.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    entries: BTreeMap<Digest, Entry>,
    rulings: BTreeMap<Digest, Ruling>,
    positions: BTreeMap<(ActorId, u64), BTreeSet<ChangeHash>>,
    forked: bool,
    index: DocIndex,
    admitted: Vec<Admitted>,
    /// Envelopes that wait, each under one ancestor that it misses.
    waiting: BTreeMap<ChangeHash, Vec<Digest>>,
}

#[derive(Debug, Clone)]
struct Entry {
    content: Result<Arc<Examined>, GateRefusal>,
    author_previous: Option<(u64, ChangeHash)>,
    policy: Option<PolicyRefusal>,
    state: State,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum State {
    Admitted,
    Waiting,
    Quarantined(Quarantine),
}

impl Ledger {
    /// A ledger that nothing has come to.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in an envelope. A second time does nothing.
    pub fn receive(&mut self, arrival: &Arrival<'_>) -> Outcome {
        if self.entries.contains_key(&arrival.envelope) {
            return Outcome::default();
        }
        let content = examine(arrival.bytes, arrival.actor, arrival.expected_hash).map(Arc::new);
        if let Ok(examined) = &content {
            let held = self
                .positions
                .entry((examined.actor(), examined.seq()))
                .or_default();
            held.insert(examined.hash());
            self.forked |= held.len() > 1;
        }
        let (author_previous, policy) = (arrival.author_previous, arrival.policy);
        let entry = Entry {
            content,
            author_previous,
            policy,
            state: State::Waiting,
        };
        self.entries.insert(arrival.envelope, entry);
        if self.forked {
            return self.replay();
        }
        let before = self.admitted.len();
        self.judge(arrival.envelope);
        Outcome {
            admitted: self.admitted.iter().skip(before).cloned().collect(),
            rebuild: false,
        }
    }

    /// Says why policy holds an envelope back, or that it no longer does (a revocation has come, or
    /// gone).
    pub fn set_policy(&mut self, envelope: &Digest, policy: Option<PolicyRefusal>) -> Outcome {
        match self.entries.get_mut(envelope) {
            Some(entry) if entry.policy != policy => {
                entry.policy = policy;
                self.replay()
            }
            _ => Outcome::default(),
        }
    }

    /// Obeys a signed verdict about an envelope, come or not yet come. Of several the one with the
    /// highest number counts; a refusal before a release with the same number. A release lifts
    /// policy, never structure.
    pub fn rule(&mut self, envelope: Digest, ruling: Ruling) -> Outcome {
        let standing = self.rulings.entry(envelope).or_insert(ruling);
        *standing = ruling.max(*standing);
        if self.entries.contains_key(&envelope) {
            self.replay()
        } else {
            Outcome::default()
        }
    }

    /// Where an envelope stands; none where it has not come.
    pub fn standing(&self, envelope: &Digest) -> Option<Standing> {
        let entry = self.entries.get(envelope)?;
        Some(match (&entry.state, &entry.content) {
            (State::Admitted, _) => Standing::Admitted,
            (State::Quarantined(why), _) => Standing::Quarantined(why.clone()),
            (State::Waiting, Ok(examined)) => {
                let missing = examined
                    .deps()
                    .iter()
                    .filter(|dep| !self.index.contains(dep));
                Standing::Parked {
                    missing: missing.copied().collect(),
                }
            }
            (State::Waiting, Err(refusal)) => {
                Standing::Quarantined(Quarantine::Structural(refusal.clone()))
            }
        })
    }

    /// Every envelope that came, with where it stands.
    pub fn standings(&self) -> impl Iterator<Item = (Digest, Standing)> + '_ {
        self.entries
            .keys()
            .filter_map(|id| self.standing(id).map(|standing| (*id, standing)))
    }

    /// The changes that stand, ancestors first.
    pub fn admitted(&self) -> &[Admitted] {
        &self.admitted
    }

    /// The index over the changes that stand: what an own edit is checked against.
    pub const fn index(&self) -> &DocIndex {
        &self.index
    }

    /// Judges everything anew, causes before effects, and tells what changed.
    fn replay(&mut self) -> Outcome {
        let before = std::mem::take(&mut self.admitted);
        self.index = DocIndex::default();
        self.waiting.clear();
        let mut order = Vec::with_capacity(self.entries.len());
        for (id, entry) in &mut self.entries {
            entry.state = State::Waiting;
            let place = entry.content.as_ref().ok();
            order.push((
                place.map(|examined| (examined.start_op(), examined.hash())),
                *id,
            ));
        }
        order.sort_unstable();
        for (_, id) in order {
            self.judge(id);
        }
        let rebuild = before
            .iter()
            .any(|admitted| !self.index.contains(&admitted.hash()));
        if rebuild {
            return Outcome {
                admitted: self.admitted.clone(),
                rebuild,
            };
        }
        let known: BTreeSet<_> = before.iter().map(Admitted::hash).collect();
        let new = self
            .admitted
            .iter()
            .filter(|admitted| !known.contains(&admitted.hash()));
        Outcome {
            admitted: new.cloned().collect(),
            rebuild,
        }
    }

    /// Judges one envelope, then those that waited for it.
    fn judge(&mut self, envelope: Digest) {
        let mut next = vec![envelope];
        while let Some(id) = next.pop() {
            let Some(entry) = self.entries.get(&id) else {
                continue;
            };
            if entry.state != State::Waiting {
                continue;
            }
            let (state, woken) = self.judge_one(id, entry.clone());
            if let Some(entry) = self.entries.get_mut(&id) {
                entry.state = state;
            }
            next.extend(woken);
        }
    }

    fn judge_one(&mut self, id: Digest, entry: Entry) -> (State, Vec<Digest>) {
        let examined = match entry.content {
            Ok(examined) => examined,
            Err(refusal) => return (quarantined(Quarantine::Structural(refusal)), Vec::new()),
        };
        if let Some(policy) = self.policy_on(&id, entry.policy) {
            return (quarantined(Quarantine::Policy(policy)), Vec::new());
        }
        let position = (examined.actor(), examined.seq());
        match place(&self.index, examined, entry.author_previous) {
            Verdict::Admit(admitted) => {
                self.index.admit(&admitted);
                let woken = self.waiting.remove(&admitted.hash()).unwrap_or_default();
                self.admitted.push(*admitted);
                (State::Admitted, woken)
            }
            Verdict::Known => (State::Admitted, Vec::new()),
            Verdict::Park { missing } => {
                if let Some(first) = missing.first() {
                    self.waiting.entry(*first).or_default().push(id);
                }
                (State::Waiting, Vec::new())
            }
            Verdict::Refuse(GateRefusal::PositionTaken) => {
                let stands = self.index.at_position(position.0, position.1);
                let why = match stands {
                    Some(stands) => Quarantine::Fork { stands },
                    None => Quarantine::Structural(GateRefusal::PositionTaken),
                };
                (quarantined(why), Vec::new())
            }
            Verdict::Refuse(refusal) => (quarantined(Quarantine::Structural(refusal)), Vec::new()),
        }
    }

    /// The last ruling's word, or policy's where nobody has ruled.
    fn policy_on(&self, id: &Digest, policy: Option<PolicyRefusal>) -> Option<PolicyRefusal> {
        match self.rulings.get(id) {
            Some(ruling) => ruling.refuses().then_some(PolicyRefusal::Refused),
            None => policy,
        }
    }
}

const fn quarantined(why: Quarantine) -> State {
    State::Quarantined(why)
}
