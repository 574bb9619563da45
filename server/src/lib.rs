//! `tala-server`: the centre. `http -> app -> store`.
//!
//! You are here because you run, extend or test a centre. [`app`] is what the product does, each function
//! with who asks as its first argument; [`store`] keeps it, behind a trait in domain verbs. HTTP stands
//! above both and is not needed to use them: a simulation drives [`app::Centre`] directly.

pub mod app;
pub mod cli;
pub mod config;
#[cfg(feature = "failpoints")]
pub mod fail_at;
pub mod http;
pub mod media;
pub mod store;
pub mod store_door;
#[cfg(any(test, feature = "testing"))]
pub mod testing;
