//! How a change fits the document that it was made upon.

use std::collections::BTreeSet;
use std::sync::Arc;

use automerge::{Change, ChangeHash};

use super::examine::{Examined, examine};
use super::index::{Clock, DocIndex, OpKey, Place};
use super::limits;
use super::op::{Action, LocalId, LocalKey, Op};
use super::refusal::{GateRefusal, within};
use crate::doc::ActorId;

/// A change as it arrives, with what its envelope and its feed say of it.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// The raw bytes of the change.
    pub bytes: &'a [u8],
    /// The actor derived from who signed ([`ActorId::derive`]).
    pub expected_actor: ActorId,
    /// The change hash, where the envelope names it.
    pub expected_hash: Option<ChangeHash>,
    /// What the same actor's feed said last for this document: sequence number and hash; none for
    /// its first.
    pub author_previous: Option<(u64, ChangeHash)>,
}

/// What the gate says of a change. A function of the change, its ancestors and its envelope only.
#[derive(Debug, Clone)]
pub enum Verdict {
    /// It may be applied.
    Admit(Box<Admitted>),
    /// It is sound, but these of its direct ancestors are not admitted yet.
    Park {
        /// The hashes that are missing.
        missing: Vec<ChangeHash>,
    },
    /// It is never applied.
    Refuse(GateRefusal),
    /// The index has it already.
    Known,
}

/// A change that the gate admitted. Nothing else can be applied to a [`crate::doc::Document`].
#[derive(Debug, Clone)]
pub struct Admitted {
    pub(super) examined: Arc<Examined>,
    /// How deep each operation's object lies.
    pub(super) depths: Arc<[u64]>,
}

impl Admitted {
    /// The hash of the change.
    pub fn hash(&self) -> ChangeHash {
        self.examined.hash
    }

    /// Whose change it is.
    pub fn actor(&self) -> ActorId {
        self.examined.actor
    }

    /// Which of its author's changes in this document it is, from 1.
    pub fn seq(&self) -> u64 {
        self.examined.seq
    }

    /// The raw bytes of the change.
    pub fn bytes(&self) -> &[u8] {
        self.examined.change.raw_bytes()
    }

    pub(crate) fn change(&self) -> &Change {
        &self.examined.change
    }

    pub(super) fn max_op(&self) -> u64 {
        self.examined.start_op + super::reader::wide(self.examined.ops.len()) - 1
    }

    /// For [`DocIndex::rebuild`]: a change that was admitted before.
    pub(super) fn again(index: &DocIndex, examined: Examined) -> Result<Self, GateRefusal> {
        match fit(index, Arc::new(examined), None) {
            Verdict::Admit(admitted) => Ok(*admitted),
            Verdict::Refuse(refusal) => Err(refusal),
            Verdict::Park { .. } | Verdict::Known => Err(GateRefusal::OwnPrevious),
        }
    }
}

/// Judges a change that arrived, against an index that holds at least its ancestors.
pub fn check(index: &DocIndex, candidate: &Candidate<'_>) -> Verdict {
    match examine(
        candidate.bytes,
        candidate.expected_actor,
        candidate.expected_hash,
    ) {
        Ok(examined) => place(index, examined, candidate.author_previous),
        Err(refusal) => Verdict::Refuse(refusal),
    }
}

/// The second half of [`check`], for a change that was examined when it arrived and had to wait.
pub fn place(
    index: &DocIndex,
    examined: impl Into<Arc<Examined>>,
    author_previous: Option<(u64, ChangeHash)>,
) -> Verdict {
    fit(index, examined.into(), Some(author_previous))
}

