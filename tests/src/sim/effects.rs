//! The centre's clock and randomness, out of the seed.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

use rand::{Rng as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tala_protocol::time::UnixMs;
use tala_server::app::Effects;

/// A clock that the run moves, and randomness that repeats.
#[derive(Debug)]
pub struct SimEffects {
    now: AtomicI64,
    rng: Mutex<ChaCha8Rng>,
}

impl SimEffects {
    /// At a time, with a seed.
    pub fn new(now_ms: i64, seed: u64) -> Self {
        Self {
            now: AtomicI64::new(now_ms),
            rng: Mutex::new(ChaCha8Rng::seed_from_u64(seed)),
        }
    }

    /// Sets the clock.
    pub fn set(&self, now_ms: i64) {
        self.now.store(now_ms, Ordering::SeqCst);
    }
}

impl Effects for SimEffects {
    fn now(&self) -> UnixMs {
        UnixMs(self.now.load(Ordering::SeqCst))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        rng.fill_bytes(bytes);
        Ok(())
    }
}
