//! Places and shapes, as they stand in one field.

use super::field::FieldType;
use super::pack::{Packer, Unpacker};
use super::source::Source;
use super::value::Value;
use crate::fix::{LAT_E7_MAX, LON_E7_MAX};

/// Vertices of one shape, over all rings. Keeps a shape within one change.
pub const MAX_VERTICES: usize = 4_096;
/// Rings of a polygon, the outer one included.
pub const MAX_RINGS: usize = 64;

const POINT: u8 = 1;
const LINE: u8 = 2;
const POLYGON: u8 = 3;

/// A place: WGS-84, in 1e-7 degree, within range by construction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Vertex {
    lat_e7: i32,
    lon_e7: i32,
}

impl Vertex {
    /// A place, unless it is off the globe.
    pub const fn new(lat_e7: i32, lon_e7: i32) -> Result<Self, ShapeError> {
        if lat_e7.unsigned_abs() > LAT_E7_MAX.unsigned_abs()
            || lon_e7.unsigned_abs() > LON_E7_MAX.unsigned_abs()
        {
            return Err(ShapeError::OffTheGlobe { lat_e7, lon_e7 });
        }
        Ok(Self { lat_e7, lon_e7 })
    }

    /// Latitude in 1e-7 degree.
    pub const fn lat_e7(&self) -> i32 {
        self.lat_e7
    }

    /// Longitude in 1e-7 degree.
    pub const fn lon_e7(&self) -> i32 {
        self.lon_e7
    }

    pub(super) fn pack(self, packer: Packer) -> Packer {
        packer.i32(self.lat_e7).i32(self.lon_e7)
    }

    pub(super) fn unpack(from: &mut Unpacker<'_>) -> Option<Self> {
        let (lat_e7, lon_e7) = (from.i32()?, from.i32()?);
        Self::new(lat_e7, lon_e7).ok()
    }
}

/// Why vertices make no shape.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShapeError {
    /// A coordinate out of range.
    #[error("{lat_e7}, {lon_e7} (1e-7 degree) is off the globe")]
    OffTheGlobe {
        /// The latitude found.
        lat_e7: i32,
        /// The longitude found.
        lon_e7: i32,
    },
    /// A line of less than two, or a ring of less than three vertices.
    #[error("{found} vertices, at least {needed} are needed")]
    TooFew {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// More vertices or rings than one field holds.
    #[error("{found} {what}, at most {limit} fit")]
    TooMany {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many fit.
        limit: usize,
    },
}

/// A point, a line or a polygon.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Shape {
    /// One place.
    Point(Vertex),
    /// A way along places.
    Line(Vec<Vertex>),
    /// Rings: the outer one, then holes. The first vertex is not repeated at the end.
    Polygon(Vec<Vec<Vertex>>),
}

/// A shape with how it was obtained, within the limits of one field by construction.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Geometry {
    shape: Shape,
    source: Source,
}

impl Geometry {
    /// A shape, unless it has too few or too many vertices.
    pub fn new(shape: Shape, source: Source) -> Result<Self, ShapeError> {
        match &shape {
            Shape::Point(_) => {}
            Shape::Line(vertices) => check_count(vertices.len(), 2)?,
            Shape::Polygon(rings) => {
                check_limit("rings", rings.len(), MAX_RINGS)?;
                if rings.is_empty() {
                    return Err(ShapeError::TooFew {
                        found: 0,
                        needed: 3,
                    });
                }
                for ring in rings {
                    check_count(ring.len(), 3)?;
                }
                let all = rings.iter().map(Vec::len).fold(0, usize::saturating_add);
                check_limit("vertices", all, MAX_VERTICES)?;
            }
        }
        Ok(Self { shape, source })
    }

    /// The shape.
    pub const fn shape(&self) -> &Shape {
        &self.shape
    }

    /// How it was obtained.
    pub const fn source(&self) -> Source {
        self.source
    }

    /// Where to put a marker: the point, or the first vertex.
    pub fn anchor(&self) -> Option<Vertex> {
        match &self.shape {
            Shape::Point(vertex) => Some(*vertex),
            Shape::Line(vertices) => vertices.first().copied(),
            Shape::Polygon(rings) => rings.first()?.first().copied(),
        }
    }
}

