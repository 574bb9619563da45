//! What a phone and the centre, or two phones, say to each other.
//!
//! Push and pull are one request: [`SyncRequest`] carries what the sender has to hand over and where it
//! stands in each audience's delivery list; [`SyncReply`] says what became of each envelope, proves it,
//! and carries what is new. One round trip is a normal sync, and repeating one is harmless: envelopes
//! are known by their hash and a cursor only moves with the page it belongs to.
//!
//! Two phones use [`peer`]: a hash of what each has, then what the other lacks. Enrolment is [`enrol`].
//! Messages are canonical CBOR in a zstd frame ([`frame`]).

pub mod enrol;
pub mod frame;
pub mod http_signature;
pub mod peer;
mod reply;
mod request;

#[cfg(test)]
mod tests;

pub use reply::{Outcome, REPLY_LEN_MAX, Refusal, Span, SyncReply};
pub use request::{
    BUDGET_DEFAULT_BYTES, Cursor, FEATURE_OWN, LIST_CLOSED, LeafRange, REQUEST_LEN_MAX, Scope,
    SyncRequest, Versions,
};
