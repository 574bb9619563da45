//! Projections in the model.

use super::State;
use crate::store::projections::{ProjectionReads, ProjectionWrites};
use crate::store::{Lsn, StoreError};

/// All that is derived.
#[derive(Debug, Clone, Default)]
pub(super) struct Projections {
    projected_to: u64,
}

impl ProjectionReads for State {
    fn projected_to(&self) -> Result<Lsn, StoreError> {
        Ok(Lsn(self.projections.projected_to))
    }
}

impl ProjectionWrites for State {
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        self.projections.projected_to = lsn.0;
        Ok(())
    }
}
