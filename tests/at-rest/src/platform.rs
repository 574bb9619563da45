//! What surrounds the worker's handset: a key, clocks, and the system's randomness.

use std::cell::Cell;

use tala_client::handset::Platform;
use tala_client::media::FolderBlobs;
use tala_client::testing::TestSigner;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

/// The worker's surroundings.
pub struct Pocket {
    key: TestSigner,
    /// Seconds since the ride began; every question takes one.
    second: Cell<i64>,
}

impl Pocket {
    /// A pocket whose clocks begin at this second of the ride.
    pub fn new(second: i64) -> Self {
        Self {
            key: TestSigner::new(8),
            second: Cell::new(second),
        }
    }
}

/// Sixteen bytes from the system.
pub fn random16() -> [u8; 16] {
    let mut bytes = [0; 16];
    #[allow(
        clippy::expect_used,
        reason = "nothing may be encrypted without randomness"
    )]
    getrandom::fill(&mut bytes).expect("the system gives random bytes");
    bytes
}

impl Platform for Pocket {
    type Key = TestSigner;
    type Files = FolderBlobs;

    fn now(&self) -> DeviceTimes {
        let second = self.second.get();
        self.second.set(second + 1);
        DeviceTimes {
            wall: UnixMs(1_790_000_000_000 + second * 1_000),
            mono: MonoMs(5_000_000 + second * 1_000),
            boot: BootId(1),
            gnss: None,
        }
    }

    fn random16(&self) -> [u8; 16] {
        random16()
    }

    fn key(&self) -> &TestSigner {
        &self.key
    }

    fn battery_pct(&self) -> Option<u8> {
        Some(71)
    }
}
