//! NMEA 0183: pairs of RMC and GGA of any talker.
//!
//! Written here and not taken from a crate because places must come out on the receiver's own grid (1e-5
//! minute, in integers) and because files of receivers are cut and garbled in ways that must be counted,
//! not fatal. Accuracy is 4 m times the horizontal dilution of GGA: the usual rule of thumb, as NMEA
//! states none in these sentences. Times are UTC as the receiver prints it.

use super::number::{bearing, optional};
use super::{ImportError, Imported, SkipReason, lines, within_size};
use crate::fix::Fix;
use crate::time::{MonoMs, UnixMs};
use crate::track::{ClockedFix, FixClocks};

/// Metres of accuracy per unit of dilution.
const ACCURACY_PER_HDOP_M: f64 = 4.0;
const KNOT_CMS: f64 = 51.444_444;
const DAY_MS: i64 = 86_400_000;

/// What RMC said about a moment.
#[derive(Clone, Copy)]
struct Course {
    time_of_day_ms: i64,
    day_ms: i64,
    speed_cms: Option<i32>,
    bearing_deg: Option<u16>,
}

/// Reads fixes: each GGA with a position, with speed, course and date of the RMC of the same moment.
pub fn nmea(bytes: &[u8]) -> Result<Imported, ImportError> {
    within_size(bytes)?;
    let mut out = Imported::default();
    let mut course: Option<Course> = None;
    for (number, line) in lines(bytes) {
        let Some(line) = line else {
            out.skip(number, SkipReason::Shape);
            continue;
        };
        let Some(kind) = kind(line) else { continue };
        let fields = match checked(line) {
            Ok(body) => body.split(',').collect::<Vec<_>>(),
            Err(reason) => {
                out.skip(number, reason);
                continue;
            }
        };
        match kind {
            Kind::Rmc => match read_course(&fields) {
                Ok(now) => course = Some(now),
                Err(reason) => out.skip(number, reason),
            },
            Kind::Gga => out.take(number, read_fix(&fields, course.as_ref()))?,
        }
    }
    out.finished()
}

enum Kind {
    Rmc,
    Gga,
}

/// The kind by its letters; any two-letter talker.
fn kind(line: &str) -> Option<Kind> {
    match line.strip_prefix('$')?.get(2..6)? {
        "RMC," => Some(Kind::Rmc),
        "GGA," => Some(Kind::Gga),
        _ => None,
    }
}

/// The fields' text between `$` and `*`, if the checksum fits.
fn checked(line: &str) -> Result<&str, SkipReason> {
    let (body, sum) = line
        .get(1..)
        .and_then(|l| l.rsplit_once('*'))
        .ok_or(SkipReason::Checksum)?;
    let sum = u8::from_str_radix(sum, 16)
        .ok()
        .ok_or(SkipReason::Checksum)?;
    if body.bytes().fold(0, |sum, byte| sum ^ byte) != sum {
        return Err(SkipReason::Checksum);
    }
    Ok(body)
}

fn read_course(fields: &[&str]) -> Result<Course, SkipReason> {
    let field = |at: usize| fields.get(at).copied().ok_or(SkipReason::Shape);
    if field(2)? != "A" {
        return Err(SkipReason::Invalid);
    }
    Ok(Course {
        time_of_day_ms: time_of_day_ms(field(1)?)?,
        day_ms: day_ms(field(9)?)?,
        speed_cms: optional(Some(field(7)?), KNOT_CMS, "speed")?,
        bearing_deg: bearing(Some(field(8)?))?,
    })
}

