//! The short acknowledgement: at most 120 bytes that say "these are durable", for the weakest links.
//!
//! It is answered at once to a small push; the [`super::Receipt`] with its proof follows with the next
//! reply that has room. It is a promise by signature, not a proof by log: a phone shows it as
//! "acknowledged", and forgets nothing on its strength.

use super::key::LogKey;
use crate::hash::Digest;
use crate::id::LogId;
use crate::time::UnixMs;

/// Longest signed acknowledgement, bytes.
pub const MAX_ACK_BYTES: usize = 120;

/// What stands before the signed bytes, so that they mean nothing else anywhere else.
const CONTEXT: &[u8] = b"tala/1 ack\n";

/// What is acknowledged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ack {
    /// The first 8 bytes of the log's id; the signature covers the whole id.
    pub log_prefix: [u8; 8],
    /// The number of the first envelope.
    pub first_lsn: u64,
    /// How many envelopes, numbered in a row.
    pub count: u32,
    /// [`envelopes_hash`] of them.
    pub envelopes: [u8; 16],
    /// The server's clock.
    pub at: UnixMs,
}

/// An acknowledgement with its signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedAck {
    /// What is acknowledged.
    pub ack: Ack,
    /// Ed25519, by the log's key, over [`Ack::to_sign`].
    pub signature: [u8; 64],
}

/// Why bytes are not an acknowledgement, or it does not hold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AckError {
    /// Not the canonical form, or too long.
    #[error("the acknowledgement is not well formed")]
    Form,
    /// A format number that this build does not read.
    #[error("format {0} is newer than this version reads")]
    Format(u64),
    /// Of another log than the key.
    #[error("the acknowledgement is of another log")]
    Log,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    Signature,
    /// It acknowledges other envelopes.
    #[error("the acknowledgement is of other envelopes")]
    Envelopes,
}

/// The first 16 bytes of SHA-256 over the ids (33-byte digests) of the envelopes, in order.
pub fn envelopes_hash<'a>(ids: impl IntoIterator<Item = &'a Digest>) -> [u8; 16] {
    let tagged: Vec<u8> = ids.into_iter().flat_map(Digest::to_tagged).collect();
    Digest::sha256(&tagged).prefix16()
}

impl Ack {
    /// Acknowledges envelopes of this log.
    pub fn new(log_id: LogId, first_lsn: u64, count: u32, envelopes: [u8; 16], at: UnixMs) -> Self {
        Self {
            log_prefix: prefix(log_id),
            first_lsn,
            count,
            envelopes,
            at,
        }
    }

    /// The bytes to sign.
    pub fn to_sign(&self, log_id: LogId) -> Vec<u8> {
        let mut out = [CONTEXT, log_id.as_bytes()].concat();
        // Writing into memory does not fail.
        let _ = encode(&mut minicbor::Encoder::new(&mut out), self, None);
        out
    }
}

impl SignedAck {
    /// The wire form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(MAX_ACK_BYTES);
        // Writing into memory does not fail.
        let _ = encode(
            &mut minicbor::Encoder::new(&mut out),
            &self.ack,
            Some(&self.signature),
        );
        out
    }

    /// Reads the wire form. Nothing is believed before [`Self::verify`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, AckError> {
        if bytes.len() > MAX_ACK_BYTES {
            return Err(AckError::Form);
        }
        let signed = match decode(bytes) {
            Ok(signed) => signed?,
            Err(_) => return Err(AckError::Form),
        };
        if signed.to_bytes() == bytes {
            Ok(signed)
        } else {
            Err(AckError::Form)
        }
    }

    /// Does the log whose key this is acknowledge exactly these envelopes?
    pub fn verify<'a>(
        &self,
        ids: impl IntoIterator<Item = &'a Digest, IntoIter: ExactSizeIterator>,
        key: &LogKey,
    ) -> Result<(), AckError> {
        let ids = ids.into_iter();
        if self.ack.log_prefix != prefix(key.log_id()) {
            return Err(AckError::Log);
        }
        if !key.signs(&self.ack.to_sign(key.log_id()), &self.signature) {
            return Err(AckError::Signature);
        }
        if self.ack.count as usize != ids.len() || self.ack.envelopes != envelopes_hash(ids) {
            return Err(AckError::Envelopes);
        }
        Ok(())
    }
}

fn prefix(log_id: LogId) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = *log_id.as_bytes();
    [a, b, c, d, e, f, g, h]
}

type Encoder<'a> = minicbor::Encoder<&'a mut Vec<u8>>;
type EncodeError = minicbor::encode::Error<std::convert::Infallible>;

