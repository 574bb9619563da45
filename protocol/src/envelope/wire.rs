//! The wire form: a run of one feed without what the receiver can rebuild.
//!
//! Unit, audience, device, epoch, lane, algorithm, person and boot stand once at the head of the run;
//! sequence, previous hash, length and hash of the body are rebuilt; times are written as differences.
//! What remains per envelope is its kind, its object (one byte when it is the one before), its body and
//! 64 bytes of signature. The receiver rebuilds the canonical header bit for bit, so the signature
//! checks the rebuilding too.
//!
//! ```text
//! run   = [unit, audience, device, epoch, lane, first seq, prev / null, alg, person / null, boot, [* entry]]
//! entry = [kind, object, wall difference, mono difference, wall - gnss / null, body, signature, ? extras]
//! object = null (genesis) / 0 (as before) / bytes 16
//! body  = bytes / [length, hash] (withheld)
//! extras = {? 0: person / null, ? 1: boot, ? 2: [* after], ? 3: desk}
//! ```

use minicbor::data::Type;
use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::header::{AFTER_MAX, BODY_LEN_MAX, Desk, Header};
use super::{Envelope, EnvelopeError, Kind};
use crate::cbor::{self, MapReader};
use crate::feed::FeedKey;
use crate::hash::Digest;
use crate::id::{ObjectId, PersonId};
use crate::key::{Signature, SignatureAlg};
use crate::time::{BootId, DeviceTimes, MonoMs, UnixMs};

/// Most envelopes in one run.
pub const RUN_LEN_MAX: u64 = 4_096;

