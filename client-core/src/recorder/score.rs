//! What is doubtful about a fix. A score is shown and kept; it never decides whether a fix is recorded.

use tala_protocol::fix::Fix;
use tala_protocol::transport::TransportProfile;

/// Doubts about one fix, as bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score(u8);

impl Score {
    /// Faster from the fix before than the transport can go.
    pub const JUMP: u8 = 1;
    /// Less accurate than the transport's profile asks for.
    pub const COARSE: u8 = 2;
    /// The platform says that the position is mocked.
    pub const MOCK: u8 = 4;
    /// Not later than the fix before.
    pub const BACKWARD: u8 = 8;

    /// Scores a fix; `step` is distance (mm) and time (ms) from the one before, unless a gap lies between.
    pub fn of(fix: &Fix, step: Option<(u64, i64)>, profile: &TransportProfile) -> Self {
        let mut bits = 0;
        if fix.mock {
            bits |= Self::MOCK;
        }
        if fix.acc_dm.is_some_and(|acc| acc > profile.max_accuracy_dm) {
            bits |= Self::COARSE;
        }
        if let Some((distance_mm, elapsed_ms)) = step {
            match u64::try_from(elapsed_ms) {
                Ok(elapsed_ms) if elapsed_ms > 0 => {
                    let limit_cms = u64::try_from(profile.max_speed_cms).unwrap_or(0);
                    // mm per ms is m/s: a hundred times that is cm/s.
                    let jump =
                        distance_mm.saturating_mul(100) > limit_cms.saturating_mul(elapsed_ms);
                    bits |= if jump { Self::JUMP } else { 0 };
                }
                _ => bits |= Self::BACKWARD,
            }
        }
        Self(bits)
    }

    /// The bits as they are stored.
    pub const fn bits(self) -> u8 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tala_protocol::time::UnixMs;
    use tala_protocol::transport::Transport;

    #[test]
    fn each_doubt_is_told_apart() {
        let profile = TransportProfile::builtin(Transport::Horse);
        let fix = Fix::at(UnixMs(0), 436_000_000, 1_160_000_000).expect("on the globe");
        let bits = |fix: Fix, step| Score::of(&fix, step, &profile).bits();
        assert_eq!(bits(fix, None), 0);
        assert_eq!(bits(fix, Some((20_000, 1_000))), 0);
        assert_eq!(bits(fix, Some((20_001, 1_000))), Score::JUMP);
        assert_eq!(bits(fix, Some((0, 0))), Score::BACKWARD);
        assert_eq!(bits(fix, Some((u64::MAX, i64::MIN))), Score::BACKWARD);
        let mocked = Fix {
            mock: true,
            acc_dm: Some(1_001),
            ..fix
        };
        assert_eq!(bits(mocked, None), Score::MOCK | Score::COARSE);
    }
}
