//! Thinning a line for display.

use geo::{LineString, SimplifyIdx as _};

use super::Point;
use super::plane::Plane;
use crate::measure::Metres;

/// Points handled at once: bounds both the depth of the recursion and the quadratic worst case.
const BLOCK: usize = 2_000;

/// The indexes of the points to keep so that no point left out is farther than `tolerance` from the
/// line that remains (Ramer-Douglas-Peucker, in metres on the ground). First and last are kept.
/// For display and export only: what is stored and measured is never thinned.
pub fn simplify(points: &[Point], tolerance: Metres) -> Vec<usize> {
    if tolerance.0.is_nan() || tolerance.0 <= 0.0 || points.len() < 3 {
        return (0..points.len()).collect();
    }
    let mut kept = vec![0];
    let mut start = 0;
    while start + 1 < points.len() {
        let end = (start + BLOCK).min(points.len());
        let block = points.get(start..end).unwrap_or_default();
        kept.extend(
            simplify_block(block, tolerance)
                .iter()
                .skip(1)
                .map(|n| start + n),
        );
        start = end - 1;
    }
    kept
}

fn simplify_block(points: &[Point], tolerance: Metres) -> Vec<usize> {
    let Some(middle) = points.get(points.len() / 2) else {
        return Vec::new();
    };
    let plane = Plane::at(*middle);
    let line: LineString<f64> = points.iter().map(|p| plane.metres(*p)).collect();
    line.simplify_idx(tolerance.0)
}

#[cfg(test)]
mod tests {
    use geo::{Distance as _, Euclidean};
    use proptest::prelude::*;

    use super::*;

    fn places(metres: &[(f64, f64)]) -> Vec<Point> {
        let plane = Plane::at(Point::new(436_000_000, 1_160_000_000).expect("a place"));
        metres
            .iter()
            .map(|&(x, y)| plane.place(geo::Coord { x, y }))
            .collect()
    }

    #[test]
    fn the_tolerance_is_metres_in_every_direction() {
        let east = places(&[(0.0, 0.0), (50.0, 4.0), (100.0, 0.0)]);
        let north = places(&[(0.0, 0.0), (4.0, 50.0), (0.0, 100.0)]);
        for line in [east, north] {
            assert_eq!(simplify(&line, Metres(5.0)), [0, 2]);
            assert_eq!(simplify(&line, Metres(3.0)), [0, 1, 2]);
            assert_eq!(simplify(&line, Metres(0.0)), [0, 1, 2]);
        }
        assert_eq!(simplify(&[], Metres(1.0)), Vec::<usize>::new());
    }

    #[test]
    fn long_lines_are_thinned_in_blocks_without_losing_or_doubling_an_end() {
        let line: Vec<(f64, f64)> = (0..10_001).map(|k| (f64::from(k), 0.0)).collect();
        let kept = simplify(&places(&line), Metres(1.0));
        assert_eq!(kept, [0, 1_999, 3_998, 5_997, 7_996, 9_995, 10_000]);
    }

    proptest! {
        #[test]
        fn nothing_left_out_is_farther_than_the_tolerance(
            metres in proptest::collection::vec((-500.0f64..500.0, -500.0f64..500.0), 2..60),
            tolerance in 1.0f64..100.0,
        ) {
            let points = places(&metres);
            let kept = simplify(&points, Metres(tolerance));
            prop_assert_eq!((kept.first(), kept.last()), (Some(&0), Some(&(points.len() - 1))));
            let plane = Plane::at(points[0]);
            for pair in kept.windows(2) {
                let [from, to] = [pair[0], pair[1]];
                let line = geo::Line::new(plane.metres(points[from]), plane.metres(points[to]));
                for point in &points[from..to] {
                    let off = Euclidean.distance(&geo::Point::from(plane.metres(*point)), &line);
                    prop_assert!(off <= tolerance * 1.001 + 0.02, "{off} {tolerance}");
                }
            }
        }
    }
}
