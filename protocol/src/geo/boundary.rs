//! Is a row of places the boundary of an area?

use geo::line_intersection::{LineIntersection, line_intersection};

use super::Point;

/// Most vertices of a ring; thin a walked boundary first.
pub const MAX_RING_VERTICES: usize = 2_048;
/// Beyond this latitude longitudes run together, 1e-7 degree.
const POLAR_LAT_E7: i32 = 850_000_000;

/// One edge, by the index of the vertex it starts at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Edge(pub usize);

/// Why places are not a boundary.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    /// Fewer than three different places.
    #[error("{0} different places are fewer than three")]
    TooFew(usize),
    /// More than [`MAX_RING_VERTICES`].
    #[error("{0} vertices are more than {MAX_RING_VERTICES}")]
    TooMany(usize),
    /// Two edges cross, touch or lie on each other.
    #[error("edge {} meets edge {}", .0.0, .1.0)]
    SelfIntersection(Edge, Edge),
    /// An edge goes over the antimeridian, or half round the earth.
    #[error("edge {} goes across the antimeridian", .0.0)]
    Antimeridian(Edge),
    /// A vertex lies within 5 degrees of a pole.
    #[error("vertex {0} lies near a pole")]
    Pole(usize),
}

/// The vertices of a simple ring: open (the first is not repeated), without repeats in a row.
pub(super) fn check(places: &[Point]) -> Result<Vec<Point>, RingError> {
    if places.len() > MAX_RING_VERTICES + 1 {
        return Err(RingError::TooMany(places.len()));
    }
    let mut vertices = places.to_vec();
    vertices.dedup();
    while vertices.len() > 1 && vertices.first() == vertices.last() {
        vertices.pop();
    }
    let mut different = vertices.clone();
    different.sort_unstable();
    different.dedup();
    match (different.len(), vertices.len()) {
        (few @ 0..3, _) => return Err(RingError::TooFew(few)),
        (_, many) if many > MAX_RING_VERTICES => return Err(RingError::TooMany(many)),
        _ => {}
    }
    check_frame(&vertices)?;
    check_simple(&vertices)?;
    Ok(vertices)
}

/// Edges as pairs of vertices, the last one closing the ring.
pub(super) fn edges(vertices: &[Point]) -> impl Iterator<Item = (Point, Point)> {
    let next = vertices.iter().cycle().skip(1);
    vertices.iter().copied().zip(next.copied())
}

fn check_frame(vertices: &[Point]) -> Result<(), RingError> {
    for (n, (a, b)) in edges(vertices).enumerate() {
        if a.lat_e7().abs() > POLAR_LAT_E7 {
            return Err(RingError::Pole(n));
        }
        if (i64::from(a.lon_e7()) - i64::from(b.lon_e7())).abs() >= 1_800_000_000 {
            return Err(RingError::Antimeridian(Edge(n)));
        }
    }
    Ok(())
}

/// Sweeps over the edges from west to east and compares those whose longitudes overlap.
fn check_simple(vertices: &[Point]) -> Result<(), RingError> {
    let mut by_west: Vec<(usize, Point, Point)> = edges(vertices)
        .enumerate()
        .map(|(n, (a, b))| (n, a, b))
        .collect();
    by_west.sort_unstable_by_key(|(_, a, b)| a.lon_e7().min(b.lon_e7()));
    let mut rest = by_west.as_slice();
    while let Some((first, others)) = rest.split_first() {
        let east = first.1.lon_e7().max(first.2.lon_e7());
        for other in others {
            if other.1.lon_e7().min(other.2.lon_e7()) > east {
                break;
            }
            if meet(first, other, vertices.len()) {
                let (low, high) = (first.0.min(other.0), first.0.max(other.0));
                return Err(RingError::SelfIntersection(Edge(low), Edge(high)));
            }
        }
        rest = others;
    }
    Ok(())
}

/// Do both ends of `q` lie strictly on one side of the line through `p`? Exact, and quick enough to ask
/// of every pair: the worst ring has two million.
fn beside(p: &(usize, Point, Point), q: &(usize, Point, Point)) -> bool {
    let side = |place: Point| {
        let step = |from: i32, to: i32| i128::from(to) - i128::from(from);
        let (along_x, along_y) = (
            step(p.1.lon_e7(), p.2.lon_e7()),
            step(p.1.lat_e7(), p.2.lat_e7()),
        );
        let (x, y) = (
            step(p.1.lon_e7(), place.lon_e7()),
            step(p.1.lat_e7(), place.lat_e7()),
        );
        (along_x * y - along_y * x).signum()
    };
    side(q.1) * side(q.2) > 0
}

/// Do two edges have more in common than the vertex of neighbours?
fn meet(p: &(usize, Point, Point), q: &(usize, Point, Point), count: usize) -> bool {
    if beside(p, q) || beside(q, p) {
        return false;
    }
    let line = |edge: &(usize, Point, Point)| geo::Line::new(edge.1.exact(), edge.2.exact());
    let shared = if (p.0 + 1) % count == q.0 {
        Some(p.2)
    } else if (q.0 + 1) % count == p.0 {
        Some(q.2)
    } else {
        None
    };
    match (line_intersection(line(p), line(q)), shared) {
        (None, _) => false,
        (Some(LineIntersection::SinglePoint { intersection, .. }), Some(shared)) => {
            intersection != shared.exact()
        }
        (Some(_), _) => true,
    }
}
