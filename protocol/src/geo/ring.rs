//! An area with its boundary.

use geo::{GeodesicArea as _, LineString, Polygon};

use super::boundary::{self, RingError};
use super::{Bounds, Measured, Point, Sigma};
use crate::measure::{Metres, SquareMetres};

/// The 95 % half-width of an area, over standard error times perimeter. From a Monte Carlo of walked
/// boundaries whose errors stay correlated over about 85 m (a minute's walk): 1.53 mu was measured for
/// a square of 20 mu at 3 m, the rule gives 1.56; for a strip 8:1, 2.42 and 2.48. More vertices do not
/// help, since neighbours err alike. Errors that were independent would be smaller.
const HALF_WIDTH_PER_SIGMA_PERIMETER: f64 = 0.75;

/// A simple boundary: at least three different vertices, no edge meets another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ring {
    vertices: Vec<Point>,
    bounds: Bounds,
}

impl Ring {
    /// The ring through these places. A repeated last place and repeats in a row are left out.
    pub fn new(places: &[Point]) -> Result<Self, RingError> {
        let vertices = boundary::check(places)?;
        let bounds = Bounds::around(vertices.iter().copied()).ok_or(RingError::TooFew(0))?;
        Ok(Self { vertices, bounds })
    }

    /// Its vertices, the first not repeated.
    pub fn vertices(&self) -> &[Point] {
        &self.vertices
    }

    /// The box around it.
    pub const fn bounds(&self) -> Bounds {
        self.bounds
    }

    /// The geodesic area, whichever way round the vertices go.
    pub fn area(&self) -> SquareMetres {
        SquareMetres(self.perimeter_and_area().1.abs())
    }

    /// The geodesic length of its boundary.
    pub fn perimeter(&self) -> Metres {
        Metres(self.perimeter_and_area().0)
    }

    /// The area with its 95 % error: 0.75 times standard error times perimeter.
    pub fn measured_area(&self, sigma: Sigma) -> Measured<SquareMetres> {
        let (perimeter_m, area_m2) = self.perimeter_and_area();
        let half_width = HALF_WIDTH_PER_SIGMA_PERIMETER * sigma.metres() * perimeter_m;
        Measured::of_finite(SquareMetres(area_m2.abs()), SquareMetres(half_width))
    }

