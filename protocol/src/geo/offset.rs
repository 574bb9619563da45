//! An offset sighting: what an officer saw from the saddle, by bearing and distance.

use geo::{Destination as _, Geodesic};

use super::{Point, Sigma};
use crate::measure::Metres;

/// From one axis' standard error to the semi-axis of a 95 % ellipse: the root of the 95 % point of the
/// chi-square distribution with two degrees of freedom (5.991).
const ELLIPSE_95: f64 = 2.4477;
/// The farthest sighting that is computed, m. Nobody sees farther from a saddle.
const MAX_DISTANCE_M: f64 = 100_000.0;

/// Where somebody stood and what they measured or guessed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OffsetSighting {
    observer: Point,
    observer_sigma: Sigma,
    bearing_deg: f64,
    bearing_sigma_deg: f64,
    distance_m: f64,
    distance_sigma_m: f64,
}

/// Where it is: an ellipse that holds it with 95 %, one axis along the line of sight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SightingArea {
    /// The middle.
    pub centre: Point,
    /// Semi-axis along the line of sight.
    pub along_95: Metres,
    /// Semi-axis across it.
    pub across_95: Metres,
    /// The direction of the line of sight, degrees clockwise from true north, 0 <= b < 360.
    pub bearing_deg: f64,
}

impl OffsetSighting {
    /// A sighting from `observer`, known to `observer_sigma`. `bearing` is degrees clockwise from true
    /// north and `distance` metres, each given with its standard error.
    /// `None` for numbers that are not finite, a negative error or distance, or more than 100 km.
    pub fn new(
        observer: Point,
        observer_sigma: Sigma,
        (bearing_deg, bearing_sigma_deg): (f64, f64),
        (distance_m, distance_sigma_m): (f64, f64),
    ) -> Option<Self> {
        let error = 0.0..=f64::MAX;
        let fits = bearing_deg.is_finite()
            && error.contains(&bearing_sigma_deg)
            && error.contains(&distance_sigma_m)
            && (0.0..=MAX_DISTANCE_M).contains(&distance_m);
        fits.then_some(Self {
            observer,
            observer_sigma,
            bearing_deg: bearing_deg.rem_euclid(360.0) % 360.0,
            bearing_sigma_deg: bearing_sigma_deg.min(180.0),
            distance_m,
            distance_sigma_m: distance_sigma_m.min(MAX_DISTANCE_M),
        })
    }

    /// Where it is. `None` where that is not on the map (across a pole).
    ///
    /// Across the line of sight the bearing's error counts by distance times angle, along it the
    /// distance's; the observer's own error counts in both. For bearing errors beyond about 20 degrees
    /// the true shape is an arc, which this ellipse covers in width but not in its bend.
    pub fn area(&self) -> Option<SightingArea> {
        let to = Geodesic.destination(self.observer.degrees(), self.bearing_deg, self.distance_m);
        let across_m = self.distance_m * self.bearing_sigma_deg.to_radians();
        let axis = |own_m: f64| Metres(ELLIPSE_95 * self.observer_sigma.metres().hypot(own_m));
        Some(SightingArea {
            centre: Point::from_degrees(to)?,
            along_95: axis(self.distance_sigma_m),
            across_95: axis(across_m),
            bearing_deg: self.bearing_deg,
        })
    }
}

impl SightingArea {
    /// The radius of a circle that holds the ellipse.
    pub fn radius_95(&self) -> Metres {
        Metres(self.along_95.0.max(self.across_95.0))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::SeedableRng as _;

    use super::super::distance;
    use super::super::monte_carlo::normal;
    use super::super::plane::Plane;
    use super::*;

    fn observer() -> Point {
        Point::new(436_000_000, 1_160_000_000).expect("a place")
    }

    fn sighting(bearing: (f64, f64), distance: (f64, f64)) -> Option<OffsetSighting> {
        let sigma = Sigma::from_metres(3.0).expect("a number");
        OffsetSighting::new(observer(), sigma, bearing, distance)
    }

    #[test]
    fn eight_hundred_metres_to_the_east_is_there() {
        let seen = sighting((90.0, 3.0), (800.0, 80.0)).expect("a sighting");
        let area = seen.area().expect("on the map");
        assert!((distance(observer(), area.centre).0 - 800.0).abs() < 0.02);
        let east = Plane::at(observer()).metres(area.centre);
        assert!(
            (east.x - 800.0).abs() < 0.1 && east.y.abs() < 0.1,
            "{east:?}"
        );
        assert!((area.across_95.0 - 2.4477 * 3.0f64.hypot(41.89)).abs() < 0.1);
        assert_eq!(area.radius_95(), area.along_95);
    }

    #[test]
    fn the_ellipse_holds_95_of_100() {
        let seen = sighting((37.0, 4.0), (600.0, 60.0)).expect("a sighting");
        let area = seen.area().expect("on the map");
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(7);
        let (mut inside, runs) = (0, 4_000);
        for _ in 0..runs {
            let bearing = 37.0 + 4.0 * normal(&mut rng);
            let way = 600.0 + 60.0 * normal(&mut rng);
            let angle = (bearing - 37.0f64).to_radians();
            let along = way * angle.cos() - 600.0 + 3.0 * normal(&mut rng);
            let across = way * angle.sin() + 3.0 * normal(&mut rng);
            let r = (along / area.along_95.0).hypot(across / area.across_95.0);
            inside += u32::from(r <= 1.0);
        }
        let share = f64::from(inside) / f64::from(runs);
        assert!((0.935..=0.965).contains(&share), "{share}");
    }

    #[test]
    fn what_nobody_can_have_seen_is_refused() {
        for (bearing, distance) in [
            ((f64::NAN, 1.0), (1.0, 1.0)),
            ((0.0, -1.0), (1.0, 1.0)),
            ((0.0, 1.0), (-1.0, 1.0)),
            ((0.0, 1.0), (1.0, f64::NAN)),
            ((0.0, 1.0), (100_001.0, 1.0)),
        ] {
            assert_eq!(sighting(bearing, distance), None);
        }
    }

    proptest! {
        #[test]
        fn it_is_as_far_as_it_was_said_to_be(
            lat in -800_000_000i32..800_000_000,
            lon in -1_800_000_000i32..=1_800_000_000,
            bearing in -720.0f64..720.0,
            way in 0.0f64..100_000.0,
        ) {
            let from = Point::new(lat, lon).expect("a place");
            let sigma = Sigma::from_metres(3.0).expect("a number");
            let seen = OffsetSighting::new(from, sigma, (bearing, 2.0), (way, 10.0));
            let area = seen.and_then(|seen| seen.area()).expect("on the map");
            prop_assert!((distance(from, area.centre).0 - way).abs() < 0.02);
            prop_assert!((0.0..360.0).contains(&area.bearing_deg));
        }
    }
}
