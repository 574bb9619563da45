//! Files in a folder, with a key and without one.

use super::super::MemoryBlobs;
use super::*;
use crate::at_rest::RestKey;

fn salt() -> [u8; SALT_LEN] {
    use std::sync::atomic::{AtomicU8, Ordering};
    static NEXT: AtomicU8 = AtomicU8::new(0);
    [NEXT.fetch_add(1, Ordering::Relaxed); SALT_LEN]
}

fn key(seed: u8) -> MediaKey {
    let bytes: Vec<u8> = (0..32).map(|n| n ^ seed).collect();
    RestKey::from_slice(&bytes).expect("a key").media()
}

/// The same folder as it is opened in clear, and with a key.
fn both(folder: &tempfile::TempDir) -> [FolderBlobs; 2] {
    let place = |name| folder.path().join(name);
    [
        FolderBlobs::new(place("plain")),
        FolderBlobs::sealed(place("sealed"), key(1), salt),
    ]
}

/// Everything that lies in a folder, names included.
fn lying(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        all.extend(entry.file_name().as_encoded_bytes());
        match entry.path() {
            path if path.is_dir() => all.extend(lying(&path)),
            path => all.extend(fs::read(path).expect("reads")),
        }
    }
    all
}

fn holds(all: &[u8], needle: &[u8]) -> bool {
    all.windows(needle.len()).any(|window| window == needle)
}

#[test]
fn a_file_comes_back_to_the_byte_and_is_written_once() {
    let folder = tempfile::tempdir().expect("a folder");
    for mut blobs in both(&folder) {
        let hash = Digest::sha256(b"photo");
        assert_eq!(blobs.get(&hash).expect("looks"), None);
        blobs.put(&hash, b"photo").expect("keeps");
        let before = lying(folder.path());
        blobs.put(&hash, b"photo").expect("keeps again");
        assert_eq!(lying(folder.path()), before);
        let kept = blobs.get(&hash).expect("reads");
        assert_eq!(kept.as_deref(), Some(b"photo".as_slice()));
        assert!(blobs.has(&hash).expect("looks"));
        blobs.drop_file(&hash).expect("drops");
        blobs.drop_file(&hash).expect("drops what is gone");
        assert_eq!(blobs.get(&hash).expect("looks"), None);
    }
}

#[test]
fn a_part_grows_piece_by_piece_is_no_file_and_outlives_the_program() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut in_memory = MemoryBlobs::default();
    let [mut plain, mut sealed] = both(&folder);
    let all: [&mut dyn Blobs; 3] = [&mut plain, &mut sealed, &mut in_memory];
    let hash = Digest::sha256(b"a photograph");
    for blobs in all {
        assert!(blobs.part(&hash).expect("looks").is_empty());
        blobs.put_part(&hash, 0, b"a phox").expect("keeps");
        blobs.put_part(&hash, 5, b"to").expect("keeps over it");
        blobs.put_part(&hash, 7, b"gray").expect("keeps behind it");
        blobs.put_part(&hash, 10, b"ph").expect("keeps over it");
        assert_eq!(blobs.part(&hash).expect("reads"), b"a photograph");
        assert!(!blobs.has(&hash).expect("looks"));
    }
    for mut again in both(&folder) {
        assert_eq!(again.part(&hash).expect("reads"), b"a photograph");
        again
            .put_part(&hash, 0, b"anew")
            .expect("keeps from the start");
        assert_eq!(again.part(&hash).expect("reads"), b"anew");
        again.drop_part(&hash).expect("drops");
        again.drop_part(&hash).expect("drops what is gone");
        assert!(again.part(&hash).expect("looks").is_empty());
    }
}

#[test]
fn with_a_key_neither_bytes_nor_names_tell_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let (hash, coming) = (
        Digest::sha256(b"a photo of a rider"),
        Digest::sha256(b"other"),
    );
    for (mut blobs, tells) in both(&folder).into_iter().zip([true, false]) {
        blobs.put(&hash, b"a photo of a rider").expect("keeps");
        blobs.put_part(&coming, 0, b"a part of it").expect("keeps");
        let all = lying(&blobs.folder);
        let hash = hash.to_string();
        for needle in [b"of a rider".as_slice(), b"part of", hash.as_bytes()] {
            assert_eq!(holds(&all, needle), tells, "{needle:?}");
        }
    }
}

#[test]
fn a_sealed_file_that_was_damaged_or_exchanged_is_an_error_and_no_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let [_, mut blobs] = both(&folder);
    let (a, b) = (Digest::sha256(b"a"), Digest::sha256(b"b"));
    blobs.put(&a, b"a").expect("keeps");
    blobs.put(&b, b"b").expect("keeps");
    let why = |blobs: &FolderBlobs| {
        let error = blobs.get(&a).expect_err("does not open");
        let inner = error.source.into_inner().expect("has a reason");
        *inner.downcast::<SealedFileError>().expect("is of the form")
    };
    let damaged = SealedFileError::Damaged { chunk: 0 };
    let other = FolderBlobs {
        seal: Some(Seal { key: key(2), salt }),
        ..blobs.clone()
    };
    assert_eq!(
        other.get(&a).expect("looks"),
        None,
        "another key, another name"
    );
    let sealed = fs::read(blobs.path(&a)).expect("reads");
    fs::copy(blobs.path(&b), blobs.path(&a)).expect("exchanges");
    assert_eq!(why(&blobs), damaged);
    fs::write(blobs.path(&a), &sealed[..sealed.len() - 1]).expect("cuts");
    assert_eq!(why(&blobs), damaged);
    fs::write(blobs.path(&a), b"").expect("empties");
    assert_eq!(why(&blobs), SealedFileError::Short(0));
}

#[test]
fn a_piece_that_was_torn_is_fetched_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let [_, mut blobs] = both(&folder);
    let hash = Digest::sha256(b"firstsecond");
    blobs.put_part(&hash, 0, b"first").expect("keeps");
    let sound = fs::read(blobs.part_path(&hash)).expect("reads").len();
    blobs.put_part(&hash, 5, b"second").expect("keeps");
    let torn = fs::read(blobs.part_path(&hash)).expect("reads");
    for len in sound..torn.len() {
        fs::write(blobs.part_path(&hash), &torn[..len]).expect("tears");
        assert_eq!(blobs.part(&hash).expect("reads"), b"first");
        blobs.put_part(&hash, 5, b"second").expect("goes on");
        assert_eq!(blobs.part(&hash).expect("reads"), b"firstsecond");
    }
    blobs
        .put_part(&hash, 99, b"hole")
        .expect_err("leaves no hole");
}
