//! What phones ask for: enrolment, sync, files, registries. Every request but the first is signed.

pub mod enrol;
pub mod files;
pub mod registries;
pub mod sync;
pub mod zones;
