//! A place named in a body.

use crate::fields::{Fields, FieldsError, Raw};
use crate::geo::Point;
use crate::time::UnixMs;

/// Where, how well known, and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Where.
    pub point: Point,
    /// Horizontal accuracy, 68 % radius, dm.
    pub acc_dm: Option<u32>,
    /// When it was measured.
    pub at: UnixMs,
}

impl Place {
    /// `[lat, lon, accuracy or null, time]`.
    pub(super) fn to_raw(self) -> Raw {
        let accuracy = self.acc_dm.map(|acc| Raw::from(u64::from(acc)));
        Raw::array(&[
            Raw::from(i64::from(self.point.lat_e7())),
            Raw::from(i64::from(self.point.lon_e7())),
            accuracy.unwrap_or_else(Raw::null),
            Raw::from(self.at.0),
        ])
    }

    fn from_raw(raw: &Raw) -> Option<Self> {
        let items = raw.as_array()?;
        let [lat, lon, accuracy, at] = items.as_slice() else {
            return None;
        };
        let e7 = |raw: &Raw| i32::try_from(raw.as_i64()?).ok();
        let acc_dm = match accuracy {
            none if none.is_null() => None,
            some => Some(u32::try_from(some.as_u64()?).ok()?),
        };
        Some(Self {
            point: Point::new(e7(lat)?, e7(lon)?).ok()?,
            acc_dm,
            at: UnixMs(at.as_i64()?),
        })
    }
}

/// Takes a place that may be absent.
pub(super) fn take_opt(body: &mut Fields, key: u64) -> Result<Option<Place>, FieldsError> {
    body.take_opt(key, "place", Place::from_raw)
}
