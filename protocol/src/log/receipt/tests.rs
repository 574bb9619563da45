use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

use super::super::reference::{self, AllNodes};
use super::super::{NodeSource, range_proof, root_at};
use super::*;

fn key() -> (SigningKey, LogKey) {
    let secret = SigningKey::from_bytes(&[5; 32]);
    let key = LogKey::new(LogId::from_bytes([0x11; 16]), secret.verifying_key());
    (secret, key)
}

fn receipt(nodes: &impl NodeSource, first_leaf: u64, count: u64, size: u64) -> Receipt {
    let (secret, key) = key();
    let root = root_at(nodes, size).expect("all nodes are held");
    let mut note = Checkpoint::new(key.log_id(), size, root)
        .to_note()
        .expect("a note");
    let signature = secret.sign(note.text().as_bytes()).to_bytes();
    note.add_signature(key.note_key(), &signature);
    Receipt {
        log_id: key.log_id(),
        first_leaf,
        count,
        note: note.to_string().into_bytes(),
        proof: range_proof(nodes, first_leaf, count, size).expect("all nodes are held"),
        newer: Fields::new(),
    }
}

/// A log of any size in which every complete node of a level has the same hash: as large as wanted,
/// with proofs of the true length.
struct Huge(Vec<NodeHash>);

impl Huge {
    fn new(leaf: NodeHash) -> Self {
        let mut levels = vec![leaf];
        for level in 0..24 {
            levels.push(super::super::node_hash(&levels[level], &levels[level]));
        }
        Self(levels)
    }
}

impl NodeSource for Huge {
    fn node(&self, level: u32, _: u64) -> Option<NodeHash> {
        self.0.get(level as usize).copied()
    }
}

#[test]
fn a_push_at_a_million_leaves_has_a_receipt_of_at_most_1300_bytes() {
    let nodes = Huge::new([1; 32]);
    let (_, key) = key();
    let mut longest = 0;
    for size in [1_000_000, 1_048_575, 1_048_576] {
        for count in [1, 8, 201] {
            let receipt = receipt(&nodes, size - count, count, size);
            assert!(receipt.verify(&vec![[1; 32]; count as usize], &key).is_ok());
            longest = longest.max(receipt.to_bytes().len());
        }
    }
    println!("longest receipt of the newest push: {longest} bytes");
    assert!(longest <= 1_300, "{longest}");
    let middle = receipt(&nodes, 524_287, 2, 1_048_576);
    println!(
        "worst receipt, across the middle: {} bytes",
        middle.to_bytes().len()
    );
    assert!(middle.verify(&[[1; 32]; 2], &key).is_ok());
    assert!(middle.to_bytes().len() <= 1_650);
}

#[test]
fn a_receipt_covers_its_leaves_and_no_others() {
    let leaves = reference::leaves(100);
    let (nodes, _) = AllNodes::of(&leaves);
    let (_, key) = key();
    let receipt = receipt(&nodes, 40, 7, 100);
    let checkpoint = receipt.verify(&leaves[40..47], &key).expect("holds");
    assert_eq!(checkpoint.size, 100);
    assert_eq!(receipt.leaves(), 40..47);
    assert_eq!(
        receipt.verify(&leaves[41..48], &key),
        Err(ReceiptError::Proof(ProofError::Root))
    );
    assert_eq!(
        receipt.verify(&leaves[40..46], &key),
        Err(ReceiptError::Count {
            covered: 7,
            given: 6
        })
    );
    let other = LogKey::new(LogId::from_bytes([0x12; 16]), *key.public());
    assert!(matches!(
        receipt.verify(&leaves[40..47], &other),
        Err(ReceiptError::Log(_))
    ));
}

#[test]
fn flipping_any_byte_of_a_receipt_is_found() {
    let leaves = reference::leaves(10);
    let (nodes, _) = AllNodes::of(&leaves);
    let (_, key) = key();
    let bytes = receipt(&nodes, 3, 2, 10).to_bytes();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x01;
        let read = Receipt::from_bytes(&changed);
        let held = read.and_then(|r| r.verify(&leaves[3..5], &key));
        assert!(held.is_err(), "byte {at}");
    }
}

#[test]
fn the_golden_receipt_is_still_read_and_written() {
    let leaves = reference::leaves(100);
    let (nodes, _) = AllNodes::of(&leaves);
    let (_, key) = key();
    let made = receipt(&nodes, 40, 7, 100);
    let golden = crate::golden::check("log/receipt.cbor", &made.to_bytes());
    let read = Receipt::from_bytes(&golden).expect("reads");
    assert!(read.verify(&leaves[40..47], &key).is_ok());
    crate::golden::check("log/checkpoint.txt", &read.note);
}

proptest! {
    #[test]
    fn what_a_newer_version_adds_is_kept(newer in crate::fields::tests::any_fields(6)) {
        let (nodes, _) = AllNodes::of(&reference::leaves(4));
        let mut receipt = receipt(&nodes, 1, 2, 4);
        receipt.newer = newer;
        let bytes = receipt.to_bytes();
        let read = Receipt::from_bytes(&bytes);
        prop_assert_eq!(read.as_ref(), Ok(&receipt));
        prop_assert_eq!(read.map(|r| r.to_bytes()), Ok(bytes));
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(Receipt::from_bytes(&bytes).is_err());
    }
}
