//! How much one device may hand over, so that one flood does not drown the others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tala_protocol::id::DeviceId;
use tala_protocol::time::UnixMs;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// Limits per device. What is over a limit is answered with *later*, before anything is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceLimits {
    /// Bytes of headers and bodies a day (UTC).
    pub bytes_a_day: u64,
    /// Microseconds of checking a minute.
    pub cpu_us_a_minute: u64,
    /// Bytes in quarantine that were not released.
    pub quarantine_bytes: u64,
}

impl Default for DeviceLimits {
    /// A day of a phone is about 1 MB without media; room for a hundred.
    fn default() -> Self {
        Self {
            bytes_a_day: 256 * 1024 * 1024,
            cpu_us_a_minute: 30_000_000,
            quarantine_bytes: 16 * 1024 * 1024,
        }
    }
}

/// What each device has used. Lives as long as the process.
#[derive(Debug, Default)]
pub(super) struct Usage(Mutex<HashMap<DeviceId, Used>>);

#[derive(Debug, Clone, Copy, Default)]
struct Used {
    day: i64,
    bytes: u64,
    minute: i64,
    cpu_us: u64,
}

impl Usage {
    /// Takes `bytes` from the device's day; false where that is more than is left.
    pub(super) fn take_bytes(
        &self,
        limits: &DeviceLimits,
        device: DeviceId,
        bytes: u64,
        now: UnixMs,
    ) -> bool {
        self.with(device, now, |used| {
            let sum = used.bytes.saturating_add(bytes);
            let fits = sum <= limits.bytes_a_day && used.cpu_us <= limits.cpu_us_a_minute;
            if fits {
                used.bytes = sum;
            }
            fits
        })
    }

    /// Notes time spent on checking what the device handed over.
    pub(super) fn add_cpu(&self, device: DeviceId, us: u64, now: UnixMs) {
        self.with(device, now, |used| {
            used.cpu_us = used.cpu_us.saturating_add(us)
        });
    }

    fn with<T>(&self, device: DeviceId, now: UnixMs, change: impl FnOnce(&mut Used) -> T) -> T {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let used = all.entry(device).or_default();
        let (day, minute) = (now.0.div_euclid(DAY_MS), now.0.div_euclid(MINUTE_MS));
        if used.day != day {
            (used.day, used.bytes) = (day, 0);
        }
        if used.minute != minute {
            (used.minute, used.cpu_us) = (minute, 0);
        }
        change(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_has_its_bytes_and_the_next_day_has_them_again() {
        let limits = DeviceLimits {
            bytes_a_day: 10,
            ..DeviceLimits::default()
        };
        let (usage, device) = (Usage::default(), DeviceId::from_bytes([1; 16]));
        assert!(usage.take_bytes(&limits, device, 9, UnixMs(0)));
        assert!(!usage.take_bytes(&limits, device, 2, UnixMs(1)));
        assert!(usage.take_bytes(&limits, device, 1, UnixMs(1)));
        assert!(usage.take_bytes(&limits, device, 10, UnixMs(DAY_MS)));
        let other = DeviceId::from_bytes([2; 16]);
        assert!(usage.take_bytes(&limits, other, 10, UnixMs(1)));
    }
}
