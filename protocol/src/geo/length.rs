//! A line with its length and how well that is known.
//!
//! **The error.** Let `u_i` be the direction of edge i and `e_i` the position error of vertex i. To
//! first order the length errs by `sum u_i . (e_(i+1) - e_i) = sum w_i . e_i`, with `w_i = u_(i-1) - u_i`
//! inside and `w = -u` and `+u` at the ends: on a straight line only its two ends count, at each bend
//! both neighbours do. With per-axis error sigma and correlation `exp(-d/L)` over the way d between
//! two vertices, the variance is `sigma^2 * sum_ij w_i . w_j * exp(-d_ij/L)`, which is one pass along
//! the line. L is not known: the largest of 20 m, 85 m (a minute's walk) and 500 m (atmosphere) is taken.
//! Errors that stay correlated over less than 20 m are not what receivers in motion give; between
//! vertices farther apart than that, 20 m is as good as independent.
//!
//! Noise also makes a way longer, never shorter: an edge of true length D grows by about
//! `v / D` with `v = sigma^2 * (1 - exp(-d/L))`, so one that was measured as d by the smaller root g of
//! `g * (d - g) = v`, and by no more than the mean length of the noise alone, `sqrt(pi * v)`, or d itself.
//! This bias is added, and makes the error of a dense track wide: a fence or a road is measured by the
//! vertices that matter, not by a fix a second.
//!
//! So `half-width = 1.96 * sigma * sqrt(variance) + bias`. It is checked against simulated walks in the
//! tests of this module's neighbour `monte_carlo`.

use geo::{Geodesic, Length as _, LineString};

use super::plane::Plane;
use super::{Measured, Point, Sigma, distance};
use crate::measure::Metres;

/// Most points of a line.
pub const MAX_LINE_POINTS: usize = 1_000_000;
/// Over which way errors may stay correlated, m.
const CORRELATION_M: [f64; 3] = [20.0, 85.0, 500.0];

/// A line of at least two points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    points: Vec<Point>,
}

/// Why places are not a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LineError {
    /// Fewer than two.
    #[error("{0} places are fewer than two")]
    TooFew(usize),
    /// More than [`MAX_LINE_POINTS`].
    #[error("{0} places are more than {MAX_LINE_POINTS}")]
    TooMany(usize),
}

impl Line {
    /// The line through these places. It may cross itself.
    pub fn new(places: &[Point]) -> Result<Self, LineError> {
        match places.len() {
            few @ 0..2 => Err(LineError::TooFew(few)),
            many if many > MAX_LINE_POINTS => Err(LineError::TooMany(many)),
            _ => Ok(Self {
                points: places.to_vec(),
            }),
        }
    }

    /// Its points.
    pub fn points(&self) -> &[Point] {
        &self.points
    }

    /// The geodesic length.
    pub fn length(&self) -> Metres {
        let line: LineString<f64> = self.points.iter().map(|p| p.degrees()).collect();
        Metres(Geodesic.length(&line))
    }

    /// The length with its 95 % error, by the formula above.
    pub fn measured_length(&self, sigma: Sigma) -> Measured<Metres> {
        let half_width = CORRELATION_M
            .into_iter()
            .map(|correlation_m| self.half_width_m(sigma.metres(), correlation_m))
            .fold(0.0, f64::max);
        Measured::of_finite(self.length(), Metres(half_width))
    }

    fn half_width_m(&self, sigma_m: f64, correlation_m: f64) -> f64 {
        let edges: Vec<EdgeOfLine> = self
            .points
            .windows(2)
            .filter_map(|pair| EdgeOfLine::between(pair.first()?, pair.last()?))
            .collect();
        let (mut variance, mut bias_m) = (0.0, 0.0);
        // `along` is the sum of all weights so far, each times its correlation with this vertex.
        let (mut along, mut before) = ((0.0, 0.0), (0.0, 0.0));
        let ends = [EdgeOfLine::default()];
        for edge in edges.iter().chain(&ends) {
            let weight = (before.0 - edge.direction.0, before.1 - edge.direction.1);
            variance +=
                weight.0 * (weight.0 + 2.0 * along.0) + weight.1 * (weight.1 + 2.0 * along.1);
            let kept = (-edge.length_m / correlation_m).exp();
            along = ((along.0 + weight.0) * kept, (along.1 + weight.1) * kept);
            before = edge.direction;
            bias_m += edge.growth_m(sigma_m, kept);
        }
        1.96 * sigma_m * variance.max(0.0).sqrt() + bias_m
    }
}

