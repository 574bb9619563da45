//! The transparency log as it is kept: which log, how large, and its complete nodes.

use tala_protocol::id::LogId;
use tala_protocol::log::{NodeHash, NodeSource};

use super::{Reads, StoreError};

/// Which log this is and how far it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRow {
    /// Its id.
    pub id: LogId,
    /// Leaves at its head that are not envelopes: one restore statement per restoration.
    pub base: u64,
    /// How many leaves.
    pub size: u64,
    /// The right edge ([`tala_protocol::log::Frontier`]).
    pub frontier: Vec<u8>,
    /// The newest restore statement, signed, for a restored centre.
    pub restored: Option<Vec<u8>>,
    /// Leaves below this are in a verified backup.
    pub backed_up_to: u64,
}

/// Reading the log.
pub trait LogReads {
    /// The log, once there is one.
    fn log(&self) -> Result<Option<LogRow>, StoreError>;

    /// A complete node.
    fn node(&self, level: u32, index: u64) -> Result<Option<NodeHash>, StoreError>;

    /// Signed checkpoints that were kept, by size: (size, note).
    fn checkpoints(&self) -> Result<Vec<(u64, Vec<u8>)>, StoreError>;

    /// The restore statements at the head of the log, first leaf first.
    fn restore_statements(&self) -> Result<Vec<Vec<u8>>, StoreError>;
}

/// Writing the log.
pub trait LogWrites {
    /// Replaces the log's row.
    fn set_log(&mut self, log: &LogRow) -> Result<(), StoreError>;

    /// Keeps a complete node. Nodes never change: keeping the same one again is a no-op.
    fn put_node(&mut self, level: u32, index: u64, hash: &NodeHash) -> Result<(), StoreError>;

    /// Forgets all nodes and checkpoints and puts `statements` at the head: a new log begins.
    fn reset_log(&mut self, statements: &[Vec<u8>]) -> Result<(), StoreError>;

    /// Keeps a signed checkpoint. Idempotent by size.
    fn put_checkpoint(&mut self, size: u64, note: &[u8]) -> Result<(), StoreError>;
}

/// The nodes of a store as proofs ask for them. A failing read shows as a missing node.
pub struct StoredNodes<'a>(pub &'a dyn Reads);

impl NodeSource for StoredNodes<'_> {
    fn node(&self, level: u32, index: u64) -> Option<NodeHash> {
        self.0.node(level, index).ok().flatten()
    }
}
