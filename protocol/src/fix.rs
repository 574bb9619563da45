//! A fix (定位点): one position as the receiver gave it, in integers, WGS-84, never corrected.

use crate::time::{BootId, MonoMs, UnixMs};

/// One position. Seven numeric fields, of which only time and place must be there, and how it was had.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fix {
    /// GNSS time, ms since 1970 (or monotonic time mapped by the segment's triples: a flag says so).
    pub time: UnixMs,
    /// Latitude, 1e-7 degree, -900_000_000 ..= 900_000_000.
    pub lat_e7: i32,
    /// Longitude, 1e-7 degree, -1_800_000_000 ..= 1_800_000_000.
    pub lon_e7: i32,
    /// Altitude above the ellipsoid or as the receiver gave it, dm.
    pub alt_dm: Option<i32>,
    /// Horizontal accuracy, 68 % radius as platforms report it, dm, not negative.
    pub acc_dm: Option<i32>,
    /// Speed over ground, cm/s, not negative.
    pub speed_cms: Option<i32>,
    /// Course over ground, degrees clockwise from true north, 0 ..= 359.
    pub bearing_deg: Option<u16>,
    /// Which source computed it.
    pub provider: Provider,
    /// Satellites used, where known.
    pub satellites: Option<u8>,
    /// The platform says that the position is mocked. Recorded and shown, never dropped.
    pub mock: bool,
}

/// Why numbers are not a fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// Latitude beyond the poles.
    #[error("latitude {0} is outside -900000000..=900000000 (1e-7 degree)")]
    Latitude(i64),
    /// Longitude beyond the date line.
    #[error("longitude {0} is outside -1800000000..=1800000000 (1e-7 degree)")]
    Longitude(i64),
    /// A bearing of 360 or more, or negative.
    #[error("bearing {0} is outside 0..=359 degrees")]
    Bearing(i64),
    /// A negative speed or accuracy.
    #[error("{field} {value} is negative")]
    Negative {
        /// `speed` or `accuracy`.
        field: &'static str,
        /// What was given.
        value: i64,
    },
}

/// Largest latitude, 1e-7 degree.
pub const LAT_E7_MAX: i32 = 900_000_000;
/// Largest longitude, 1e-7 degree.
pub const LON_E7_MAX: i32 = 1_800_000_000;

impl Fix {
    /// A fix of time and place only, from satellites.
    pub fn at(time: UnixMs, lat_e7: i32, lon_e7: i32) -> Result<Self, FixError> {
        let fix = Self {
            time,
            lat_e7,
            lon_e7,
            alt_dm: None,
            acc_dm: None,
            speed_cms: None,
            bearing_deg: None,
            provider: Provider::Gnss,
            satellites: None,
            mock: false,
        };
        fix.checked()
    }

    /// The same fix, if every field is in its range.
    pub fn checked(self) -> Result<Self, FixError> {
        if !(-LAT_E7_MAX..=LAT_E7_MAX).contains(&self.lat_e7) {
            return Err(FixError::Latitude(self.lat_e7.into()));
        }
        if !(-LON_E7_MAX..=LON_E7_MAX).contains(&self.lon_e7) {
            return Err(FixError::Longitude(self.lon_e7.into()));
        }
        if let Some(value) = self.bearing_deg.filter(|b| *b > 359) {
            return Err(FixError::Bearing(value.into()));
        }
        for (field, value) in [("speed", self.speed_cms), ("accuracy", self.acc_dm)] {
            if let Some(value) = value.filter(|v| *v < 0) {
                return Err(FixError::Negative {
                    field,
                    value: value.into(),
                });
            }
        }
        Ok(self)
    }
}

/// Which source computed a position. Codes are part of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Provider {
    /// Satellites alone, code 0.
    #[default]
    Gnss,
    /// The platform's fusion of sources, code 1.
    Fused,
    /// Cells and Wi-Fi, code 2.
    Network,
    /// Imported from a file that does not say, code 3.
    Imported,
    /// Put in by hand, code 4.
    Manual,
    /// A code from a newer version.
    Newer(u8),
}