    fn perimeter_and_area(&self) -> (f64, f64) {
        let line: LineString<f64> = self.vertices.iter().map(|p| p.degrees()).collect();
        Polygon::new(line, vec![]).geodesic_perimeter_area_signed()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::Edge;
    use super::super::plane::Plane;
    use super::*;

    fn point(lat_e7: i32, lon_e7: i32) -> Point {
        Point::new(lat_e7, lon_e7).expect("a place")
    }

    /// Places by metres east and north of a spot on the steppe.
    fn places(metres: &[(f64, f64)]) -> Vec<Point> {
        let plane = Plane::at(point(436_000_000, 1_160_000_000));
        metres
            .iter()
            .map(|&(x, y)| plane.place(geo::Coord { x, y }))
            .collect()
    }

    const PLOT: [(f64, f64); 4] = [(0.0, 0.0), (115.47, 0.0), (115.47, 115.47), (0.0, 115.47)];

    #[test]
    fn a_plot_of_twenty_mu_has_twenty_mu_and_its_error() {
        let ring = Ring::new(&places(&PLOT)).expect("a ring");
        assert!(
            (ring.area().mu() - 20.0).abs() < 0.01,
            "{}",
            ring.area().mu()
        );
        assert!((ring.perimeter().0 - 461.88).abs() < 0.1);
        let sigma = Sigma::from_accuracies_dm([45; 4]).expect("a number");
        let measured = ring.measured_area(sigma);
        assert!((measured.half_width_95().mu() - 1.56).abs() < 0.01);
        let mut backwards = places(&PLOT);
        backwards.reverse();
        let backwards = Ring::new(&backwards).expect("a ring");
        assert!((backwards.area().0 - ring.area().0).abs() < 1e-6);
    }

    #[test]
    fn the_ellipsoid_is_used_and_not_a_plane() {
        let cell = [
            point(430_000_000, 1_160_000_000),
            point(430_000_000, 1_170_000_000),
            point(440_000_000, 1_170_000_000),
            point(440_000_000, 1_160_000_000),
        ];
        let km2 = Ring::new(&cell).expect("a ring").area().0 / 1e6;
        // One degree square at 43.5 N has 8,985 km2 on WGS-84; geodesic edges change it a little.
        assert!((km2 - 8_985.0).abs() < 10.0, "{km2}");
    }

    #[test]
    fn what_is_no_boundary_is_refused_by_name() {
        let bow = places(&[(0.0, 0.0), (100.0, 100.0), (100.0, 0.0), (0.0, 100.0)]);
        let meet = RingError::SelfIntersection(Edge(0), Edge(2));
        assert_eq!(Ring::new(&bow), Err(meet));
        assert_eq!(meet.to_string(), "edge 0 meets edge 2");
        let touch = places(&[
            (0.0, 0.0),
            (100.0, 0.0),
            (100.0, 100.0),
            (50.0, 0.0),
            (0.0, 100.0),
        ]);
        assert!(matches!(
            Ring::new(&touch),
            Err(RingError::SelfIntersection(..))
        ));
        let spike = places(&[(0.0, 0.0), (100.0, 0.0), (50.0, 0.0), (50.0, 50.0)]);
        assert!(matches!(
            Ring::new(&spike),
            Err(RingError::SelfIntersection(..))
        ));
        let flat = places(&[(0.0, 0.0), (50.0, 0.0), (100.0, 0.0)]);
        assert!(matches!(
            Ring::new(&flat),
            Err(RingError::SelfIntersection(..))
        ));
        let two = places(&[(0.0, 0.0), (100.0, 0.0), (0.0, 0.0), (100.0, 0.0)]);
        assert_eq!(Ring::new(&two), Err(RingError::TooFew(2)));
        assert_eq!(Ring::new(&[]), Err(RingError::TooFew(0)));
        let many = vec![two[0]; boundary::MAX_RING_VERTICES + 2];
        assert_eq!(Ring::new(&many), Err(RingError::TooMany(many.len())));
    }

    #[test]
    fn the_date_line_and_the_poles_are_refused() {
        let fiji = [
            point(0, 1_799_000_000),
            point(0, -1_799_000_000),
            point(1_000_000, 1_799_000_000),
        ];
        assert_eq!(Ring::new(&fiji), Err(RingError::Antimeridian(Edge(0))));
        let pole = [
            point(860_000_000, 0),
            point(860_000_000, 1_000),
            point(860_001_000, 0),
        ];
        assert_eq!(Ring::new(&pole), Err(RingError::Pole(0)));
    }

    #[test]
    fn a_repeated_last_place_is_the_first_one() {
        let mut closed = places(&PLOT);
        closed.push(closed[0]);
        closed.push(closed[0]);
        assert_eq!(Ring::new(&closed), Ring::new(&places(&PLOT)));
    }

    #[test]
    fn the_largest_ring_is_a_ring() {
        let n = boundary::MAX_RING_VERTICES;
        let circle: Vec<(f64, f64)> = (0..n)
            .map(|k| (k as f64 / n as f64 * std::f64::consts::TAU).sin_cos())
            .map(|(y, x)| (x * 5_000.0, y * 5_000.0))
            .collect();
        let ring = Ring::new(&places(&circle)).expect("a ring");
        let hectares = ring.area().hectares();
        assert!((hectares - 7_853.98).abs() < 2.0, "{hectares}");
    }

    /// Every edge of this zigzag overlaps the box of every other one.
    #[test]
    fn a_ring_in_which_every_edge_may_meet_every_other_is_checked() {
        let n = boundary::MAX_RING_VERTICES - 2;
        let mut zigzag: Vec<(f64, f64)> = (0..n)
            .map(|k| (k as f64, if k % 2 == 0 { 0.0 } else { 40_000.0 }))
            .map(|(k, far)| (k * 2.0 + far, far - k * 2.0))
            .collect();
        zigzag.extend([(50_000.0, -50_000.0), (-50_000.0, -50_000.0)]);
        let ring = Ring::new(&places(&zigzag));
        assert!(ring.is_ok());
    }

    proptest! {
        #[test]
        fn any_places_are_a_ring_with_an_area_or_a_named_error(
            raw in proptest::collection::vec((-900_000_000i32..=900_000_000, any::<i32>()), 0..12),
        ) {
            let places: Vec<Point> = raw
                .iter()
                .filter_map(|&(lat, lon)| Point::new(lat, lon % 1_800_000_001).ok())
                .collect();
            if let Ok(ring) = Ring::new(&places) {
                prop_assert!(ring.area().0.is_finite() && ring.area().0 >= 0.0);
                prop_assert!(ring.perimeter().0 > 0.0);
            }
        }

        #[test]
        fn turning_and_starting_elsewhere_change_nothing(shift in 0usize..7, backwards in any::<bool>()) {
            let star: Vec<(f64, f64)> = (0..7)
                .map(|k| (f64::from(k).mul_add(0.9, 0.1), 100.0 + 40.0 * f64::from(k % 3)))
                .map(|(angle, r)| (r * angle.cos(), r * angle.sin()))
                .collect();
            let mut turned = places(&star);
            let area = Ring::new(&turned).expect("a ring").area().0;
            turned.rotate_left(shift);
            if backwards {
                turned.reverse();
            }
            let again = Ring::new(&turned).expect("a ring").area().0;
            prop_assert!((area - again).abs() < 1e-4, "{area} {again}");
        }
    }
}
