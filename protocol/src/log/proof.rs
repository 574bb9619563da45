//! Inclusion and consistency proofs of RFC 6962 (9162): made from kept nodes, checked from hashes alone.
//!
//! For the consecutive leaves of one push take a range proof instead: [`super::range_proof`].

use super::hash::{EMPTY_ROOT, NodeHash, node_hash};
use super::tree::{MAX_SIZE, NodeSource, ProofError, split, subtree};

/// Most hashes that an inclusion or consistency proof can have: one per level and one more.
pub const MAX_PROOF_HASHES: usize = 65;

/// The audit path of leaf `index` in the tree of `size` leaves, nearest sibling first.
pub fn inclusion(
    source: &impl NodeSource,
    index: u64,
    size: u64,
) -> Result<Vec<NodeHash>, ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::Range);
    }
    let (mut start, mut end, mut path) = (0, size, Vec::new());
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            path.push(subtree(source, middle, end)?);
            end = middle;
        } else {
            path.push(subtree(source, start, middle)?);
            start = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// Does `leaf` stand at `index` of the log with this size and root?
pub fn verify_inclusion(
    leaf: &NodeHash,
    index: u64,
    size: u64,
    path: &[NodeHash],
    root: &NodeHash,
) -> Result<(), ProofError> {
    if index >= size || size > MAX_SIZE {
        return Err(ProofError::Range);
    }
    let (mut fn_, mut sn, mut hash) = (index, size - 1, *leaf);
    for sibling in path {
        if sn == 0 {
            return Err(ProofError::Length);
        }
        if fn_ & 1 == 1 || fn_ == sn {
            hash = node_hash(sibling, &hash);
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    match (sn, hash == *root) {
        (0, true) => Ok(()),
        (0, false) => Err(ProofError::Root),
        _ => Err(ProofError::Length),
    }
}

/// The proof that the log of `first` leaves is a prefix of the one of `second` leaves.
pub fn consistency(
    source: &impl NodeSource,
    first: u64,
    second: u64,
) -> Result<Vec<NodeHash>, ProofError> {
    if first > second || second > MAX_SIZE {
        return Err(ProofError::Range);
    }
    if first == 0 || first == second {
        return Ok(Vec::new());
    }
    let (mut start, mut end, mut proof) = (0, second, Vec::new());
    while first != end {
        let middle = start + split(end - start);
        if first <= middle {
            proof.push(subtree(source, middle, end)?);
            end = middle;
        } else {
            proof.push(subtree(source, start, middle)?);
            start = middle;
        }
    }
    // Where the old tree is the whole left part, its root is known to the verifier and left out.
    if start != 0 {
        proof.push(subtree(source, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

/// Is the log (`first`, `first_root`) a prefix of the log (`second`, `second_root`)?
pub fn verify_consistency(
    first: u64,
    first_root: &NodeHash,
    second: u64,
    second_root: &NodeHash,
    proof: &[NodeHash],
) -> Result<(), ProofError> {
    if first > second || second > MAX_SIZE {
        return Err(ProofError::Range);
    }
    if first == 0 || first == second {
        let same = if first == 0 {
            *first_root == EMPTY_ROOT && (second > 0 || *second_root == EMPTY_ROOT)
        } else {
            first_root == second_root
        };
        return match (proof.is_empty(), same) {
            (false, _) => Err(ProofError::Length),
            (true, true) => Ok(()),
            (true, false) => Err(ProofError::Root),
        };
    }
    let (old, new) = roots_from_consistency(first, first_root, second, proof)?;
    if old == *first_root && new == *second_root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// RFC 9162, section 2.1.4.2, steps 2 to 6, for `0 < first < second`.
fn roots_from_consistency(
    first: u64,
    first_root: &NodeHash,
    second: u64,
    proof: &[NodeHash],
) -> Result<(NodeHash, NodeHash), ProofError> {
    let (start, rest) = if first.is_power_of_two() {
        (first_root, proof)
    } else {
        proof.split_first().ok_or(ProofError::Length)?
    };
    let (mut fn_, mut sn) = (first - 1, second - 1);
    while fn_ & 1 == 1 {
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    let (mut old, mut new) = (*start, *start);
    for hash in rest {
        if sn == 0 {
            return Err(ProofError::Length);
        }
        if fn_ & 1 == 1 || fn_ == sn {
            old = node_hash(hash, &old);
            new = node_hash(hash, &new);
            while fn_ & 1 == 0 && fn_ != 0 {
                (fn_, sn) = (fn_ >> 1, sn >> 1);
            }
        } else {
            new = node_hash(&new, hash);
        }
        (fn_, sn) = (fn_ >> 1, sn >> 1);
    }
    if sn == 0 {
        Ok((old, new))
    } else {
        Err(ProofError::Length)
    }
}

#[cfg(test)]
mod tests;
