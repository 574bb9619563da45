//! What desks read, each of them only what its person may see.
//!
//! Every list is read through a [`Grant`](crate::app::access::Grant), which only [`crate::app::access`]
//! gives. Nothing here takes a bare id from a request and trusts it: what a grant does not reach is not
//! found.

mod lists;
mod messages;
mod names;
mod tracks;

pub use lists::{AlertQuery, Behind, IncidentQuery, PatrolQuery, QuarantineQuery};
pub use messages::MessageQuery;
pub use tracks::{TrackPart, TrackQuery};

/// Rows of one page at most.
pub const PAGE_MAX: usize = 500;