/// A run of consecutive envelopes of one feed, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    feed: FeedKey,
    first_seq: u64,
    prev: Option<Digest>,
    alg: SignatureAlg,
    person: Option<PersonId>,
    boot: BootId,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Entry {
    kind: Kind,
    object: ObjectForm,
    wall_delta_ms: i64,
    mono_delta_ms: i64,
    wall_ahead_ms: Option<i64>,
    body: BodyForm,
    signature: Signature,
    extras: Extras,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ObjectForm {
    Genesis,
    Same,
    Is(ObjectId),
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum BodyForm {
    Here(Vec<u8>),
    Withheld { len: u32, hash: Digest },
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Extras {
    person: Option<Option<PersonId>>,
    boot: Option<BootId>,
    after: Vec<Digest>,
    desk: Option<Desk>,
}

/// What runs along while a run is written or rebuilt.
#[derive(Clone, Copy)]
struct Cursor {
    seq: u64,
    prev: Option<Digest>,
    object: Option<ObjectId>,
    wall: i64,
    mono: i64,
}

impl Run {
    /// Packs consecutive envelopes of one feed. `None` if there are none, they are not consecutive, not
    /// of one feed and algorithm, or too many.
    pub fn pack(envelopes: &[Envelope]) -> Option<Self> {
        let first = envelopes.first()?;
        let head = first.header();
        if u64::try_from(envelopes.len()).ok()? > RUN_LEN_MAX {
            return None;
        }
        let mut run = Self {
            feed: head.feed,
            first_seq: head.seq,
            prev: head.prev,
            alg: first.alg(),
            person: head.person,
            boot: head.times.boot,
            entries: Vec::with_capacity(envelopes.len()),
        };
        let mut at = run.start();
        for envelope in envelopes {
            let header = envelope.header();
            let fits = header.feed == run.feed
                && header.seq == at.seq
                && header.prev == at.prev
                && envelope.alg() == run.alg;
            if !fits {
                return None;
            }
            run.entries.push(run.entry(&at, envelope));
            at = at.behind(header, envelope.id());
        }
        Some(run)
    }

    /// Splits envelopes (in any order of feeds, ascending within a feed) into runs.
    pub fn pack_all(envelopes: &[Envelope]) -> Vec<Self> {
        let mut runs = Vec::new();
        let mut start = 0;
        for end in 1..=envelopes.len() {
            let joined = envelopes.get(end).is_some_and(|next| {
                let last = &envelopes[end - 1];
                next.header().feed == last.header().feed
                    && next.header().seq == last.header().seq.saturating_add(1)
                    && next.header().prev == Some(last.id())
                    && next.alg() == last.alg()
                    && (end - start) as u64 != RUN_LEN_MAX
            });
            if !joined {
                runs.extend(Self::pack(&envelopes[start..end]));
                start = end;
            }
        }
        runs
    }

    /// Rebuilds the envelopes. Signatures are not checked here.
    pub fn unpack(self) -> Result<Vec<Envelope>, EnvelopeError> {
        let mut at = self.start();
        let mut out = Vec::with_capacity(self.entries.len());
        let (feed, alg, person, boot) = (self.feed, self.alg, self.person, self.boot);
        for entry in self.entries {
            let (header, body, signature) = entry.rebuild(&at, feed, person, boot);
            let envelope = Envelope::from_parts(header.to_bytes(), alg, signature, body)?;
            at = at.behind(&header, envelope.id());
            out.push(envelope);
        }
        Ok(out)
    }

    /// Which feed.
    pub fn feed(&self) -> &FeedKey {
        &self.feed
    }

    /// Sequence number of the first envelope.
    pub fn first_seq(&self) -> u64 {
        self.first_seq
    }

    /// How many envelopes.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn start(&self) -> Cursor {
        Cursor {
            seq: self.first_seq,
            prev: self.prev,
            object: None,
            wall: 0,
            mono: 0,
        }
    }

    fn entry(&self, at: &Cursor, envelope: &Envelope) -> Entry {
        let header = envelope.header();
        let wall = header.times.wall.0;
        let object = match header.object {
            None => ObjectForm::Genesis,
            Some(object) if Some(object) == at.object => ObjectForm::Same,
            Some(object) => ObjectForm::Is(object),
        };
        let body = match envelope.body() {
            Some(body) => BodyForm::Here(body.to_vec()),
            None => BodyForm::Withheld {
                len: header.body_len,
                hash: header.body_hash,
            },
        };
        Entry {
            kind: header.kind,
            object,
            wall_delta_ms: wall.wrapping_sub(at.wall),
            mono_delta_ms: header.times.mono.0.wrapping_sub(at.mono),
            wall_ahead_ms: header.times.gnss.map(|gnss| wall.wrapping_sub(gnss.0)),
            body,
            signature: *envelope.signature(),
            extras: Extras {
                person: (header.person != self.person).then_some(header.person),
                boot: (header.times.boot != self.boot).then_some(header.times.boot),
                after: header.after.clone(),
                desk: header.desk,
            },
        }
    }
}

impl Cursor {
    fn behind(self, header: &Header, id: Digest) -> Self {
        let made = ObjectId::from_bytes(id.prefix16());
        Self {
            seq: self.seq.saturating_add(1),
            prev: Some(id),
            object: Some(header.object.unwrap_or(made)),
            wall: header.times.wall.0,
            mono: header.times.mono.0,
        }
    }
}

impl Entry {
    fn rebuild(
        self,
        at: &Cursor,
        feed: FeedKey,
        person: Option<PersonId>,
        boot: BootId,
    ) -> (Header, Option<Vec<u8>>, Signature) {
        let wall = at.wall.wrapping_add(self.wall_delta_ms);
        let (body, body_len, body_hash) = match self.body {
            BodyForm::Here(body) => {
                // A body longer than a header can say is refused when the header is read back.
                let len = u32::try_from(body.len()).unwrap_or(u32::MAX);
                let hash = Digest::sha256(&body);
                (Some(body), len, hash)
            }
            BodyForm::Withheld { len, hash } => (None, len, hash),
        };
        let header = Header {
            feed,
            person: self.extras.person.unwrap_or(person),
            seq: at.seq,
            prev: at.prev,
            kind: self.kind,
            object: match self.object {
                ObjectForm::Genesis => None,
                ObjectForm::Same => at.object,
                ObjectForm::Is(object) => Some(object),
            },
            times: DeviceTimes {
                wall: UnixMs(wall),
                mono: MonoMs(at.mono.wrapping_add(self.mono_delta_ms)),
                boot: self.extras.boot.unwrap_or(boot),
                gnss: self
                    .wall_ahead_ms
                    .map(|ahead| UnixMs(wall.wrapping_sub(ahead))),
            },
            body_len,
            body_hash,
            after: self.extras.after,
            desk: self.extras.desk,
        };
        (header, body, self.signature)
    }
}

impl<C> Encode<C> for Run {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(11)?
            .encode_with(self.feed.unit, ctx)?
            .encode_with(self.feed.audience, ctx)?;
        e.encode_with(self.feed.device, ctx)?.u32(self.feed.epoch)?;
        e.encode_with(self.feed.lane, ctx)?
            .u64(self.first_seq)?
            .encode_with(self.prev, ctx)?;
        e.u8(self.alg.number())?
            .encode_with(self.person, ctx)?
            .u32(self.boot.0)?;
        e.encode_with(&self.entries, ctx)?.ok()
    }
}

impl<'b> Decode<'b, ()> for Run {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 11)?;
        let feed = FeedKey {
            unit: d.decode()?,
            audience: d.decode()?,
            device: d.decode()?,
            epoch: d.u32()?,
            lane: d.decode()?,
        };
        let first_seq = d.u64()?;
        let prev = cbor::nullable(d)?;
        let alg = match d.u8()? {
            1 => SignatureAlg::Ed25519,
            2 => SignatureAlg::EcdsaP256,
            _ => return Err(DecodeError::message("unknown signature algorithm")),
        };
        let (person, boot) = (cbor::nullable(d)?, BootId(d.u32()?));
        let entries = cbor::list_of(d, RUN_LEN_MAX)?;
        Ok(Self {
            feed,
            first_seq,
            prev,
            alg,
            person,
            boot,
            entries,
        })
    }
}

