//! The definitions of RFC 6962 written down plainly, to test against, and a store of all nodes.

use std::collections::HashMap;

use super::*;

/// `count` different leaf hashes.
pub(crate) fn leaves(count: usize) -> Vec<NodeHash> {
    (0..count)
        .map(|n| leaf_hash(&(n as u64).to_be_bytes()))
        .collect()
}

/// MTH of section 2.1.
pub(crate) fn root(leaves: &[NodeHash]) -> NodeHash {
    match leaves {
        [] => EMPTY_ROOT,
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(largest_power_below(leaves.len()));
            node_hash(&root(left), &root(right))
        }
    }
}

/// PATH of section 2.1.1.
pub(crate) fn path(index: usize, leaves: &[NodeHash]) -> Vec<NodeHash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let k = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut path, sibling) = if index < k {
        (path(index, left), root(right))
    } else {
        (path(index - k, right), root(left))
    };
    path.push(sibling);
    path
}

/// PROOF of section 2.1.2.
pub(crate) fn consistency(first: usize, leaves: &[NodeHash]) -> Vec<NodeHash> {
    subproof(first, leaves, true)
}

fn subproof(first: usize, leaves: &[NodeHash], whole: bool) -> Vec<NodeHash> {
    if first == leaves.len() {
        return if whole { vec![] } else { vec![root(leaves)] };
    }
    let k = largest_power_below(leaves.len());
    let (left, right) = leaves.split_at(k);
    let (mut proof, sibling) = if first <= k {
        (subproof(first, left, whole), root(right))
    } else {
        (subproof(first - k, right, false), root(left))
    };
    proof.push(sibling);
    proof
}

fn largest_power_below(len: usize) -> usize {
    let mut k = 1;
    while k * 2 < len {
        k *= 2;
    }
    k
}

/// Every complete node of a log, as a server would keep it.
#[derive(Default)]
pub(crate) struct AllNodes(pub(crate) HashMap<(u32, u64), NodeHash>);

impl AllNodes {
    /// The nodes of a log of these leaves.
    pub(crate) fn of(leaves: &[NodeHash]) -> (Self, Frontier) {
        let (mut nodes, mut frontier) = (Self::default(), Frontier::new());
        for leaf in leaves {
            frontier.push_storing(*leaf, |id, hash| {
                nodes.0.insert((id.level, id.index), hash);
            });
        }
        (nodes, frontier)
    }
}

impl NodeSource for AllNodes {
    fn node(&self, level: u32, index: u64) -> Option<NodeHash> {
        self.0.get(&(level, index)).copied()
    }
}
