//! A small world in memory: a bureau, a model of the centre, phones, keys that misbehave, disks that fill.
//!
//! For this crate's tests and the simulation. The model of the centre keeps the protocol's promises in the
//! plainest way; it is no server. What goes wrong here panics: these are test tools.
#![allow(
    clippy::expect_used,
    reason = "test tools stop where something cannot be"
)]

mod bureau;
mod centre;
mod faulty;
mod link;
mod phone;
mod signers;

pub use bureau::Bureau;
pub use centre::{Centre, Mood};
pub use faulty::{CommitTap, Fault, Faults, FaultyStore, TappedStore};
pub use link::MemoryLink;
pub use phone::{Dice, Phone, block_on};
pub use signers::{KeyMood, TestSigner};
