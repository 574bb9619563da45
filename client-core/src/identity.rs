//! Who this phone is: what enrolment gave it, and what changed since.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decoder, Encoder};
use tala_protocol::id::{DeviceId, LogId, PersonId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::time::UnixMs;

/// Who this phone is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// Its key's id.
    pub device: DeviceId,
    /// The unit it writes for.
    pub unit: UnitId,
    /// Who carries it.
    pub person: Option<PersonId>,
    /// The bureau's root key.
    pub root: PublicKey,
    /// Where the centre is.
    pub url: String,
    /// Which life of this device: raised when a restored backup is found.
    pub epoch: u32,
}

/// What this phone knows of the centre.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Centre {
    /// The log that positions and leaves belong to.
    pub log: Option<LogId>,
    /// The newest verified checkpoint: size and root.
    pub checkpoint: Option<(u64, [u8; 32])>,
    /// Leaves below this are in a verified backup of the centre.
    pub backed_up_to: u64,
    /// The last time a sync went through, by the phone's wall clock.
    pub synced_at: Option<UnixMs>,
    /// How far the phone's wall clock is ahead of the centre's, ms.
    pub clock_ahead_ms: Option<i64>,
    /// When the centre was found to have been restored, with a statement that holds.
    pub restored_at: Option<UnixMs>,
    /// What does not fit and needs a person: a new log without a statement, or a log that forked.
    pub alarm: Option<Alarm>,
    /// Logs before this one, and how much of each the centre still has.
    pub kept: Vec<Kept>,
}

/// What is left of an earlier log of a centre that was restored since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kept {
    /// Which log.
    pub log: LogId,
    /// Its leaves below this are in the present log.
    pub leaves: u64,
    /// How many leaves further on they stand there.
    pub moved: u64,
}

/// What must be shown until a person has looked at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Alarm {
    /// The centre has another log and no statement that explains it.
    NewLogUnexplained,
    /// The log shows two histories.
    LogForked,
}

impl Identity {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing into memory does not fail.
        let _ = self.encode(&mut Encoder::new(&mut out));
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        if d.array()? != Some(7) || d.u8()? != 1 {
            return Err(DecodeError::message("unknown identity"));
        }
        Ok(Self {
            device: d.decode()?,
            unit: d.decode()?,
            person: d.decode()?,
            root: d.decode()?,
            url: d.str()?.to_owned(),
            epoch: d.u32()?,
        })
    }

    fn encode(&self, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError> {
        e.array(7)?.u8(1)?.encode(self.device)?.encode(self.unit)?;
        e.encode(self.person)?.encode(&self.root)?;
        e.str(&self.url)?.u32(self.epoch)?.ok()
    }
}

impl Centre {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        let mut out = Vec::new();
        // Writing into memory does not fail.
        let _ = self.encode(&mut Encoder::new(&mut out));
        out
    }

    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self, DecodeError> {
        let mut d = Decoder::new(bytes);
        let fields = d.array()?;
        // Nine: from before earlier logs were remembered.
        if !matches!(fields, Some(9 | 10)) || d.u8()? != 1 {
            return Err(DecodeError::message("unknown centre"));
        }
        let log = d.decode()?;
        let size: Option<u64> = d.decode()?;
        let root: Option<minicbor::bytes::ByteArray<32>> = d.decode()?;
        Ok(Self {
            log,
            checkpoint: size.zip(root.map(Into::into)),
            backed_up_to: d.u64()?,
            synced_at: d.decode::<Option<i64>>()?.map(UnixMs),
            clock_ahead_ms: d.decode()?,
            restored_at: d.decode::<Option<i64>>()?.map(UnixMs),
            alarm: match d.u8()? {
                1 => Some(Alarm::NewLogUnexplained),
                2 => Some(Alarm::LogForked),
                _ => None,
            },
            kept: match fields {
                Some(10) => decode_kept(&mut d)?,
                _ => Vec::new(),
            },
        })
    }

    fn encode(&self, e: &mut Encoder<&mut Vec<u8>>) -> Result<(), EncodeError> {
        let root = self
            .checkpoint
            .map(|(_, root)| minicbor::bytes::ByteArray::from(root));
        let alarm: u8 = match self.alarm {
            None => 0,
            Some(Alarm::NewLogUnexplained) => 1,
            Some(Alarm::LogForked) => 2,
        };
        e.array(10)?.u8(1)?.encode(self.log)?;
        e.encode(self.checkpoint.map(|(size, _)| size))?
            .encode(root)?;
        e.u64(self.backed_up_to)?
            .encode(self.synced_at.map(|t| t.0))?;
        e.encode(self.clock_ahead_ms)?
            .encode(self.restored_at.map(|t| t.0))?;
        e.u8(alarm)?.array(self.kept.len() as u64)?;
        for earlier in &self.kept {
            e.array(3)?.encode(earlier.log)?;
            e.u64(earlier.leaves)?.u64(earlier.moved)?;
        }
        e.ok()
    }
}

fn decode_kept(d: &mut Decoder<'_>) -> Result<Vec<Kept>, DecodeError> {
    let mut kept = Vec::new();
    for _ in 0..d.array()?.unwrap_or(0) {
        d.array()?;
        kept.push(Kept {
            log: d.decode()?,
            leaves: d.u64()?,
            moved: d.u64()?,
        });
    }
    Ok(kept)
}

type EncodeError = minicbor::encode::Error<std::convert::Infallible>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_come_back_as_they_were() {
        let root = PublicKey::ed25519(
            ed25519_dalek::SigningKey::from_bytes(&[9; 32])
                .verifying_key()
                .as_bytes(),
        )
        .expect("a key");
        let identity = Identity {
            device: DeviceId::from_bytes([1; 16]),
            unit: UnitId::from_bytes([2; 16]),
            person: None,
            root,
            url: "https://tala.example".into(),
            epoch: 7,
        };
        assert_eq!(
            Identity::from_bytes(&identity.to_bytes()).ok(),
            Some(identity)
        );
        let centre = Centre {
            log: Some(LogId::from_bytes([4; 16])),
            checkpoint: Some((9, [8; 32])),
            backed_up_to: 5,
            synced_at: Some(UnixMs(-1)),
            clock_ahead_ms: Some(-20),
            restored_at: None,
            alarm: Some(Alarm::LogForked),
            kept: vec![Kept {
                log: LogId::from_bytes([3; 16]),
                leaves: 70,
                moved: 2,
            }],
        };
        assert_eq!(Centre::from_bytes(&centre.to_bytes()).ok(), Some(centre));
        assert_eq!(
            Centre::from_bytes(&Centre::default().to_bytes()).ok(),
            Some(Centre::default())
        );
    }
}
