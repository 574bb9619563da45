use data_encoding::HEXLOWER;
use proptest::prelude::*;

use super::super::reference::{self, AllNodes};
use super::super::{Frontier, leaf_hash, root_at};
use super::*;

/// The leaves d0..d7 of the certificate-transparency test data.
const CT_LEAVES: [&str; 8] = [
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
];

/// Their roots at sizes 1 to 8, from the same data.
const CT_ROOTS: [&str; 8] = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

/// (leaf index, size, path), from the same data.
const CT_PATHS: [(u64, u64, &[&str]); 4] = [
    (0, 1, &[]),
    (
        0,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        &[
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        3,
        &["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"],
    ),
];

/// (first, second, proof), from the same data.
const CT_CONSISTENCY: [(u64, u64, &[&str]); 4] = [
    (1, 1, &[]),
    (
        1,
        8,
        &[
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        &[
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        &[
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
];

fn hash(hex: &str) -> NodeHash {
    HEXLOWER
        .decode(hex.as_bytes())
        .expect("hex")
        .try_into()
        .expect("32 bytes")
}

fn hashes(hex: &[&str]) -> Vec<NodeHash> {
    hex.iter().map(|h| hash(h)).collect()
}

fn ct_leaves() -> Vec<NodeHash> {
    CT_LEAVES
        .iter()
        .map(|hex| leaf_hash(&HEXLOWER.decode(hex.as_bytes()).expect("hex")))
        .collect()
}

#[test]
fn the_roots_are_those_of_the_certificate_transparency_data() {
    let mut frontier = Frontier::new();
    for (leaf, root) in ct_leaves().into_iter().zip(CT_ROOTS) {
        frontier.push(leaf);
        assert_eq!(frontier.root(), hash(root));
    }
}

#[test]
fn the_proofs_are_those_of_the_certificate_transparency_data() {
    let leaves = ct_leaves();
    let (nodes, _) = AllNodes::of(&leaves);
    for (index, size, path) in CT_PATHS {
        let path = hashes(path);
        assert_eq!(inclusion(&nodes, index, size), Ok(path.clone()));
        let root = hash(CT_ROOTS[size as usize - 1]);
        let leaf = leaves[index as usize];
        assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
    }
    for (first, second, proof) in CT_CONSISTENCY {
        let proof = hashes(proof);
        assert_eq!(consistency(&nodes, first, second), Ok(proof.clone()));
        let (old, new) = (CT_ROOTS[first as usize - 1], CT_ROOTS[second as usize - 1]);
        assert_eq!(
            verify_consistency(first, &hash(old), second, &hash(new), &proof),
            Ok(())
        );
    }
}

#[test]
fn every_proof_up_to_sixty_leaves_equals_the_plain_recursion_and_holds() {
    let leaves = reference::leaves(60);
    let (nodes, _) = AllNodes::of(&leaves);
    for size in 1..=60u64 {
        let part = &leaves[..size as usize];
        let root = reference::root(part);
        assert_eq!(root_at(&nodes, size), Ok(root));
        for index in 0..size {
            let path = inclusion(&nodes, index, size).expect("all nodes are held");
            assert_eq!(path, reference::path(index as usize, part));
            let leaf = part[index as usize];
            assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
            let first = index + 1;
            let proof = consistency(&nodes, first, size).expect("all nodes are held");
            assert_eq!(proof, reference::consistency(first as usize, part));
            let old = reference::root(&part[..first as usize]);
            assert_eq!(verify_consistency(first, &old, size, &root, &proof), Ok(()));
        }
    }
}

proptest! {
    #[test]
    fn larger_trees_agree_with_the_plain_recursion(size in 60usize..=200, pick in any::<u64>()) {
        let leaves = reference::leaves(size);
        let (nodes, frontier) = AllNodes::of(&leaves);
        let (size, index) = (size as u64, pick % size as u64);
        let path = inclusion(&nodes, index, size);
        prop_assert_eq!(path.as_ref(), Ok(&reference::path(index as usize, &leaves)));
        prop_assert_eq!(frontier.root(), reference::root(&leaves));
        let first = index + 1;
        let proof = consistency(&nodes, first, size);
        prop_assert_eq!(proof, Ok(reference::consistency(first as usize, &leaves)));
    }

    #[test]
    fn a_changed_proof_never_holds(
        size in 2usize..=200,
        pick in any::<u64>(),
        bit in 0usize..256,
        at in any::<prop::sample::Index>(),
    ) {
        let leaves = reference::leaves(size);
        let (nodes, frontier) = AllNodes::of(&leaves);
        let (size, index, root) = (size as u64, pick % size as u64, frontier.root());
        let leaf = leaves[index as usize];
        let mut path = inclusion(&nodes, index, size).expect("all nodes are held");
        let mut longer = path.clone();
        longer.push(leaf);
        prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
        let other = (index + 1) % size;
        prop_assert!(verify_inclusion(&leaf, other, size, &path, &root).is_err());
        let n = at.index(path.len());
        path[n][bit / 8] ^= 1 << (bit % 8);
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Err(ProofError::Root));
        path.pop();
        prop_assert!(verify_inclusion(&leaf, index, size, &path, &root).is_err());
    }
}

#[test]
fn a_missing_node_is_named_and_a_bad_range_refused() {
    let nodes = AllNodes::default();
    assert_eq!(
        inclusion(&nodes, 0, 2),
        Err(ProofError::MissingNode { level: 0, index: 1 })
    );
    assert_eq!(inclusion(&nodes, 2, 2), Err(ProofError::Range));
    assert_eq!(inclusion(&nodes, 0, u64::MAX), Err(ProofError::Range));
    assert_eq!(consistency(&nodes, 3, 2), Err(ProofError::Range));
    assert_eq!(consistency(&nodes, 0, 2), Ok(vec![]));
    let (root, zero) = (leaf_hash(b"x"), EMPTY_ROOT);
    assert_eq!(verify_consistency(0, &zero, 1, &root, &[]), Ok(()));
    assert_eq!(
        verify_consistency(0, &root, 1, &root, &[]),
        Err(ProofError::Root)
    );
    assert_eq!(
        verify_consistency(1, &root, 1, &root, &[root]),
        Err(ProofError::Length)
    );
}
