//! Track segments: up to 300 fixes as the bytes that are signed, sent and kept for ever.
//!
//! You are in the right place if you write a recorder ([`Segment::of`], [`encode`]), an index that wants
//! to know where and when without the fixes ([`read_header`]), or anything that shows or measures a track
//! ([`decode`], [`length_m`], [`export`]). Files of other programs come in through [`import`].
//!
//! A segment is lossless for every field of a [`Fix`], stands alone, and takes about 3.6 bytes a fix at
//! 1 Hz. It carries no checksum of its own: the envelope around it signs the hash of these bytes. Bytes
//! that no writer of ours made may decode, always to the same fixes everywhere; they are evidence of what
//! their signer sent. The layout is in `docs/formats/track-segment.md`, the choice of method in ADR 0002.
//!
//! Filters, sealing and the journal are the recorder's (`tala-client`), not this module's.

pub mod export;
pub mod import;

mod clocks;
mod header;
mod length;
mod segment;
mod tables;
#[doc(hidden)]
pub mod train;

mod axis;
mod bank;
mod chance;
mod column;
mod core;
mod logistic;
mod model;
mod number;
mod plain;
mod predictor;
mod rangecoder;
mod side;
mod trig;
mod units;
mod varint;

pub use self::core::{CoreError, Mode};
pub use clocks::{ClockStatement, ClockedFix, FixClocks, TRIPLE_APART_MS, triples};
pub use header::{
    Bounds, ColumnEntry, FORMAT, Gap, HeaderError, SegmentHeader, TimeSource, read_header,
};
pub use length::length_m;
pub use segment::{DecodeError, EncodeError, Segment, UnknownColumn, decode, encode};
pub use side::SideError;
pub use tables::TABLES_HASH_LEN;
pub use units::PointError;
pub use varint::VarintError;

/// The most fixes in a segment.
pub const SEGMENT_FIXES_MAX: usize = 300;
/// The most bytes in a segment, columns of newer versions included.
pub const SEGMENT_BYTES_MAX: usize = 65_536;

#[cfg(test)]
mod tests;
