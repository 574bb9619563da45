//! Numbers of text files, scaled and rounded to the integers of a fix.

use super::SkipReason;

/// A decimal number times `scale`, to the nearest integer.
pub(super) fn scaled(text: &str, scale: f64, field: &'static str) -> Result<i32, SkipReason> {
    let value: f64 = text
        .trim()
        .parse()
        .ok()
        .filter(|v: &f64| v.is_finite())
        .ok_or(SkipReason::Field(field))?;
    let value = (value * scale).round();
    if value.abs() > f64::from(i32::MAX) {
        return Err(SkipReason::Field(field));
    }
    Ok(value as i32)
}

/// The same where empty means missing.
pub(super) fn optional(
    text: Option<&str>,
    scale: f64,
    field: &'static str,
) -> Result<Option<i32>, SkipReason> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => scaled(text, scale, field).map(Some),
    }
}

/// Degrees clockwise from north, any turn, to whole degrees 0 ..= 359; empty means missing.
pub(super) fn bearing(text: Option<&str>) -> Result<Option<u16>, SkipReason> {
    let degrees = optional(text, 1.0, "bearing")?;
    Ok(degrees.map(|degrees| degrees.rem_euclid(360) as u16))
}

/// Whole numbers of a column; empty means missing.
pub(super) fn whole<T: std::str::FromStr>(
    text: &str,
    field: &'static str,
) -> Result<Option<T>, SkipReason> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().map(Some).ok().ok_or(SkipReason::Field(field)),
    }
}
