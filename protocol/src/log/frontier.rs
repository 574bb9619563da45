//! The right edge of the tree: all that is needed to append and to know the root.

use super::hash::{EMPTY_ROOT, NodeHash, node_hash};
use super::tree::{MAX_SIZE, NodeId};
use crate::fields::{Fields, FieldsError, Raw};

/// The roots of the complete subtrees of a log, largest first: one per set bit of its size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<NodeHash>,
}

/// Why bytes are not a frontier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FrontierError {
    /// Not the canonical form.
    #[error("reading the frontier")]
    Form(#[from] FieldsError),
    /// The number of hashes does not fit the size, or the size is beyond the limit.
    #[error("{peaks} hashes do not fit a log of {size} leaves")]
    Peaks {
        /// Claimed size.
        size: u64,
        /// Hashes given.
        peaks: usize,
    },
}

impl Frontier {
    /// The frontier of an empty log.
    pub const fn new() -> Self {
        Self {
            size: 0,
            peaks: Vec::new(),
        }
    }

    /// How many leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf and returns its index.
    pub fn push(&mut self, leaf: NodeHash) -> u64 {
        self.push_storing(leaf, |_, _| ())
    }

    /// Appends a leaf, shows `store` every node that this completes (the leaf itself first), and
    /// returns the leaf's index.
    pub fn push_storing(&mut self, leaf: NodeHash, mut store: impl FnMut(NodeId, NodeHash)) -> u64 {
        let leaf_index = self.size;
        let (mut level, mut hash) = (0, leaf);
        store(
            NodeId {
                level,
                index: leaf_index,
            },
            hash,
        );
        while (leaf_index >> level) & 1 == 1 {
            let Some(left) = self.peaks.pop() else {
                break;
            };
            hash = node_hash(&left, &hash);
            level += 1;
            store(
                NodeId {
                    level,
                    index: leaf_index >> level,
                },
                hash,
            );
        }
        self.peaks.push(hash);
        // Sizes from outside end at 2^48; no log is appended to 2^64 times.
        self.size = leaf_index.wrapping_add(1);
        leaf_index
    }

    /// The root of the whole tree.
    pub fn root(&self) -> NodeHash {
        let mut peaks = self.peaks.iter().rev();
        match peaks.next() {
            None => EMPTY_ROOT,
            Some(last) => peaks.fold(*last, |right, left| node_hash(left, &right)),
        }
    }

    /// The stored form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut fields = Fields::new();
        fields
            .set(0, 1u64)
            .set(1, self.size)
            .set(2, Raw::bytes(&self.peaks.concat()));
        fields.to_bytes()
    }

    /// Reads the stored form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FrontierError> {
        let mut fields = Fields::parse(bytes, 4096)?;
        fields.take_format(1)?;
        let size = fields.take_u64(1, "size")?;
        let hashes = fields.take_bytes(2, "hashes", 48 * 32)?;
        let (peaks, rest) = hashes.as_chunks::<32>();
        if size > MAX_SIZE || peaks.len() != size.count_ones() as usize || !rest.is_empty() {
            return Err(FrontierError::Peaks {
                size,
                peaks: peaks.len(),
            });
        }
        Ok(Self {
            size,
            peaks: peaks.to_vec(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::reference;
    use super::*;

    #[test]
    fn every_size_has_the_root_of_the_plain_recursion() {
        let leaves = reference::leaves(200);
        let mut frontier = Frontier::new();
        for size in 0..=200 {
            assert_eq!(frontier.root(), reference::root(&leaves[..size]), "{size}");
            let stored = Frontier::from_bytes(&frontier.to_bytes());
            assert_eq!(stored.as_ref(), Ok(&frontier));
            if let Some(leaf) = leaves.get(size) {
                assert_eq!(frontier.push(*leaf), size as u64);
            }
        }
    }

    #[test]
    fn the_golden_frontier_is_still_read_and_written() {
        let mut frontier = Frontier::new();
        for leaf in reference::leaves(13) {
            frontier.push(leaf);
        }
        let golden = crate::golden::check("log/frontier.cbor", &frontier.to_bytes());
        assert_eq!(Frontier::from_bytes(&golden), Ok(frontier));
    }

    #[test]
    fn hashes_that_do_not_fit_the_size_are_refused() {
        let mut fields = Fields::new();
        fields
            .set(0, 1u64)
            .set(1, 3u64)
            .set(2, Raw::bytes(&[0; 32]));
        assert_eq!(
            Frontier::from_bytes(&fields.to_bytes()),
            Err(FrontierError::Peaks { size: 3, peaks: 1 })
        );
    }
}
