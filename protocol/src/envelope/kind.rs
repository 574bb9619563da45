//! What kind of thing an envelope's body is.

/// The kinds of version 1. An unknown kind is verified, numbered, receipted, carried and shown as from
/// a newer version; it is never interpreted and never quarantined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// A track segment, 1.
    Track,
    /// One Automerge change, 2.
    Change,
    /// An event of a case or another state machine, 3.
    Event,
    /// A message between people, 4.
    Message,
    /// A call for help, 5.
    Sos,
    /// An acknowledgement of another envelope, 6.
    Ack,
    /// A second officer's signature, 7.
    Cosign,
    /// The description of a file kept outside, 8.
    Media,
    /// What an unsigned tracker sent, wrapped by the office, 9.
    Intake,
    /// A grant of access, 10.
    Grant,
    /// Accept, refuse or release of another envelope, 11.
    Verdict,
    /// An order to erase a body, with its legal ground, 12.
    Erasure,
    /// A statement about a key, unit, person or membership, 13.
    Certificate,
    /// A revocation of a device, 14.
    Revocation,
    /// A kind from a newer version.
    Newer(u16),
}

const KNOWN: [Kind; 14] = [
    Kind::Track,
    Kind::Change,
    Kind::Event,
    Kind::Message,
    Kind::Sos,
    Kind::Ack,
    Kind::Cosign,
    Kind::Media,
    Kind::Intake,
    Kind::Grant,
    Kind::Verdict,
    Kind::Erasure,
    Kind::Certificate,
    Kind::Revocation,
];

impl Kind {
    /// The number in the header.
    pub fn code(self) -> u16 {
        match self {
            Kind::Newer(code) => code,
            known => KNOWN
                .iter()
                .zip(1..)
                .find(|(k, _)| **k == known)
                .map_or(0, |(_, n)| n),
        }
    }

    /// Reads the number in the header; never fails.
    pub fn from_code(code: u16) -> Self {
        let known = usize::from(code).checked_sub(1).and_then(|i| KNOWN.get(i));
        known.copied().unwrap_or(Kind::Newer(code))
    }

    /// The word used in APIs and logs.
    pub const fn word(self) -> &'static str {
        match self {
            Kind::Track => "track",
            Kind::Change => "change",
            Kind::Event => "event",
            Kind::Message => "message",
            Kind::Sos => "sos",
            Kind::Ack => "ack",
            Kind::Cosign => "cosign",
            Kind::Media => "media",
            Kind::Intake => "intake",
            Kind::Grant => "grant",
            Kind::Verdict => "verdict",
            Kind::Erasure => "erasure",
            Kind::Certificate => "certificate",
            Kind::Revocation => "revocation",
            Kind::Newer(_) => "newer",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_known_or_not() {
        for code in 0..400 {
            assert_eq!(Kind::from_code(code).code(), code);
        }
        assert_eq!(Kind::Track.code(), 1);
        assert_eq!(Kind::Revocation.code(), 14);
        assert_eq!(Kind::from_code(15), Kind::Newer(15));
    }
}
