//! The signed part of an envelope.

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::Kind;
use crate::cbor::{self, CborError, MapReader};
use crate::feed::FeedKey;
use crate::hash::Digest;
use crate::id::{DeviceId, ObjectId, PersonId, RowId, UnitId};
use crate::time::{BootId, DeviceTimes, MonoMs, UnixMs};

/// The format number of version 1.
const FORMAT: u8 = 1;
/// Longest body, bytes. What is larger is media and lives outside.
pub const BODY_LEN_MAX: u32 = 72 * 1024;
/// Longest header, bytes.
pub const HEADER_LEN_MAX: usize = 2_048;
/// Most envelopes of other lanes that one may name as coming before it.
pub const AFTER_MAX: u64 = 8;

/// The signed part: who says what kind of thing about which object, when and after what.
///
/// Canonical CBOR map with integer keys 0 to 15; absent optional fields are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Header {
    /// The feed this stands in: unit, audience, device, epoch, lane.
    pub feed: FeedKey,
    /// Who says it, where a person does.
    pub person: Option<PersonId>,
    /// Place in the feed, from 1.
    pub seq: u64,
    /// Hash of the signed part before it in the feed; absent exactly at 1.
    pub prev: Option<Digest>,
    /// What the body is.
    pub kind: Kind,
    /// The object it is about; absent where it makes a new one (a genesis) or is about none.
    pub object: Option<ObjectId>,
    /// The device's three times.
    pub times: DeviceTimes,
    /// Length of the body, bytes.
    pub body_len: u32,
    /// Hash of the body.
    pub body_hash: Digest,
    /// Envelopes of other lanes that come before this one.
    pub after: Vec<Digest>,
    /// For office processes that sign for staff: on whose behalf, and how they had signed in.
    pub desk: Option<Desk>,
}

/// On whose behalf an office process signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Desk {
    /// Code of the role used (see [`crate::cert::Role`]).
    pub role: u16,
    /// The session.
    pub session: RowId,
    /// How the person had signed in.
    pub sign_in: SignIn,
}

/// Means of sign-in. Codes are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn {
    /// Password, 1.
    Password,
    /// Password asked for again for this act, 2.
    PasswordAgain,
    /// The bureau's single sign-on, 3.
    Oidc,
    /// A code from a newer version.
    Newer(u16),
}

/// Why bytes are not a header.
#[derive(Debug, thiserror::Error)]
pub enum HeaderError {
    /// Not the canonical form.
    #[error("cannot read the header")]
    Form(#[from] CborError),
}

impl Header {
    /// The canonical bytes that are signed and hashed.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads the canonical bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HeaderError> {
        Ok(cbor::from_slice("header", bytes, HEADER_LEN_MAX)?)
    }

    /// The unit it belongs to.
    pub fn unit(&self) -> UnitId {
        self.feed.unit
    }

    /// The device that says it.
    pub fn device(&self) -> DeviceId {
        self.feed.device
    }
}

impl SignIn {
    /// The stored code.
    pub const fn code(self) -> u16 {
        match self {
            SignIn::Password => 1,
            SignIn::PasswordAgain => 2,
            SignIn::Oidc => 3,
            SignIn::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u16) -> Self {
        match code {
            1 => SignIn::Password,
            2 => SignIn::PasswordAgain,
            3 => SignIn::Oidc,
            other => SignIn::Newer(other),
        }
    }
}

impl<C> Encode<C> for Header {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let optional = u64::from(self.person.is_some())
            + u64::from(self.prev.is_some())
            + u64::from(self.object.is_some())
            + u64::from(!self.after.is_empty())
            + u64::from(self.desk.is_some());
        e.map(11 + optional)?.u8(0)?.u8(FORMAT)?;
        e.u8(1)?.encode_with(self.feed.unit, ctx)?;
        e.u8(2)?.encode_with(self.feed.audience, ctx)?;
        e.u8(3)?.encode_with(self.feed.device, ctx)?;
        if let Some(person) = self.person {
            e.u8(4)?.encode_with(person, ctx)?;
        }
        e.u8(5)?.u32(self.feed.epoch)?;
        e.u8(6)?.encode_with(self.feed.lane, ctx)?;
        e.u8(7)?.u64(self.seq)?;
        if let Some(prev) = self.prev {
            e.u8(8)?.encode_with(prev, ctx)?;
        }
        e.u8(9)?.u16(self.kind.code())?;
        if let Some(object) = self.object {
            e.u8(10)?.encode_with(object, ctx)?;
        }
        e.u8(11)?.encode_with(TimesForm(self.times), ctx)?;
        e.u8(12)?.u32(self.body_len)?;
        e.u8(13)?.encode_with(self.body_hash, ctx)?;
        if !self.after.is_empty() {
            e.u8(14)?.encode_with(&self.after, ctx)?;
        }
        if let Some(desk) = self.desk {
            e.u8(15)?.encode_with(desk, ctx)?;
        }
        e.ok()
    }
}

impl<'b> Decode<'b, ()> for Header {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        let mut f = MapReader::open(d)?;
        if f.need::<u8>(d, 0)? != FORMAT {
            return Err(DecodeError::message("unknown envelope format"));
        }
        let (unit, audience, device) = (f.need(d, 1)?, f.need(d, 2)?, f.need(d, 3)?);
        let person = f.maybe(d, 4)?;
        let (epoch, lane, seq) = (f.need(d, 5)?, f.need(d, 6)?, f.need(d, 7)?);
        let feed = FeedKey {
            unit,
            audience,
            device,
            epoch,
            lane,
        };
        let header = Self {
            feed,
            person,
            seq,
            prev: f.maybe(d, 8)?,
            kind: Kind::from_code(f.need(d, 9)?),
            object: f.maybe(d, 10)?,
            times: f.need::<TimesForm>(d, 11)?.0,
            body_len: f.need(d, 12)?,
            body_hash: f.need(d, 13)?,
            after: if f.has(d, 14)? {
                cbor::list_of(d, AFTER_MAX)?
            } else {
                Vec::new()
            },
            desk: f.maybe(d, 15)?,
        };
        f.close()?;
        if seq == 0 || (seq == 1) != header.prev.is_none() {
            return Err(DecodeError::message(
                "sequence and previous hash do not fit",
            ));
        }
        if header.body_len > BODY_LEN_MAX {
            return Err(DecodeError::message("body longer than its limit"));
        }
        Ok(header)
    }
}

/// `[wall, mono, boot, gnss or null]`: how [`DeviceTimes`] stand in a header.
struct TimesForm(DeviceTimes);

impl<C> Encode<C> for TimesForm {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        let times = self.0;
        e.array(4)?
            .i64(times.wall.0)?
            .i64(times.mono.0)?
            .u32(times.boot.0)?;
        match times.gnss {
            Some(gnss) => e.i64(gnss.0)?.ok(),
            None => e.null()?.ok(),
        }
    }
}

impl<'b> Decode<'b, ()> for TimesForm {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 4)?;
        Ok(Self(DeviceTimes {
            wall: UnixMs(d.i64()?),
            mono: MonoMs(d.i64()?),
            boot: BootId(d.u32()?),
            gnss: cbor::nullable::<i64>(d)?.map(UnixMs),
        }))
    }
}

impl<C> Encode<C> for Desk {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?
            .u16(self.role)?
            .encode_with(self.session, ctx)?
            .u16(self.sign_in.code())?
            .ok()
    }
}

impl<'b> Decode<'b, ()> for Desk {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 3)?;
        Ok(Self {
            role: d.u16()?,
            session: d.decode()?,
            sign_in: SignIn::from_code(d.u16()?),
        })
    }
}
