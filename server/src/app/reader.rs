//! What desks read, each of them only what its person may see.
//!
//! A [`Reader`] is made from the person who asks, out of today's memberships and today's tree; every list is
//! read through it. Nothing here takes a bare id from a request and trusts it: what a reader may not see is
//! not found.

mod lists;
mod names;
mod sight;
mod tracks;

pub use lists::{Behind, IncidentQuery, PatrolQuery, QuarantineQuery};
pub use sight::Reader;
pub use tracks::{TrackPart, TrackQuery};

/// Rows of one page at most.
pub const PAGE_MAX: usize = 500;