impl Provider {
    /// The code that is stored.
    pub const fn code(self) -> u8 {
        match self {
            Provider::Gnss => 0,
            Provider::Fused => 1,
            Provider::Network => 2,
            Provider::Imported => 3,
            Provider::Manual => 4,
            Provider::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u8) -> Self {
        match code {
            0 => Provider::Gnss,
            1 => Provider::Fused,
            2 => Provider::Network,
            3 => Provider::Imported,
            4 => Provider::Manual,
            other => Provider::Newer(other),
        }
    }
}

/// Why there are no fixes for a while. Distance never counts across a gap; the map shows it dashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GapCause {
    /// The receiver had none, code 1.
    NoFix,
    /// The officer paused, code 2.
    Paused,
    /// The process was killed, code 3.
    Killed,
    /// The battery was too low to record, code 4.
    LowBattery,
    /// The device was off, code 5.
    Off,
    /// The imported file starts a new part here, code 6.
    Imported,
    /// A code from a newer version.
    Newer(u8),
}

impl GapCause {
    /// The code that is stored.
    pub const fn code(self) -> u8 {
        match self {
            GapCause::NoFix => 1,
            GapCause::Paused => 2,
            GapCause::Killed => 3,
            GapCause::LowBattery => 4,
            GapCause::Off => 5,
            GapCause::Imported => 6,
            GapCause::Newer(code) => code,
        }
    }

    /// Reads a stored code; never fails.
    pub const fn from_code(code: u8) -> Self {
        match code {
            1 => GapCause::NoFix,
            2 => GapCause::Paused,
            3 => GapCause::Killed,
            4 => GapCause::LowBattery,
            5 => GapCause::Off,
            6 => GapCause::Imported,
            other => GapCause::Newer(other),
        }
    }

    /// The word used in APIs and exports.
    pub const fn word(self) -> &'static str {
        match self {
            GapCause::NoFix => "no_fix",
            GapCause::Paused => "paused",
            GapCause::Killed => "killed",
            GapCause::LowBattery => "low_battery",
            GapCause::Off => "off",
            GapCause::Imported => "imported",
            GapCause::Newer(_) => "newer",
        }
    }
}

/// How the three clocks stood at one fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ClockTriple {
    /// GNSS time.
    pub gnss: UnixMs,
    /// The device's wall clock.
    pub wall: UnixMs,
    /// The monotonic counter.
    pub mono: MonoMs,
}

/// A fix as the recorder takes it: with the clocks of the moment it was delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct TimedFix {
    /// The position.
    pub fix: Fix,
    /// The device's wall clock at delivery.
    pub wall: UnixMs,
    /// The monotonic counter at delivery.
    pub mono: MonoMs,
    /// The boot that the counter belongs to.
    pub boot: BootId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_out_of_range_are_named() {
        let ok = Fix::at(UnixMs(0), 436_000_000, 1_160_000_000).expect("in range");
        assert_eq!(
            Fix {
                lat_e7: LAT_E7_MAX + 1,
                ..ok
            }
            .checked(),
            Err(FixError::Latitude(900_000_001))
        );
        assert_eq!(
            Fix {
                bearing_deg: Some(360),
                ..ok
            }
            .checked(),
            Err(FixError::Bearing(360))
        );
        assert_eq!(
            Fix {
                speed_cms: Some(-1),
                ..ok
            }
            .checked(),
            Err(FixError::Negative {
                field: "speed",
                value: -1
            })
        );
    }

    #[test]
    fn codes_round_trip() {
        for code in 0..=255u8 {
            assert_eq!(GapCause::from_code(code).code(), code);
            assert_eq!(Provider::from_code(code).code(), code);
        }
    }
}
