//! What a tracker without a key sent, wrapped by the office. Nobody signed it: it is drawn differently
//! and enters a case only by a person's decision.

use super::Nonce;
use crate::fields::{Fields, FieldsError, Raw};
use crate::time::UnixMs;

/// Longest raw message, bytes.
pub const MAX_RAW_BYTES: usize = 256 * 1024;

/// The body of an `intake` envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intake {
    /// Random bytes.
    pub nonce: Nonce,
    /// Which protocol it came in by, for example `osmand` or `bd-rdss`.
    pub protocol: String,
    /// What arrived, byte for byte.
    pub raw: Vec<u8>,
    /// When, by the office's clock.
    pub received: UnixMs,
    /// What the sender calls itself; nobody vouches for it.
    pub sender: Option<String>,
    /// Fields of a newer version.
    pub newer: Fields,
}

impl Intake {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, Raw::bytes(&self.nonce))
            .set(2, &self.protocol)
            .set(3, Raw::bytes(&self.raw))
            .set(4, self.received.0)
            .set_opt(5, self.sender.as_ref());
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_RAW_BYTES + 4_096)?;
        body.take_format(1)?;
        Ok(Self {
            nonce: body.take_array(1, "nonce")?,
            protocol: body.take_text(2, "protocol", 64)?,
            raw: body.take_bytes(3, "raw", MAX_RAW_BYTES)?,
            received: UnixMs(body.take_i64(4, "received")?),
            sender: body.take_text_opt(5, "sender", 256)?,
            newer: body,
        })
    }
}
