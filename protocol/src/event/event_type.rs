//! What can happen to a case.

macro_rules! event_types {
    ($($(#[$doc:meta])* $name:ident = $code:literal, $word:literal;)*) => {
        /// What happened to a case. Codes are part of the format and never reused.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum EventType {
            $($(#[$doc])* $name,)*
            /// A code from a newer version: kept, counted and shown, not interpreted.
            Newer(u64),
        }

        impl EventType {
            /// Every type this version knows, in code order.
            pub const KNOWN: &[Self] = &[$(Self::$name),*];

            /// The code that is stored.
            pub const fn code(self) -> u64 {
                match self {
                    $(Self::$name => $code,)*
                    Self::Newer(code) => code,
                }
            }

            /// Reads a stored code; never fails.
            pub const fn from_code(code: u64) -> Self {
                match code {
                    $($code => Self::$name,)*
                    other => Self::Newer(other),
                }
            }

            /// The word used in APIs.
            pub const fn word(self) -> &'static str {
                match self {
                    $(Self::$name => $word,)*
                    Self::Newer(_) => "newer",
                }
            }
        }
    };
}

event_types! {
    /// The crime unit has it before it (收到), code 1.
    Received = 1, "received";
    /// Taken on as a case (受案), code 2.
    Accepted = 2, "accepted";
    /// The legal review has spoken (审核), code 3.
    Reviewed = 3, "reviewed";
    /// Filed for investigation (立案), code 4.
    Filed = 4, "filed";
    /// Sent back to whoever it came from (退回), code 5.
    Returned = 5, "returned";
    /// Handed to another unit or authority (移送), code 6.
    Transferred = 6, "transferred";
    /// Ended (结案), code 7.
    Closed = 7, "closed";
    /// Taken up again after it was closed, code 8.
    Reopened = 8, "reopened";
    /// Given to a person to work on, code 9.
    Assigned = 9, "assigned";
    /// The field is asked for more, code 10.
    Asked = 10, "asked";
    /// An incident, case or campaign belongs to it, code 11.
    Linked = 11, "linked";
    /// A person decided something within it, code 12.
    Decided = 12, "decided";
    /// Somebody remarks something; needs no version, code 13.
    Comment = 13, "comment";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_survives_known_or_not() {
        for code in (0..=300).chain([u64::MAX]) {
            assert_eq!(EventType::from_code(code).code(), code);
        }
        let codes: Vec<u64> = EventType::KNOWN.iter().map(|t| t.code()).collect();
        assert_eq!(codes, (1..=13).collect::<Vec<_>>());
        assert_eq!(EventType::from_code(99).word(), "newer");
    }
}
