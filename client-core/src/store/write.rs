//! What can be written in one transaction, and what can be asked for.

use tala_protocol::envelope::{Kind, Lane};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::sync::{Cursor, Scope};
use tala_protocol::time::UnixMs;

use super::rows::{
    Delivery, DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, Listing, MediaRow, PatrolRow,
    Place, ReceiptRow, RulingRow,
};

/// One change of a store.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// Sets a named value.
    Set(&'static str, Vec<u8>),
    /// Takes a named value away.
    Unset(&'static str),
    /// Adds a fix to the journal.
    Journal(JournalRow),
    /// Drops the journal of a patrol up to and including a row.
    DropJournal {
        /// Which patrol.
        patrol: ObjectId,
        /// Last row dropped.
        up_to: u64,
    },
    /// Puts a patrol.
    Patrol(PatrolRow),
    /// Puts a feed.
    Feed(FeedRow),
    /// Adds an envelope; one that is there already stays as it is.
    Envelope(Box<EnvelopeRow>),
    /// Adds the signature of an own envelope.
    Sign {
        /// Which envelope.
        id: Digest,
        /// Algorithm.
        alg: SignatureAlg,
        /// Signature.
        signature: Signature,
    },
    /// Moves an envelope on its way.
    Deliver {
        /// Which envelope.
        id: Digest,
        /// How far it has come.
        delivery: Delivery,
    },
    /// Sets where an envelope stands in its feed.
    Place {
        /// Which envelope.
        id: Digest,
        /// Where.
        place: Place,
    },
    /// Lets an envelope go.
    Forget(Digest),
    /// Puts a body back, or takes it away.
    Body {
        /// Which envelope.
        id: Digest,
        /// The body.
        body: Option<Vec<u8>>,
    },
    /// Puts a ruling of the office.
    Ruling(RulingRow),
    /// Adds a document; one that is there already stays as it is.
    Doc(DocRow),
    /// Puts what lists show of a document, or takes it away: it is no longer true.
    Listing {
        /// Which document.
        object: ObjectId,
        /// What they show.
        listing: Option<Listing>,
    },
    /// Puts the cache of a document, or takes it away.
    Cache {
        /// Which document.
        object: ObjectId,
        /// A verified cache, with the number of change envelopes that it was made of.
        cache: Option<(u64, Vec<u8>)>,
    },
    /// Takes away the caches of all documents.
    DropCaches,
    /// Puts a cursor.
    Cursor(Cursor),
    /// Drops a cursor.
    DropCursor(Scope),
    /// Adds a receipt.
    Receipt(ReceiptRow),
    /// Puts a file.
    Media(MediaRow),
    /// Puts a draft.
    Draft(DraftRow),
    /// Takes a draft away.
    DropDraft(String),
}

/// Which envelopes are asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pick {
    /// Own ones that wait for the key, in order of arrival.
    Unsigned,
    /// Of a kind, in order of arrival.
    OfKind(Kind),
    /// About an object, its genesis included, in order of arrival.
    OfObject(ObjectId),
    /// Of a feed from a sequence number on, forks left out, ascending.
    OfFeed {
        /// Which feed.
        feed: FeedKey,
        /// First sequence number.
        from: u64,
    },
    /// Signed, in a feed, on this phone only, of one lane; own before carried, by feed, ascending.
    ToSend(Lane),
    /// On consecutive leaves of a log, ascending.
    Leaves {
        /// Which log.
        log: LogId,
        /// First leaf.
        first: u64,
        /// How many.
        count: u64,
    },
    /// Claimed or acknowledged and not proved, of a log, by leaf.
    Unproved(LogId),
    /// Of another log than this: what a restored centre may lack, in order of arrival.
    OfOtherLogs(LogId),
    /// Taken in before a time, in order of arrival.
    KeptBefore(UnixMs),
    /// Everything behind an order of arrival.
    After(u64),
}
