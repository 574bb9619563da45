//! The second officer: whoever was there signs for what another wrote.

use super::MAX_BODY_BYTES;
use crate::fields::{Fields, FieldsError};
use crate::hash::Digest;

/// The body of a `cosign` envelope. Who signs is in the envelope around it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cosign {
    /// The envelope that is signed for.
    pub of: Digest,
    /// Fields of a newer version.
    pub newer: Fields,
}

impl Cosign {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64).set(1, self.of);
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        Ok(Self {
            of: body.take_digest(1, "envelope")?,
            newer: body,
        })
    }
}
