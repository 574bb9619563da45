//! How a victim is to die: at a moment, or at a point of its own code.

use std::collections::BTreeMap;
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
    /// The name of that point.
    pub(super) name: Option<&'static str>,
    /// It is killed then, whatever it does.
    pub(super) at_latest: Duration,
}

impl Victim {
    /// Its points.
    pub(super) const fn points(&self) -> &'static [&'static str] {
        self.points
    }

    /// Every second death is at a point; one at which nobody has died so far comes first.
    pub(super) fn death(&self, rng: &mut impl Rng, died: &BTreeMap<&'static str, u64>) -> Death {
        let moment = Duration::from_millis(rng.random_range(self.life_ms.clone()));
        let visit = rng.random_range(self.visits.clone());
        let fresh = |point: &&&'static str| died.get(**point).is_none_or(|times| *times == 0);
        let mut among: Vec<&'static str> = self.points.iter().filter(fresh).copied().collect();
        if among.is_empty() {
            among = self.points.to_vec();
        }
        let at = rng.random_range(0..among.len().saturating_mul(2));
        let name = among.get(at).copied();
        let point = name.map(|name| format!("{name}:{visit}"));
        Death {
            at_latest: if point.is_some() { PATIENCE } else { moment },
            point,
            name,
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
        let deaths: Vec<Death> = (0..200)
            .map(|_| CENTRE.death(&mut rng, &BTreeMap::new()))
            .collect();
        let named: Vec<&String> = deaths.iter().filter_map(|it| it.point.as_ref()).collect();
        assert!((70..130).contains(&named.len()), "{}", named.len());
        for point in CENTRE.points {
            assert!(
                named.iter().any(|named| named.starts_with(point)),
                "{point}"
            );
        }
    }

    #[test]
    fn a_point_at_which_nobody_died_comes_before_the_others() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let [last, others @ ..] = CENTRE.points else {
            panic!("a centre has points");
        };
        let died: BTreeMap<&str, u64> = others.iter().map(|point| (*point, 3)).collect();
        for _ in 0..50 {
            let death = CENTRE.death(&mut rng, &died);
            assert!(death.name.is_none_or(|name| name == *last), "{death:?}");
        }
    }
}