fn read_fix(fields: &[&str], course: Option<&Course>) -> Result<ClockedFix, SkipReason> {
    let field = |at: usize| fields.get(at).copied().ok_or(SkipReason::Shape);
    if matches!(field(6)?, "" | "0") {
        return Err(SkipReason::Invalid);
    }
    let time_ms = time_of_day_ms(field(1)?)?;
    let course = course.ok_or(SkipReason::NoDate)?;
    let same = course.time_of_day_ms == time_ms;
    // A GGA before the first RMC of a new day belongs to the new day.
    let midnight = if course.time_of_day_ms - time_ms > DAY_MS / 2 {
        DAY_MS
    } else {
        0
    };
    let lat_e7 = place_e7(field(2)?, 2, field(3)?, ["N", "S"], "latitude")?;
    let lon_e7 = place_e7(field(4)?, 3, field(5)?, ["E", "W"], "longitude")?;
    let mut fix = Fix::at(UnixMs(course.day_ms + midnight + time_ms), lat_e7, lon_e7)?;
    fix.satellites = field(7)?.parse().ok();
    fix.acc_dm = optional(Some(field(8)?), ACCURACY_PER_HDOP_M * 10.0, "dilution")?;
    fix.alt_dm = optional(Some(field(9)?), 10.0, "altitude")?;
    fix.speed_cms = course.speed_cms.filter(|_| same);
    fix.bearing_deg = course.bearing_deg.filter(|_| same);
    let clocks = FixClocks {
        gnss: Some(fix.time),
        wall: None,
        mono: None::<MonoMs>,
    };
    Ok(ClockedFix {
        fix: fix.checked()?,
        clocks,
    })
}

/// `hhmmss.sss`
fn time_of_day_ms(text: &str) -> Result<i64, SkipReason> {
    if text.is_empty() {
        return Err(SkipReason::NoTime);
    }
    let wrong = SkipReason::Field("time");
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let [hours, minutes, seconds] = pairs(whole).ok_or(wrong)?;
    let milliseconds = digits_e(fraction, 3).ok_or(wrong)?;
    if hours > 23 || minutes > 59 || seconds > 60 {
        return Err(wrong);
    }
    Ok(((hours * 60 + minutes) * 60 + seconds) * 1_000 + milliseconds)
}

/// `ddmmyy`, of this century from 1980 on.
fn day_ms(text: &str) -> Result<i64, SkipReason> {
    if text.is_empty() {
        return Err(SkipReason::NoDate);
    }
    let wrong = SkipReason::Field("date");
    let [day, month, year] = pairs(text).ok_or(wrong)?;
    let year = if year >= 80 {
        1_900 + year
    } else {
        2_000 + year
    };
    let date = jiff::civil::Date::new(year as i16, month as i8, day as i8)
        .ok()
        .ok_or(wrong)?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok().ok_or(wrong)?;
    Ok(midnight.timestamp().as_millisecond())
}

/// `dddmm.mmmmm` and a letter, rounded once, from the receiver's minutes to 1e-7 degree.
fn place_e7(
    text: &str,
    degree_digits: usize,
    side: &str,
    sides: [&str; 2],
    field: &'static str,
) -> Result<i32, SkipReason> {
    if text.is_empty() {
        return Err(SkipReason::NoPlace);
    }
    let wrong = SkipReason::Field(field);
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let (degrees, minutes) = whole.split_at_checked(degree_digits).ok_or(wrong)?;
    let number = |text: &str| text.parse::<u16>().map(i64::from).ok().ok_or(wrong);
    // 1e-9 minute, to the nearest 1e-7 degree.
    let minutes_e9 = (number(degrees)? * 60 + number(minutes)?) * 1_000_000_000
        + digits_e(fraction, 9).ok_or(wrong)?;
    let e7 = (minutes_e9 + 3_000).div_euclid(6_000);
    let e7 = i32::try_from(e7).ok().ok_or(wrong)?;
    match side {
        side if side == sides[0] => Ok(e7),
        side if side == sides[1] => Ok(-e7),
        _ => Err(wrong),
    }
}

/// Three numbers of two digits.
fn pairs(text: &str) -> Option<[i64; 3]> {
    if text.len() != 6 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let number: i64 = text.parse().ok()?;
    Some([number / 10_000, number / 100 % 100, number % 100])
}

/// The first `count` digits after a point, as a whole number.
fn digits_e(text: &str, count: usize) -> Option<i64> {
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let padded = text.bytes().chain(std::iter::repeat(b'0')).take(count);
    Some(padded.fold(0, |sum, digit| sum * 10 + i64::from(digit - b'0')))
}
