//! Bodies that belong to the core of the system: what stands behind an envelope of kind `track`,
//! `change`, `media`, `verdict` or `grant`, and the beacon, which is no envelope at all.
//!
//! Bodies of events, messages, calls for help and the like are in [`crate::event`]; statements about
//! keys and people are in [`crate::cert`].

mod beacon;
mod change;
mod grant;
mod media;
mod track;
mod verdict;

#[cfg(test)]
mod tests;

pub use beacon::{BEACON_LEN_MAX, Beacon, BeaconError, SignedBeacon};
pub use change::ChangeBody;
pub use grant::Grant;
pub use media::{CHUNK_LEN, MEDIA_LEN_MAX, MediaBody, chunk_root};
pub use track::TrackBody;
pub use verdict::{Ruling, VerdictBody};

pub(crate) const BODY_MAX: usize = crate::envelope::BODY_LEN_MAX as usize;
