//! What is derived from envelopes for reading: it can be dropped and made again at any time.

use super::{Lsn, StoreError};

/// Reading projections.
pub trait ProjectionReads {
    /// Envelopes below this number are in the projections.
    fn projected_to(&self) -> Result<Lsn, StoreError>;
}

/// Writing projections. Every verb is idempotent by its key.
pub trait ProjectionWrites {
    /// Says how far the projections are.
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError>;
}
