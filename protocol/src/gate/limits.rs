//! The one table of fixed limits. They are part of the format: two replicas with different limits
//! would admit different changes and never agree again, so a limit is only ever changed with a
//! format number.

/// Bytes of one change chunk, header included.
pub const CHANGE_BYTES: u64 = 65_536;
/// Changes that one change may name as its direct ancestors.
pub const DEPS: u64 = 64;
/// Bytes of an actor id: exactly this many.
pub const ACTOR_BYTES: u64 = 16;
/// Other actors that one change may refer to.
pub const OTHER_ACTORS: u64 = 255;
/// The highest sequence number of an actor in one document.
pub const SEQ: u64 = 1 << 20;
/// The highest operation counter of a document.
pub const OP_COUNTER: u64 = 1 << 20;
/// Bytes of a change's message.
pub const MESSAGE_BYTES: u64 = 256;
/// Columns of a change.
pub const COLUMNS: u64 = 16;
/// Operations of one change, and so rows of any one column.
pub const OPS: u64 = 4_096;
/// Predecessors of all operations of one change together.
pub const PREDS: u64 = 8_192;
/// Bytes of a map key.
pub const KEY_BYTES: u64 = 256;
/// Objects inside objects. Bounds the recursion of whoever walks a document.
pub const DEPTH: u64 = 16;
/// How far a change's time may lie from 1970, in ms, either way: what calendars can show. Automerge
/// keeps times as differences, which overflow near the ends of 64 bits (seen 2026-11-22: a panic in
/// `hexane`).
pub const TIME_MS: u64 = 8_640_000_000_000_000;
/// How large a counter may start, and one increment be, either way. With [`OP_COUNTER`] increments
/// no sum overflows.
pub const COUNTER: u64 = 1 << 40;
