//! C2SP `signed-note`: a text, an empty line, and one line for each signature.
//!
//! A note may carry signatures of others (witnesses) in forms this build does not know: they are kept
//! and passed on, and only the one of the key that is asked for decides.

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::VerifyingKey;
use sha2::{Digest as _, Sha256};

use super::LogKey;
use crate::id::LogId;

/// Longest note that is read, bytes.
pub const MAX_NOTE_BYTES: usize = 16 * 1024;
/// Most signature lines that are read.
pub const MAX_NOTE_SIGNATURES: usize = 32;

/// The byte that stands for Ed25519 in a key.
const ED25519: u8 = 0x01;
/// How a signature line starts: an em dash and a space.
const SIGNATURE_START: &str = "\u{2014} ";

/// A key that signs notes: a name and an Ed25519 public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    id: [u8; 4],
    public: VerifyingKey,
}

/// One signature line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature {
    /// Who is said to have signed.
    pub name: String,
    /// The first bytes of the hash of name and key.
    pub key_id: [u8; 4],
    /// The signature, of whatever kind the key is.
    pub bytes: Vec<u8>,
}

/// A text and its signatures, none of them checked yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// Why bytes are not a note, or the note is not signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// Longer than [`MAX_NOTE_BYTES`] or more than [`MAX_NOTE_SIGNATURES`] signatures.
    #[error("the note is too long or has too many signatures")]
    TooLong,
    /// Not text, a control character, no empty line, or no end of line at the end.
    #[error("the note is not well formed")]
    Form,
    /// A signature line that is not one.
    #[error("signature line {0} is not well formed")]
    SignatureLine(usize),
    /// A name that is empty or has a space or a plus sign, or a key text that is not one.
    #[error("the key text is not well formed")]
    Key,
    /// No signature of the key that is asked for.
    #[error("there is no signature of {0}")]
    NotSigned(String),
    /// The signature of the key that is asked for does not hold.
    #[error("the signature of {0} does not hold")]
    BadSignature(String),
}

impl NoteKey {
    /// A key named `name`.
    pub fn new(name: &str, public: VerifyingKey) -> Result<Self, NoteError> {
        if is_name(name) {
            Ok(Self::named(name.to_owned(), public))
        } else {
            Err(NoteError::Key)
        }
    }

    /// The key of a log, named by its origin.
    pub(super) fn for_log(log_id: LogId, public: VerifyingKey) -> Self {
        Self::named(LogKey::origin(log_id), public)
    }

    fn named(name: String, public: VerifyingKey) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(name.as_bytes());
        hasher.update([b'\n', ED25519]);
        hasher.update(public.as_bytes());
        let hash: [u8; 32] = hasher.finalize().into();
        let [a, b, c, d, ..] = hash;
        Self {
            name,
            id: [a, b, c, d],
            public,
        }
    }

    /// Reads a verifier key: `name+hash+key`.
    pub fn parse(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let key = BASE64.decode(key.as_bytes()).ok();
        let public = key
            .as_deref()
            .and_then(|key| key.strip_prefix(&[ED25519]))
            .and_then(|key| <&[u8; 32]>::try_from(key).ok())
            .and_then(|key| VerifyingKey::from_bytes(key).ok())
            .ok_or(NoteError::Key)?;
        let read = Self::new(name, public)?;
        if HEXLOWER.encode(&read.id) == hash {
            Ok(read)
        } else {
            Err(NoteError::Key)
        }
    }

    /// The verifier key as text, for other tools.
    pub fn text(&self) -> String {
        let key = [&[ED25519], self.public.as_bytes().as_slice()].concat();
        let (name, id) = (&self.name, HEXLOWER.encode(&self.id));
        format!("{name}+{id}+{}", BASE64.encode(&key))
    }

    /// Who signs.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The public key.
    pub const fn public(&self) -> &VerifyingKey {
        &self.public
    }
}

impl SignedNote {
    /// A note without signatures. The text ends with an end of line; its bytes are what is signed.
    pub fn new(text: String) -> Result<Self, NoteError> {
        let too_long = text.len() > MAX_NOTE_BYTES;
        match (too_long, text.ends_with('\n') && is_clean(&text)) {
            (true, _) => Err(NoteError::TooLong),
            (false, false) => Err(NoteError::Form),
            (false, true) => Ok(Self {
                text,
                signatures: Vec::new(),
            }),
        }
    }

    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, NoteError> {
        if bytes.len() > MAX_NOTE_BYTES {
            return Err(NoteError::TooLong);
        }
        let whole = std::str::from_utf8(bytes).ok().filter(|t| is_clean(t));
        let (text, lines) = whole
            .and_then(|whole| whole.rsplit_once("\n\n"))
            .ok_or(NoteError::Form)?;
        let lines = lines.strip_suffix('\n').ok_or(NoteError::Form)?;
        let mut note = Self::new(format!("{text}\n"))?;
        for (n, line) in lines.split('\n').enumerate() {
            if n >= MAX_NOTE_SIGNATURES {
                return Err(NoteError::TooLong);
            }
            let signature = parse_signature(line).ok_or(NoteError::SignatureLine(n))?;
            note.signatures.push(signature);
        }
        Ok(note)
    }

