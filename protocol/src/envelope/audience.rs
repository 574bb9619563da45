//! Audiences: who may read what an envelope says, inside its unit.

use crate::id::ObjectId;

/// Who may read. A document's genesis fixes one audience for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Audience {
    /// The phones of the unit, and everybody at the desk who may see the unit, 0.
    Field,
    /// The command centre, 1.
    Command,
    /// The ecological-crime unit, 2.
    Crime,
    /// The team of one case, 3.
    Case(ObjectId),
}

impl<C> minicbor::Encode<C> for Audience {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Audience::Field => e.u8(0)?.ok(),
            Audience::Command => e.u8(1)?.ok(),
            Audience::Crime => e.u8(2)?.ok(),
            Audience::Case(id) => {
                e.array(2)?.u8(3)?;
                id.encode(e, ctx)
            }
        }
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Audience {
    fn decode(d: &mut minicbor::Decoder<'b>, ctx: &mut C) -> Result<Self, minicbor::decode::Error> {
        if d.datatype()? == minicbor::data::Type::Array {
            crate::cbor::array_of(d, 2)?;
            return match d.u8()? {
                3 => Ok(Audience::Case(ObjectId::decode(d, ctx)?)),
                _ => Err(minicbor::decode::Error::message("unknown audience")),
            };
        }
        match d.u8()? {
            0 => Ok(Audience::Field),
            1 => Ok(Audience::Command),
            2 => Ok(Audience::Crime),
            _ => Err(minicbor::decode::Error::message("unknown audience")),
        }
    }
}
