//! The bodies of `certificate` envelopes.

use std::collections::BTreeMap;

use minicbor::decode::Error as DecodeError;
use minicbor::{Decode, Decoder, Encode, Encoder};

use super::{Role, UnitLevel};
use crate::cbor::{self, CborError, MapReader};
use crate::id::{DeviceId, ObjectId, PersonId, UnitId};
use crate::key::PublicKey;
use crate::time::UnixMs;

/// Longest statement, bytes.
const STATEMENT_LEN_MAX: usize = 8_192;
/// Longest name in one language, bytes.
const NAME_LEN_MAX: usize = 256;
/// Most languages of a name.
const NAMES_MAX: u64 = 8;

/// A dated statement by the root or an office. Canonical CBOR `[1, type, fields]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Statement {
    /// Type 1: whose a key is.
    Key(KeyStatement),
    /// Type 2: a unit and its place in the tree, from a date on.
    Unit(UnitStatement),
    /// Type 3: a person.
    Person(Person),
    /// Type 4: a person in a unit, with a role.
    Membership(Membership),
    /// Type 5: a device in a unit, carried by a person.
    Assignment(Assignment),
}

/// Whose a key is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyStatement {
    /// The key.
    pub key: PublicKey,
    /// What kind of holder.
    pub holder: Holder,
    /// Number given by the issuer, unique per issuer.
    pub serial: u64,
    /// From when sign-in and pull are allowed.
    pub from: UnixMs,
    /// Until when; `None`: until revoked. Never ends the admission of envelopes.
    pub until: Option<UnixMs>,
    /// A name for people.
    pub name: String,
}

/// What kind of holder a key has. Codes are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Holder {
    /// An office process, certified by the root, 1.
    Office,
    /// The transparency log, certified by the root, 2.
    Log,
    /// A phone, certified by an office, 3.
    Phone,
}

/// Names in several languages, keyed `zh`, `mn_cyrl`, `mn_mong`, `en`.
pub type Names = BTreeMap<String, String>;

/// A unit and its place in the tree from a date on. A later statement about the same unit moves or
/// renames it from its own date.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitStatement {
    /// Which unit.
    pub unit: UnitId,
    /// Its parent; `None` for the root of the tree.
    pub parent: Option<UnitId>,
    /// Its level.
    pub level: UnitLevel,
    /// Its names.
    pub names: Names,
    /// From when.
    pub from: UnixMs,
}

/// A person. The name is personal data: the body can be erased and the chain still verifies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Which person.
    pub person: PersonId,
    /// The name as the person writes it.
    pub name: String,
}

/// A person in a unit with a role; several at once, guests in a joint campaign too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// Who.
    pub person: PersonId,
    /// Where.
    pub unit: UnitId,
    /// As what.
    pub role: Role,
    /// From when.
    pub from: UnixMs,
    /// Until when; `None`: open. A later statement of the same person, unit and role replaces it.
    pub until: Option<UnixMs>,
    /// For guests: the campaign.
    pub campaign: Option<ObjectId>,
}

/// A device in a unit, carried by a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// Which device.
    pub device: DeviceId,
    /// In which unit.
    pub unit: UnitId,
    /// Who carries it.
    pub person: Option<PersonId>,
    /// From when; a later assignment ends this one.
    pub from: UnixMs,
}

impl Statement {
    /// The canonical bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        cbor::to_vec(self)
    }

    /// Reads canonical bytes. A type that this build does not know is `Ok(None)`: carried, not used.
    pub fn from_bytes(bytes: &[u8]) -> Result<Option<Self>, CborError> {
        let mut peek = Decoder::new(bytes);
        let kind = cbor::array_of(&mut peek, 3)
            .and_then(|()| peek.u8())
            .and_then(|_| peek.u16());
        if matches!(kind, Ok(kind) if !(1..=5).contains(&kind)) {
            return Ok(None);
        }
        cbor::from_slice("statement", bytes, STATEMENT_LEN_MAX).map(Some)
    }
}

impl Holder {
    const fn code(self) -> u8 {
        match self {
            Holder::Office => 1,
            Holder::Log => 2,
            Holder::Phone => 3,
        }
    }

    fn from_code(code: u8) -> Result<Self, DecodeError> {
        match code {
            1 => Ok(Holder::Office),
            2 => Ok(Holder::Log),
            3 => Ok(Holder::Phone),
            _ => Err(DecodeError::message("unknown key holder")),
        }
    }
}

