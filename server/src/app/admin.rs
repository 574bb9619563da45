//! What an administrator of a bureau does: founding, backup, restoring, verifying.

mod backup;
mod beside;
mod folder;
mod found;
mod orders;
mod restore;
mod verify;
mod zones;

pub use beside::Beside;
pub use folder::{DataFolder, Founded, Opening};
pub use found::{Founding, UnitFile, found};
pub use orders::{MachineOrder, obey_next};
pub use restore::restore;
pub use verify::{Verified, verify_log};

#[cfg(test)]
mod tests;