impl FieldType for Geometry {
    fn read(value: &Value) -> Option<Self> {
        let Value::Bytes(bytes) = value else {
            return None;
        };
        let mut from = Unpacker::of(bytes)?;
        let kind = from.u8()?;
        let source = Source::from_code(from.u16()?);
        let shape = match kind {
            POINT => Shape::Point(Vertex::unpack(&mut from)?),
            LINE => Shape::Line(unpack_vertices(&mut from)?),
            POLYGON => {
                let count = usize::from(from.u16()?);
                if count > MAX_RINGS {
                    return None;
                }
                let rings = (0..count).map(|_| unpack_vertices(&mut from));
                Shape::Polygon(rings.collect::<Option<_>>()?)
            }
            _ => return None,
        };
        from.end(Self::new(shape, source).ok()?)
    }

    fn write(&self) -> Value {
        let packer = Packer::new();
        let packer = match &self.shape {
            Shape::Point(vertex) => vertex.pack(packer.u8(POINT).u16(self.source.code())),
            Shape::Line(vertices) => {
                pack_vertices(packer.u8(LINE).u16(self.source.code()), vertices)
            }
            Shape::Polygon(rings) => {
                let packer = packer
                    .u8(POLYGON)
                    .u16(self.source.code())
                    .u16(count_u16(rings.len()));
                rings
                    .iter()
                    .fold(packer, |packer, ring| pack_vertices(packer, ring))
            }
        };
        Value::Bytes(packer.finish())
    }
}

fn check_count(found: usize, needed: usize) -> Result<(), ShapeError> {
    if found < needed {
        return Err(ShapeError::TooFew { found, needed });
    }
    check_limit("vertices", found, MAX_VERTICES)
}

const fn check_limit(what: &'static str, found: usize, limit: usize) -> Result<(), ShapeError> {
    if found > limit {
        return Err(ShapeError::TooMany { what, found, limit });
    }
    Ok(())
}

fn pack_vertices(packer: Packer, vertices: &[Vertex]) -> Packer {
    let packer = packer.u16(count_u16(vertices.len()));
    vertices
        .iter()
        .fold(packer, |packer, vertex| vertex.pack(packer))
}

fn unpack_vertices(from: &mut Unpacker<'_>) -> Option<Vec<Vertex>> {
    let count = usize::from(from.u16()?);
    if count > MAX_VERTICES {
        return None;
    }
    (0..count).map(|_| Vertex::unpack(from)).collect()
}

/// Counts are within [`MAX_VERTICES`] by construction.
fn count_u16(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(lat_e7: i32, lon_e7: i32) -> Vertex {
        Vertex::new(lat_e7, lon_e7).expect("on the globe")
    }

    #[test]
    fn every_shape_survives_a_round_trip() {
        let ring = vec![
            at(436_000_000, 1_160_000_000),
            at(436_000_000, 1_160_010_000),
            at(1, -1),
        ];
        for shape in [
            Shape::Point(at(-900_000_000, 1_800_000_000)),
            Shape::Line(ring[..2].to_vec()),
            Shape::Polygon(vec![ring.clone(), ring]),
        ] {
            let geometry = Geometry::new(shape, Source::Newer(700)).expect("a shape");
            assert_eq!(Geometry::read(&geometry.write()), Some(geometry));
        }
    }

    #[test]
    fn a_point_is_twelve_bytes_and_their_order_is_frozen() {
        let point = Geometry::new(Shape::Point(at(1, -1)), Source::Drawn).expect("a shape");
        assert_eq!(
            point.write(),
            Value::Bytes(vec![1, 1, 0, 3, 0, 0, 0, 1, 0xff, 0xff, 0xff, 0xff])
        );
    }

    #[test]
    fn what_is_no_shape_is_refused_when_made_and_newer_when_read() {
        assert_eq!(
            Geometry::new(Shape::Line(vec![at(1, 1)]), Source::Drawn),
            Err(ShapeError::TooFew {
                found: 1,
                needed: 2
            })
        );
        assert!(Geometry::new(Shape::Polygon(vec![]), Source::Drawn).is_err());
        let many = vec![at(1, 1); MAX_VERTICES + 1];
        assert!(matches!(
            Geometry::new(Shape::Line(many), Source::Drawn),
            Err(ShapeError::TooMany { .. })
        ));
        assert!(Vertex::new(900_000_001, 0).is_err() && Vertex::new(i32::MIN, 0).is_err());
        for bytes in [
            vec![],
            vec![2, 1, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1],
            vec![1, 9, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1],
            vec![1, 1, 0, 3, 0, 0, 0, 1, 0, 0, 0, 1, 7],
            vec![1, 2, 0, 3, 0xff, 0xff],
        ] {
            assert_eq!(Geometry::read(&Value::Bytes(bytes)), None);
        }
    }
}
