//! Lanes: four queues of one writer, each ordered by itself.

/// Which queue a feed is. An urgent envelope never waits for a bulk one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Lane {
    /// Calls for help and acknowledgements, 0.
    Urgent,
    /// Changes, events, messages, statements, 1.
    Record,
    /// Track segments, 2.
    Track,
    /// Descriptions of media, 3.
    Media,
}

impl Lane {
    /// All lanes, most urgent first.
    pub const ALL: [Lane; 4] = [Lane::Urgent, Lane::Record, Lane::Track, Lane::Media];

    /// The word used in APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Lane::Urgent => "urgent",
            Lane::Record => "record",
            Lane::Track => "track",
            Lane::Media => "media",
        }
    }

    /// The number in the header.
    pub const fn code(self) -> u8 {
        match self {
            Lane::Urgent => 0,
            Lane::Record => 1,
            Lane::Track => 2,
            Lane::Media => 3,
        }
    }

    /// Reads the number in the header. Lanes are fixed for a format version.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Lane::Urgent),
            1 => Some(Lane::Record),
            2 => Some(Lane::Track),
            3 => Some(Lane::Media),
            _ => None,
        }
    }
}

impl<C> minicbor::Encode<C> for Lane {
    fn encode<W: minicbor::encode::Write>(
        &self,
        e: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        e.u8(self.code())?.ok()
    }
}

impl<'b, C> minicbor::Decode<'b, C> for Lane {
    fn decode(d: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        Lane::from_code(d.u8()?).ok_or_else(|| minicbor::decode::Error::message("unknown lane"))
    }
}
