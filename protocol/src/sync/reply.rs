//! What the centre answers.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::request::Cursor;
use crate::cbor::{self, CborError, MapReader};
use crate::envelope::wire::Run;
use crate::hash::Digest;
use crate::id::LogId;
use crate::time::UnixMs;

/// Longest reply after inflating, bytes.
pub const REPLY_LEN_MAX: usize = 4 * 1024 * 1024;
/// Most entries of any list in a reply.
const LIST_MAX: u64 = 4_096;

/// What became of consecutive envelopes of the push, in the order they were sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// How many envelopes.
    pub count: u32,
    /// What became of them.
    pub outcome: Outcome,
}

/// What became of an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Stored now; the first of the span is this leaf, the others follow.
    Stored {
        /// Leaf of the first.
        first_leaf: u64,
    },
    /// Had been stored before; the same.
    Known {
        /// Leaf of the first.
        first_leaf: u64,
    },
    /// Not stored, and never will be as it is.
    Refused(Refusal),
    /// Not taken this time (limits): send again later.
    Later,
}

/// Why an envelope is refused. What a known device signed is never refused, only quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// The device is not known here, 1.
    UnknownDevice,
    /// The signature does not hold, 2.
    Signature,
    /// The form cannot be read, 3.
    Form,
    /// From a newer server.
    Newer(u8),
}

/// The centre's side of one sync.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SyncReply {
    /// The version chosen.
    pub version: u8,
    /// The log that positions and leaves belong to, where it is not the one that the request names: at
    /// first contact, and after the centre was restored.
    pub log: Option<LogId>,
    /// What became of the push.
    pub spans: Vec<Span>,
    /// A signed acknowledgement ([`crate::log`]) where the proof is to follow.
    pub ack: Option<Vec<u8>>,
    /// Receipts ([`crate::log`]): one for the push, and those asked for.
    pub receipts: Vec<Vec<u8>>,
    /// New positions of the lists that moved. To be stored with the runs, in one transaction.
    pub cursors: Vec<Cursor>,
    /// What is new for the phone.
    pub runs: Vec<Run>,
    /// Whether there is more to fetch now.
    pub more: bool,
    /// Leaves below this are in a verified backup.
    pub backed_up_to: Option<u64>,
    /// A checkpoint with the consistency proof asked for.
    pub consistency: Option<(String, Vec<Digest>)>,
    /// For a restored centre: the signed first leaf of its log.
    pub restored: Option<Vec<u8>>,
    /// Files described by this device whose bytes are still wanted.
    pub wanted: Vec<Digest>,
    /// The centre's clock; stated only where something was stored or the phone's clock is off.
    pub server_time: Option<UnixMs>,
    /// What changes in the lists the phone may read: those it did not name, at 0, and those it named and
    /// may not read any more, at [`LIST_CLOSED`](super::LIST_CLOSED). In the first reply of another log:
    /// all it may read.
    pub scopes: Option<Vec<Cursor>>,
    /// Where the phone missed more than one restore: the first leaves of the logs between the one that it
    /// named and the present one, newest first.
    pub restored_before: Vec<Vec<u8>>,
}

impl SyncReply {
    /// A reply that says nothing but its version.
    pub fn empty() -> Self {
        Self {
            version: 1,
            log: None,
            spans: Vec::new(),
            ack: None,
            receipts: Vec::new(),
            cursors: Vec::new(),
            runs: Vec::new(),
            more: false,
            backed_up_to: None,
            consistency: None,
            restored: None,
            wanted: Vec::new(),
            server_time: None,
            scopes: None,
            restored_before: Vec::new(),
        }
    }

    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, CborError> {
        cbor::from_slice("sync reply", bytes, REPLY_LEN_MAX)
    }
}

impl Refusal {
    /// The code that is sent.
    pub const fn code(self) -> u8 {
        match self {
            Refusal::UnknownDevice => 1,
            Refusal::Signature => 2,
            Refusal::Form => 3,
            Refusal::Newer(code) => code,
        }
    }

    /// Reads a code; never fails.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => Refusal::UnknownDevice,
            2 => Refusal::Signature,
            3 => Refusal::Form,
            other => Refusal::Newer(other),
        }
    }
}

impl<C> Encode<C> for Span {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self.outcome {
            Outcome::Stored { first_leaf } => {
                e.array(3)?.u32(self.count)?.u8(0)?.u64(first_leaf)?
            }
            Outcome::Known { first_leaf } => e.array(3)?.u32(self.count)?.u8(1)?.u64(first_leaf)?,
            Outcome::Refused(why) => e.array(3)?.u32(self.count)?.u8(2)?.u8(why.code())?,
            Outcome::Later => e.array(2)?.u32(self.count)?.u8(3)?,
        };
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for Span {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let len = cbor::array_len(d)?;
        let (count, kind) = (d.u32()?, d.u8()?);
        let outcome = match (len, kind) {
            (3, 0) => Outcome::Stored {
                first_leaf: d.u64()?,
            },
            (3, 1) => Outcome::Known {
                first_leaf: d.u64()?,
            },
            (3, 2) => Outcome::Refused(Refusal::from_code(d.u8()?)),
            (2, 3) => Outcome::Later,
            _ => return Err(DecodeError::message("unknown outcome")),
        };
        Ok(Self { count, outcome })
    }
}

