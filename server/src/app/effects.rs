//! Clock and randomness, as arguments.

use std::time::{SystemTime, UNIX_EPOCH};

use tala_protocol::time::UnixMs;

/// What the centre takes from the world besides requests.
pub trait Effects: Send + Sync + 'static {
    /// The centre's clock.
    fn now(&self) -> UnixMs;

    /// Fills `bytes` with randomness fit for keys, or says that there is none.
    fn random(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error>;
}

/// The machine's clock and the operating system's randomness.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemEffects;

impl Effects for SystemEffects {
    fn now(&self) -> UnixMs {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let ms = since.map_or(0, |since| since.as_millis());
        UnixMs(i64::try_from(ms).unwrap_or(i64::MAX))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        getrandom::fill(bytes)
    }
}
