//! `tala-mobile`: the phone's engine for Kotlin, Swift and the browser.
//!
//! This crate will hold wrappers only and exports nothing yet. If you look for what a phone does, go to
//! `tala-client`.
