//! The box around places.

use super::Point;

/// West, south, east and north, 1e-7 degree; its edges belong to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounds {
    /// Least longitude.
    pub west_e7: i32,
    /// Least latitude.
    pub south_e7: i32,
    /// Greatest longitude.
    pub east_e7: i32,
    /// Greatest latitude.
    pub north_e7: i32,
}

impl Bounds {
    /// Around these places; `None` where there are none. Not for shapes across the antimeridian.
    pub fn around(places: impl IntoIterator<Item = Point>) -> Option<Self> {
        places.into_iter().map(Self::at).reduce(Self::join)
    }

    /// Do the two have a place in common?
    pub const fn meets(&self, other: &Self) -> bool {
        self.west_e7 <= other.east_e7
            && other.west_e7 <= self.east_e7
            && self.south_e7 <= other.north_e7
            && other.south_e7 <= self.north_e7
    }

    /// Around one place.
    pub const fn at(place: Point) -> Self {
        Self {
            west_e7: place.lon_e7(),
            south_e7: place.lat_e7(),
            east_e7: place.lon_e7(),
            north_e7: place.lat_e7(),
        }
    }

    fn join(self, other: Self) -> Self {
        Self {
            west_e7: self.west_e7.min(other.west_e7),
            south_e7: self.south_e7.min(other.south_e7),
            east_e7: self.east_e7.max(other.east_e7),
            north_e7: self.north_e7.max(other.north_e7),
        }
    }
}
