//! What an administrator of a bureau does: founding, backup, restoring, verifying.

mod found;

pub use found::{Founding, UnitFile, found};
