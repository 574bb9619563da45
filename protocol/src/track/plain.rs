//! The core stream for what no model understands: differences of each field as plain numbers.

use super::core::CoreError;
use super::units::{Origin, Point, Units};
use super::varint::{Reader, put, put_signed};
use crate::fix::Fix;

/// Writes a presence byte and the differences of every fix.
pub(super) fn encode(origin: &Origin, fixes: &[Fix]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut before = [0_i64; 7];
    for fix in fixes {
        let point = Units::PLAIN.point(origin, fix);
        let values = numbers(&point);
        let presence = values.iter().enumerate().skip(3);
        let presence = presence.fold(0, |sum, (i, v)| sum | u64::from(v.is_some()) << (i - 3));
        put(&mut out, presence);
        for (value, before) in values.into_iter().zip(&mut before) {
            if let Some(value) = value {
                put_signed(&mut out, value.wrapping_sub(*before));
                *before = value;
            }
        }
    }
    out
}

/// Reads what [`encode`] wrote. `count` is bounded by the caller.
pub(super) fn decode(origin: &Origin, count: usize, bytes: &[u8]) -> Result<Vec<Fix>, CoreError> {
    let mut reader = Reader::new(bytes);
    let mut fixes = Vec::with_capacity(count);
    let mut before = [0_i64; 7];
    for index in 0..count {
        let presence = reader.varint_up_to(15)?;
        let mut values = [None; 7];
        for (i, (value, before)) in values.iter_mut().zip(&mut before).enumerate() {
            if i < 3 || presence >> (i - 3) & 1 == 1 {
                *before = before.wrapping_add(reader.signed()?);
                *value = Some(*before);
            }
        }
        let fix = Units::PLAIN.fix(origin, &point(values));
        fixes.push(fix.map_err(|source| CoreError::Point { index, source })?);
    }
    if !reader.rest().is_empty() {
        return Err(CoreError::LeftOver);
    }
    Ok(fixes)
}

fn numbers(point: &Point) -> [Option<i64>; 7] {
    [
        Some(point.time),
        Some(point.lat),
        Some(point.lon),
        point.altitude,
        point.accuracy,
        point.speed,
        point.bearing,
    ]
}

fn point([time, lat, lon, altitude, accuracy, speed, bearing]: [Option<i64>; 7]) -> Point {
    Point {
        time: time.unwrap_or(0),
        lat: lat.unwrap_or(0),
        lon: lon.unwrap_or(0),
        altitude,
        accuracy,
        speed,
        bearing,
    }
}
