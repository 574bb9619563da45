//! Times as RFC 3339 texts with ms.

use jiff::Timestamp;
use jiff::fmt::temporal::DateTimePrinter;
use tala_protocol::time::UnixMs;

const PRINTER: DateTimePrinter = DateTimePrinter::new().precision(Some(3));

/// `2026-06-01T06:02:31.000Z`. A time beyond the calendar is written as its nearest end.
pub fn rfc3339(at: UnixMs) -> String {
    let end = if at.0 < 0 {
        Timestamp::MIN
    } else {
        Timestamp::MAX
    };
    let at = Timestamp::from_millisecond(at.0).unwrap_or(end);
    let mut text = String::new();
    // Writing into a text does not fail.
    let _ = PRINTER.print_timestamp(&at, &mut text);
    text
}

/// Reads an RFC 3339 text with any offset.
pub fn parse(text: &str) -> Option<UnixMs> {
    let at: Timestamp = text.parse().ok()?;
    Some(UnixMs(at.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_three_digits_and_a_z() {
        assert_eq!(
            rfc3339(UnixMs(1_780_293_751_000)),
            "2026-06-01T06:02:31.000Z"
        );
        assert_eq!(rfc3339(UnixMs(1)), "1970-01-01T00:00:00.001Z");
        assert!(rfc3339(UnixMs(i64::MAX)).ends_with('Z'));
    }

    #[test]
    fn any_offset_is_read() {
        let at = Some(UnixMs(1_780_293_751_000));
        assert_eq!(parse("2026-06-01T14:02:31+08:00"), at);
        assert_eq!(parse("2026-06-01T06:02:31.000Z"), at);
        assert_eq!(parse("yesterday"), None);
    }
}
