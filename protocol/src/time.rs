//! Three times, never one: what the device's clock said, what the satellites said, and how long the
//! device had been running. The server adds its own when it receives.
//!
//! Nothing is ordered by any of them: order comes from feeds and causality.

/// Milliseconds since 1970-01-01T00:00:00Z, as somebody's clock said. May be wrong, may be negative.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct UnixMs(pub i64);

/// Milliseconds of a counter that only runs forward, from an arbitrary start, within one boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct MonoMs(pub i64);

/// One boot of one device: monotonic times compare only where it is equal. Random, made at boot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct BootId(pub u32);

/// What a device knew of the time when it wrote something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct DeviceTimes {
    /// The device's wall clock.
    pub wall: UnixMs,
    /// The monotonic counter.
    pub mono: MonoMs,
    /// The boot that the counter belongs to.
    pub boot: BootId,
    /// GNSS time, where a receiver had it.
    pub gnss: Option<UnixMs>,
}

impl DeviceTimes {
    /// How far the wall clock stood from GNSS time, in ms (positive: the wall clock was ahead).
    /// `None` where there was no GNSS time. Saturates.
    pub fn wall_error_ms(&self) -> Option<i64> {
        self.gnss.map(|gnss| self.wall.0.saturating_sub(gnss.0))
    }

    /// The best single time for showing a record: GNSS where known, else the wall clock.
    pub fn shown(&self) -> UnixMs {
        self.gnss.unwrap_or(self.wall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_clock_is_measured_and_gnss_is_shown() {
        let times = DeviceTimes {
            wall: UnixMs(-5),
            gnss: Some(UnixMs(1_780_000_000_000)),
            ..DeviceTimes::default()
        };
        assert_eq!(times.wall_error_ms(), Some(-1_780_000_000_005));
        assert_eq!(times.shown(), UnixMs(1_780_000_000_000));
        let extreme = DeviceTimes {
            wall: UnixMs(i64::MIN),
            gnss: Some(UnixMs(1)),
            ..times
        };
        assert_eq!(extreme.wall_error_ms(), Some(i64::MIN));
    }
}
