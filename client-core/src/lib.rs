//! `tala-client`: the phone's engine, without a screen.
pub mod store;