impl<C> Encode<C> for Statement {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.array(3)?.u8(1)?;
        match self {
            Statement::Key(s) => {
                e.u8(1)?.map(5 + u64::from(s.until.is_some()))?;
                e.u8(0)?
                    .encode_with(&s.key, ctx)?
                    .u8(1)?
                    .u8(s.holder.code())?;
                e.u8(2)?.u64(s.serial)?.u8(3)?.i64(s.from.0)?;
                optional_time(e, 4, s.until)?;
                e.u8(5)?.str(&s.name)?.ok()
            }
            Statement::Unit(s) => {
                e.u8(2)?.map(4 + u64::from(s.parent.is_some()))?;
                e.u8(0)?.encode_with(s.unit, ctx)?;
                if let Some(parent) = s.parent {
                    e.u8(1)?.encode_with(parent, ctx)?;
                }
                e.u8(2)?.u8(s.level.code())?;
                e.u8(3)?;
                encode_names(e, &s.names)?;
                e.u8(4)?.i64(s.from.0)?.ok()
            }
            Statement::Person(s) => e
                .u8(3)?
                .map(2)?
                .u8(0)?
                .encode_with(s.person, ctx)?
                .u8(1)?
                .str(&s.name)?
                .ok(),
            Statement::Membership(s) => {
                let optional = u64::from(s.until.is_some()) + u64::from(s.campaign.is_some());
                e.u8(4)?
                    .map(4 + optional)?
                    .u8(0)?
                    .encode_with(s.person, ctx)?;
                e.u8(1)?
                    .encode_with(s.unit, ctx)?
                    .u8(2)?
                    .u16(s.role.code())?;
                e.u8(3)?.i64(s.from.0)?;
                optional_time(e, 4, s.until)?;
                if let Some(campaign) = s.campaign {
                    e.u8(5)?.encode_with(campaign, ctx)?;
                }
                e.ok()
            }
            Statement::Assignment(s) => {
                e.u8(5)?.map(3 + u64::from(s.person.is_some()))?;
                e.u8(0)?
                    .encode_with(s.device, ctx)?
                    .u8(1)?
                    .encode_with(s.unit, ctx)?;
                if let Some(person) = s.person {
                    e.u8(2)?.encode_with(person, ctx)?;
                }
                e.u8(3)?.i64(s.from.0)?.ok()
            }
        }
    }
}

impl<'b> Decode<'b, ()> for Statement {
    fn decode(d: &mut Decoder<'b>, _: &mut ()) -> Result<Self, DecodeError> {
        cbor::array_of(d, 3)?;
        if d.u8()? != 1 {
            return Err(DecodeError::message("unknown statement format"));
        }
        let kind = d.u16()?;
        let mut f = MapReader::open(d)?;
        let statement = match kind {
            1 => Statement::Key(KeyStatement {
                key: f.need(d, 0)?,
                holder: Holder::from_code(f.need(d, 1)?)?,
                serial: f.need(d, 2)?,
                from: UnixMs(f.need(d, 3)?),
                until: f.maybe(d, 4)?.map(UnixMs),
                name: name(f.need(d, 5)?)?,
            }),
            2 => Statement::Unit(UnitStatement {
                unit: f.need(d, 0)?,
                parent: f.maybe(d, 1)?,
                level: UnitLevel::from_code(f.need(d, 2)?)
                    .ok_or_else(|| DecodeError::message("unknown unit level"))?,
                names: if f.has(d, 3)? {
                    decode_names(d)?
                } else {
                    Names::new()
                },
                from: UnixMs(f.need(d, 4)?),
            }),
            3 => Statement::Person(Person {
                person: f.need(d, 0)?,
                name: name(f.need(d, 1)?)?,
            }),
            4 => Statement::Membership(Membership {
                person: f.need(d, 0)?,
                unit: f.need(d, 1)?,
                role: Role::from_code(f.need(d, 2)?),
                from: UnixMs(f.need(d, 3)?),
                until: f.maybe(d, 4)?.map(UnixMs),
                campaign: f.maybe(d, 5)?,
            }),
            5 => Statement::Assignment(Assignment {
                device: f.need(d, 0)?,
                unit: f.need(d, 1)?,
                person: f.maybe(d, 2)?,
                from: UnixMs(f.need(d, 3)?),
            }),
            _ => return Err(DecodeError::message("unknown statement type")),
        };
        f.close()?;
        Ok(statement)
    }
}

fn optional_time<W: minicbor::encode::Write>(
    e: &mut Encoder<W>,
    key: u8,
    time: Option<UnixMs>,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    if let Some(time) = time {
        e.u8(key)?.i64(time.0)?;
    }
    Ok(())
}

fn encode_names<W: minicbor::encode::Write>(
    e: &mut Encoder<W>,
    names: &Names,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    // Deterministic CBOR sorts keys by their encoded bytes: shorter keys first, then by letter.
    let mut sorted: Vec<_> = names.iter().collect();
    sorted.sort_by_key(|(lang, _)| (lang.len(), lang.as_str()));
    e.map(sorted.len() as u64)?;
    for (lang, name) in sorted {
        e.str(lang)?.str(name)?;
    }
    Ok(())
}

fn decode_names(d: &mut Decoder<'_>) -> Result<Names, DecodeError> {
    let len = cbor::map_len(d)?;
    if len > NAMES_MAX {
        return Err(DecodeError::message("too many names"));
    }
    let mut names = Names::new();
    for _ in 0..len {
        let (lang, text) = (d.str()?.to_owned(), name(d.str()?.to_owned())?);
        if names.insert(lang, text).is_some() {
            return Err(DecodeError::message("language named twice"));
        }
    }
    Ok(names)
}

fn name(text: String) -> Result<String, DecodeError> {
    if text.len() > NAME_LEN_MAX {
        return Err(DecodeError::message("name longer than its limit"));
    }
    Ok(text)
}
