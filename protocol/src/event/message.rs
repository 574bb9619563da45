//! A message between people, in either direction.

use super::{MAX_BODY_BYTES, MAX_TEXT_BYTES, Nonce};
use crate::fields::{Fields, FieldsError, Raw};
use crate::hash::Digest;
use crate::id::{PersonId, UnitId};

/// Most recipients of one message.
const MAX_RECIPIENTS: usize = 256;

/// The body of a `message` envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// Random bytes.
    pub nonce: Nonce,
    /// What is said.
    pub text: String,
    /// To whom; nobody named means everybody in the audience.
    pub to: Vec<Recipient>,
    /// The message this answers.
    pub reply_to: Option<Digest>,
    /// Fields of a newer version.
    pub newer: Fields,
}

/// Whom a message is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Recipient {
    /// Everybody in a unit, code 1.
    Unit(UnitId),
    /// One person, code 2.
    Person(PersonId),
    /// A form from a newer version, kept as it is.
    Newer(Raw),
}

impl Message {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let to: Vec<Raw> = self.to.iter().map(Recipient::to_raw).collect();
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, Raw::bytes(&self.nonce))
            .set(2, &self.text)
            .set(3, Raw::array(&to))
            .set_opt(4, self.reply_to);
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        Ok(Self {
            nonce: body.take_array(1, "nonce")?,
            text: body.take_text(2, "text", MAX_TEXT_BYTES)?,
            to: body.take(3, "to", recipients)?,
            reply_to: body.take_digest_opt(4, "reply to")?,
            newer: body,
        })
    }
}

impl Recipient {
    fn to_raw(&self) -> Raw {
        match self {
            Self::Unit(id) => Raw::array(&[Raw::from(1u64), Raw::from(*id)]),
            Self::Person(id) => Raw::array(&[Raw::from(2u64), Raw::from(*id)]),
            Self::Newer(raw) => raw.clone(),
        }
    }

    fn from_raw(raw: Raw) -> Self {
        Self::known(&raw).unwrap_or(Self::Newer(raw))
    }

    fn known(raw: &Raw) -> Option<Self> {
        let items = raw.as_array()?;
        let [code, id] = items.as_slice() else {
            return None;
        };
        let id = id.as_byte_string()?;
        match code.as_u64()? {
            1 => UnitId::from_slice(id).ok().map(Self::Unit),
            2 => PersonId::from_slice(id).ok().map(Self::Person),
            _ => None,
        }
    }
}

fn recipients(raw: &Raw) -> Option<Vec<Recipient>> {
    let items = raw.as_array().filter(|i| i.len() <= MAX_RECIPIENTS)?;
    Some(items.into_iter().map(Recipient::from_raw).collect())
}
