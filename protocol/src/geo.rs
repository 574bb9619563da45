//! placeholder
mod measured;
pub use measured::Measured;