impl<C> Encode<C> for Entry {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let extras = self.extras != Extras::default();
        e.array(if extras { 8 } else { 7 })?.u16(self.kind.code())?;
        match self.object {
            ObjectForm::Genesis => e.null()?.ok()?,
            ObjectForm::Same => e.u8(0)?.ok()?,
            ObjectForm::Is(object) => e.encode_with(object, ctx)?.ok()?,
        }
        e.i64(self.wall_delta_ms)?
            .i64(self.mono_delta_ms.wrapping_sub(self.wall_delta_ms))?;
        e.encode_with(self.wall_ahead_ms, ctx)?;
        match &self.body {
            BodyForm::Here(body) => e.bytes(body)?.ok()?,
            BodyForm::Withheld { len, hash } => {
                e.array(2)?.u32(*len)?.encode_with(*hash, ctx)?.ok()?;
            }
        }
        e.encode_with(self.signature, ctx)?;
        if extras {
            e.encode_with(&self.extras, ctx)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for Entry {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let len = cbor::array_len(d)?;
        let kind = Kind::from_code(d.u16()?);
        let object = match d.datatype()? {
            Type::Null => {
                d.null()?;
                ObjectForm::Genesis
            }
            Type::Bytes => ObjectForm::Is(d.decode()?),
            _ if d.u8()? == 0 => ObjectForm::Same,
            _ => return Err(DecodeError::message("unknown object form")),
        };
        let wall_delta_ms = d.i64()?;
        let mono_delta_ms = d.i64()?.wrapping_add(wall_delta_ms);
        let wall_ahead_ms = cbor::nullable(d)?;
        let body = if d.datatype()? == Type::Array {
            cbor::array_of(d, 2)?;
            BodyForm::Withheld {
                len: d.u32()?,
                hash: d.decode()?,
            }
        } else {
            let body = d.bytes()?;
            if u32::try_from(body.len())
                .ok()
                .is_none_or(|len| len > BODY_LEN_MAX)
            {
                return Err(DecodeError::message("body longer than its limit"));
            }
            BodyForm::Here(body.to_vec())
        };
        let signature = d.decode()?;
        let extras = match len {
            7 => Extras::default(),
            8 => d.decode()?,
            _ => return Err(DecodeError::message("entry of another length")),
        };
        Ok(Self {
            kind,
            object,
            wall_delta_ms,
            mono_delta_ms,
            wall_ahead_ms,
            body,
            signature,
            extras,
        })
    }
}

impl<C> Encode<C> for Extras {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let len = u64::from(self.person.is_some())
            + u64::from(self.boot.is_some())
            + u64::from(!self.after.is_empty())
            + u64::from(self.desk.is_some());
        e.map(len)?;
        if let Some(person) = self.person {
            e.u8(0)?.encode_with(person, ctx)?;
        }
        if let Some(boot) = self.boot {
            e.u8(1)?.u32(boot.0)?;
        }
        if !self.after.is_empty() {
            e.u8(2)?.encode_with(&self.after, ctx)?;
        }
        if let Some(desk) = self.desk {
            e.u8(3)?.encode_with(desk, ctx)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for Extras {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        let extras = Self {
            person: if f.has(d, 0)? {
                Some(cbor::nullable(d)?)
            } else {
                None
            },
            boot: f.maybe(d, 1)?.map(BootId),
            after: if f.has(d, 2)? {
                cbor::list_of(d, AFTER_MAX)?
            } else {
                Vec::new()
            },
            desk: f.maybe(d, 3)?,
        };
        f.close()?;
        Ok(extras)
    }
}
