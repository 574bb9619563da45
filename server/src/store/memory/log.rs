//! The log in the model.

use tala_protocol::log::NodeHash;

use super::State;
use crate::store::{LogReads, LogRow, LogWrites, StoreError};

impl LogReads for State {
    fn log(&self) -> Result<Option<LogRow>, StoreError> {
        Ok(self.log.clone())
    }

    fn node(&self, level: u32, index: u64) -> Result<Option<NodeHash>, StoreError> {
        Ok(self.nodes.get(&(level, index)).copied())
    }

    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError> {
        let all = self.checkpoints.iter();
        Ok(all.map(|(size, note)| (*size, note.clone())).collect())
    }

    fn restore_statements(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        Ok(self.restored.clone())
    }
}

impl LogWrites for State {
    fn set_log(&mut self, log: &LogRow) -> Result<(), StoreError> {
        self.log = Some(log.clone());
        Ok(())
    }

    fn put_node(&mut self, level: u32, index: u64, hash: &NodeHash) -> Result<(), StoreError> {
        self.nodes.entry((level, index)).or_insert(*hash);
        Ok(())
    }

    fn reset_log(&mut self, statements: &[Vec<u8>]) -> Result<(), StoreError> {
        self.nodes.clear();
        self.checkpoints.clear();
        self.restored = statements.to_vec();
        Ok(())
    }

    fn put_checkpoint(&mut self, size: u64, note: &[u8]) -> Result<(), StoreError> {
        self.checkpoints
            .entry(size)
            .or_insert_with(|| note.to_vec());
        Ok(())
    }
}