/// `previous` is none where the store admitted the change before and only rebuilds.
fn fit(
    index: &DocIndex,
    examined: Arc<Examined>,
    previous: Option<Option<(u64, ChangeHash)>>,
) -> Verdict {
    let missing: Vec<_> = examined
        .deps
        .iter()
        .filter(|dep| !index.contains(dep))
        .copied()
        .collect();
    if !missing.is_empty() {
        return Verdict::Park { missing };
    }
    let clock = index.clock_of(&examined.deps);
    let fitted = match previous {
        Some(previous) => check_author(index, &examined, &clock, previous),
        None => Ok(()),
    };
    let fitted = fitted
        .and_then(|()| check_position(index, &examined, &clock))
        .and_then(|()| Fit::new(index, &examined, &clock).check_ops());
    match fitted {
        Ok(_) if index.contains(&examined.hash) => Verdict::Known,
        Ok(depths) => Verdict::Admit(Box::new(Admitted {
            examined,
            depths: depths.into(),
        })),
        Err(refusal) => Verdict::Refuse(refusal),
    }
}

/// The next of its author, made upon what the same author said before.
fn check_author(
    index: &DocIndex,
    examined: &Examined,
    clock: &Clock,
    previous: Option<(u64, ChangeHash)>,
) -> Result<(), GateRefusal> {
    let expected = previous.map_or(0, |(seq, _)| seq).saturating_add(1);
    if examined.seq != expected {
        return Err(GateRefusal::Sequence {
            expected,
            found: examined.seq,
        });
    }
    let descends = previous.is_none_or(|(_, hash)| index.is_within(&hash, clock));
    if descends {
        Ok(())
    } else {
        Err(GateRefusal::OwnPrevious)
    }
}

/// Sequence number and first operation follow from the ancestors.
fn check_position(index: &DocIndex, examined: &Examined, clock: &Clock) -> Result<(), GateRefusal> {
    let own = index.actor_number(&examined.actor);
    if own.map_or(0, |own| clock.at(own)).saturating_add(1) != examined.seq {
        return Err(GateRefusal::OwnPrevious);
    }
    let highest = examined
        .deps
        .iter()
        .filter_map(|dep| index.node(dep))
        .map(|node| node.max_op)
        .max();
    let expected = highest.unwrap_or(0).saturating_add(1);
    if examined.start_op != expected {
        return Err(GateRefusal::StartOp {
            expected,
            found: examined.start_op,
        });
    }
    match index.at_position(examined.actor, examined.seq) {
        Some(held) if held != examined.hash => Err(GateRefusal::PositionTaken),
        _ => Ok(()),
    }
}

/// What an operation can see: its ancestors' operations, and the earlier ones of its own change.
struct Fit<'a> {
    index: &'a DocIndex,
    clock: &'a Clock,
    examined: &'a Examined,
    /// The index's number of each actor in the change's table; `u32::MAX` for one it has never
    /// seen.
    table: Vec<u32>,
    own: Vec<Own>,
    ended: BTreeSet<OpKey>,
}

/// What one of the change's own operations left to see.
struct Own {
    object: Option<OpKey>,
    place: Place,
    action: Action,
    insert: bool,
    depth: u64,
}

/// What is asked of an operation, wherever it was found.
struct Seen<'a> {
    object: Option<OpKey>,
    place: &'a Place,
    action: Action,
    insert: bool,
    depth: u64,
    live: bool,
}

impl<'a> Fit<'a> {
    fn new(index: &'a DocIndex, examined: &'a Examined, clock: &'a Clock) -> Self {
        let number = |actor: &ActorId| index.actor_number(actor).unwrap_or(u32::MAX);
        let table = examined.actors.iter().map(number).collect();
        let (own, ended) = (Vec::new(), BTreeSet::new());
        Self {
            index,
            clock,
            examined,
            table,
            own,
            ended,
        }
    }

    /// Checks all operations; returns how deep the object of each lies.
    fn check_ops(mut self) -> Result<Vec<u64>, GateRefusal> {
        for (at, op) in (0u64..).zip(&self.examined.ops) {
            let own = self.check_op(at, op)?;
            self.own.push(own);
        }
        Ok(self.own.iter().map(|own| own.depth).collect())
    }

