//! `tala-tests`: what crosses crates. Simulation, fault rings, hostile input, benches, end to end.
//!
//! The programs under `src/bin/` are started by `cargo xtask`; what they do lives here, one module each.

pub mod bench_ingest;
pub mod bench_phone;
pub mod bench_sync;
pub mod bindings;
pub mod demo;
pub mod hostile;
pub mod kill_loop;
pub mod oracle;
pub mod rig;
pub mod sim;
