//! How a victim is to die: at a moment, or at a point of its own code.

use std::ops::Range;
use std::time::Duration;

use rand::{Rng, RngExt as _};

/// Points of the recording phone, and at which of its visits a run may end.
pub(super) const PHONE: Victim = Victim {
    points: &["phone-before-commit", "phone-after-commit"],
    visits: 1..60,
    life_ms: 15..700,
};
/// Points of the centre, and at which of its visits a run may end.
pub(super) const CENTRE: Victim = Victim {
    points: &[
        "writer-before-commit",
        "writer-after-commit",
        "projector-before-keep",
        "projector-after-keep",
    ],
    visits: 1..12,
    life_ms: 20..900,
};
/// A point that is not reached by then is not waited for any longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// What may happen to a victim.
#[derive(Debug, Clone)]
pub(super) struct Victim {
    points: &'static [&'static str],
    visits: Range<u64>,
    life_ms: Range<u64>,
}

/// One death.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Death {
    /// `point:visit`, where it ends by itself there.
    pub(super) point: Option<String>,
    /// It is killed then, whatever it does.
    pub(super) at_latest: Duration,
}

impl Victim {
    /// Every second death is at a point.
    pub(super) fn death(&self, rng: &mut impl Rng) -> Death {
        let moment = Duration::from_millis(rng.random_range(self.life_ms.clone()));
        let visit = rng.random_range(self.visits.clone());
        let at = rng.random_range(0..self.points.len().saturating_mul(2));
        let point = self.points.get(at).map(|point| format!("{point}:{visit}"));
        Death {
            at_latest: if point.is_some() { PATIENCE } else { moment },
            point,
        }
    }
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng as _;
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn about_half_of_all_deaths_are_at_a_point_and_every_point_has_its_turn() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let deaths: Vec<Death> = (0..200).map(|_| CENTRE.death(&mut rng)).collect();
        let named: Vec<&String> = deaths.iter().filter_map(|it| it.point.as_ref()).collect();
        assert!((70..130).contains(&named.len()), "{}", named.len());
        for point in CENTRE.points {
            assert!(
                named.iter().any(|named| named.starts_with(point)),
                "{point}"
            );
        }
    }
}
