//! Numbers as the receiver counted them: whole steps of what they are all multiples of.
//!
//! A track whose times are whole seconds, or whose degrees had five decimals, is coded in those steps. A
//! receiver that speaks NMEA counts places in 1e-5 minute, which is 5/3 of 1e-7 degree: such places use
//! only six of ten last digits, and are coded as counts of that step.

use super::varint::{Reader, VarintError, put};
use crate::fix::{Fix, FixError};
use crate::time::UnixMs;

/// Steps of each field; all at least 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Units {
    /// ms
    pub(super) time: i64,
    /// Steps of latitude, longitude: 1e-7 degree, or 5/3 of it where `minutes` is set.
    pub(super) place: [i64; 2],
    /// dm
    pub(super) altitude: i64,
    /// dm
    pub(super) accuracy: i64,
    /// cm/s
    pub(super) speed: i64,
    /// Places are whole counts of 1e-5 minute.
    pub(super) minutes: bool,
}

/// A fix in steps; time and place relative to the first fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Point {
    pub(super) time: i64,
    pub(super) lat: i64,
    pub(super) lon: i64,
    pub(super) altitude: Option<i64>,
    pub(super) accuracy: Option<i64>,
    pub(super) speed: Option<i64>,
    pub(super) bearing: Option<i64>,
}

impl Point {
    /// Which of altitude, accuracy, speed are there.
    pub(super) fn presence(&self) -> [bool; 3] {
        [
            self.altitude.is_some(),
            self.accuracy.is_some(),
            self.speed.is_some(),
        ]
    }
}

/// Time and place of the first fix, from the header.
#[derive(Debug, Clone, Copy)]
pub(super) struct Origin {
    pub(super) time: UnixMs,
    pub(super) lat_e7: i32,
    pub(super) lon_e7: i32,
}

