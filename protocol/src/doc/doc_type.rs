//! What kinds of document there are.

/// The kind of a document. Codes are part of the format and never reused; a code this build does
/// not know is kept, carried and shown as from a newer version. A case is no document: it is signed
/// events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum DocType {
    /// A ride: team, transport, purpose, legs, notes. Code 1.
    Patrol,
    /// Something seen: category, place, measurements, evidence. Code 2.
    Incident,
    /// Persons, vehicles and informants, with an audience of its own. Code 3.
    Parties,
    /// Where a patrol is meant to go, when, and its tasks. Code 4.
    Plan,
    /// A code from a newer version.
    Newer(u16),
}

impl DocType {
    /// The code that is stored.
    pub const fn code(self) -> u16 {
        match self {
            DocType::Patrol => 1,
            DocType::Incident => 2,
            DocType::Parties => 3,
            DocType::Plan => 4,
            DocType::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u16) -> Self {
        match code {
            1 => DocType::Patrol,
            2 => DocType::Incident,
            3 => DocType::Parties,
            4 => DocType::Plan,
            other => DocType::Newer(other),
        }
    }

    /// The word used in APIs and exports.
    pub const fn word(self) -> &'static str {
        match self {
            DocType::Patrol => "patrol",
            DocType::Incident => "incident",
            DocType::Parties => "parties",
            DocType::Plan => "plan",
            DocType::Newer(_) => "newer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_a_round_trip_known_or_not() {
        for code in 0..=300 {
            assert_eq!(DocType::from_code(code).code(), code);
        }
        assert_eq!(DocType::from_code(2).word(), "incident");
        assert_eq!(DocType::from_code(77).word(), "newer");
    }
}
