//! What lies on a phone lies there encrypted: its keys, and the form of its files.
//!
//! You are here because you keep something on a phone, or want to read what one kept. A platform's keystore
//! hands over one key of 32 random bytes ([`RestKey`]); everything else follows from it. The store is one
//! SQLite file, encrypted by SQLCipher ([`crate::store`]). Photos and other files are encrypted one by one
//! ([`sealed_file`]), and while they still arrive, piece by piece ([`pieces`]).
//!
//! Nothing here does I/O or makes randomness. The forms stand in `docs/formats/at-rest.md`.

pub mod pieces;
pub mod sealed_file;

use std::fmt;

use data_encoding::HEXLOWER;
use hkdf::Hkdf;
use sha2::Sha256;
use tala_protocol::hash::Digest;
use zeroize::Zeroizing;

/// Length of a key, bytes.
pub const KEY_LEN: usize = 32;

/// The key of everything on one phone. Memory forgets it when it is dropped.
#[derive(Clone)]
pub struct RestKey(Secret);

/// The key of the store.
#[derive(Clone)]
pub struct DatabaseKey(Secret);

/// The key of the files.
#[derive(Clone)]
pub struct MediaKey(Secret);

/// Why bytes are no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RestKeyError {
    /// Not 32 bytes.
    #[error("a key has 32 bytes, not {0}")]
    Length(usize),
    /// The same byte over and over: memory that nobody filled.
    #[error("a key is random, not one byte repeated")]
    Blank,
}

type Secret = Zeroizing<[u8; KEY_LEN]>;

impl RestKey {
    /// Takes what the keystore handed over.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, RestKeyError> {
        let key = <[u8; KEY_LEN]>::try_from(bytes);
        let key = Zeroizing::new(key.map_err(|_length| RestKeyError::Length(bytes.len()))?);
        if key.iter().all(|byte| Some(byte) == key.first()) {
            return Err(RestKeyError::Blank);
        }
        Ok(Self(key))
    }

    /// The key of the store.
    pub fn database(&self) -> DatabaseKey {
        DatabaseKey(derive(&self.0, &[], &[b"tala/1 database"]))
    }

    /// The key of the files.
    pub fn media(&self) -> MediaKey {
        MediaKey(derive(&self.0, &[], &[b"tala/1 media"]))
    }
}

impl DatabaseKey {
    /// In hexadecimal digits.
    pub fn hex(&self) -> Zeroizing<String> {
        Zeroizing::new(HEXLOWER.encode(self.0.as_slice()))
    }
}

impl MediaKey {
    /// What a file is called where it lies. Who has a photo and a copy of the folder cannot tell whether
    /// that photo is in it.
    pub fn name(&self, file: &Digest) -> String {
        let name = derive(&self.0, &[], &[b"tala/1 name", &file.to_tagged()]);
        HEXLOWER.encode(name.get(..16).unwrap_or_default())
    }

    /// The key of one file or piece, made with a salt of its own.
    fn of_one(&self, salt: &[u8], what: &[&[u8]]) -> Secret {
        derive(&self.0, salt, what)
    }
}

/// One block of HKDF-SHA256 (RFC 5869).
fn derive(key: &Secret, salt: &[u8], what: &[&[u8]]) -> Secret {
    let mut made = Zeroizing::new([0; KEY_LEN]);
    let expanded = Hkdf::<Sha256>::new(Some(salt), key.as_slice());
    #[allow(
        clippy::expect_used,
        reason = "32 bytes are one block, and 255 blocks are allowed"
    )]
    expanded
        .expand_multi_info(what, made.as_mut_slice())
        .expect("one block is not too long");
    made
}

macro_rules! says_nothing {
    ($($key:ident)*) => { $(
        impl fmt::Debug for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($key), "(..)"))
            }
        }
    )* };
}
says_nothing!(RestKey DatabaseKey MediaKey);

/// The golden file of that name; one that is missing is written where `TALA_GOLDEN=write` is set, and none
/// that is there is ever changed.
#[cfg(test)]
pub(crate) fn golden(name: &str, made: &[u8]) -> Vec<u8> {
    let folder =
        std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/golden/at-rest");
    let path = folder.join(name);
    if !path.exists() && std::env::var_os("TALA_GOLDEN").is_some_and(|it| it == "write") {
        std::fs::create_dir_all(&folder).expect("makes the folder");
        std::fs::write(&path, made).expect("writes the golden file");
    }
    std::fs::read(&path).unwrap_or_else(|e| panic!("{name}: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> RestKey {
        let bytes: Vec<u8> = (0..32).collect();
        RestKey::from_slice(&bytes).expect("a key")
    }

    #[test]
    fn only_32_bytes_that_somebody_filled_are_a_key() {
        assert_eq!(
            RestKey::from_slice(&[1; 31]).err(),
            Some(RestKeyError::Length(31))
        );
        for byte in [0, 0xff] {
            let blank = RestKey::from_slice(&[byte; 32]);
            assert_eq!(blank.err(), Some(RestKeyError::Blank));
        }
    }

    #[test]
    fn no_key_tells_another_and_none_shows_itself() {
        let (key, file) = (key(), Digest::sha256(b"photo"));
        let all = [
            key.0.to_vec(),
            key.database().0.to_vec(),
            key.media().0.to_vec(),
        ];
        assert!(all[0] != all[1] && all[1] != all[2] && all[0] != all[2]);
        assert_eq!(
            format!("{key:?} {:?}", key.media()),
            "RestKey(..) MediaKey(..)"
        );
        let name = key.media().name(&file);
        assert_eq!(name.len(), 32);
        assert_ne!(name, key.media().name(&Digest::sha256(b"other")));
        assert!(!file.to_string().contains(&name));
    }

    /// Made by an HKDF of another hand (Python, `hmac`): info `tala/1 database`, no salt.
    #[test]
    fn the_key_of_the_store_is_what_rfc_5869_says() {
        assert_eq!(
            key().database().hex().as_str(),
            "031e883513c71adf2b44525ba98d5d7fb95cc31455630c8438c08a1bc4446b3e"
        );
    }
}
