//! The day of a time, as registries count days.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::time::UnixMs;

/// The day in UTC of a time; nothing for times that no calendar has. For the day in a zone add its offset
/// first.
pub fn day(at: UnixMs) -> Option<Date> {
    let at = Timestamp::from_millisecond(at.0).ok()?;
    Some(at.to_zoned(TimeZone::UTC).date())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_ends_at_midnight_and_no_clock_is_too_wrong() {
        let text = |ms| day(UnixMs(ms)).map(|day| day.to_string());
        assert_eq!(text(0).as_deref(), Some("1970-01-01"));
        assert_eq!(text(-1).as_deref(), Some("1969-12-31"));
        assert_eq!(text(1_780_271_999_999).as_deref(), Some("2026-05-31"));
        assert_eq!(text(1_780_272_000_000).as_deref(), Some("2026-06-01"));
        assert_eq!(text(i64::MAX), None);
    }
}
