//! A file as it lies on a phone: header, then chunks that are encrypted one by one.
//!
//! ```text
//! 1 byte    format number, 1
//! 16 bytes  salt, random
//! chunks    64 KiB of the file each, the last one what is left; 16 bytes of tag behind each
//! ```
//!
//! The key of a file is HKDF-SHA256 of the key of all files, with the salt, over what is sealed: a file by
//! its hash, or a piece of one by hash and place. The chunks are ChaCha20-Poly1305 in the STREAM
//! construction: the nonce is seven zeros, the number of the chunk and whether it is the last. So a chunk
//! opens at its own place in its own file only, and a file that was cut does not open. The construction is
//! that of the payload of age files.

use aead_stream::{Key, NewStream as _, Nonce, StreamBE32, StreamPrimitive as _};
use chacha20poly1305::ChaCha20Poly1305;
use tala_protocol::body::CHUNK_LEN;
use tala_protocol::hash::Digest;

use super::MediaKey;

/// The number of this format.
pub const FORMAT: u8 = 1;
/// Length of the salt, bytes.
pub const SALT_LEN: usize = 16;
/// What stands before the chunks, bytes.
pub const HEADER_LEN: usize = 1 + SALT_LEN;
/// What stands behind each chunk, bytes.
pub const TAG_LEN: usize = 16;

/// What is sealed. Bytes that were sealed as one thing do not open as another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The file of this hash.
    File(Digest),
    /// A piece of it, from this byte on.
    Piece(Digest, u64),
}

/// Why a sealed file does not open. Nothing of it may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealedFileError {
    /// Shorter than a header.
    #[error("a sealed file of {0} bytes")]
    Short(usize),
    /// A format that this build does not know.
    #[error("sealed file of format {0}")]
    Format(u8),
    /// A chunk was changed, cut, moved, belongs to another file or to another key.
    #[error("chunk {chunk} of a sealed file does not open")]
    Damaged {
        /// Which, from 0.
        chunk: u32,
    },
    /// More chunks than can be numbered.
    #[error("the file is too long to be sealed")]
    Long,
}

/// Seals a file or a piece. `salt` is random, and never used twice.
pub fn seal(
    key: &MediaKey,
    subject: Subject,
    salt: [u8; SALT_LEN],
    plain: &[u8],
) -> Result<Vec<u8>, SealedFileError> {
    let stream = stream(key, subject, &salt);
    let mut sealed = Vec::with_capacity(sealed_len(plain.len()));
    sealed.push(FORMAT);
    sealed.extend_from_slice(&salt);
    let (mut rest, mut number) = (plain, 0u32);
    loop {
        let (chunk, behind) = rest.split_at(rest.len().min(CHUNK_LEN));
        let mut chunk = chunk.to_vec();
        let done = stream.encrypt_in_place(number, behind.is_empty(), &[], &mut chunk);
        done.map_err(|_why| SealedFileError::Long)?;
        sealed.append(&mut chunk);
        if behind.is_empty() {
            return Ok(sealed);
        }
        number = number.checked_add(1).ok_or(SealedFileError::Long)?;
        rest = behind;
    }
}

/// Opens what was sealed as `subject`, all of it or nothing.
pub fn open(key: &MediaKey, subject: Subject, sealed: &[u8]) -> Result<Vec<u8>, SealedFileError> {
    let short = || SealedFileError::Short(sealed.len());
    let (format, rest) = sealed.split_first().ok_or_else(short)?;
    if *format != FORMAT {
        return Err(SealedFileError::Format(*format));
    }
    let (salt, mut rest) = rest.split_first_chunk().ok_or_else(short)?;
    let stream = stream(key, subject, salt);
    let mut plain = Vec::with_capacity(rest.len());
    let mut number = 0u32;
    loop {
        let (chunk, behind) = rest.split_at(rest.len().min(CHUNK_LEN + TAG_LEN));
        let damaged = SealedFileError::Damaged { chunk: number };
        let mut chunk = chunk.to_vec();
        let opened = stream.decrypt_in_place(number, behind.is_empty(), &[], &mut chunk);
        opened.map_err(|_why| damaged)?;
        // One plain text, one form: nothing is sealed with an empty chunk behind a full one.
        if chunk.is_empty() && number > 0 {
            return Err(damaged);
        }
        plain.append(&mut chunk);
        if behind.is_empty() {
            return Ok(plain);
        }
        number = number.checked_add(1).ok_or(SealedFileError::Long)?;
        rest = behind;
    }
}

/// How long a sealed file is, bytes.
pub const fn sealed_len(plain_len: usize) -> usize {
    let chunks = match plain_len.div_ceil(CHUNK_LEN) {
        0 => 1,
        chunks => chunks,
    };
    plain_len
        .saturating_add(HEADER_LEN)
        .saturating_add(chunks.saturating_mul(TAG_LEN))
}

/// How long the file in it is, bytes; `None` where no sealed file is that long.
pub const fn plain_len(sealed_len: usize) -> Option<usize> {
    let Some(chunks_len) = sealed_len.checked_sub(HEADER_LEN) else {
        return None;
    };
    let chunks = chunks_len.div_ceil(CHUNK_LEN + TAG_LEN);
    match chunks_len.checked_sub(chunks.saturating_mul(TAG_LEN)) {
        Some(plain_len) if self::sealed_len(plain_len) == sealed_len => Some(plain_len),
        _ => None,
    }
}

fn stream(key: &MediaKey, subject: Subject, salt: &[u8; SALT_LEN]) -> StreamBE32<ChaCha20Poly1305> {
    let key = match subject {
        Subject::File(hash) => key.of_one(salt, &[b"tala/1 file", &[FORMAT], &hash.to_tagged()]),
        Subject::Piece(hash, from) => key.of_one(
            salt,
            &[
                b"tala/1 piece",
                &[FORMAT],
                &hash.to_tagged(),
                &from.to_be_bytes(),
            ],
        ),
    };
    let key: &Key<ChaCha20Poly1305> = (&*key).into();
    let nonce = Nonce::<ChaCha20Poly1305, StreamBE32<ChaCha20Poly1305>>::default();
    StreamBE32::new(key, &nonce)
}

#[cfg(test)]
mod tests;
