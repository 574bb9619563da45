//! A place named in a body.

use crate::fields::{FieldsError, Raw};
use crate::fix::Fix;
use crate::time::UnixMs;

/// Where, how well known, and when it was measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    lat_e7: i32,
    lon_e7: i32,
    acc_dm: Option<u32>,
    at: UnixMs,
}

impl Place {
    /// A place on the earth. `None` for coordinates that are not.
    pub fn new(lat_e7: i32, lon_e7: i32, acc_dm: Option<u32>, at: UnixMs) -> Option<Self> {
        Fix::at(at, lat_e7, lon_e7).ok().map(|_| Self {
            lat_e7,
            lon_e7,
            acc_dm,
            at,
        })
    }

    /// Latitude, 1e-7 degree.
    pub const fn lat_e7(&self) -> i32 {
        self.lat_e7
    }

    /// Longitude, 1e-7 degree.
    pub const fn lon_e7(&self) -> i32 {
        self.lon_e7
    }

    /// Horizontal accuracy, 68 % radius, dm.
    pub const fn acc_dm(&self) -> Option<u32> {
        self.acc_dm
    }

    /// When it was measured.
    pub const fn at(&self) -> UnixMs {
        self.at
    }

    /// `[lat, lon, accuracy or null, time]`.
    pub(super) fn to_raw(self) -> Raw {
        Raw::array(&[
            Raw::from(i64::from(self.lat_e7)),
            Raw::from(i64::from(self.lon_e7)),
            self.acc_dm
                .map_or_else(Raw::null, |acc| Raw::from(u64::from(acc))),
            Raw::from(self.at.0),
        ])
    }

    pub(super) fn from_raw(raw: &Raw) -> Option<Self> {
        let items = raw.as_array()?;
        let [lat, lon, acc, at] = items.as_slice() else {
            return None;
        };
        let acc_dm = if *acc == Raw::null() {
            None
        } else {
            Some(u32::try_from(acc.as_u64()?).ok()?)
        };
        let e7 = |raw: &Raw| i32::try_from(raw.as_i64()?).ok();
        Self::new(e7(lat)?, e7(lon)?, acc_dm, UnixMs(at.as_i64()?))
    }
}

/// Takes a place that may be absent.
pub(super) fn take_opt(
    body: &mut crate::fields::Fields,
    key: u64,
) -> Result<Option<Place>, FieldsError> {
    body.take_opt(key, "place", Place::from_raw)
}
