//! What the centre does.
//!
//! You are here because you call the centre (from HTTP, the command line or a simulation) or change what
//! it does. [`Centre`] is the whole of it: it takes a [`crate::store::Store`], its keys and its
//! [`Effects`] (clock and randomness) as arguments. Calls block; call them from a thread that may.
//!
//! An envelope's way: [`ingest`] checks form, signature and entitlement where it arrived; [`writer`] commits
//! it on the one writing thread, in groups, through [`commit`] (number, place in its feed, leaf, delivery
//! lists, in one transaction); the answer leaves after the disk has it.

pub mod access;
pub mod admin;
mod centre;
pub mod commit;
pub mod desk;
mod effects;
pub mod enrolment;
mod error;
pub mod ingest;
mod keys;
mod limits;
pub mod live;
mod present;
pub mod project;
mod proofs;
pub mod reader;
pub mod registries;
mod scopes;
pub mod session;
mod shared;
pub mod staff;
pub mod sync;
mod turns;
pub mod writer;

pub use centre::{Centre, CentreKeys, CentreParts, NoUploads, Uploads};
pub use desk::Addressee;
pub use effects::{Effects, SystemEffects};
pub use error::AppError;
pub use keys::{KeyError, Signer, SoftwareKey};
pub use limits::DeviceLimits;
pub use scopes::device_scopes;
pub use sync::DeviceCtx;
