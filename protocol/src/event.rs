//! Bodies of envelopes that say something happened: case events, messages, SOS, acknowledgements,
//! second signatures, erasure orders, and what unsigned trackers sent.
//!
//! You are here because you make or read such a body. Who said it, when, and in which feed stands in
//! the envelope around it (`envelope`); whether a case event fits its case is [`case::Case`]. All bodies
//! are [`Fields`]: a key that this build does not know is kept and written back byte for byte, and so is
//! an event whose type it does not know.
//!
//! A body whose content could be guessed carries 16 random bytes, so that its hash says nothing once the
//! body has been erased.

mod ack;
pub mod case;
mod cosign;
mod erasure;
mod event_type;
mod intake;
mod message;
mod place;
mod sos;

pub use ack::{AckBody, AckWhat};
pub use cosign::Cosign;
pub use erasure::Erasure;
pub use event_type::EventType;
pub use intake::{Intake, MAX_RAW_BYTES};
pub use message::{Message, Recipient};
pub use place::Place;
pub use sos::Sos;

use crate::fields::{Fields, FieldsError, Raw};
use crate::hash::Digest;
use crate::id::{ObjectId, PersonId, UnitId};

/// Longest body of this module but [`Intake`], bytes.
pub const MAX_BODY_BYTES: usize = 64 * 1024;
/// Longest text in a body, bytes.
pub const MAX_TEXT_BYTES: usize = 16 * 1024;

/// The random bytes that a body begins with.
pub type Nonce = [u8; 16];

/// Keys of [`Event::fields`]. They mean the same in every event type and are never reused.
pub mod field {
    /// Why, in words.
    pub const REASON: u64 = 1;
    /// A person (16 bytes): who is assigned, who is asked.
    pub const PERSON: u64 = 2;
    /// A unit (16 bytes): which unit receives, to which it goes.
    pub const UNIT: u64 = 3;
    /// How it ended: a code, see [`super::case::Review`] for reviews.
    pub const OUTCOME: u64 = 4;
    /// A document, case or campaign (16 bytes) that is linked.
    pub const OBJECT: u64 = 5;
    /// Free words: a comment, a question, a decision.
    pub const TEXT: u64 = 6;
    /// The number that an authority gave, as text.
    pub const NUMBER: u64 = 7;
    /// The legal ground, as text.
    pub const GROUND: u64 = 8;
    /// An authority outside the unit tree, as text.
    pub const AUTHORITY: u64 = 9;
    /// An envelope (33-byte digest) that this is about.
    pub const ENVELOPE: u64 = 10;
    /// Until when, ms since 1970.
    pub const DEADLINE: u64 = 11;
    /// The registry rule it rests on: a map {1: rule id, 2: registry version}.
    pub const RULE: u64 = 12;
}

/// The body of an `event` envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// What happened.
    pub event_type: EventType,
    /// Random bytes.
    pub nonce: Nonce,
    /// The version of the case this was made against. Comments have none.
    pub base: Option<u64>,
    /// What is said, by the keys of [`field`]; unknown keys are kept.
    pub fields: Fields,
    /// Parts of the body that a newer version added.
    pub newer: Fields,
}

impl Event {
    /// An event against `base` that says nothing more.
    pub const fn new(event_type: EventType, nonce: Nonce, base: Option<u64>) -> Self {
        Self {
            event_type,
            nonce,
            base,
            fields: Fields::new(),
            newer: Fields::new(),
        }
    }

    /// The same event with one more field.
    #[must_use]
    pub fn with(mut self, key: u64, value: impl Into<Raw>) -> Self {
        self.fields.set(key, value);
        self
    }

    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, Raw::bytes(&self.nonce))
            .set(2, self.event_type.code())
            .set_opt(3, self.base)
            .set(4, self.fields.clone());
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        Ok(Self {
            nonce: body.take_array(1, "nonce")?,
            event_type: EventType::from_code(body.take_u64(2, "type")?),
            base: body.take_u64_opt(3, "base")?,
            fields: body.take(4, "fields", Raw::as_fields)?,
            newer: body,
        })
    }

    /// The text at `key`, if it is one.
    pub fn text(&self, key: u64) -> Option<&str> {
        self.fields.get(key)?.as_str()
    }

    /// The code or number at `key`, if it is one.
    pub fn number(&self, key: u64) -> Option<u64> {
        self.fields.get(key)?.as_u64()
    }

    /// The person this names.
    pub fn person(&self) -> Option<PersonId> {
        PersonId::from_slice(self.bytes(field::PERSON)?).ok()
    }

    /// The unit this names.
    pub fn unit(&self) -> Option<UnitId> {
        UnitId::from_slice(self.bytes(field::UNIT)?).ok()
    }

    /// The object this links.
    pub fn object(&self) -> Option<ObjectId> {
        ObjectId::from_slice(self.bytes(field::OBJECT)?).ok()
    }

    /// The envelope this is about.
    pub fn envelope(&self) -> Option<Digest> {
        Digest::from_tagged(self.bytes(field::ENVELOPE)?).ok()
    }

    fn bytes(&self, key: u64) -> Option<&[u8]> {
        self.fields.get(key)?.as_byte_string()
    }
}

impl From<PersonId> for Raw {
    fn from(id: PersonId) -> Self {
        Raw::bytes(id.as_bytes())
    }
}

impl From<UnitId> for Raw {
    fn from(id: UnitId) -> Self {
        Raw::bytes(id.as_bytes())
    }
}

impl From<ObjectId> for Raw {
    fn from(id: ObjectId) -> Self {
        Raw::bytes(id.as_bytes())
    }
}

impl From<Digest> for Raw {
    fn from(digest: Digest) -> Self {
        Raw::bytes(&digest.to_tagged())
    }
}

#[cfg(test)]
mod tests;
