//! Zones (区域), and when a track was in them.
//!
//! A zone's edges are straight in longitude and latitude, as GeoJSON has them. Its boundary belongs to
//! it: whoever stands on it is inside, and may be in two zones at once. Between two fixes a rider is
//! taken to move straight and evenly; nothing is said of the time between two runs (a gap).

mod stay;

pub use stay::{Bound, Stay, TrackPoint};

use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{LineString, Polygon};

use super::{Point, Ring};

/// Where a place lies to a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Position {
    /// Within.
    Inside,
    /// Exactly on an edge: counts as within.
    Boundary,
    /// Without.
    Outside,
}

/// An area, perhaps with holes, that can be asked about places and tracks.
#[derive(Debug, Clone, PartialEq)]
pub struct Zone {
    polygon: Polygon<f64>,
    south_west: geo::Coord<f64>,
    north_east: geo::Coord<f64>,
}

impl Zone {
    /// The zone within `outer` and without `holes`. A hole's edge belongs to the zone.
    pub fn new(outer: &Ring, holes: &[Ring]) -> Self {
        let (mut south_west, mut north_east) = (
            geo::Coord {
                x: f64::MAX,
                y: f64::MAX,
            },
            geo::Coord {
                x: f64::MIN,
                y: f64::MIN,
            },
        );
        for at in outer.vertices().iter().map(|p| p.exact()) {
            south_west = geo::Coord {
                x: south_west.x.min(at.x),
                y: south_west.y.min(at.y),
            };
            north_east = geo::Coord {
                x: north_east.x.max(at.x),
                y: north_east.y.max(at.y),
            };
        }
        Self {
            polygon: Polygon::new(line(outer), holes.iter().map(line).collect()),
            south_west,
            north_east,
        }
    }

    /// Where the place lies.
    pub fn position(&self, place: Point) -> Position {
        self.position_of(place.exact())
    }

    /// Inside or on the boundary?
    pub fn contains(&self, place: Point) -> bool {
        self.position(place) != Position::Outside
    }

    fn position_of(&self, at: geo::Coord<f64>) -> Position {
        if self.misses(at, at) {
            return Position::Outside;
        }
        match self.polygon.coordinate_position(&at) {
            CoordPos::Inside => Position::Inside,
            CoordPos::OnBoundary => Position::Boundary,
            CoordPos::Outside => Position::Outside,
        }
    }

    /// Does the box around two places lie wholly beside the zone's?
    fn misses(&self, a: geo::Coord<f64>, b: geo::Coord<f64>) -> bool {
        a.x.max(b.x) < self.south_west.x
            || a.x.min(b.x) > self.north_east.x
            || a.y.max(b.y) < self.south_west.y
            || a.y.min(b.y) > self.north_east.y
    }
}

fn line(ring: &Ring) -> LineString<f64> {
    ring.vertices().iter().map(|p| p.exact()).collect()
}

#[cfg(test)]
mod tests;
