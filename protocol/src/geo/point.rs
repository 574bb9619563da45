//! A place, and how far it is from another.

use geo::{Distance as _, Geodesic};

use crate::fix::{Fix, LAT_E7_MAX, LON_E7_MAX};
use crate::measure::Metres;

/// A place in WGS-84, integers of 1e-7 degree, on the earth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Point {
    lat_e7: i32,
    lon_e7: i32,
}

/// Why numbers are not a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// Latitude beyond the poles.
    #[error("latitude {0} is outside -900000000..=900000000 (1e-7 degree)")]
    Latitude(i32),
    /// Longitude beyond the date line.
    #[error("longitude {0} is outside -1800000000..=1800000000 (1e-7 degree)")]
    Longitude(i32),
}

impl Point {
    /// A place, if the numbers are one.
    pub fn new(lat_e7: i32, lon_e7: i32) -> Result<Self, PointError> {
        if !(-LAT_E7_MAX..=LAT_E7_MAX).contains(&lat_e7) {
            Err(PointError::Latitude(lat_e7))
        } else if !(-LON_E7_MAX..=LON_E7_MAX).contains(&lon_e7) {
            Err(PointError::Longitude(lon_e7))
        } else {
            Ok(Self { lat_e7, lon_e7 })
        }
    }

    /// Latitude, 1e-7 degree.
    pub const fn lat_e7(self) -> i32 {
        self.lat_e7
    }

    /// Longitude, 1e-7 degree.
    pub const fn lon_e7(self) -> i32 {
        self.lon_e7
    }

    /// In degrees, as the `geo` crate wants it (x is the longitude).
    pub(super) fn degrees(self) -> geo::Point<f64> {
        geo::Point::new(f64::from(self.lon_e7) / 1e7, f64::from(self.lat_e7) / 1e7)
    }

    /// As plane coordinates in units of 1e-7 degree: exact in floating point, so predicates on them are.
    pub(super) fn exact(self) -> geo::Coord<f64> {
        geo::Coord {
            x: f64::from(self.lon_e7),
            y: f64::from(self.lat_e7),
        }
    }

    /// From degrees, to the nearest 1e-7. `None` for what is not a place.
    pub(super) fn from_degrees(point: geo::Point<f64>) -> Option<Self> {
        let lon = if point.x() > 180.0 {
            point.x() - 360.0
        } else {
            point.x()
        };
        Self::new(e7(point.y())?, e7(lon)?).ok()
    }
}

impl From<&Fix> for Point {
    /// Fixes of other origin than [`Fix::checked`] are pulled to the edge of the earth.
    fn from(fix: &Fix) -> Self {
        Self {
            lat_e7: fix.lat_e7.clamp(-LAT_E7_MAX, LAT_E7_MAX),
            lon_e7: fix.lon_e7.clamp(-LON_E7_MAX, LON_E7_MAX),
        }
    }
}

/// The geodesic distance.
pub fn distance(a: Point, b: Point) -> Metres {
    Metres(Geodesic.distance(a.degrees(), b.degrees()))
}

fn e7(degrees: f64) -> Option<i32> {
    let scaled = (degrees * 1e7).round();
    let fits = (f64::from(i32::MIN)..=f64::from(i32::MAX)).contains(&scaled);
    // In range and whole: the conversion is exact.
    fits.then_some(scaled as i32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_degree_on_the_steppe_has_its_known_length() {
        let a = Point::new(430_000_000, 1_160_000_000).expect("a place");
        let north = Point::new(440_000_000, 1_160_000_000).expect("a place");
        let east = Point::new(430_000_000, 1_170_000_000).expect("a place");
        // WGS-84 meridian arc from 43 to 44 degrees, and the geodesic of one degree at 43 degrees.
        assert!(
            (distance(a, north).0 - 111_103.0).abs() < 10.0,
            "{:?}",
            distance(a, north)
        );
        assert!(
            (distance(a, east).0 - 81_541.0).abs() < 10.0,
            "{:?}",
            distance(a, east)
        );
        assert_eq!(distance(a, a), Metres(0.0));
    }

    #[test]
    fn the_date_line_is_short_to_cross() {
        let west = Point::new(0, 1_799_999_000).expect("a place");
        let east = Point::new(0, -1_799_999_000).expect("a place");
        assert!(distance(west, east).0 < 30.0);
    }

    #[test]
    fn numbers_off_the_earth_are_refused() {
        assert_eq!(
            Point::new(900_000_001, 0),
            Err(PointError::Latitude(900_000_001))
        );
        assert_eq!(
            Point::new(0, i32::MIN),
            Err(PointError::Longitude(i32::MIN))
        );
        assert_eq!(Point::from_degrees(geo::Point::new(f64::NAN, 0.0)), None);
    }
}
