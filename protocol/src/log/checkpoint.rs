//! C2SP `tlog-checkpoint`: origin, size and root of a log, as the text of a signed note.

use data_encoding::BASE64;

use super::hash::NodeHash;
use super::key::LogKey;
use super::note::{NoteError, SignedNote};
use super::tree::MAX_SIZE;
use crate::id::LogId;

/// What a log says of itself at one size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log, as its first line says.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The root of the tree of these leaves.
    pub root: NodeHash,
    /// Further lines, kept as they are.
    pub extensions: Vec<String>,
}

/// Why a text is not a checkpoint of the log that is asked for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    /// The note around it is not well formed or not signed by the log.
    #[error("reading the note")]
    Note(#[from] NoteError),
    /// Not origin, size and root on lines of their own.
    #[error("the text is not a checkpoint")]
    Form,
    /// The size is not a plain decimal number, or beyond the limit.
    #[error("the size is not a number that a log can have")]
    Size,
    /// Another log's checkpoint.
    #[error("the checkpoint is of {0}")]
    Origin(String),
}

impl Checkpoint {
    /// The checkpoint of one of our logs.
    pub fn new(log_id: LogId, size: u64, root: NodeHash) -> Self {
        Self {
            origin: LogKey::origin(log_id),
            size,
            root,
            extensions: Vec::new(),
        }
    }

    /// The note to be signed: sign its text, then add the signature.
    pub fn to_note(&self) -> Result<SignedNote, NoteError> {
        SignedNote::new(self.text())
    }

    /// The text that is signed.
    pub fn text(&self) -> String {
        let (origin, size) = (&self.origin, self.size);
        let mut text = format!("{origin}\n{size}\n{}\n", BASE64.encode(&self.root));
        for line in &self.extensions {
            text.push_str(line);
            text.push('\n');
        }
        text
    }

    /// Reads the text of a note.
    pub fn parse(text: &str) -> Result<Self, CheckpointError> {
        let mut lines = text
            .strip_suffix('\n')
            .ok_or(CheckpointError::Form)?
            .split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Form);
        };
        let root = BASE64.decode(root.as_bytes()).ok();
        let root = root.and_then(|root| root.try_into().ok());
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        match (
            root,
            origin.is_empty() || extensions.iter().any(String::is_empty),
        ) {
            (Some(root), false) => Ok(Self {
                origin: origin.to_owned(),
                size: parse_size(size)?,
                root,
                extensions,
            }),
            _ => Err(CheckpointError::Form),
        }
    }

    /// Reads a note that `key`'s log must have signed.
    pub fn verify(note: &[u8], key: &LogKey) -> Result<Self, CheckpointError> {
        let note = SignedNote::parse(note)?;
        note.verify(key.note_key())?;
        let checkpoint = Self::parse(note.text())?;
        if checkpoint.origin == LogKey::origin(key.log_id()) {
            Ok(checkpoint)
        } else {
            Err(CheckpointError::Origin(checkpoint.origin))
        }
    }
}

/// A decimal number without sign or leading zeros.
fn parse_size(text: &str) -> Result<u64, CheckpointError> {
    let plain = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse()
        .ok()
        .filter(|size| plain && *size <= MAX_SIZE)
        .ok_or(CheckpointError::Size)
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};

    use super::*;

    #[test]
    fn a_signed_checkpoint_is_believed_only_for_its_own_log() {
        let secret = SigningKey::from_bytes(&[3; 32]);
        let log = LogId::from_bytes([0xaa; 16]);
        let key = LogKey::new(log, secret.verifying_key());
        let checkpoint = Checkpoint::new(log, 42, [9; 32]);
        let mut note = checkpoint.to_note().expect("a note");
        let signature = secret.sign(note.text().as_bytes()).to_bytes();
        note.add_signature(key.note_key(), &signature);
        let bytes = note.to_string();
        assert_eq!(Checkpoint::verify(bytes.as_bytes(), &key), Ok(checkpoint));
        let elsewhere = LogKey::new(LogId::from_bytes([0xbb; 16]), secret.verifying_key());
        assert!(matches!(
            Checkpoint::verify(bytes.as_bytes(), &elsewhere),
            Err(CheckpointError::Note(NoteError::NotSigned(_)))
        ));
        let mut foreign = Checkpoint::new(log, 42, [9; 32]);
        foreign.origin = "example.com".into();
        let mut note = foreign.to_note().expect("a note");
        let signature = secret.sign(note.text().as_bytes()).to_bytes();
        note.add_signature(key.note_key(), &signature);
        assert_eq!(
            Checkpoint::verify(note.to_string().as_bytes(), &key),
            Err(CheckpointError::Origin("example.com".into()))
        );
    }

    #[test]
    fn the_text_has_one_form() {
        let root = BASE64.encode(&[1; 32]);
        let good = format!("o\n7\n{root}\nmore\n");
        let read = Checkpoint::parse(&good).expect("reads");
        assert_eq!(read.extensions, ["more"]);
        assert_eq!(read.text(), good);
        for size in [
            "07",
            "-1",
            "+1",
            "",
            "x",
            "99999999999999999999",
            "281474976710657",
        ] {
            let text = format!("o\n{size}\n{root}\n");
            assert_eq!(
                Checkpoint::parse(&text),
                Err(CheckpointError::Size),
                "{size}"
            );
        }
        for text in [
            "",
            "o\n7\n",
            "o\n7\nAAAA\n",
            &format!("o\n7\n{root}"),
            &format!("\n7\n{root}\n"),
        ] {
            assert_eq!(
                Checkpoint::parse(text),
                Err(CheckpointError::Form),
                "{text:?}"
            );
        }
    }
}