impl<C> Encode<C> for SyncReply {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.map(1 + self.optional_fields())?.u8(0)?.u8(self.version)?;
        if let Some(log) = self.log {
            e.u8(1)?.encode_with(log, ctx)?;
        }
        if !self.spans.is_empty() {
            e.u8(2)?.encode_with(&self.spans, ctx)?;
        }
        if let Some(ack) = &self.ack {
            e.u8(3)?.bytes(ack)?;
        }
        if !self.receipts.is_empty() {
            e.u8(4)?;
            encode_byte_strings(e, &self.receipts)?;
        }
        if !self.cursors.is_empty() {
            e.u8(5)?.encode_with(&self.cursors, ctx)?;
        }
        if !self.runs.is_empty() {
            e.u8(6)?.encode_with(&self.runs, ctx)?;
        }
        if self.more {
            e.u8(7)?.bool(true)?;
        }
        if let Some(leaf) = self.backed_up_to {
            e.u8(8)?.u64(leaf)?;
        }
        if let Some((checkpoint, proof)) = &self.consistency {
            e.u8(9)?
                .array(2)?
                .str(checkpoint)?
                .encode_with(proof, ctx)?;
        }
        if let Some(restored) = &self.restored {
            e.u8(10)?.bytes(restored)?;
        }
        if !self.wanted.is_empty() {
            e.u8(11)?.encode_with(&self.wanted, ctx)?;
        }
        if let Some(time) = self.server_time {
            e.u8(12)?.i64(time.0)?;
        }
        if let Some(scopes) = &self.scopes {
            e.u8(13)?.encode_with(scopes, ctx)?;
        }
        if !self.restored_before.is_empty() {
            e.u8(14)?;
            encode_byte_strings(e, &self.restored_before)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for SyncReply {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        let mut reply = Self {
            version: f.need(d, 0)?,
            log: f.maybe(d, 1)?,
            ..Self::empty()
        };
        if f.has(d, 2)? {
            reply.spans = cbor::list_of(d, LIST_MAX)?;
        }
        if f.has(d, 3)? {
            reply.ack = Some(d.bytes()?.to_vec());
        }
        if f.has(d, 4)? {
            reply.receipts = decode_byte_strings(d)?;
        }
        if f.has(d, 5)? {
            reply.cursors = cbor::list_of(d, LIST_MAX)?;
        }
        if f.has(d, 6)? {
            reply.runs = cbor::list_of(d, LIST_MAX)?;
        }
        reply.more = f.maybe(d, 7)?.unwrap_or(false);
        reply.backed_up_to = f.maybe(d, 8)?;
        if f.has(d, 9)? {
            cbor::array_of(d, 2)?;
            reply.consistency = Some((d.str()?.to_owned(), cbor::list_of(d, 128)?));
        }
        if f.has(d, 10)? {
            reply.restored = Some(d.bytes()?.to_vec());
        }
        if f.has(d, 11)? {
            reply.wanted = cbor::list_of(d, LIST_MAX)?;
        }
        reply.server_time = f.maybe(d, 12)?.map(UnixMs);
        if f.has(d, 13)? {
            reply.scopes = Some(cbor::list_of(d, LIST_MAX)?);
        }
        if f.has(d, 14)? {
            reply.restored_before = decode_byte_strings(d)?;
        }
        f.close()?;
        Ok(reply)
    }
}

impl SyncReply {
    fn optional_fields(&self) -> u64 {
        [
            self.log.is_some(),
            !self.spans.is_empty(),
            self.ack.is_some(),
            !self.receipts.is_empty(),
            !self.cursors.is_empty(),
            !self.runs.is_empty(),
            self.more,
            self.backed_up_to.is_some(),
            self.consistency.is_some(),
            self.restored.is_some(),
            !self.wanted.is_empty(),
            self.server_time.is_some(),
            self.scopes.is_some(),
            !self.restored_before.is_empty(),
        ]
        .into_iter()
        .map(u64::from)
        .sum()
    }
}

fn encode_byte_strings<W: minicbor::encode::Write>(
    e: &mut Encoder<W>,
    list: &[Vec<u8>],
) -> Result<(), minicbor::encode::Error<W::Error>> {
    e.array(list.len() as u64)?;
    for bytes in list {
        e.bytes(bytes)?;
    }
    Ok(())
}

fn decode_byte_strings(d: &mut Decoder<'_>) -> Result<Vec<Vec<u8>>, DecodeError> {
    let len = cbor::array_len(d)?;
    if len > LIST_MAX {
        return Err(DecodeError::message("list longer than its limit"));
    }
    let mut out = Vec::new();
    for _ in 0..len {
        out.push(d.bytes()?.to_vec());
    }
    Ok(out)
}
