//! An order to erase the body of an envelope. The envelope stays, and the chain still verifies.

use super::{MAX_BODY_BYTES, MAX_TEXT_BYTES, Nonce};
use crate::fields::{Fields, FieldsError, Raw};
use crate::hash::Digest;

/// The body of an `erasure` envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// Random bytes.
    pub nonce: Nonce,
    /// The envelope whose body is to go.
    pub of: Digest,
    /// The legal ground, never empty.
    pub ground: String,
    /// The number of the order, never empty.
    pub order_number: String,
    /// Fields of a newer version.
    pub newer: Fields,
}

impl Erasure {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, Raw::bytes(&self.nonce))
            .set(2, self.of)
            .set(3, &self.ground)
            .set(4, &self.order_number);
        body.to_bytes()
    }

    /// Reads the canonical form. An order that names no ground or no number is none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        let order = Self {
            nonce: body.take_array(1, "nonce")?,
            of: body.take_digest(2, "envelope")?,
            ground: body.take_text(3, "legal ground", MAX_TEXT_BYTES)?,
            order_number: body.take_text(4, "order number", MAX_TEXT_BYTES)?,
            newer: body,
        };
        if order.ground.trim().is_empty() {
            Err(FieldsError::Missing("legal ground"))
        } else if order.order_number.trim().is_empty() {
            Err(FieldsError::Missing("order number"))
        } else {
            Ok(order)
        }
    }
}
