//! What can be said of a change without knowing its document.

use automerge::{Change, ChangeHash};

use super::op::{self, Op};
use super::refusal::GateRefusal;
use super::scan::Scan;
use crate::doc::ActorId;

/// A change whose bytes are sound in themselves: bounded, readable, canonical, and by the actor and
/// with the hash that its envelope promises. Nothing is known yet about how it fits its document.
#[derive(Debug, Clone)]
pub struct Examined {
    pub(super) change: Change,
    pub(super) hash: ChangeHash,
    pub(super) actor: ActorId,
    pub(super) seq: u64,
    pub(super) start_op: u64,
    pub(super) deps: Vec<ChangeHash>,
    /// The change's actor table; operation ids count in it.
    pub(super) actors: Vec<ActorId>,
    pub(super) ops: Vec<Op>,
}

impl Examined {
    /// The hash of the change.
    pub const fn hash(&self) -> ChangeHash {
        self.hash
    }

    /// Whose change it is.
    pub const fn actor(&self) -> ActorId {
        self.actor
    }

    /// Which of its author's changes in this document it is, from 1.
    pub const fn seq(&self) -> u64 {
        self.seq
    }

    /// The changes it was made upon.
    pub fn deps(&self) -> &[ChangeHash] {
        &self.deps
    }

    /// The counter of its first operation: above every ancestor's, so that (this, hash) sorts
    /// causes before effects.
    pub const fn start_op(&self) -> u64 {
        self.start_op
    }
}

/// Walks over the bytes of a change without allocating and refuses whatever could make a decoder
/// allocate, loop or panic. [`examine`] begins with it; it is public for whoever only carries
/// changes.
pub fn prescan(bytes: &[u8]) -> Result<(), GateRefusal> {
    Scan::of(bytes).map(|_| ())
}

/// Examines the bytes of one change (one plain, uncompressed Automerge chunk).
pub fn examine(
    bytes: &[u8],
    expected_actor: ActorId,
    expected_hash: Option<ChangeHash>,
) -> Result<Examined, GateRefusal> {
    let scan = Scan::of(bytes)?;
    if expected_hash.is_some_and(|expected| expected.0 != scan.hash) {
        return Err(GateRefusal::Hash);
    }
    if *expected_actor.as_bytes() != scan.actor {
        return Err(GateRefusal::Actor);
    }
    let examined = read(bytes, &scan)?;
    if Change::from(examined.change.decode()).raw_bytes() != bytes {
        return Err(GateRefusal::NotCanonical);
    }
    Ok(examined)
}

/// Reads a change that this store admitted before, without proving again that it is canonical.
pub(super) fn reread(bytes: &[u8]) -> Result<Examined, GateRefusal> {
    read(bytes, &Scan::of(bytes)?)
}

fn read(bytes: &[u8], scan: &Scan<'_>) -> Result<Examined, GateRefusal> {
    let mut deps: Vec<_> = scan.deps().map(ChangeHash).collect();
    let count = deps.len();
    let named = deps.clone();
    deps.sort_unstable();
    deps.dedup();
    if deps.len() != count {
        return Err(GateRefusal::DuplicateDep);
    }
    let ops = op::decode(scan)?;
    // The scan has bounded everything this reads: it can fail, but neither allocate nor panic.
    let change = Change::from_bytes(bytes.to_vec())
        .ok()
        .ok_or(GateRefusal::Unreadable)?;
    if change.hash().0 != scan.hash || change.len() != ops.len() {
        return Err(GateRefusal::Unreadable);
    }
    Ok(Examined {
        hash: ChangeHash(scan.hash),
        actor: ActorId::from_bytes(scan.actor),
        seq: scan.seq,
        start_op: scan.start_op,
        deps: named,
        actors: scan.actors().map(ActorId::from_bytes).collect(),
        change,
        ops,
    })
}
