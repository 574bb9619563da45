//! Range proofs: that the leaves of one push stand side by side in the log, in one proof for all.
//!
//! Given the hashes of the leaves `first .. first + count`, the proof holds the roots of the largest
//! parts of the tree that contain none of them, from left to right: at most two for every level, so
//! about 2 log2(n) hashes whatever the count.

use super::hash::{NodeHash, node_hash};
use super::tree::{MAX_SIZE, NodeId, NodeSource, ProofError, split, subtree};

/// Most hashes that a range proof can have: two for each of 48 levels.
pub const MAX_RANGE_HASHES: usize = 96;

/// The proof for leaves `first .. first + count` in the tree of `size` leaves.
pub fn range_proof(
    source: &impl NodeSource,
    first: u64,
    count: u64,
    size: u64,
) -> Result<Vec<NodeHash>, ProofError> {
    let range = Range::new(first, count, size)?;
    let mut proof = Vec::new();
    range.collect(source, 0, size, &mut proof)?;
    Ok(proof)
}

/// The complete nodes that [`range_proof`] will ask for, so that a store can read them in one query.
pub fn range_proof_nodes(first: u64, count: u64, size: u64) -> Result<Vec<NodeId>, ProofError> {
    let asked = Asked::default();
    range_proof(&asked, first, count, size)?;
    Ok(asked.0.into_inner())
}

/// The root that these leaves, from index `first` on, and this proof lead to.
pub fn root_from_range(
    leaves: &[NodeHash],
    first: u64,
    size: u64,
    proof: &[NodeHash],
) -> Result<NodeHash, ProofError> {
    let range = Range::new(first, leaves.len() as u64, size)?;
    let mut parts = Parts { leaves, proof };
    let root = range.rebuild(0, size, &mut parts)?;
    if parts.leaves.is_empty() && parts.proof.is_empty() {
        Ok(root)
    } else {
        Err(ProofError::Length)
    }
}

/// Leaves `first..end`, not empty, inside the tree.
struct Range {
    first: u64,
    end: u64,
}

/// What is left to consume, both from left to right.
struct Parts<'a> {
    leaves: &'a [NodeHash],
    proof: &'a [NodeHash],
}

impl Range {
    fn new(first: u64, count: u64, size: u64) -> Result<Self, ProofError> {
        let end = first.checked_add(count).ok_or(ProofError::Range)?;
        if count == 0 || end > size || size > MAX_SIZE {
            return Err(ProofError::Range);
        }
        Ok(Self { first, end })
    }

    fn outside(&self, start: u64, end: u64) -> bool {
        end <= self.first || start >= self.end
    }

    fn collect(
        &self,
        source: &impl NodeSource,
        start: u64,
        end: u64,
        proof: &mut Vec<NodeHash>,
    ) -> Result<(), ProofError> {
        if self.outside(start, end) {
            proof.push(subtree(source, start, end)?);
        } else if start < self.first || end > self.end {
            let middle = start + split(end - start);
            self.collect(source, start, middle, proof)?;
            self.collect(source, middle, end, proof)?;
        }
        Ok(())
    }

    /// Depth is at most 48 and the work is bounded by the leaves and hashes given.
    fn rebuild(&self, start: u64, end: u64, parts: &mut Parts<'_>) -> Result<NodeHash, ProofError> {
        let queue = match (self.outside(start, end), end - start) {
            (true, _) => &mut parts.proof,
            (false, 1) => &mut parts.leaves,
            _ => {
                let middle = start + split(end - start);
                let left = self.rebuild(start, middle, parts)?;
                return Ok(node_hash(&left, &self.rebuild(middle, end, parts)?));
            }
        };
        let (hash, rest) = queue.split_first().ok_or(ProofError::Length)?;
        *queue = rest;
        Ok(*hash)
    }
}

/// Notes which nodes are asked for.
#[derive(Default)]
struct Asked(std::cell::RefCell<Vec<NodeId>>);

impl NodeSource for Asked {
    fn node(&self, level: u32, index: u64) -> Option<NodeHash> {
        self.0.borrow_mut().push(NodeId { level, index });
        Some([0; 32])
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::reference::{self, AllNodes};
    use super::*;

    #[test]
    fn every_range_of_every_small_tree_leads_to_its_root() {
        let leaves = reference::leaves(33);
        let (nodes, _) = AllNodes::of(&leaves);
        for size in 1..=33u64 {
            let root = reference::root(&leaves[..size as usize]);
            for first in 0..size {
                for count in 1..=size - first {
                    let proof = range_proof(&nodes, first, count, size).expect("nodes are held");
                    let part = &leaves[first as usize..(first + count) as usize];
                    assert_eq!(root_from_range(part, first, size, &proof), Ok(root));
                }
            }
        }
    }

    proptest! {
        #[test]
        fn larger_ranges_hold_and_changed_ones_do_not(
            size in 33usize..=200,
            a in any::<prop::sample::Index>(),
            b in any::<prop::sample::Index>(),
            bit in 0usize..256,
        ) {
            let leaves = reference::leaves(size);
            let (nodes, frontier) = AllNodes::of(&leaves);
            let (a, b) = (a.index(size), b.index(size));
            let (lo, hi) = (a.min(b), a.max(b) + 1);
            let (first, count, size) = (lo as u64, (hi - lo) as u64, size as u64);
            let mut proof = range_proof(&nodes, first, count, size).expect("nodes are held");
            let mut part = leaves[lo..hi].to_vec();
            prop_assert!(proof.len() <= 2 * 8);
            prop_assert_eq!(root_from_range(&part, first, size, &proof), Ok(frontier.root()));
            let needed = range_proof_nodes(first, count, size).expect("in range");
            let held = AllNodes(
                needed.iter().map(|id| ((id.level, id.index), nodes.0[&(id.level, id.index)])).collect(),
            );
            prop_assert_eq!(range_proof(&held, first, count, size), Ok(proof.clone()));
            part[0][bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(root_from_range(&part, first, size, &proof), Ok(frontier.root()));
            proof.push([0; 32]);
            prop_assert_eq!(root_from_range(&part, first, size, &proof), Err(ProofError::Length));
        }
    }

    #[test]
    fn ranges_outside_the_tree_are_refused() {
        for (first, count, size) in [(0, 0, 1), (0, 2, 1), (u64::MAX, 1, 8), (0, 1, u64::MAX)] {
            assert_eq!(
                range_proof_nodes(first, count, size),
                Err(ProofError::Range)
            );
        }
    }
}
