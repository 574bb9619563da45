//! What three clocks said: where a segment states them, and where not.

use crate::fix::{ClockTriple, Fix, TimedFix};
use crate::time::{MonoMs, UnixMs};

/// A fix and what the device's clocks said when it came, as far as known: recorders know all of it and
/// convert from [`TimedFix`], files know little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockedFix {
    /// The position.
    pub fix: Fix,
    /// The clocks.
    pub clocks: FixClocks,
}

/// Clocks at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FixClocks {
    /// GNSS time.
    pub gnss: Option<UnixMs>,
    /// The device's wall clock.
    pub wall: Option<UnixMs>,
    /// The device's monotonic counter.
    pub mono: Option<MonoMs>,
}

impl From<TimedFix> for ClockedFix {
    /// A recorder's fix, whose time is GNSS time.
    fn from(timed: TimedFix) -> Self {
        Self {
            fix: timed.fix,
            clocks: FixClocks {
                gnss: Some(timed.fix.time),
                wall: Some(timed.wall),
                mono: Some(timed.mono),
            },
        }
    }
}

impl FixClocks {
    /// No clock is known.
    pub const UNKNOWN: Self = Self {
        gnss: None,
        wall: None,
        mono: None,
    };

    /// How far wall and monotonic time stand from GNSS time, or from the fix's where that is not known.
    fn offsets(&self, fix_time: UnixMs) -> [Option<i64>; 2] {
        let base = self.gnss.unwrap_or(fix_time).0;
        [
            self.wall.map(|wall| base.wrapping_sub(wall.0)),
            self.mono.map(|mono| base.wrapping_sub(mono.0)),
        ]
    }
}

/// A statement of the clocks at one fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockStatement {
    /// At which fix of the segment.
    pub index: u16,
    /// What they said.
    pub clocks: FixClocks,
}

impl ClockStatement {
    /// The triple, where all three clocks were known.
    pub fn triple(&self) -> Option<ClockTriple> {
        let FixClocks { gnss, wall, mono } = self.clocks;
        Some(ClockTriple {
            gnss: gnss?,
            wall: wall?,
            mono: mono?,
        })
    }
}

/// Clocks that part by more than this from the last statement are stated again, ms.
pub const TRIPLE_APART_MS: u64 = 100;

/// The statements a segment needs: at its first and last fix, and wherever GNSS and wall, or GNSS and
/// monotonic time, part by over [`TRIPLE_APART_MS`] from the last statement, or a clock comes or goes.
/// Fixes without any clock state nothing.
pub fn triples(fixes: &[ClockedFix]) -> Vec<ClockStatement> {
    let mut out: Vec<ClockStatement> = Vec::new();
    let mut stated: Option<(bool, [Option<i64>; 2])> = None;
    let last = fixes.len().saturating_sub(1);
    for (at, timed) in fixes.iter().enumerate() {
        let clocks = timed.clocks;
        let Ok(index) = u16::try_from(at) else { break };
        if clocks == FixClocks::UNKNOWN {
            continue;
        }
        let now = (clocks.gnss.is_some(), clocks.offsets(timed.fix.time));
        if at == 0 || at == last || stated.is_none_or(|before| parted(before, now)) {
            out.push(ClockStatement { index, clocks });
            stated = Some(now);
        }
    }
    out
}

fn parted(before: (bool, [Option<i64>; 2]), now: (bool, [Option<i64>; 2])) -> bool {
    let apart = |pair: (Option<i64>, Option<i64>)| match pair {
        (Some(a), Some(b)) => a.abs_diff(b) > TRIPLE_APART_MS,
        (None, None) => false,
        _ => true,
    };
    before.0 != now.0 || before.1.into_iter().zip(now.1).any(apart)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ride(wall_error_ms: &[i64]) -> Vec<ClockedFix> {
        let fix = |(second, error): (usize, &i64)| {
            let time = UnixMs(1_780_000_000_000 + second as i64 * 1_000);
            ClockedFix {
                fix: Fix::at(time, 471_000_000, 1_069_000_000).unwrap(),
                clocks: FixClocks {
                    gnss: Some(time),
                    wall: Some(UnixMs(time.0 + error)),
                    mono: Some(MonoMs(second as i64 * 1_000)),
                },
            }
        };
        wall_error_ms.iter().enumerate().map(fix).collect()
    }

    #[test]
    fn clocks_are_stated_at_both_ends_and_where_they_part() {
        let indices = |errors: &[i64]| -> Vec<u16> {
            triples(&ride(errors)).iter().map(|t| t.index).collect()
        };
        assert_eq!(indices(&[300, 310, 320, 330]), [0, 3]);
        assert_eq!(indices(&[300, 400, 401, 402, 5]), [0, 2, 4]);
        assert_eq!(indices(&[300]), [0]);
    }

    #[test]
    fn a_recorders_fix_states_all_three() {
        let clocked = ride(&[5])[0];
        let FixClocks { wall, mono, .. } = clocked.clocks;
        let timed = TimedFix {
            fix: clocked.fix,
            wall: wall.unwrap(),
            mono: mono.unwrap(),
            boot: crate::time::BootId(1),
        };
        assert_eq!(ClockedFix::from(timed), clocked);
        let stated = triples(&[timed.into()])[0].triple().unwrap();
        assert_eq!(stated.wall.0 - stated.gnss.0, 5);
    }

    #[test]
    fn a_clock_that_goes_is_stated_and_unknown_clocks_are_not() {
        let mut fixes = ride(&[0, 0, 0, 0]);
        fixes[1].clocks.gnss = None;
        fixes[3].clocks = FixClocks::UNKNOWN;
        let indices: Vec<u16> = triples(&fixes).iter().map(|t| t.index).collect();
        assert_eq!(indices, [0, 1, 2]);
    }
}
