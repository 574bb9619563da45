//! A person or the centre says what became of an envelope that somebody waits for.

use super::{MAX_BODY_BYTES, MAX_TEXT_BYTES};
use crate::fields::{Fields, FieldsError};
use crate::hash::Digest;
use crate::id::ObjectId;

/// The body of an `ack` envelope. The log's own acknowledgement is [`crate::log::Ack`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AckBody {
    /// The envelope that is answered.
    pub of: Digest,
    /// What is said of it.
    pub what: AckWhat,
    /// A word to whoever waits.
    pub note: Option<String>,
    /// Which alert it is about, where the centre found several in one envelope (a track that crosses zones).
    pub about: Option<ObjectId>,
    /// Fields of a newer version.
    pub newer: Fields,
}

/// What an acknowledgement says. Codes are part of the format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AckWhat {
    /// It arrived on the device, code 1.
    Delivered,
    /// A person has seen it, code 2.
    Seen,
    /// A person has taken it on: help is coming, the task is being done; code 3.
    Taken,
    /// It is over: the call for help is closed, the task done; code 4.
    Done,
    /// A code from a newer version.
    Newer(u64),
}

impl AckBody {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, self.of)
            .set(2, self.what.code())
            .set_opt(3, self.note.as_ref())
            .set_opt(4, self.about);
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        Ok(Self {
            of: body.take_digest(1, "envelope")?,
            what: AckWhat::from_code(body.take_u64(2, "what")?),
            note: body.take_text_opt(3, "note", MAX_TEXT_BYTES)?,
            about: body.take_opt(4, "alert", |raw| {
                ObjectId::from_slice(raw.as_byte_string()?).ok()
            })?,
            newer: body,
        })
    }
}

impl AckWhat {
    /// The code that is stored.
    pub const fn code(self) -> u64 {
        match self {
            Self::Delivered => 1,
            Self::Seen => 2,
            Self::Taken => 3,
            Self::Done => 4,
            Self::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u64) -> Self {
        match code {
            1 => Self::Delivered,
            2 => Self::Seen,
            3 => Self::Taken,
            4 => Self::Done,
            other => Self::Newer(other),
        }
    }
}
