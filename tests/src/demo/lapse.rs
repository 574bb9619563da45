//! Time lapse: the day began some hours ago and runs fast until it reaches the present; from then on it
//! runs as it does for everybody. So no phone ever claims a time that has not been yet.

use std::time::{Duration, Instant};

use tala_protocol::time::UnixMs;

use crate::rig::now_ms;

/// Fixes of a smoke run begin so long ago, ms.
const SMOKE_AGO_MS: i64 = 2 * 3_600 * 1_000;

/// The clock of the demonstration.
#[derive(Debug, Clone, Copy)]
pub struct Lapse {
    start_ms: i64,
    begun: Instant,
    /// `None`: nobody waits for anything.
    speed: Option<f64>,
}

impl Lapse {
    /// Fast until the present.
    pub fn paced(speed: f64, hours_ago: f64) -> Self {
        Self {
            start_ms: now_ms() - (hours_ago * 3_600_000.0) as i64,
            begun: Instant::now(),
            speed: Some(speed.max(1.0)),
        }
    }

    /// As fast as it goes.
    pub fn unpaced() -> Self {
        Self {
            start_ms: now_ms() - SMOKE_AGO_MS,
            begun: Instant::now(),
            speed: None,
        }
    }

    /// When the demonstration's day began.
    pub fn start(&self) -> UnixMs {
        UnixMs(self.start_ms)
    }

    /// How long to wait until it is this time.
    pub fn wait_for(&self, at: UnixMs) -> Duration {
        let Some(speed) = self.speed else {
            return Duration::ZERO;
        };
        let lapsed_ms = self.begun.elapsed().as_secs_f64() * 1_000.0 * speed;
        let now = (self.start_ms as f64 + lapsed_ms).min(now_ms() as f64);
        let ahead_ms = at.0 as f64 - now;
        let is_present = at.0 > now_ms();
        let real_ms = if is_present {
            ahead_ms
        } else {
            ahead_ms / speed
        };
        Duration::from_secs_f64(real_ms.max(0.0) / 1_000.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_past_runs_fast_and_the_future_is_waited_for() {
        let lapse = Lapse::paced(60.0, 1.0);
        let in_a_minute = UnixMs(lapse.start().0 + 60_000);
        assert!(lapse.wait_for(in_a_minute) <= Duration::from_millis(1_000));
        let tomorrow = UnixMs(now_ms() + 86_400_000);
        assert!(lapse.wait_for(tomorrow) > Duration::from_secs(86_000));
        assert_eq!(Lapse::unpaced().wait_for(tomorrow), Duration::ZERO);
    }
}
