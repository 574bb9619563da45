//! What a phone keeps, behind one fallible trait in domain verbs.
//!
//! You are here because you write a store or call one. Every change goes through [`Store::commit`]: a
//! list of [`Write`]s that happens as a whole and is durable when it returns `Ok`. On `Err` nothing of it
//! happened, and nothing may be acknowledged to anybody. Reading is by [`Pick`] and by name.
//!
//! Two stores live here: [`memory::MemoryStore`], the model, and `sqlite::SqliteStore`, the phone's. One
//! suite runs over both (`store/suite.rs`). What the rows mean is the business of the engine's modules.

pub mod memory;
mod rows;
#[cfg(any(feature = "sqlite", all(feature = "browser", target_arch = "wasm32")))]
pub mod sqlite;
mod tally;
mod write;

#[cfg(any(test, feature = "testing"))]
pub mod suite;

pub use rows::{
    Delivery, DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, LeafAt, Listing, MediaRow,
    PatrolRow, PatrolState, Place, ReceiptRow, RulingRow,
};
pub use tally::{Tally, Whereabouts};
pub use write::{Pick, Write};

use std::collections::BTreeMap;
use std::error::Error;

use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::Cursor;

/// Why a store could not do what was asked. Nothing of the batch happened.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room left on the device.
    #[error("no room left on the device")]
    Full(#[source] Source),
    /// The device failed to read or write.
    #[error("the device's storage failed while {doing}")]
    Io {
        /// What was being done.
        doing: &'static str,
        /// What the storage said.
        #[source]
        source: Source,
    },
    /// What is stored cannot be read back.
    #[error("stored {what} cannot be read")]
    Damaged {
        /// Which row.
        what: &'static str,
        /// Why.
        #[source]
        source: Source,
    },
    /// A newer version wrote this store. It is left as it is.
    #[error("store of version {found}, this build reads up to {known}")]
    Newer {
        /// What the file says.
        found: i64,
        /// What this build knows.
        known: i64,
    },
    /// The file belongs to another program.
    #[error("not a store of this program")]
    Foreign,
    /// A key was given, and this build cannot encrypt. Nothing was written.
    #[error("this build cannot encrypt its store")]
    NoCipher,
    /// The key is not that of this file, or the head of the file is damaged. It is left as it is.
    #[error("the key does not open this store")]
    WrongKey(#[source] Source),
    /// A safety setting did not take hold.
    #[error("setting {name} is {found}, must be {wanted}")]
    Setting {
        /// Which.
        name: &'static str,
        /// What reading it back gave.
        found: String,
        /// What it has to be.
        wanted: &'static str,
    },
}

/// An error of whatever lies below a store.
pub type Source = Box<dyn Error + Send + Sync>;

/// A phone's store.
pub trait Store {
    /// Does all of `batch`, or nothing. Durable when it returns `Ok`.
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError>;

    /// A named value.
    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError>;

    /// Fixes of a patrol that wait to be sealed, oldest first.
    fn journal(&self, patrol: ObjectId) -> Result<Vec<JournalRow>, StoreError>;

    /// How many fixes of a patrol wait to be sealed.
    fn journal_len(&self, patrol: ObjectId) -> Result<u64, StoreError>;

    /// Patrols recorded on this phone, newest first.
    fn patrols(&self) -> Result<Vec<PatrolRow>, StoreError>;

    /// One feed.
    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError>;

    /// All feeds held.
    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError>;

    /// One envelope, forks included.
    fn envelope(&self, id: &Digest) -> Result<Option<EnvelopeRow>, StoreError>;

    /// The envelope that stands at a place of a feed; forks are not asked.
    fn at(&self, feed: &FeedKey, seq: u64) -> Result<Option<EnvelopeRow>, StoreError>;

    /// Envelopes by what they are, at most `limit`, in the order that [`Pick`] says.
    fn envelopes(&self, pick: &Pick, limit: usize) -> Result<Vec<EnvelopeRow>, StoreError>;

    /// What the office decided about an envelope.
    fn ruling(&self, envelope: &Digest) -> Result<Option<RulingRow>, StoreError>;

    /// A document that is held.
    fn doc(&self, object: ObjectId) -> Result<Option<DocRow>, StoreError>;

    /// Every document that is held, oldest first.
    fn docs(&self) -> Result<Vec<DocRow>, StoreError>;

    /// The cache of a document, with the number of change envelopes that it was made of.
    fn cache(&self, object: ObjectId) -> Result<Option<(u64, Vec<u8>)>, StoreError>;

    /// How things stand with every object that something is held about.
    fn tallies(&self) -> Result<BTreeMap<ObjectId, Tally>, StoreError>;

    /// How far the delivery lists were read.
    fn cursors(&self) -> Result<Vec<Cursor>, StoreError>;

    /// The newest verified receipt over a leaf.
    fn receipt(&self, log: LogId, leaf: u64) -> Result<Option<ReceiptRow>, StoreError>;

    /// A file kept outside.
    fn media(&self, hash: &Digest) -> Result<Option<MediaRow>, StoreError>;

    /// Every file kept outside, oldest first.
    fn media_all(&self) -> Result<Vec<MediaRow>, StoreError>;

    /// Every draft, the one saved last first.
    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError>;
}
