//! What an administrator of a bureau does: founding, backup, restoring, verifying.

mod backup;
mod folder;
mod found;
mod restore;
mod verify;
mod zones;

pub use folder::{DataFolder, Founded, Opening};
pub use found::{Founding, UnitFile, found};
pub use restore::restore;
pub use verify::{Verified, verify_log};

#[cfg(test)]
mod tests;
