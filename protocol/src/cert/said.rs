//! One statement as it was heard: what was said, by whom, and when it was made.

use super::{CertError, Revocation, Statement};
use crate::envelope::{Envelope, Kind};
use crate::feed::FeedKey;
use crate::hash::Digest;
use crate::time::UnixMs;

/// Where a statement stands among others about the same thing: the later one counts.
///
/// An office dates what it says later than everything that it has heard ([`super::Directory::date_now`]),
/// so the date is an order and not the word of a clock; it is all there is between feeds that travels with
/// a statement (the log's order does not survive a restore). Two offices that date alike without having
/// heard of each other are told apart by epoch, place in the feed, and last by hash, so that everybody
/// decides alike. No phone's clock has a say: phones make no statements.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Made {
    at: UnixMs,
    epoch: u32,
    seq: u64,
    id: Digest,
}

/// What a statement says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word {
    /// The body of a `certificate`.
    Certificate(Statement),
    /// The body of a `revocation`.
    Revocation(Revocation),
}

/// A statement whose signature holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Said {
    pub(super) made: Made,
    pub(super) by_root: bool,
    pub(super) feed: FeedKey,
    pub(super) word: Word,
}

impl Made {
    pub(super) fn of(envelope: &Envelope) -> Self {
        let header = envelope.header();
        Self {
            at: header.times.wall,
            epoch: header.feed.epoch,
            seq: header.seq,
            id: envelope.id(),
        }
    }

    /// Place in the feed.
    pub(super) const fn seq(&self) -> u64 {
        self.seq
    }
}

impl Word {
    /// Reads a body; a statement of a newer type is `None`.
    pub(super) fn read(kind: Kind, body: &[u8]) -> Result<Option<Self>, CertError> {
        match kind {
            Kind::Certificate => Ok(Statement::from_bytes(body)?.map(Word::Certificate)),
            Kind::Revocation => Ok(Some(Word::Revocation(Revocation::from_bytes(body)?))),
            _ => Err(CertError::OtherKind),
        }
    }

    /// Whether what others may say can depend on it, if the root says it.
    pub(super) const fn gives_authority(&self) -> bool {
        matches!(
            self,
            Word::Certificate(Statement::Key(_)) | Word::Revocation(_)
        )
    }
}
