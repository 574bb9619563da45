//! `tala-client`: the phone's engine, without a screen.
//!
//! You are in the right place if you build a phone: Android, iOS, a browser, a simulation, or the `tala`
//! command beside this. What is true on both ends of a wire (formats, signatures, documents, the gate) is
//! `tala-protocol`; what the centre does is `tala-server`, of which nothing is known here.
//!
//! The core does no I/O of its own, has no threads, reads no clock and makes no randomness: those are
//! arguments, and effects are values or sit behind four traits: [`store::Store`], [`signer::Signer`],
//! [`transport::Transport`], [`media::Blobs`]. Without the features `cli`, `sqlite` and `http` it compiles
//! for a browser.
//!
//! Reading order: [`engine`], [`recorder`], [`seal`], [`documents`], [`outbox`], [`sync`].

pub mod engine;
pub mod entropy;
pub mod identity;
pub mod install;
pub mod signer;

pub mod at_rest;
pub mod store;

pub mod patrols;
pub mod recorder;
pub mod seal;
pub mod segment;

pub mod documents;
pub mod media;

mod feeds;
pub mod intake;

pub mod beacon;
pub mod drafts;
pub mod enrol;
pub mod export;
#[cfg(all(feature = "sqlite", not(target_arch = "wasm32")))]
pub mod folder;
pub mod forget;
pub mod handset;
pub mod leaving;
pub mod messages;
pub mod outbox;
pub mod published;
pub mod status;
pub mod sync;
pub mod team;
pub mod transport;
pub mod urgent;

#[cfg(any(test, feature = "testing"))]
pub mod testing;

#[cfg(test)]
mod scenarios;
