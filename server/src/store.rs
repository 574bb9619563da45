//! What the centre keeps, in domain verbs.
//!
//! You are here because you write what the product does ([`crate::app`]) and need something kept or
//! found, or because you add a store. A [`Store`] gives one [`Writer`] and any number of consistent
//! reads. All writing happens inside [`Writer::transact`]: everything in it is durable when it returns,
//! or nothing is. What is true of envelopes, feeds, lists and the log (numbering, placement, who sees
//! what) is decided in `app`, once for all stores; a store only keeps and finds, in the order that each
//! verb names.
//!
//! Two stores pass the same conformance suite (`conformance`): [`sqlite`] and the model in memory
//! ([`memory`]).
//!
//! Types are those that PostgreSQL has too: times are i64 ms, coordinates i32 at 1e-7 degree, ids 16 bytes,
//! texts compare byte by byte.

mod accounts;
#[cfg(any(test, feature = "testing"))]
pub mod conformance;
mod delivery;
mod envelopes;
mod error;
mod feeds;
mod log;
pub mod memory;
pub mod projections;
mod quarantine;
mod registries;
pub mod sqlite;
mod statements;

pub use accounts::{AccountReads, AccountWrites, EnrolmentRow, StaffRow};
pub use delivery::{DeliveryEntry, DeliveryReads, DeliveryWrites};
pub use envelopes::{EnvelopeReads, EnvelopeWrites, Lsn, NewEnvelope, Standing, StoredEnvelope};
pub use error::StoreError;
pub use feeds::{FeedNo, FeedReads, FeedRow, FeedWrites, Neighbour, Told};
pub use log::{LogReads, LogRow, LogWrites, StoredNodes};
pub use quarantine::{QuarantineReads, QuarantineReason, QuarantineRow, QuarantineWrites};
pub use registries::{RegistryReads, RegistryRow, RegistryWrites};
pub use statements::{StatementReads, StatementWrites, Subject};

use projections::{ProjectionReads, ProjectionWrites};

/// All that can be asked. Within one read, and within one transaction, answers agree with each other.
pub trait Reads:
    EnvelopeReads
    + FeedReads
    + DeliveryReads
    + LogReads
    + StatementReads
    + QuarantineReads
    + AccountReads
    + RegistryReads
    + ProjectionReads
{
}

/// A transaction that is being written. It reads what it wrote.
pub trait Tx:
    Reads
    + EnvelopeWrites
    + FeedWrites
    + DeliveryWrites
    + LogWrites
    + StatementWrites
    + QuarantineWrites
    + AccountWrites
    + RegistryWrites
    + ProjectionWrites
{
    /// Runs a part of the transaction that can fail on its own: on an error its writes are taken back and
    /// those before it stand.
    fn part(&mut self, part: &mut Part<'_>) -> Result<(), StoreError>;
}

/// Something to be read at one moment.
pub type Reading<'a> = dyn FnMut(&dyn Reads) -> Result<(), StoreError> + 'a;
/// Something to be written all or not at all.
pub type Part<'a> = dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + 'a;

/// The one writer of a store.
pub trait Writer: Send {
    /// Atomic and durable: when this returns `Ok`, everything written is on disk (fsync) and visible to
    /// reads that begin afterwards; on an error nothing is. After [`StoreError::Commit`] nobody knows what
    /// the disk holds: stop, open again, verify.
    fn transact(&mut self, part: &mut Part<'_>) -> Result<(), StoreError>;
}

/// A store of one centre.
pub trait Store: Send + Sync + 'static {
    /// Takes the writer. There is one; a second call fails with [`StoreError::WriterTaken`].
    fn take_writer(&self) -> Result<Box<dyn Writer>, StoreError>;

    /// Gives a writer of this store back, so that it can be taken again.
    fn return_writer(&self, writer: Box<dyn Writer>);

    /// Reads at one moment: no write becomes visible in between.
    fn reading(&self, reading: &mut Reading<'_>) -> Result<(), StoreError>;

    /// Writes a consistent copy of everything into `to` while writing goes on.
    fn copy_to(&self, to: &std::path::Path) -> Result<(), StoreError>;

    /// Checks what the store can check of itself (pages, indexes); an empty list means sound.
    fn check(&self) -> Result<Vec<String>, StoreError>;
}

/// Reads one value at one moment.
pub fn read<T>(
    store: &dyn Store,
    mut get: impl FnMut(&dyn Reads) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut got = None;
    store.reading(&mut |reads| {
        got = Some(get(reads)?);
        Ok(())
    })?;
    got.ok_or(StoreError::Damaged("read without an answer"))
}
