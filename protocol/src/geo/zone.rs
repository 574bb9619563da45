//! Zones (区域), and when a track was in them.
//!
//! A zone's edges are straight in longitude and latitude, as GeoJSON has them. Its boundary belongs to
//! it: whoever stands on it is inside, and may be in two zones at once. Between two fixes a rider is
//! taken to move straight and evenly; nothing is said of the time between two runs (a gap).

mod geojson;
mod stay;

pub use stay::{Bound, Stay, TrackPoint};

use geo::algorithm::validation::{InvalidPolygon, Validation as _};
use geo::coordinate_position::{CoordPos, CoordinatePosition as _};
use geo::{LineString, Polygon};

use super::{Bounds, Point, Ring, boundary, distance};
use crate::measure::Metres;

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
    bounds: Bounds,
    edges: Vec<ZoneEdge>,
}

/// Why rings are not a zone.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ZoneError {
    /// A hole reaches out of the zone, or holes overlap.
    #[error("placing the holes")]
    Holes(#[source] InvalidPolygon),
}

/// An edge and the box around it.
#[derive(Debug, Clone, Copy, PartialEq)]
struct ZoneEdge {
    line: geo::Line<f64>,
    bounds: Bounds,
}

impl Zone {
    /// The zone within `outer` and without `holes`, which must lie in it and apart. A hole's edge belongs
    /// to the zone.
    pub fn new(outer: &Ring, holes: &[Ring]) -> Result<Self, ZoneError> {
        let polygon = Polygon::new(line(outer), holes.iter().map(line).collect());
        if !holes.is_empty() {
            polygon.check_validation().map_err(ZoneError::Holes)?;
        }
        let edges = std::iter::once(outer)
            .chain(holes)
            .flat_map(|ring| boundary::edges(ring.vertices()))
            .map(|(a, b)| ZoneEdge::between(a, b))
            .collect();
        Ok(Self {
            polygon,
            bounds: outer.bounds(),
            edges,
        })
    }

    /// Where the place lies.
    pub fn position(&self, place: Point) -> Position {
        if self.bounds.meets(&Bounds::at(place)) {
            self.position_of(place.exact())
        } else {
            Position::Outside
        }
    }

    /// Inside or on the boundary?
    pub fn contains(&self, place: Point) -> bool {
        self.position(place) != Position::Outside
    }

    /// How far the place lies from the zone's boundary; 0 within. The nearest place of an edge is found on a
    /// plane that touches the earth there, so it is meant for places within some tens of kilometres.
    pub fn distance(&self, place: Point) -> Metres {
        if self.contains(place) {
            return Metres(0.0);
        }
        let nearest = self.edges.iter().map(|edge| edge.nearest_to(place));
        let lengths = nearest.map(|nearest| distance(place, nearest));
        lengths
            .reduce(|a, b| if b < a { b } else { a })
            .unwrap_or(Metres(0.0))
    }

    fn position_of(&self, at: geo::Coord<f64>) -> Position {
        match self.polygon.coordinate_position(&at) {
            CoordPos::Inside => Position::Inside,
            CoordPos::OnBoundary => Position::Boundary,
            CoordPos::Outside => Position::Outside,
        }
    }
}

impl ZoneEdge {
    fn between(a: Point, b: Point) -> Self {
        let line = geo::Line::new(a.exact(), b.exact());
        let bounds = Bounds::around([a, b]).unwrap_or(Bounds::at(a));
        Self { line, bounds }
    }

    /// The place of this edge that is nearest.
    fn nearest_to(&self, place: Point) -> Point {
        let at = place.exact();
        let narrow = (at.y / 1e7).to_radians().cos();
        let (start, end) = (self.line.start, self.line.end);
        let (dx, dy) = ((end.x - start.x) * narrow, end.y - start.y);
        let (px, py) = ((at.x - start.x) * narrow, at.y - start.y);
        let square = dx * dx + dy * dy;
        let along = if square > 0.0 {
            ((px * dx + py * dy) / square).clamp(0.0, 1.0)
        } else {
            0.0
        };
        // Between two places is a place, so nothing is cut off.
        let e7 = |from: f64, to: f64| (from + (to - from) * along).round() as i32;
        Point::new(e7(start.y, end.y), e7(start.x, end.x)).unwrap_or(place)
    }
}

fn line(ring: &Ring) -> LineString<f64> {
    ring.vertices().iter().map(|p| p.exact()).collect()
}

#[cfg(test)]
mod tests;
