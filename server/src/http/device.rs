//! What phones ask for: enrolment, sync, files. Every request but the first is signed.

pub mod enrol;
pub mod files;
pub mod sync;
