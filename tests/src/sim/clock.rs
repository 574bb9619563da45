//! A phone's clocks: they jump, they stop, they say 1969.

use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

const YEAR_MS: i64 = 365 * 86_400_000;

/// What a phone's clocks make of the true time.
#[derive(Debug, Clone, Copy, Default)]
pub struct PhoneClock {
    ahead_ms: i64,
    frozen: Option<i64>,
    booted_at: i64,
    boot: u32,
}

/// What happens to a clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Jump {
    /// Somebody set it, years off.
    Years(i64),
    /// An hour back, a day on.
    Hours(i64),
    /// The battery was out: 31 December 1969.
    Epoch,
    /// It stands still.
    Frozen,
    /// It is right again.
    Right,
}

impl PhoneClock {
    /// The clocks at a true time.
    pub fn read(&self, now_ms: i64, gnss: bool) -> DeviceTimes {
        let running = now_ms.saturating_add(self.ahead_ms);
        DeviceTimes {
            wall: UnixMs(self.frozen.unwrap_or(running)),
            mono: MonoMs(now_ms.saturating_sub(self.booted_at)),
            boot: BootId(self.boot),
            gnss: gnss.then_some(UnixMs(now_ms)),
        }
    }

    /// Something happens to the wall clock. The counter does not notice.
    pub fn jump(&mut self, jump: Jump, now_ms: i64) {
        self.frozen = None;
        match jump {
            Jump::Years(years) => self.ahead_ms = years.saturating_mul(YEAR_MS),
            Jump::Hours(hours) => self.ahead_ms = hours.saturating_mul(3_600_000),
            Jump::Epoch => self.ahead_ms = now_ms.saturating_neg().saturating_sub(3_600_000),
            Jump::Frozen => self.frozen = Some(now_ms.saturating_add(self.ahead_ms)),
            Jump::Right => self.ahead_ms = 0,
        }
    }

    /// The phone restarts: a new boot, a new counter.
    pub fn reboot(&mut self, now_ms: i64, boot: u32) {
        self.booted_at = now_ms;
        self.boot = boot;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_can_be_wrong_in_every_way_and_the_counter_runs_on() {
        let now = 1_780_000_000_000;
        let mut clock = PhoneClock::default();
        clock.jump(Jump::Epoch, now);
        assert_eq!(clock.read(now, false).wall, UnixMs(-3_600_000));
        clock.jump(Jump::Frozen, now);
        assert_eq!(clock.read(now + 9, false).wall, UnixMs(-3_600_000));
        clock.jump(Jump::Years(-20), now);
        assert!(clock.read(now, true).wall_error_ms() < Some(-19 * YEAR_MS));
        clock.reboot(now, 7);
        assert_eq!(clock.read(now + 5, false).mono, MonoMs(5));
    }
}
