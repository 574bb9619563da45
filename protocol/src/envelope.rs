//! Envelopes: everything a device or the office says.
//!
//! You are here because you write, read, send or prove something. An envelope is a [`Header`] that says
//! who says what kind of thing about which object, when, and after what; a signature over it; and a body
//! that stands outside, bound by length and hash, so that it can be withheld, sent later or erased while
//! the chain still verifies.
//!
//! Two forms, both frozen by golden files (`docs/formats/envelope.md`): the **signed form** is a
//! COSE_Sign1 that stands alone ([`signed`]); the **wire form** is a run of one feed in which the sender
//! leaves off what the receiver can rebuild ([`wire`]). Whether an envelope fits its feed is
//! [`crate::feed`]; whether its author may say it is [`crate::cert`]; whether a change may enter a
//! document is [`crate::gate`].

mod audience;
mod header;
mod kind;
mod lane;
mod sealed;
pub mod signed;
pub mod wire;

pub use audience::Audience;
pub use header::{AFTER_MAX, BODY_LEN_MAX, Desk, HEADER_LEN_MAX, Header, HeaderError, SignIn};
pub use kind::Kind;
pub use lane::Lane;
#[cfg(test)]
mod tests;

pub use sealed::{Envelope, EnvelopeError, Realm, Unsigned};