    fn check_op(&mut self, at: u64, op: &Op) -> Result<Own, GateRefusal> {
        let depth = self.check_object(at, op)?;
        let object = op.object.map(|id| self.key_of(id));
        let own_key = self.key_of(LocalId {
            actor: 0,
            counter: self.examined.start_op + at,
        });
        let place = match &op.key {
            LocalKey::Prop(text) => Place::Prop(text.clone()),
            LocalKey::Element(id) if !op.insert => Place::Element(self.key_of(*id)),
            LocalKey::Element(_) | LocalKey::Head => Place::Element(own_key),
        };
        if op.insert && !op.preds.is_empty() {
            return Err(GateRefusal::InsertWithPred { op: at });
        }
        let counters = self.check_preds(at, op, object, &place)?;
        match op.action {
            Action::Delete if op.preds.is_empty() => Err(GateRefusal::DeleteWithoutPred { op: at }),
            Action::Increment if !counters => Err(GateRefusal::Increment { op: at }),
            action => Ok(Own {
                object,
                place,
                action,
                insert: op.insert,
                depth,
            }),
        }
    }

    /// The object exists and is of the kind that the key needs; returns the operation's depth.
    fn check_object(&self, at: u64, op: &Op) -> Result<u64, GateRefusal> {
        let (sequence, depth) = match op.object {
            None => (false, 0),
            Some(id) => match self.see(id) {
                Some(Seen {
                    action: Action::MakeMap,
                    depth,
                    ..
                }) => (false, depth + 1),
                Some(Seen {
                    action: Action::MakeSequence,
                    depth,
                    ..
                }) => (true, depth + 1),
                _ => return Err(GateRefusal::UnknownObject { op: at }),
            },
        };
        within("nesting", depth, limits::DEPTH)?;
        let fits = match &op.key {
            LocalKey::Prop(_) => !sequence && !op.insert,
            LocalKey::Head => sequence && op.insert,
            LocalKey::Element(_) => sequence,
        };
        if !fits {
            return Err(GateRefusal::KeyKind { op: at });
        }
        if let LocalKey::Element(id) = &op.key {
            let object = op.object.map(|id| self.key_of(id));
            if !self
                .see(*id)
                .is_some_and(|seen| seen.insert && seen.object == object)
            {
                return Err(GateRefusal::UnknownElement { op: at });
            }
        }
        Ok(depth)
    }

    /// Every predecessor is a live value at this very place; tells whether one of them is a
    /// counter.
    fn check_preds(
        &mut self,
        at: u64,
        op: &Op,
        object: Option<OpKey>,
        place: &Place,
    ) -> Result<bool, GateRefusal> {
        let (mut counters, mut named) = (false, BTreeSet::new());
        for &pred in &op.preds {
            let seen = self.see(pred).ok_or(GateRefusal::Pred { op: at })?;
            let value = !matches!(seen.action, Action::Delete | Action::Increment);
            if !(seen.live && value && seen.object == object && seen.place == place) {
                return Err(GateRefusal::Pred { op: at });
            }
            let counter = seen.action == Action::Put { counter: true };
            counters |= counter;
            let key = self.key_of(pred);
            if !named.insert(key) {
                return Err(GateRefusal::Pred { op: at });
            }
            if !(counter && op.action == Action::Increment) {
                self.ended.insert(key);
            }
        }
        Ok(counters)
    }

    fn see(&self, id: LocalId) -> Option<Seen<'_>> {
        let key = self.key_of(id);
        let unended = !self.ended.contains(&key);
        if id.actor == 0 && id.counter >= self.examined.start_op {
            let own = usize::try_from(id.counter - self.examined.start_op).ok()?;
            let own = self.own.get(own)?;
            return Some(Seen {
                object: own.object,
                place: &own.place,
                action: own.action,
                insert: own.insert,
                depth: own.depth,
                live: unended,
            });
        }
        let node = self.index.op(key, self.clock)?;
        Some(Seen {
            object: node.object,
            place: &node.place,
            action: node.action,
            insert: node.insert,
            depth: node.depth,
            live: unended && self.index.is_live(node, self.clock),
        })
    }

    fn key_of(&self, id: LocalId) -> OpKey {
        let actor = usize::try_from(id.actor)
            .ok()
            .and_then(|at| self.table.get(at));
        OpKey {
            actor: actor.copied().unwrap_or(u32::MAX),
            counter: id.counter,
        }
    }
}
