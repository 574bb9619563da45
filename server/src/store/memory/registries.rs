//! Published versions of registries in the model.

use tala_protocol::hash::Digest;

use super::State;
use crate::store::{RegistryReads, RegistryRow, RegistryWrites, StoreError};

impl RegistryReads for State {
    fn registries(&self) -> Result<Vec<RegistryRow>, StoreError> {
        Ok(self.registries.values().cloned().collect())
    }

    fn registry(&self, hash: &Digest) -> Result<Option<RegistryRow>, StoreError> {
        let mut all = self.registries.values();
        Ok(all.find(|row| row.hash == *hash).cloned())
    }
}

impl RegistryWrites for State {
    fn add_registry(&mut self, row: &RegistryRow) -> Result<(), StoreError> {
        let key = (row.kind.clone(), row.number);
        self.registries.entry(key).or_insert_with(|| row.clone());
        Ok(())
    }
}
