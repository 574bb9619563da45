//! `tala-wasm`: the phone's engine in a browser's worker.
//!
//! You are in the right place if you change what the worker of `web/field` can ask for. One [`Phone`] is one
//! origin's store: SQLCipher over files of the origin's private file system, the link to the centre through
//! fetch, signatures by a key that the worker holds and nobody can read. What the verbs mean is decided in
//! `tala_client::handset`; keys, PIN, locks between windows and everything else of the platform is the
//! worker's, in TypeScript.
//!
//! Compiled for wasm32 only; anywhere else this crate is empty.
#![cfg(target_arch = "wasm32")]

mod error;
mod phone;
mod platform;
mod sync;

pub use phone::Phone;
