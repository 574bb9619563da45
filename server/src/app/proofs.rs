//! Checkpoints, receipts and acknowledgements.

use ed25519_dalek::VerifyingKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::LogId;
use tala_protocol::log::{
    Ack, Checkpoint, Frontier, LogKey, NodeHash, Receipt, SignedAck, envelopes_hash, proof,
    range_proof,
};
use tala_protocol::sync::LeafRange;
use tala_protocol::time::UnixMs;

use super::error::AppError;
use super::keys::{KeyError, Signer};
use crate::store::{Reads, StoredNodes};

/// A checkpoint as it is handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    /// Which log.
    pub log: LogId,
    /// How many leaves.
    pub size: u64,
    /// The root over them.
    pub root: NodeHash,
    /// The signed note.
    pub note: Vec<u8>,
}

/// Signs the checkpoint of a log whose leaves are durable.
pub(super) fn sign_checkpoint(
    key: &dyn Signer,
    log: LogId,
    frontier: &Frontier,
) -> Result<SignedCheckpoint, AppError> {
    let (size, root) = (frontier.size(), frontier.root());
    let note = Checkpoint::new(log, size, root).to_note();
    let mut note = note.map_err(|error| AppError::Unsound(error.to_string()))?;
    let signature = key.sign(note.text().as_bytes())?;
    note.add_signature(log_key(key, log)?.note_key(), signature.as_bytes());
    Ok(SignedCheckpoint {
        log,
        size,
        root,
        note: note.to_string().into_bytes(),
    })
}

/// The log's key as receipts are verified with it.
pub(super) fn log_key(key: &dyn Signer, log: LogId) -> Result<LogKey, AppError> {
    let raw = key.public().as_ed25519().ok_or(KeyError::Unusable)?;
    match VerifyingKey::from_bytes(raw) {
        Ok(public) => Ok(LogKey::new(log, public)),
        Err(_) => Err(KeyError::Unusable.into()),
    }
}

/// Proves that leaves stand in the log under a checkpoint.
pub(super) fn receipt(
    reads: &dyn Reads,
    checkpoint: &SignedCheckpoint,
    range: LeafRange,
) -> Result<Receipt, AppError> {
    let nodes = StoredNodes(reads);
    let proof = range_proof(&nodes, range.first, range.count, checkpoint.size);
    Ok(Receipt {
        log_id: checkpoint.log,
        first_leaf: range.first,
        count: range.count,
        note: checkpoint.note.clone(),
        proof: proof.map_err(|error| AppError::Invalid(error.to_string()))?,
        newer: Default::default(),
    })
}

/// Proves that the log of `checkpoint` goes on from its first `from` leaves.
pub(super) fn consistency(
    reads: &dyn Reads,
    checkpoint: &SignedCheckpoint,
    from: u64,
) -> Result<(String, Vec<Digest>), AppError> {
    let made = proof::consistency(&StoredNodes(reads), from, checkpoint.size);
    let made = made.map_err(|error| AppError::Invalid(error.to_string()))?;
    let note = String::from_utf8_lossy(&checkpoint.note).into_owned();
    Ok((note, made.into_iter().map(Digest::from_sha256).collect()))
}

/// Acknowledges envelopes at once; the proof follows later.
pub(super) fn acknowledge(
    key: &dyn Signer,
    log: LogId,
    first_leaf: u64,
    ids: &[Digest],
    now: UnixMs,
) -> Result<SignedAck, AppError> {
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let ack = Ack::new(log, first_leaf, count, envelopes_hash(ids), now);
    let signature = key.sign(&ack.to_sign(log))?;
    Ok(SignedAck {
        ack,
        signature: *signature.as_bytes(),
    })
}
