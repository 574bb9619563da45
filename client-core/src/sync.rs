//! Handing over and fetching, as a state machine without I/O.
//!
//! You drive it like this: [`SyncSession::start`] gives a first [`Step`]; do what it says; give the answer
//! back ([`SyncSession::on_reply`], [`SyncSession::on_uploaded`]) and get the next step, until
//! [`Step::Done`]. When an answer does not come, drop the session or send the same bytes again: everything
//! is idempotent, and nothing is marked as handed over before a reply says so. [`drive`] does this with a
//! real transport and key.
//!
//! A reply's page and the cursor that belongs to it are stored in one transaction. "At the centre" is
//! never concluded from a request having returned: it needs a receipt that verifies against the log's key
//! and whose checkpoint goes on from the last one.

pub mod drive;
pub mod hold;
pub mod peer;
mod proof;
mod reply;
mod restored;
mod session;

pub use session::{Step, Summary, SyncError, SyncOptions, SyncSession, Why};
