//! Where a case can stand.

/// Where a case stands. Derived from its events, never written by anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum CaseStatus {
    /// Nothing has been received.
    #[default]
    None,
    /// Before the crime unit.
    Received,
    /// Taken on (受案).
    Accepted,
    /// The review agrees to filing.
    Reviewed,
    /// Filed (立案).
    Filed,
    /// Sent back to the reporting unit.
    Returned,
    /// With another unit or authority (移送).
    Transferred,
    /// Ended.
    Closed,
}

/// What the legal review says: the `outcome` of a `reviewed` event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Review {
    /// File it, code 1.
    File,
    /// Do not file it, code 2.
    DoNotFile,
    /// More is needed first, code 3.
    MoreNeeded,
    /// A code from a newer version: never taken for consent.
    Newer(u64),
}

impl CaseStatus {
    /// The word used in APIs.
    pub const fn word(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Received => "received",
            Self::Accepted => "accepted",
            Self::Reviewed => "reviewed",
            Self::Filed => "filed",
            Self::Returned => "returned",
            Self::Transferred => "transferred",
            Self::Closed => "closed",
        }
    }

    /// Is somebody working on it?
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::None | Self::Closed)
    }
}

impl Review {
    /// The code that is stored.
    pub const fn code(self) -> u64 {
        match self {
            Self::File => 1,
            Self::DoNotFile => 2,
            Self::MoreNeeded => 3,
            Self::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u64) -> Self {
        match code {
            1 => Self::File,
            2 => Self::DoNotFile,
            3 => Self::MoreNeeded,
            other => Self::Newer(other),
        }
    }
}