/// Why read numbers are no fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PointError {
    /// A step count leads beyond what the field holds.
    #[error("{0} leads beyond its field")]
    Field(&'static str),
    /// The field holds it, a fix does not.
    #[error("not a fix")]
    Fix(#[from] FixError),
}

const SECOND_MS: i64 = 1_000;
const FLAG_TIME_SECONDS: u8 = 1;
const FLAG_TIME_OTHER: u8 = 2;
const FLAG_MINUTES: u8 = 64;
const FLAG_FIELDS: [u8; 5] = [4, 8, 16, 32, 128];

impl Units {
    /// Every step as fine as the format.
    pub(super) const PLAIN: Self = Self {
        time: 1,
        place: [1, 1],
        altitude: 1,
        accuracy: 1,
        speed: 1,
        minutes: false,
    };

    /// The largest steps that lose nothing.
    pub(super) fn of(fixes: &[Fix]) -> Self {
        let first = fixes.first().map_or(0, |fix| fix.time.0);
        let minutes = fixes
            .iter()
            .all(|fix| on_grid(fix.lat_e7) && on_grid(fix.lon_e7));
        let place = |e7: i32| {
            if minutes {
                to_minutes(e7)
            } else {
                i64::from(e7)
            }
        };
        let optional = |value: Option<i32>| value.map_or(0, i64::from);
        Self {
            time: common(fixes, |fix| fix.time.0.wrapping_sub(first)),
            place: [
                common(fixes, |fix| place(fix.lat_e7)),
                common(fixes, |fix| place(fix.lon_e7)),
            ],
            altitude: common(fixes, |fix| optional(fix.alt_dm)),
            accuracy: common(fixes, |fix| optional(fix.acc_dm)),
            speed: common(fixes, |fix| optional(fix.speed_cms)),
            minutes,
        }
    }

    /// Writes them, one byte where nothing is unusual.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let fields = self.fields();
        let mut flags = match self.time {
            1 => 0,
            SECOND_MS => FLAG_TIME_SECONDS,
            _ => FLAG_TIME_OTHER,
        };
        flags |= if self.minutes { FLAG_MINUTES } else { 0 };
        for (field, flag) in fields.into_iter().zip(FLAG_FIELDS) {
            flags |= if field == 1 { 0 } else { flag };
        }
        out.push(flags);
        if flags & FLAG_TIME_OTHER != 0 {
            put(out, self.time as u64);
        }
        for field in fields.into_iter().filter(|field| *field != 1) {
            put(out, field as u64);
        }
    }

    /// Reads what [`Units::write`] wrote.
    pub(super) fn read(reader: &mut Reader<'_>) -> Result<Self, VarintError> {
        let flags = reader.byte()?;
        let step = |reader: &mut Reader<'_>, max: i64| -> Result<i64, VarintError> {
            Ok(reader.varint_up_to(max as u64)?.max(1) as i64)
        };
        let time = if flags & FLAG_TIME_OTHER != 0 {
            step(reader, i64::MAX)?
        } else if flags & FLAG_TIME_SECONDS != 0 {
            SECOND_MS
        } else {
            1
        };
        let mut fields = [1_i64; 5];
        for (field, flag) in fields.iter_mut().zip(FLAG_FIELDS) {
            if flags & flag != 0 {
                *field = step(reader, i64::from(u32::MAX))?;
            }
        }
        let [lat, lon, altitude, accuracy, speed] = fields;
        Ok(Self {
            time,
            place: [lat, lon],
            altitude,
            accuracy,
            speed,
            minutes: flags & FLAG_MINUTES != 0,
        })
    }

    fn fields(&self) -> [i64; 5] {
        [
            self.place[0],
            self.place[1],
            self.altitude,
            self.accuracy,
            self.speed,
        ]
    }

    /// The interval expected before any was seen, in steps.
    pub(super) fn usual_interval(&self) -> i64 {
        (SECOND_MS / self.time).max(1)
    }

    /// Steps of latitude in a centimetre, in 1/65536; twice, for latitude and (at the equator) longitude.
    pub(super) fn place_per_cm_65536(&self) -> [i64; 2] {
        // 1e-7 degree is 1.1132 cm.
        let degree_steps = 65_536 * 10_000 / 11_132;
        let whole = if self.minutes {
            degree_steps * 3 / 5
        } else {
            degree_steps
        };
        self.place.map(|step| whole / step.max(1))
    }

    /// A fix in steps.
    pub(super) fn point(&self, origin: &Origin, fix: &Fix) -> Point {
        let place = |e7: i32, from: i32, step: i64| {
            if self.minutes {
                (to_minutes(e7) - to_minutes(from)) / step
            } else {
                (i64::from(e7) - i64::from(from)) / step
            }
        };
        Point {
            time: fix.time.0.wrapping_sub(origin.time.0) / self.time,
            lat: place(fix.lat_e7, origin.lat_e7, self.place[0]),
            lon: place(fix.lon_e7, origin.lon_e7, self.place[1]),
            altitude: fix.alt_dm.map(|v| i64::from(v) / self.altitude),
            accuracy: fix.acc_dm.map(|v| i64::from(v) / self.accuracy),
            speed: fix.speed_cms.map(|v| i64::from(v) / self.speed),
            bearing: fix.bearing_deg.map(i64::from),
        }
    }

    /// The fix that a point stands for.
    pub(super) fn fix(&self, origin: &Origin, point: &Point) -> Result<Fix, PointError> {
        let time = point
            .time
            .wrapping_mul(self.time)
            .wrapping_add(origin.time.0);
        let place = |steps: i64, from: i32, step: i64, name| {
            let steps = steps.checked_mul(step).filter(|s| s.abs() < 1 << 40);
            let steps = steps.ok_or(PointError::Field(name))?;
            let e7 = if self.minutes {
                from_minutes(steps + to_minutes(from))
            } else {
                steps + i64::from(from)
            };
            i32::try_from(e7).ok().ok_or(PointError::Field(name))
        };
        let mut fix = Fix::at(
            UnixMs(time),
            place(point.lat, origin.lat_e7, self.place[0], "latitude")?,
            place(point.lon, origin.lon_e7, self.place[1], "longitude")?,
        )?;
        fix.alt_dm = scaled(point.altitude, self.altitude, "altitude")?;
        fix.acc_dm = scaled(point.accuracy, self.accuracy, "accuracy")?;
        fix.speed_cms = scaled(point.speed, self.speed, "speed")?;
        let bearing = point.bearing.map(u16::try_from).transpose();
        fix.bearing_deg = bearing.ok().ok_or(PointError::Field("bearing"))?;
        Ok(fix.checked()?)
    }
}

fn scaled(steps: Option<i64>, step: i64, name: &'static str) -> Result<Option<i32>, PointError> {
    let Some(steps) = steps else { return Ok(None) };
    let value = steps.checked_mul(step).and_then(|v| i32::try_from(v).ok());
    value.map(Some).ok_or(PointError::Field(name))
}

/// The greatest common divisor of one number of every fix; 1 where all are zero.
fn common(fixes: &[Fix], number: impl Fn(&Fix) -> i64) -> i64 {
    let mut divisor = 0_u64;
    for fix in fixes {
        let mut rest = number(fix).unsigned_abs();
        while rest != 0 {
            (divisor, rest) = (rest, divisor % rest);
        }
        if divisor == 1 {
            break;
        }
    }
    i64::try_from(divisor).unwrap_or(1).max(1)
}

/// 1e-7 degree to 1e-5 minute, to the nearest.
fn to_minutes(e7: i32) -> i64 {
    (i64::from(e7) * 6 + 5).div_euclid(10)
}

/// 1e-5 minute to 1e-7 degree, to the nearest (no count lies half way).
fn from_minutes(count: i64) -> i64 {
    (count * 10 + 3).div_euclid(6)
}

fn on_grid(e7: i32) -> bool {
    from_minutes(to_minutes(e7)) == i64::from(e7)
}
