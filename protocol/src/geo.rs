//! Measuring on the ellipsoid: areas and lengths with their error, zones and when a track crossed them,
//! what an officer saw from a distance, and thinning lines for display.
//!
//! You are here because you have coordinates as receivers gave them (WGS-84, integers of 1e-7 degree)
//! and want a number that a reader can trust, with how far to trust it. Distances and areas are
//! geodesic. GCJ-02 and other display frames do not exist here; they belong to the display and export
//! adaptor. A phone's area is a lead, never an official survey.
//!
//! Geometry across the antimeridian or near a pole is refused with a typed error, not computed wrongly.

mod boundary;
mod bounds;
mod length;
mod measured;
mod offset;
mod plane;
mod point;
mod ring;
mod sigma;
mod simplify;
mod zone;

pub use boundary::{Edge, MAX_RING_VERTICES, RingError};
pub use bounds::Bounds;
pub use length::{Line, LineError, MAX_LINE_POINTS};
pub use measured::{Measured, Quantity};
pub use offset::{OffsetSighting, SightingArea};
pub use point::{Point, PointError, distance};
pub use ring::Ring;
pub use sigma::Sigma;
pub use simplify::simplify;
pub use zone::{Bound, Position, Stay, TrackPoint, Zone, ZoneError};

#[cfg(test)]
mod monte_carlo;
