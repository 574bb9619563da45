//! Roles that a membership can give.

/// A role of a person in a unit. Codes are part of the format and never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Patrol officer, 1.
    Officer,
    /// Auxiliary officer: records, may not sign evidence alone, 2.
    Auxiliary,
    /// Chief of a station, 3.
    StationChief,
    /// Duty officer of a command centre, 4.
    DutyOfficer,
    /// Investigator of an ecological-crime unit, 5.
    Investigator,
    /// Supervisor: reads everything below, changes nothing, 6.
    Supervisor,
    /// Administrator: devices, people, quarantine; no content, 7.
    Administrator,
    /// A role from a newer version: gives nothing here.
    Newer(u16),
}

const WORDS: [(Role, &str); 7] = [
    (Role::Officer, "officer"),
    (Role::Auxiliary, "auxiliary"),
    (Role::StationChief, "station_chief"),
    (Role::DutyOfficer, "duty_officer"),
    (Role::Investigator, "investigator"),
    (Role::Supervisor, "supervisor"),
    (Role::Administrator, "administrator"),
];

impl Role {
    /// The seven roles of version 1.
    pub const ALL: [Role; 7] = [
        Role::Officer,
        Role::Auxiliary,
        Role::StationChief,
        Role::DutyOfficer,
        Role::Investigator,
        Role::Supervisor,
        Role::Administrator,
    ];

    /// The stored code.
    pub fn code(self) -> u16 {
        match self {
            Role::Newer(code) => code,
            known => Role::ALL
                .iter()
                .zip(1..)
                .find(|(r, _)| **r == known)
                .map_or(0, |(_, n)| n),
        }
    }

    /// Reads a stored code; never fails.
    pub fn from_code(code: u16) -> Self {
        let known = usize::from(code)
            .checked_sub(1)
            .and_then(|i| Role::ALL.get(i));
        known.copied().unwrap_or(Role::Newer(code))
    }

    /// The word used in APIs and files.
    pub fn word(self) -> &'static str {
        WORDS
            .iter()
            .find(|(role, _)| *role == self)
            .map_or("newer", |(_, word)| word)
    }

    /// Reads the word of APIs and files.
    pub fn from_word(word: &str) -> Option<Self> {
        WORDS
            .iter()
            .find(|(_, w)| *w == word)
            .map(|(role, _)| *role)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_words_round_trip() {
        for code in 0..50 {
            assert_eq!(Role::from_code(code).code(), code);
        }
        for role in Role::ALL {
            assert_eq!(Role::from_word(role.word()), Some(role));
        }
        assert_eq!(Role::from_word("king"), None);
    }
}
