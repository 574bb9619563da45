//! Randomness as an argument.

/// Where random bytes come from: the platform outside, a seed in tests. Never made inside.
pub trait Entropy {
    /// Sixteen bytes that nobody can guess.
    fn bytes16(&mut self) -> [u8; 16];
}

impl<F: FnMut() -> [u8; 16]> Entropy for F {
    fn bytes16(&mut self) -> [u8; 16] {
        self()
    }
}
