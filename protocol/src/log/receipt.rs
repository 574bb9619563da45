//! A receipt (回执): these leaves stand in the log, side by side, under a signed checkpoint.

use super::checkpoint::{Checkpoint, CheckpointError};
use super::hash::NodeHash;
use super::key::LogKey;
use super::note::MAX_NOTE_BYTES;
use super::range::{MAX_RANGE_HASHES, root_from_range};
use super::tree::ProofError;
use crate::fields::{Fields, FieldsError, Raw};
use crate::id::LogId;

/// Longest receipt that is read, bytes.
pub const MAX_RECEIPT_BYTES: usize = MAX_NOTE_BYTES + MAX_RANGE_HASHES * 32 + 256;

/// Proof that `count` leaves from `first_leaf` on are in the log. It says *stored*, not *accepted*.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Which log.
    pub log_id: LogId,
    /// Index of the first leaf.
    pub first_leaf: u64,
    /// How many leaves.
    pub count: u64,
    /// The checkpoint as a signed note, byte for byte.
    pub note: Vec<u8>,
    /// The range proof from the leaves to the checkpoint's root.
    pub proof: Vec<NodeHash>,
    /// Fields of a newer version.
    pub newer: Fields,
}

/// Why bytes are not a receipt, or the receipt proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// Not the canonical form.
    #[error("reading the receipt")]
    Form(#[from] FieldsError),
    /// The receipt is of another log than the key.
    #[error("the receipt is of log {0}")]
    Log(LogId),
    /// The checkpoint is not the log's.
    #[error("checking the checkpoint")]
    Checkpoint(#[from] CheckpointError),
    /// Another number of leaf hashes than the receipt covers.
    #[error("the receipt covers {covered} leaves, {given} were given")]
    Count {
        /// What the receipt says.
        covered: u64,
        /// What was given.
        given: usize,
    },
    /// The proof does not lead from the leaves to the checkpoint.
    #[error("checking the range proof")]
    Proof(#[from] ProofError),
}

impl Receipt {
    /// Checks that exactly these leaves are in the log whose key this is, and returns the checkpoint.
    pub fn verify(&self, leaves: &[NodeHash], key: &LogKey) -> Result<Checkpoint, ReceiptError> {
        if self.log_id != key.log_id() {
            return Err(ReceiptError::Log(self.log_id));
        }
        if self.count != leaves.len() as u64 {
            return Err(ReceiptError::Count {
                covered: self.count,
                given: leaves.len(),
            });
        }
        let checkpoint = Checkpoint::verify(&self.note, key)?;
        let root = root_from_range(leaves, self.first_leaf, checkpoint.size, &self.proof)?;
        if root == checkpoint.root {
            Ok(checkpoint)
        } else {
            Err(ProofError::Root.into())
        }
    }

    /// The leaves it covers.
    pub fn leaves(&self) -> std::ops::Range<u64> {
        self.first_leaf..self.first_leaf.saturating_add(self.count)
    }

    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut fields = self.newer.clone();
        fields
            .set(0, 1u64)
            .set(1, Raw::bytes(self.log_id.as_bytes()))
            .set(2, self.first_leaf)
            .set(3, self.count)
            .set(4, Raw::bytes(&self.note))
            .set(5, Raw::bytes(&self.proof.concat()));
        fields.to_bytes()
    }

    /// Reads the canonical form. Nothing is believed before [`Self::verify`].
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ReceiptError> {
        let mut fields = Fields::parse(bytes, MAX_RECEIPT_BYTES)?;
        fields.take_format(1)?;
        let log_id = LogId::from_bytes(fields.take_array(1, "log id")?);
        let first_leaf = fields.take_u64(2, "first leaf")?;
        let count = fields.take_u64(3, "count")?;
        let note = fields.take_bytes(4, "checkpoint", MAX_NOTE_BYTES)?;
        let hashes = fields.take_bytes(5, "range proof", MAX_RANGE_HASHES * 32)?;
        let (proof, rest) = hashes.as_chunks::<32>();
        if !rest.is_empty() {
            return Err(FieldsError::Invalid("range proof").into());
        }
        Ok(Self {
            log_id,
            first_leaf,
            count,
            note,
            proof: proof.to_vec(),
            newer: fields,
        })
    }
}

#[cfg(test)]
mod tests;