/// Six elements are what is signed; the seventh is the signature.
fn encode(e: &mut Encoder, ack: &Ack, signature: Option<&[u8; 64]>) -> Result<(), EncodeError> {
    e.array(6 + u64::from(signature.is_some()))?
        .u8(1)?
        .bytes(&ack.log_prefix)?
        .u64(ack.first_lsn)?
        .u32(ack.count)?
        .bytes(&ack.envelopes)?
        .i64(ack.at.0)?;
    if let Some(signature) = signature {
        e.bytes(signature)?;
    }
    Ok(())
}

fn decode(bytes: &[u8]) -> Result<Result<SignedAck, AckError>, minicbor::decode::Error> {
    let mut d = minicbor::Decoder::new(bytes);
    let count = d.array()?;
    let format = d.u64()?;
    if format != 1 {
        return Ok(Err(AckError::Format(format)));
    }
    if count != Some(7) {
        return Ok(Err(AckError::Form));
    }
    let ack = Ack {
        log_prefix: fixed(&mut d)?,
        first_lsn: d.u64()?,
        count: d.u32()?,
        envelopes: fixed(&mut d)?,
        at: UnixMs(d.i64()?),
    };
    let signature = fixed(&mut d)?;
    Ok(Ok(SignedAck { ack, signature }))
}

fn fixed<const N: usize>(
    d: &mut minicbor::Decoder<'_>,
) -> Result<[u8; N], minicbor::decode::Error> {
    match d.bytes()?.try_into() {
        Ok(bytes) => Ok(bytes),
        Err(_) => Err(minicbor::decode::Error::message("length")),
    }
}

#[cfg(test)]
mod tests {
    use ed25519_dalek::{Signer as _, SigningKey};
    use proptest::prelude::*;

    use super::*;

    fn signed(ack: Ack) -> (SignedAck, LogKey) {
        let secret = SigningKey::from_bytes(&[5; 32]);
        let log_id = LogId::from_bytes([0x11; 16]);
        let signature = secret.sign(&ack.to_sign(log_id)).to_bytes();
        let key = LogKey::new(log_id, secret.verifying_key());
        (SignedAck { ack, signature }, key)
    }

    fn ids() -> [Digest; 3] {
        [b"a", b"b", b"c"].map(|id| Digest::sha256(id))
    }

    fn example() -> Ack {
        let log_id = LogId::from_bytes([0x11; 16]);
        let at = UnixMs(1_780_000_000_000);
        Ack::new(log_id, 1_000_000, 3, envelopes_hash(&ids()), at)
    }

    #[test]
    fn it_is_short_whatever_the_numbers() {
        let (usual, _) = signed(example());
        println!("usual acknowledgement: {} bytes", usual.to_bytes().len());
        let (longest, _) = signed(Ack {
            first_lsn: u64::MAX,
            count: u32::MAX,
            at: UnixMs(i64::MIN),
            ..example()
        });
        println!(
            "longest acknowledgement: {} bytes",
            longest.to_bytes().len()
        );
        assert!(longest.to_bytes().len() <= MAX_ACK_BYTES);
        assert_eq!(SignedAck::from_bytes(&longest.to_bytes()), Ok(longest));
    }

    #[test]
    fn it_holds_for_its_envelopes_and_its_log_only() {
        let (signed, key) = signed(example());
        assert_eq!(signed.verify(&ids(), &key), Ok(()));
        assert_eq!(signed.verify(&ids()[..2], &key), Err(AckError::Envelopes));
        let mut swapped = ids();
        swapped.swap(0, 1);
        assert_eq!(signed.verify(&swapped, &key), Err(AckError::Envelopes));
        let mut id = [0x11; 16];
        id[15] = 0;
        let same_prefix = LogKey::new(LogId::from_bytes(id), *key.public());
        assert_eq!(
            signed.verify(&ids(), &same_prefix),
            Err(AckError::Signature)
        );
        let other = LogKey::new(LogId::from_bytes([0; 16]), *key.public());
        assert_eq!(signed.verify(&ids(), &other), Err(AckError::Log));
    }

    #[test]
    fn the_golden_acknowledgement_is_still_read_and_written() {
        let (signed, key) = signed(example());
        let golden = crate::golden::check("log/ack.cbor", &signed.to_bytes());
        let read = SignedAck::from_bytes(&golden).expect("reads");
        assert_eq!(read.verify(&ids(), &key), Ok(()));
    }

    proptest! {
        #[test]
        fn changed_bytes_are_refused(at in any::<prop::sample::Index>(), bit in 0u8..8) {
            let (signed, key) = signed(example());
            let mut bytes = signed.to_bytes();
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            let held = SignedAck::from_bytes(&bytes).and_then(|s| s.verify(&ids(), &key));
            prop_assert!(held.is_err());
        }
    }
}
