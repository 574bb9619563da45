//! What a sealed file promises: it comes back whole, or not at all.

use proptest::prelude::*;

use super::*;
use crate::at_rest::RestKey;

fn key(seed: u8) -> MediaKey {
    let bytes: Vec<u8> = (0..32).map(|n| n ^ seed).collect();
    RestKey::from_slice(&bytes).expect("a key").media()
}

fn photo(len: usize) -> Vec<u8> {
    (0..len).map(|n| (n * 31 % 251) as u8).collect()
}

fn subject(plain: &[u8]) -> Subject {
    Subject::File(Digest::sha256(plain))
}

/// Lengths at which the number of chunks changes, and others.
fn lengths() -> impl Strategy<Value = usize> {
    prop_oneof![
        Just(0),
        Just(1),
        Just(CHUNK_LEN - 1),
        Just(CHUNK_LEN),
        Just(CHUNK_LEN + 1),
        Just(2 * CHUNK_LEN),
        0..(3 * CHUNK_LEN),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_was_sealed_opens_to_the_byte(len in lengths(), salt: [u8; 16]) {
        let plain = photo(len);
        let sealed = seal(&key(1), subject(&plain), salt, &plain).expect("seals");
        prop_assert_eq!(sealed.len(), sealed_len(len));
        prop_assert_eq!(plain_len(sealed.len()), Some(len));
        prop_assert_eq!(open(&key(1), subject(&plain), &sealed), Ok(plain));
    }

    #[test]
    fn a_file_that_was_cut_or_changed_does_not_open(
        len in lengths(), salt: [u8; 16], at: prop::sample::Index, bit in 0..8u8,
    ) {
        let plain = photo(len);
        let sealed = seal(&key(1), subject(&plain), salt, &plain).expect("seals");
        let at = at.index(sealed.len());
        let cut = &sealed[..at];
        prop_assert!(open(&key(1), subject(&plain), cut).is_err());
        let longer = [sealed.as_slice(), &[0]].concat();
        prop_assert!(open(&key(1), subject(&plain), &longer).is_err());
        let mut changed = sealed;
        changed[at] ^= 1 << bit;
        prop_assert!(open(&key(1), subject(&plain), &changed).is_err());
    }

    #[test]
    fn no_length_is_told_that_no_file_has(len in 0..(3 * CHUNK_LEN)) {
        match plain_len(len) {
            Some(plain) => prop_assert_eq!(sealed_len(plain), len),
            None => prop_assert!((0..=len).all(|plain| sealed_len(plain) != len)),
        }
    }
}

#[test]
fn a_file_opens_as_itself_alone_and_by_its_own_key_alone() {
    let plain = photo(100);
    let sealed = seal(&key(1), subject(&plain), [7; 16], &plain).expect("seals");
    let damaged = Err(SealedFileError::Damaged { chunk: 0 });
    let hash = Digest::sha256(&plain);
    for other in [
        subject(b"another"),
        Subject::Piece(hash, 0),
        Subject::Piece(hash, 1),
    ] {
        assert_eq!(open(&key(1), other, &sealed), damaged, "{other:?}");
    }
    assert_eq!(open(&key(2), subject(&plain), &sealed), damaged);
    let salted = seal(&key(1), subject(&plain), [8; 16], &plain).expect("seals");
    assert_ne!(salted[HEADER_LEN..], sealed[HEADER_LEN..]);
}

#[test]
fn chunks_do_not_change_places_within_a_file_or_between_files() {
    let (a, b) = (photo(3 * CHUNK_LEN), vec![9; 3 * CHUNK_LEN]);
    let sealed_a = seal(&key(1), subject(&a), [1; 16], &a).expect("seals");
    let sealed_b = seal(&key(1), subject(&b), [2; 16], &b).expect("seals");
    let whole = CHUNK_LEN + TAG_LEN;
    let second = HEADER_LEN + whole..HEADER_LEN + 2 * whole;

    let mut mixed = sealed_a.clone();
    mixed[second.clone()].copy_from_slice(&sealed_b[second.clone()]);
    let damaged = Err(SealedFileError::Damaged { chunk: 1 });
    assert_eq!(open(&key(1), subject(&a), &mixed), damaged);

    let mut turned = sealed_a.clone();
    turned[HEADER_LEN..second.start].copy_from_slice(&sealed_a[second.clone()]);
    turned[second].copy_from_slice(&sealed_a[HEADER_LEN..HEADER_LEN + whole]);
    let damaged = Err(SealedFileError::Damaged { chunk: 0 });
    assert_eq!(open(&key(1), subject(&a), &turned), damaged);

    let dropped = &sealed_a[..HEADER_LEN + 2 * whole];
    let damaged = Err(SealedFileError::Damaged { chunk: 1 });
    assert_eq!(open(&key(1), subject(&a), dropped), damaged);
}

#[test]
fn what_is_no_sealed_file_is_said_so() {
    let open = |bytes: &[u8]| open(&key(1), subject(b""), bytes);
    assert_eq!(open(b""), Err(SealedFileError::Short(0)));
    assert_eq!(open(&[1, 2, 3]), Err(SealedFileError::Short(3)));
    assert_eq!(open(b"\xff\xd8\xff"), Err(SealedFileError::Format(0xff)));
    let damaged = Err(SealedFileError::Damaged { chunk: 0 });
    assert_eq!(open(&[FORMAT; HEADER_LEN]), damaged);
}

/// The first version, frozen: 64 KiB and three bytes, so that there are two chunks.
#[test]
fn a_file_of_the_first_version_is_written_as_ever_and_opens() {
    let plain = photo(CHUNK_LEN + 3);
    let sealed = seal(&key(0), subject(&plain), [0x5a; 16], &plain).expect("seals");
    let golden = crate::at_rest::golden("sealed-file.bin", &sealed);
    assert_eq!(sealed, golden, "version 1 is frozen");
    assert_eq!(open(&key(0), subject(&plain), &golden), Ok(plain));
}
