//! A flat piece of ground around a place, in metres: good to about 1 part in 10,000 within 50 km.
//! Used for directions, tolerances and error models, never for the lengths and areas that are reported.

use super::Point;

/// Semi-major axis of WGS-84, m.
const A: f64 = 6_378_137.0;
/// First eccentricity squared of WGS-84.
const E2: f64 = 0.006_694_379_990_14;

/// Metres for one unit of 1e-7 degree at one place.
#[derive(Debug, Clone, Copy)]
pub(super) struct Plane {
    origin: Point,
    east_m: f64,
    north_m: f64,
}

impl Plane {
    pub(super) fn at(origin: Point) -> Self {
        let lat = (f64::from(origin.lat_e7()) / 1e7).to_radians();
        let w = 1.0 - E2 * lat.sin() * lat.sin();
        let unit = 1e-7f64.to_radians();
        Self {
            origin,
            east_m: unit * lat.cos() * A / w.sqrt(),
            north_m: unit * A * (1.0 - E2) / (w * w.sqrt()),
        }
    }

    /// Metres east (x) and north (y) of the origin.
    pub(super) fn metres(&self, point: Point) -> geo::Coord<f64> {
        let (at, from) = (point.exact(), self.origin.exact());
        geo::Coord {
            x: (at.x - from.x) * self.east_m,
            y: (at.y - from.y) * self.north_m,
        }
    }

    /// The nearest place to these metres.
    #[cfg(test)]
    pub(super) fn place(&self, at: geo::Coord<f64>) -> Point {
        let from = self.origin.exact();
        let lon = (from.x + at.x / self.east_m).round() as i32;
        let lat = (from.y + at.y / self.north_m).round() as i32;
        Point::new(lat, lon).expect("on the earth")
    }
}
