//! A file that is still coming: its pieces one after another, each sealed as it arrived.
//!
//! ```text
//! 4 bytes   length of the sealed piece, big-endian
//! ...       the piece, a sealed file of its own
//! ```
//!
//! A piece is sealed for its file and its place in it, so that pieces neither change places nor files. What
//! was being written when the power went does not open; it and what lies behind it were never promised.

use tala_protocol::hash::Digest;

use super::MediaKey;
use super::sealed_file::{SALT_LEN, SealedFileError, Subject, open, plain_len, seal};

/// What stands before a sealed piece, bytes.
pub const LEAD_LEN: usize = 4;

/// A piece as it is added behind those before it. It begins at byte `from` of its file.
pub fn piece(
    key: &MediaKey,
    file: Digest,
    from: u64,
    salt: [u8; SALT_LEN],
    plain: &[u8],
) -> Result<Vec<u8>, SealedFileError> {
    let sealed = seal(key, Subject::Piece(file, from), salt, plain)?;
    let len = u32::try_from(sealed.len()).map_err(|_long| SealedFileError::Long)?;
    Ok([len.to_be_bytes().as_slice(), &sealed].concat())
}

/// What has come of a file, up to the first piece that does not open.
pub fn read(key: &MediaKey, file: Digest, mut bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    while let Some((sealed, behind)) = first(bytes) {
        let from = u64::try_from(plain.len()).unwrap_or(u64::MAX);
        let Ok(mut piece) = open(key, Subject::Piece(file, from), sealed) else {
            break;
        };
        plain.append(&mut piece);
        bytes = behind;
    }
    plain
}

/// How long piece and plain bytes are, from what stands before a piece; `None` where no piece begins so.
pub fn lengths(lead: [u8; LEAD_LEN]) -> Option<(usize, usize)> {
    let sealed = usize::try_from(u32::from_be_bytes(lead)).ok()?;
    Some((sealed, plain_len(sealed)?))
}

fn first(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let (lead, rest) = bytes.split_first_chunk()?;
    let (sealed, _) = lengths(*lead)?;
    rest.split_at_checked(sealed)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::at_rest::RestKey;

    fn key() -> MediaKey {
        let bytes: Vec<u8> = (0..32).collect();
        RestKey::from_slice(&bytes).expect("a key").media()
    }

    /// The file as it grows by these pieces.
    fn grown(file: Digest, pieces: &[Vec<u8>]) -> Vec<u8> {
        let (mut bytes, mut from) = (Vec::new(), 0);
        for (n, plain) in (0u8..).zip(pieces) {
            bytes.extend(piece(&key(), file, from, [n; 16], plain).expect("seals"));
            from += plain.len() as u64;
        }
        bytes
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn pieces_come_back_in_order_and_a_torn_end_costs_what_was_torn(
            pieces in prop::collection::vec(prop::collection::vec(any::<u8>(), 1..200), 1..6),
            cut: prop::sample::Index,
        ) {
            let file = Digest::sha256(b"whole");
            let bytes = grown(file, &pieces);
            let whole = pieces.concat();
            prop_assert_eq!(&read(&key(), file, &bytes), &whole);
            let torn = read(&key(), file, &bytes[..cut.index(bytes.len())]);
            prop_assert!(torn.len() < whole.len() && whole.starts_with(&torn));
        }

        #[test]
        fn whatever_stands_there_is_read_without_fault(bytes: Vec<u8>) {
            prop_assert!(read(&key(), Digest::sha256(b"x"), &bytes).is_empty());
        }
    }

    #[test]
    fn pieces_of_another_place_or_file_do_not_count() {
        let (file, other) = (Digest::sha256(b"a"), Digest::sha256(b"b"));
        let parts = [b"first".to_vec(), b"second".to_vec()];
        let bytes = grown(file, &parts);
        assert_eq!(read(&key(), file, &bytes), b"firstsecond");
        assert!(read(&key(), other, &bytes).is_empty());
        let turned = [
            piece(&key(), file, 5, [1; 16], b"second").expect("seals"),
            piece(&key(), file, 0, [0; 16], b"first").expect("seals"),
        ];
        assert!(read(&key(), file, &turned.concat()).is_empty());
    }

    #[test]
    fn pieces_of_the_first_version_are_written_as_ever_and_read() {
        let file = Digest::sha256(b"firstsecond");
        let bytes = grown(file, &[b"first".to_vec(), b"second".to_vec()]);
        let golden = crate::at_rest::golden("pieces.bin", &bytes);
        assert_eq!(bytes, golden, "version 1 is frozen");
        assert_eq!(read(&key(), file, &golden), b"firstsecond");
    }
}
