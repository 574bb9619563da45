//! What the gate must know about a document: who said what upon what, and which operation wrote
//! where.

use std::collections::BTreeMap;

use automerge::ChangeHash;

use super::admit::Admitted;
use super::examine::reread;
use super::op::{Action, LocalId, LocalKey, Op};
use super::refusal::GateRefusal;
use crate::doc::ActorId;

/// An index over the admitted changes of one document. It grows with each [`Admitted`] and can be
/// rebuilt from change bytes. Admitting concurrent changes in another order makes an index that
/// gives the same verdicts.
#[derive(Debug, Clone, Default)]
pub struct DocIndex {
    actors: BTreeMap<ActorId, u32>,
    changes: Vec<ChangeNode>,
    by_hash: BTreeMap<ChangeHash, u32>,
    by_position: BTreeMap<(u32, u64), u32>,
    ops: BTreeMap<OpKey, OpNode>,
}

/// One admitted change.
#[derive(Debug, Clone)]
pub(super) struct ChangeNode {
    pub(super) hash: ChangeHash,
    actor: u32,
    seq: u64,
    pub(super) max_op: u64,
    /// Itself and its ancestors.
    clock: Clock,
}

/// A set of changes that holds every ancestor of its members: the highest sequence number per
/// actor. Enough, because each author's changes form a chain.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock(Vec<u64>);

impl Clock {
    pub(super) fn at(&self, actor: u32) -> u64 {
        let found = usize::try_from(actor).ok().and_then(|at| self.0.get(at));
        found.copied().unwrap_or(0)
    }

    fn raise(&mut self, actor: u32, seq: u64) {
        let Ok(at) = usize::try_from(actor) else {
            return;
        };
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        if let Some(held) = self.0.get_mut(at) {
            *held = seq.max(*held);
        }
    }

    fn join(&mut self, other: &Self) {
        for (actor, &seq) in (0u32..).zip(&other.0) {
            self.raise(actor, seq);
        }
    }
}

/// An operation's name in the index: actor number, then counter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct OpKey {
    pub(super) actor: u32,
    pub(super) counter: u64,
}

/// Where an operation wrote, in a form that two operations on one place share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Place {
    Prop(Box<str>),
    Element(OpKey),
}

/// One admitted operation.
#[derive(Debug, Clone)]
pub(super) struct OpNode {
    change: u32,
    pub(super) object: Option<OpKey>,
    pub(super) place: Place,
    pub(super) action: Action,
    pub(super) insert: bool,
    pub(super) depth: u64,
    successors: Vec<Successor>,
}

#[derive(Debug, Clone, Copy)]
struct Successor {
    change: u32,
    increment: bool,
}

