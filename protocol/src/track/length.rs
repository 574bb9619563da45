//! How long a track is on the ellipsoid.

use geo::{Distance, Geodesic, Point};

use super::header::Gap;
use crate::fix::Fix;
use crate::measure::Metres;

/// WGS-84.
const EQUATOR_M: f64 = 6_378_137.0;
const ECCENTRICITY_2: f64 = 0.006_694_379_990_141_317;
/// Steps up to this many 1e-7 degree are measured by the radii of curvature of their middle, which is
/// within 1e-7 of the geodesic there and twenty times as fast.
const SHORT_E7: i64 = 200_000;
const POLAR_E7: i32 = 800_000_000;

/// Geodesic length over the fixes, in metres, leaving out the steps that gaps lie on.
pub fn length_m(fixes: &[Fix], gaps: &[Gap]) -> Metres {
    let mut gaps = gaps.iter().map(|gap| usize::from(gap.index)).peekable();
    let mut sum = 0.0;
    for (index, pair) in fixes.windows(2).enumerate() {
        let [from, to] = pair else { continue };
        while gaps.peek().is_some_and(|gap| *gap <= index) {
            gaps.next();
        }
        if gaps.peek() != Some(&(index + 1)) {
            sum += step_m(from, to);
        }
    }
    Metres(sum)
}

fn step_m(from: &Fix, to: &Fix) -> f64 {
    let north = i64::from(to.lat_e7) - i64::from(from.lat_e7);
    let east = i64::from(to.lon_e7) - i64::from(from.lon_e7);
    if north == 0 && east == 0 {
        return 0.0;
    }
    let polar = from.lat_e7.abs().max(to.lat_e7.abs()) > POLAR_E7;
    if polar || north.abs() > SHORT_E7 || east.abs() > SHORT_E7 {
        return Geodesic.distance(place(from), place(to));
    }
    let middle = ((f64::from(from.lat_e7) + f64::from(to.lat_e7)) * 0.5e-7).to_radians();
    let (sin, cos) = middle.sin_cos();
    let w2 = 1.0 - ECCENTRICITY_2 * sin * sin;
    let across_m = EQUATOR_M / w2.sqrt();
    let along_m = across_m * (1.0 - ECCENTRICITY_2) / w2;
    let north_m = (north as f64 * 1e-7).to_radians() * along_m;
    let east_m = (east as f64 * 1e-7).to_radians() * across_m * cos;
    (north_m * north_m + east_m * east_m).sqrt()
}

fn place(fix: &Fix) -> Point {
    Point::new(f64::from(fix.lon_e7) * 1e-7, f64::from(fix.lat_e7) * 1e-7)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::GapCause;
    use crate::time::UnixMs;
    use proptest::prelude::*;

    fn at(lat_e7: i32, lon_e7: i32) -> Fix {
        Fix::at(UnixMs(0), lat_e7, lon_e7).unwrap()
    }

    #[test]
    fn steps_across_gaps_do_not_count() {
        let fixes = [at(0, 0), at(0, 1_000), at(0, 5_000), at(0, 6_000)];
        let gap = |index| Gap {
            index,
            cause: GapCause::Paused,
        };
        let metres = |gaps: &[Gap]| (length_m(&fixes, gaps).0 * 1_000.0).round();
        assert_eq!(metres(&[]), 66_792.0);
        assert_eq!(metres(&[gap(0)]), 66_792.0);
        assert_eq!(metres(&[gap(0), gap(2), gap(2)]), 22_264.0);
    }

    proptest! {
        #[test]
        fn short_steps_agree_with_the_geodesic(
            lat in -800_000_000..=800_000_000_i32,
            north in -190_000..190_000_i32,
            east in -190_000..190_000_i32,
        ) {
            let (a, b) = (at(lat, 0), at((lat + north).clamp(-800_000_000, 800_000_000), east));
            let exact = Geodesic.distance(place(&a), place(&b));
            let ours = length_m(&[a, b], &[]).0;
            prop_assert!((ours - exact).abs() <= 1e-6 * exact + 1e-5, "{ours} {exact}");
        }
    }
}
