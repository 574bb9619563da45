//! How a leg is travelled, and what is asked of its fixes.

/// How a leg is travelled. Codes are part of the format and never reused; a code this build does not
/// know is kept and shown as from a newer version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Transport {
    /// On horseback, code 1.
    Horse,
    /// On a motorcycle, code 2.
    Motorcycle,
    /// On foot, code 3.
    Foot,
    /// In a car or 4x4, code 4.
    Vehicle,
    /// A code from a newer version.
    Newer(u16),
}

impl Transport {
    /// The code that is stored.
    pub const fn code(self) -> u16 {
        match self {
            Transport::Horse => 1,
            Transport::Motorcycle => 2,
            Transport::Foot => 3,
            Transport::Vehicle => 4,
            Transport::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u16) -> Self {
        match code {
            1 => Transport::Horse,
            2 => Transport::Motorcycle,
            3 => Transport::Foot,
            4 => Transport::Vehicle,
            other => Transport::Newer(other),
        }
    }

    /// The word used in APIs and on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Transport::Horse => "horse",
            Transport::Motorcycle => "motorcycle",
            Transport::Foot => "foot",
            Transport::Vehicle => "vehicle",
            Transport::Newer(_) => "newer",
        }
    }

    /// Reads the word of the API and the command line.
    pub fn from_word(word: &str) -> Option<Self> {
        [
            Transport::Horse,
            Transport::Motorcycle,
            Transport::Foot,
            Transport::Vehicle,
        ]
        .into_iter()
        .find(|t| t.word() == word)
    }
}

/// What the recorder asks of the receiver on a leg, and what it marks as doubtful. Nothing is dropped
/// for failing a limit: such a fix is kept and scored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransportProfile {
    /// Which transport.
    pub transport: Transport,
    /// Wanted time between fixes, ms.
    pub interval_ms: i64,
    /// A fix nearer than this to the last one, within the interval, is thinned out, in dm. 0: never.
    pub min_distance_dm: i32,
    /// A fix faster than this is marked as a jump, cm/s.
    pub max_speed_cms: i32,
    /// A fix less accurate than this is marked as coarse, dm.
    pub max_accuracy_dm: i32,
    /// With no fix for this long there is a gap (cause: no fix), ms.
    pub gap_after_ms: i64,
}

impl TransportProfile {
    /// The profile that a phone starts with; a registry version may replace it.
    pub const fn builtin(transport: Transport) -> Self {
        let (interval_ms, max_speed_cms) = match transport {
            Transport::Horse => (1_000, 2_000),
            Transport::Motorcycle => (1_000, 4_500),
            Transport::Foot => (1_000, 1_000),
            Transport::Vehicle | Transport::Newer(_) => (1_000, 6_000),
        };
        Self {
            transport,
            interval_ms,
            min_distance_dm: 0,
            max_speed_cms,
            max_accuracy_dm: 1_000,
            gap_after_ms: 60_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_a_round_trip_known_or_not() {
        for code in 0..=300 {
            assert_eq!(Transport::from_code(code).code(), code);
        }
        assert_eq!(Transport::from_word("horse"), Some(Transport::Horse));
        assert_eq!(Transport::from_word("newer"), None);
    }
}