    /// The bytes to sign.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// All signatures, in order.
    pub fn signatures(&self) -> &[NoteSignature] {
        &self.signatures
    }

    /// Adds the signature that `key` made of [`Self::text`].
    pub fn add_signature(&mut self, key: &NoteKey, signature: &[u8; 64]) {
        self.signatures.push(NoteSignature {
            name: key.name.clone(),
            key_id: key.id,
            bytes: signature.to_vec(),
        });
    }

    /// Does `key` sign this? Others do not matter.
    pub fn verify(&self, key: &NoteKey) -> Result<(), NoteError> {
        let by_key = |s: &&NoteSignature| s.name == key.name && s.key_id == key.id;
        let signature = self
            .signatures
            .iter()
            .find(by_key)
            .ok_or_else(|| NoteError::NotSigned(key.name.clone()))?;
        let held = ed25519_dalek::Signature::from_slice(&signature.bytes)
            .and_then(|s| key.public.verify_strict(self.text.as_bytes(), &s));
        match held {
            Ok(()) => Ok(()),
            Err(_) => Err(NoteError::BadSignature(key.name.clone())),
        }
    }
}

impl std::fmt::Display for SignedNote {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            let bytes = [&signature.key_id, signature.bytes.as_slice()].concat();
            let (name, base64) = (&signature.name, BASE64.encode(&bytes));
            writeln!(f, "{SIGNATURE_START}{name} {base64}")?;
        }
        Ok(())
    }
}

fn parse_signature(line: &str) -> Option<NoteSignature> {
    let (name, base64) = line.strip_prefix(SIGNATURE_START)?.split_once(' ')?;
    let decoded = BASE64.decode(base64.as_bytes()).ok()?;
    let (key_id, bytes) = decoded.split_first_chunk::<4>()?;
    (is_name(name) && !bytes.is_empty()).then(|| NoteSignature {
        name: name.to_owned(),
        key_id: *key_id,
        bytes: bytes.to_vec(),
    })
}

fn is_name(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

/// No control characters but the end of line.
fn is_clean(text: &str) -> bool {
    !text.contains(|c: char| c < ' ' && c != '\n')
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;

    use super::*;

    fn signer() -> (SigningKey, NoteKey) {
        let secret = SigningKey::from_bytes(&[7; 32]);
        let key = NoteKey::new("example.com/log", secret.verifying_key()).expect("a name");
        (secret, key)
    }

    fn signed(text: &str) -> (SignedNote, NoteKey) {
        let (secret, key) = signer();
        let mut note = SignedNote::new(text.to_owned()).expect("a note");
        note.add_signature(&key, &secret.sign(note.text().as_bytes()).to_bytes());
        (note, key)
    }

    /// The key of the Go `note` package's documentation: shows that the key hash is computed alike.
    #[test]
    fn the_published_example_key_and_note_hold() {
        let key =
            NoteKey::parse("PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW")
                .expect("the published key");
        assert_eq!(
            key.text(),
            "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
        );
        let note = concat!(
            "If you think cryptography is the answer to your problem,\n",
            "then you don't know what your problem is.\n\n",
            "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1F",
            "FYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
        );
        let note = SignedNote::parse(note.as_bytes()).expect("the published note");
        assert_eq!(note.verify(&key), Ok(()));
    }

    #[test]
    fn signatures_of_others_are_kept_and_do_not_decide() {
        let (mut note, key) = signed("hello\n");
        note.signatures.insert(
            0,
            NoteSignature {
                name: "witness.example".into(),
                key_id: [1; 4],
                bytes: vec![9; 100],
            },
        );
        let read = SignedNote::parse(note.to_string().as_bytes()).expect("reads");
        assert_eq!(read, note);
        assert_eq!(read.verify(&key), Ok(()));
        let other = NoteKey::new("other", *key.public()).expect("a name");
        assert_eq!(
            read.verify(&other),
            Err(NoteError::NotSigned("other".into()))
        );
    }

    #[test]
    fn a_changed_text_or_a_broken_line_is_refused() {
        let (note, key) = signed("hello\n");
        let text = note.to_string();
        let changed = SignedNote::parse(text.replace("hello", "hallo").as_bytes()).expect("reads");
        assert_eq!(changed.verify(&key), Err(NoteError::BadSignature(key.name)));
        for broken in [
            "",
            "hello\n",
            "hello\n\n",
            "hello\n\n\u{2014} x\n",
            "a\u{1}\n\n\u{2014} n AAAAAAA=\n",
        ] {
            assert!(SignedNote::parse(broken.as_bytes()).is_err(), "{broken:?}");
        }
        let many = format!("x\n\n{}", "\u{2014} n AAAAAAA=\n".repeat(33));
        assert_eq!(SignedNote::parse(many.as_bytes()), Err(NoteError::TooLong));
    }

    proptest! {
        #[test]
        fn arbitrary_notes_are_refused_or_written_alike(
            text in "(\\PC|\n|\u{2014} [a-z]{1,3} [A-Za-z0-9+/]{8}\n){0,9}",
        ) {
            if let Ok(note) = SignedNote::parse(text.as_bytes()) {
                prop_assert_eq!(note.to_string(), text);
            }
        }
    }
}
