//! The shape of the tree: which nodes are complete, and how any aligned part is put together from them.

use super::hash::{EMPTY_ROOT, NodeHash, node_hash};

/// The largest size that is read from outside: 2^48 leaves, more than any deployment can write.
pub const MAX_SIZE: u64 = 1 << 48;

/// A complete node: `index` counts from the left within its `level`; leaves are level 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NodeId {
    /// Height above the leaves.
    pub level: u32,
    /// Position within the level.
    pub index: u64,
}

/// Where complete nodes are kept. A node is complete when both its children are; only such nodes are
/// asked for, and they never change.
pub trait NodeSource {
    /// The hash of a complete node, or `None` where it is not held.
    fn node(&self, level: u32, index: u64) -> Option<NodeHash>;
}

/// Why a proof could not be made or does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The source does not hold a node that the tree of this size has.
    #[error("node {index} of level {level} is not held")]
    MissingNode {
        /// Its level.
        level: u32,
        /// Its index.
        index: u64,
    },
    /// A range or index outside the tree, an empty range, or a size beyond [`MAX_SIZE`].
    #[error("the range does not lie inside the tree")]
    Range,
    /// More or fewer hashes than the proof needs.
    #[error("the proof has the wrong number of hashes")]
    Length,
    /// The computed root is another one.
    #[error("the proof leads to another root")]
    Root,
}

/// The root of the tree of the first `size` leaves.
pub fn root_at(source: &impl NodeSource, size: u64) -> Result<NodeHash, ProofError> {
    match size {
        0 => Ok(EMPTY_ROOT),
        size if size > MAX_SIZE => Err(ProofError::Range),
        size => subtree(source, 0, size),
    }
}

/// The largest power of two that is smaller than `len` (`len` at least 2).
pub(super) const fn split(len: u64) -> u64 {
    debug_assert!(len >= 2);
    1 << (u64::BITS - 1 - (len - 1).leading_zeros())
}

/// The hash of leaves `start..end`, where `start` is where RFC 6962 splits, that is: aligned to every
/// complete part of the range. `start < end`.
pub(super) fn subtree(
    source: &impl NodeSource,
    start: u64,
    end: u64,
) -> Result<NodeHash, ProofError> {
    let len = end - start;
    if len.is_power_of_two() {
        let level = len.trailing_zeros();
        let index = start >> level;
        return source
            .node(level, index)
            .ok_or(ProofError::MissingNode { level, index });
    }
    let middle = start + split(len);
    Ok(node_hash(
        &subtree(source, start, middle)?,
        &subtree(source, middle, end)?,
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_split_is_the_largest_smaller_power_of_two() {
        for (len, expected) in [
            (2, 1),
            (3, 2),
            (4, 2),
            (5, 4),
            (8, 4),
            (9, 8),
            (MAX_SIZE, MAX_SIZE / 2),
        ] {
            assert_eq!(split(len), expected, "{len}");
        }
    }
}
