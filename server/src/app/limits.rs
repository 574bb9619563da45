//! How much one device may hand over, so that one flood does not drown the others.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use tala_protocol::id::DeviceId;
use tala_protocol::time::UnixMs;

const DAY_MS: i64 = 86_400_000;
const MINUTE_MS: i64 = 60_000;

/// What a device may send in the urgent lane a day, whatever else it has sent: thousands of calls for help.
const URGENT_BYTES_A_DAY: u64 = 1024 * 1024;
/// Longest time after which a device may try again: it may have something urgent by then.
const RETRY_MAX_MS: i64 = 15 * MINUTE_MS;

/// Limits per device. What is over a limit is refused before anything of it is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceLimits {
    /// Bytes of headers and bodies a day (UTC).
    pub bytes_a_day: u64,
    /// Microseconds of checking a minute.
    pub cpu_us_a_minute: u64,
    /// Bytes in quarantine that were not released.
    pub quarantine_bytes: u64,
    /// Days that a device that was told of its move has to hand over what is unsent and to end its patrol.
    pub days_to_close: u32,
}

impl Default for DeviceLimits {
    /// A day of a phone is about 1 MB without media; room for a hundred.
    fn default() -> Self {
        Self {
            bytes_a_day: 256 * 1024 * 1024,
            cpu_us_a_minute: 30_000_000,
            quarantine_bytes: 16 * 1024 * 1024,
            days_to_close: 7,
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
    urgent_bytes: u64,
    minute: i64,
    cpu_us: u64,
}

impl Usage {
    /// Takes `bytes` from the device's day; where that is more than is left, or its minute is used up, says
    /// after how many seconds to try again.
    pub(super) fn take_bytes(
        &self,
        limits: &DeviceLimits,
        device: DeviceId,
        bytes: u64,
        now: UnixMs,
    ) -> Result<(), u32> {
        self.with(device, now, |used| {
            if used.cpu_us > limits.cpu_us_a_minute {
                return Err(until_next(now, MINUTE_MS));
            }
            let sum = used.bytes.saturating_add(bytes);
            if sum > limits.bytes_a_day {
                return Err(until_next(now, DAY_MS));
            }
            used.bytes = sum;
            Ok(())
        })
    }

    /// Takes bytes from what the device may send in the urgent lane; false where that is used up.
    pub(super) fn take_urgent(&self, device: DeviceId, bytes: u64, now: UnixMs) -> bool {
        self.with(device, now, |used| {
            let sum = used.urgent_bytes.saturating_add(bytes);
            let fits = sum <= URGENT_BYTES_A_DAY;
            if fits {
                used.urgent_bytes = sum;
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
            (used.day, used.bytes, used.urgent_bytes) = (day, 0, 0);
        }
        if used.minute != minute {
            (used.minute, used.cpu_us) = (minute, 0);
        }
        change(used)
    }
}

/// Seconds until the next day or minute begins, at most [`RETRY_MAX_MS`].
fn until_next(now: UnixMs, span_ms: i64) -> u32 {
    let left_ms = span_ms.saturating_sub(now.0.rem_euclid(span_ms));
    let left_s = left_ms.min(RETRY_MAX_MS).saturating_add(999) / 1_000;
    u32::try_from(left_s).unwrap_or(1)
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
        let take = |device, bytes, at| usage.take_bytes(&limits, device, bytes, UnixMs(at));
        assert_eq!(take(device, 9, 0), Ok(()));
        assert_eq!(take(device, 2, 1), Err(900), "a quarter of an hour at most");
        assert_eq!(take(device, 2, DAY_MS - 1_500), Err(2));
        assert_eq!(take(device, 1, 1), Ok(()));
        assert_eq!(take(device, 10, DAY_MS), Ok(()));
        let other = DeviceId::from_bytes([2; 16]);
        assert_eq!(take(other, 10, 1), Ok(()));
        assert!(usage.take_urgent(device, 1_000, UnixMs(1)));
        assert!(!usage.take_urgent(device, URGENT_BYTES_A_DAY, UnixMs(2)));
    }

    #[test]
    fn a_minute_has_its_time_for_checking() {
        let limits = DeviceLimits {
            cpu_us_a_minute: 5,
            ..DeviceLimits::default()
        };
        let (usage, device) = (Usage::default(), DeviceId::from_bytes([1; 16]));
        usage.add_cpu(device, 6, UnixMs(10_000));
        let take = |at| usage.take_bytes(&limits, device, 1, UnixMs(at));
        assert_eq!(take(20_000), Err(40));
        assert_eq!(take(60_000), Ok(()));
    }
}
