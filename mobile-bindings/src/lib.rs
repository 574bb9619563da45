//! `tala-mobile`: the phone's engine for Kotlin, Swift and Python.
//!
//! You are in the right place if you put the engine behind a platform's screen. Nothing is decided here:
//! a [`Phone`] wraps a [`tala_client::handset::Handset`] with a folder, a keystore and a runtime, every
//! exported call returns a result, and a panic below reaches the other side as an exception. What a verb
//! means stands in `tala-client`.
//!
//! A screen asks for one snapshot at a time; [`Listener::changed`] only says that something did. Photos
//! cross as paths. Fixes cross as the platform delivers them, and are durable when the call returns.

mod error;
mod foreign;
mod phone;
mod platform;
mod records;
mod run;

pub use error::TalaError;
pub use foreign::{
    Connectivity, Device, KeyKind, Keystore, KeystoreError, Listener, LocationSource, Network,
    PlatformError,
};
pub use phone::{
    Enrolled, KeyHolder, OpenOptions, Opened, Phone, Screen, Shown, Signed, Snapshot, TakenIn,
};
pub use run::{SyncAsk, SyncProgress, SyncRun};

uniffi::setup_scaffolding!();