/// Length and direction of one edge; the default stands for "no edge" beyond the end.
#[derive(Default)]
struct EdgeOfLine {
    length_m: f64,
    direction: (f64, f64),
}

impl EdgeOfLine {
    /// `None` between equal places: their error is one and the same.
    fn between(a: &Point, b: &Point) -> Option<Self> {
        let length_m = distance(*a, *b).0;
        let step = Plane::at(*a).metres(*b);
        let flat_m = step.x.hypot(step.y);
        (length_m > 0.0 && flat_m > 0.0).then(|| Self {
            length_m,
            direction: (step.x / flat_m, step.y / flat_m),
        })
    }

    /// How much noise has lengthened it, at most and on average.
    fn growth_m(&self, sigma_m: f64, kept: f64) -> f64 {
        let variance = sigma_m * sigma_m * (1.0 - kept);
        let of_noise_alone = (std::f64::consts::PI * variance).sqrt();
        let root = self.length_m * self.length_m - 4.0 * variance;
        let growth = if root >= 0.0 {
            (self.length_m - root.sqrt()) / 2.0
        } else {
            self.length_m
        };
        growth.min(of_noise_alone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(metres: &[(f64, f64)]) -> Vec<Point> {
        let plane = Plane::at(Point::new(436_000_000, 1_160_000_000).expect("a place"));
        metres
            .iter()
            .map(|&(x, y)| plane.place(geo::Coord { x, y }))
            .collect()
    }

    fn half_width_m(metres: &[(f64, f64)]) -> f64 {
        let sigma = Sigma::from_metres(3.0).expect("a number");
        let line = Line::new(&places(metres)).expect("a line");
        line.measured_length(sigma).half_width_95().0
    }

    #[test]
    fn a_straight_line_errs_at_its_two_ends_only() {
        let ends = 1.96 * 3.0 * 2.0f64.sqrt();
        let long = half_width_m(&[(0.0, 0.0), (1_000.0, 0.0)]);
        assert!((long - ends).abs() < 0.1, "{long} {ends}");
        let halves = half_width_m(&[(0.0, 0.0), (500.0, 0.0), (1_000.0, 0.0)]);
        assert!((halves - ends).abs() < 0.2, "{halves} {ends}");
    }

    #[test]
    fn bends_and_short_steps_make_it_worse() {
        let straight = half_width_m(&[(0.0, 0.0), (100.0, 0.0), (200.0, 0.0)]);
        let bent = half_width_m(&[(0.0, 0.0), (100.0, 0.0), (0.0, 0.0)]);
        assert!(bent > straight);
        let dense: Vec<(f64, f64)> = (0..200).map(|k| (f64::from(k), 0.0)).collect();
        assert!(half_width_m(&dense) > straight);
    }

    #[test]
    fn standing_still_has_no_length_and_no_error_from_directions() {
        let place = places(&[(0.0, 0.0)]);
        let line = Line::new(&[place[0], place[0], place[0]]).expect("a line");
        let sigma = Sigma::from_metres(3.0).expect("a number");
        assert_eq!(line.measured_length(sigma).value(), Metres(0.0));
        assert_eq!(line.measured_length(sigma).half_width_95(), Metres(0.0));
        assert_eq!(Line::new(&place), Err(LineError::TooFew(1)));
    }

    #[test]
    fn the_length_follows_the_ellipsoid() {
        let line = Line::new(&places(&[(0.0, 0.0), (300.0, 0.0), (300.0, 400.0)])).expect("a line");
        assert!(
            (line.length().0 - 700.0).abs() < 0.05,
            "{:?}",
            line.length()
        );
    }
}
