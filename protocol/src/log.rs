//! The transparency log: what was handed over can be proved to be in it, and that nothing was changed
//! or taken out since.
//!
//! You are here because you number envelopes (the server: [`Frontier`], [`proof`], [`tile`]), because
//! you hold a [`Receipt`] or an [`Ack`] and want to know what it is worth (a phone, a supervisor, a
//! court expert), or because a restored server must say where it starts again ([`RestoreStatement`]).
//! A receipt says *stored*; whether an envelope was accepted is a `verdict`, elsewhere.
//!
//! Hashing is RFC 6962 (and 9162) over SHA-256. The leaf of an envelope is its whole signed form, so a
//! leaf hash is SHA-256(0x00 || signed form). Checkpoints are C2SP `tlog-checkpoint`s in C2SP
//! `signed-note`s, tiles are C2SP `tlog-tiles`: tools that others wrote can read them.
//! Signing happens elsewhere and may be slow: what is to be signed comes out as bytes, the signature
//! goes in as bytes.

mod ack;
mod checkpoint;
mod frontier;
mod hash;
mod key;
mod note;
pub mod proof;
mod range;
mod receipt;
mod restore;
pub mod tile;
mod tree;

#[cfg(test)]
pub(crate) mod reference;

pub use ack::{Ack, AckError, MAX_ACK_BYTES, SignedAck, envelopes_hash};
pub use checkpoint::{Checkpoint, CheckpointError};
pub use frontier::{Frontier, FrontierError};
pub use hash::{EMPTY_ROOT, NodeHash, leaf_hash, node_hash};
pub use key::LogKey;
pub use note::{
    MAX_NOTE_BYTES, MAX_NOTE_SIGNATURES, NoteError, NoteKey, NoteSignature, SignedNote,
};
pub use range::{MAX_RANGE_HASHES, range_proof, range_proof_nodes, root_from_range};
pub use receipt::{MAX_RECEIPT_BYTES, Receipt, ReceiptError};
pub use restore::{
    MAX_REASON_BYTES, MAX_RESTORE_BYTES, RestoreError, RestoreStatement, SignedRestore,
};
pub use tree::{MAX_SIZE, NodeId, NodeSource, ProofError, root_at};
