//! `tala-protocol`: what is true everywhere in Tala, on a phone, at the centre and in court.
//!
//! You are in the right place if you need an id, a fix, the track codec, an envelope, a certificate,
//! a document, the admission gate, a sync message or a receipt. Everything here is a pure function of
//! its arguments: there is no I/O, no clock and no randomness in this crate. Storing and sending is
//! `tala-client` on a phone and `tala-server` at the centre.
//!
//! Reading order: [`id`], [`hash`], [`time`], [`fix`], then [`envelope`] and [`feed`], which carry
//! everything else.

pub mod cbor;
pub mod fields;
pub mod hash;
pub mod id;
pub mod key;
pub mod measure;
pub mod time;

pub mod fix;
pub mod track;
pub mod transport;

pub mod body;
pub mod cert;
pub mod envelope;
pub mod feed;

pub mod doc;
pub mod event;
pub mod gate;

pub mod geo;
pub mod registry;
pub mod triage;

pub mod log;
pub mod sync;

#[cfg(test)]
mod golden;
