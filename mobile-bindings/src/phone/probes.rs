//! Calls that only tests make: a panic, a leak, and nothing at all.

use super::Phone;
use crate::error::TalaError;

#[uniffi::export]
impl Phone {
    /// Panics, to show what becomes of a panic.
    #[allow(clippy::panic, reason = "that is what it is for")]
    pub fn probe_panic(&self) -> Result<(), TalaError> {
        panic!("a panic that a test asked for")
    }

    /// Panics half way through a change, to show that nobody goes on from there.
    #[allow(clippy::panic, reason = "that is what it is for")]
    pub fn probe_panic_within(&self) -> Result<(), TalaError> {
        let _half_way = self.inside.lock()?;
        panic!("a panic within, that a test asked for")
    }

    /// Does nothing, to show what a call costs.
    pub fn probe_noop(&self, number: u32) -> Result<u32, TalaError> {
        Ok(number)
    }

    /// Forgets memory, to show that a search for leaks would see it.
    pub fn probe_leak(&self, kib: u32) -> Result<(), TalaError> {
        let bytes = usize::try_from(kib).unwrap_or(0).saturating_mul(1_024);
        // Not zeros: those would take no memory before somebody writes to them.
        std::mem::forget(vec![0xa5u8; bytes]);
        Ok(())
    }
}