impl DocIndex {
    /// Rebuilds the index from the bytes of changes **that this store admitted before**, in the
    /// order in which it admitted them. Never for what a peer sent: the full checks are in
    /// [`super::check`].
    pub fn rebuild<'a>(
        changes: impl IntoIterator<Item = &'a [u8]>,
    ) -> Result<(Self, Vec<Admitted>), GateRefusal> {
        let mut index = Self::default();
        let mut admitted = Vec::new();
        for bytes in changes {
            let change = Admitted::again(&index, reread(bytes)?)?;
            index.admit(&change);
            admitted.push(change);
        }
        Ok((index, admitted))
    }

    /// Takes in a change that [`super::check`] admitted against this index. A second time does
    /// nothing.
    pub fn admit(&mut self, admitted: &Admitted) {
        let examined = &admitted.examined;
        if self.contains(&examined.hash) {
            return;
        }
        let table: Vec<u32> = examined
            .actors
            .iter()
            .map(|actor| self.intern(*actor))
            .collect();
        let actor = table.first().copied().unwrap_or(0);
        let mut clock = self.clock_of(&examined.deps);
        clock.raise(actor, examined.seq);
        let change = u32::try_from(self.changes.len()).unwrap_or(u32::MAX);
        let numbered = (examined.start_op..).zip(examined.ops.iter().zip(admitted.depths.iter()));
        for (counter, (op, &depth)) in numbered {
            self.admit_op(OpKey { actor, counter }, change, op, depth, &table);
        }
        self.by_hash.insert(examined.hash, change);
        self.by_position.insert((actor, examined.seq), change);
        let (hash, seq, max_op) = (examined.hash, examined.seq, admitted.max_op());
        self.changes.push(ChangeNode {
            hash,
            actor,
            seq,
            max_op,
            clock,
        });
    }

    fn admit_op(&mut self, key: OpKey, change: u32, op: &Op, depth: u64, table: &[u32]) {
        let global = |id: LocalId| {
            let actor = usize::try_from(id.actor).ok().and_then(|at| table.get(at));
            actor.map(|&actor| OpKey {
                actor,
                counter: id.counter,
            })
        };
        let place = match &op.key {
            LocalKey::Prop(text) => Place::Prop(text.clone()),
            LocalKey::Element(id) if !op.insert => Place::Element(global(*id).unwrap_or(key)),
            LocalKey::Element(_) | LocalKey::Head => Place::Element(key),
        };
        let increment = op.action == Action::Increment;
        for pred in op.preds.iter().filter_map(|id| global(*id)) {
            if let Some(node) = self.ops.get_mut(&pred) {
                node.successors.push(Successor { change, increment });
            }
        }
        let object = op.object.and_then(global);
        let (action, insert, successors) = (op.action, op.insert, Vec::new());
        let node = OpNode {
            change,
            object,
            place,
            action,
            insert,
            depth,
            successors,
        };
        self.ops.insert(key, node);
    }

    /// Whether a change was admitted.
    pub fn contains(&self, hash: &ChangeHash) -> bool {
        self.by_hash.contains_key(hash)
    }

    /// How many changes were admitted.
    pub fn len(&self) -> usize {
        self.changes.len()
    }

    /// Whether nothing was admitted.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// How many operations were admitted.
    pub fn op_count(&self) -> usize {
        self.ops.len()
    }

    /// The last change of an actor: its sequence number and hash.
    pub fn last_of(&self, actor: ActorId) -> Option<(u64, ChangeHash)> {
        let number = self.actor_number(&actor)?;
        let range = (number, 0)..=(number, u64::MAX);
        let (&(_, seq), &change) = self.by_position.range(range).next_back()?;
        self.change(change).map(|node| (seq, node.hash))
    }

    /// The set of a change's ancestors, from its direct ones.
    pub(super) fn clock_of(&self, deps: &[ChangeHash]) -> Clock {
        let mut clock = Clock::default();
        for node in deps.iter().filter_map(|dep| self.node(dep)) {
            clock.join(&node.clock);
        }
        clock
    }

    pub(super) fn node(&self, hash: &ChangeHash) -> Option<&ChangeNode> {
        self.by_hash.get(hash).and_then(|&at| self.change(at))
    }

    /// Whether a change is among those within `clock`.
    pub(super) fn is_within(&self, hash: &ChangeHash, clock: &Clock) -> bool {
        self.by_hash
            .get(hash)
            .is_some_and(|&at| self.within(at, clock))
    }

    pub(super) fn actor_number(&self, actor: &ActorId) -> Option<u32> {
        self.actors.get(actor).copied()
    }

    /// The change at an author's sequence number.
    pub(super) fn at_position(&self, actor: ActorId, seq: u64) -> Option<ChangeHash> {
        let at = self.by_position.get(&(self.actor_number(&actor)?, seq))?;
        self.change(*at).map(|node| node.hash)
    }

    /// An operation that some change within `clock` made.
    pub(super) fn op(&self, key: OpKey, clock: &Clock) -> Option<&OpNode> {
        self.ops
            .get(&key)
            .filter(|node| self.within(node.change, clock))
    }

    /// Whether nothing within `clock` has replaced or deleted what this operation put.
    pub(super) fn is_live(&self, node: &OpNode, clock: &Clock) -> bool {
        let counter = node.action == Action::Put { counter: true };
        let ends = |s: &Successor| !(s.increment && counter) && self.within(s.change, clock);
        !node.successors.iter().any(ends)
    }

    fn within(&self, change: u32, clock: &Clock) -> bool {
        self.change(change)
            .is_some_and(|node| node.seq <= clock.at(node.actor))
    }

    fn change(&self, at: u32) -> Option<&ChangeNode> {
        usize::try_from(at).ok().and_then(|at| self.changes.get(at))
    }

    fn intern(&mut self, actor: ActorId) -> u32 {
        let next = u32::try_from(self.actors.len()).unwrap_or(u32::MAX);
        *self.actors.entry(actor).or_insert(next)
    }
}
