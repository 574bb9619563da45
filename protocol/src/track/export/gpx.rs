//! GPX 1.1, valid by its schema: a `trkseg` per part, speed, course and accuracy as extensions.

use std::fmt::Write;

use super::parts;
use crate::fix::Fix;
use crate::time::UnixMs;
use crate::track::import::ImportedGap;

/// Namespace of the extensions.
const NAMESPACE: &str = "urn:tala:gpx:1";

/// Writes one track. Times that no calendar has (before the year -9999, after 9999) are left out.
pub fn gpx(name: &str, fixes: &[Fix], gaps: &[ImportedGap]) -> String {
    let mut out = String::with_capacity(256 + fixes.len() * 240);
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    out.push_str(
        "<gpx version=\"1.1\" creator=\"Tala\" xmlns=\"http://www.topografix.com/GPX/1/1\"",
    );
    line(&mut out, format_args!(" xmlns:tala=\"{NAMESPACE}\">"));
    line(
        &mut out,
        format_args!("<trk><name>{}</name>", escaped(name)),
    );
    for part in parts(fixes, gaps) {
        out.push_str("<trkseg>\n");
        for fix in part {
            point(&mut out, fix);
        }
        out.push_str("</trkseg>\n");
    }
    out.push_str("</trk>\n</gpx>\n");
    out
}

fn point(out: &mut String, fix: &Fix) {
    let (lat, lon) = (decimal(fix.lat_e7, 7), decimal(fix.lon_e7, 7));
    text(out, format_args!("<trkpt lat=\"{lat}\" lon=\"{lon}\">"));
    if let Some(alt_dm) = fix.alt_dm {
        text(out, format_args!("<ele>{}</ele>", decimal(alt_dm, 1)));
    }
    if let Some(time) = iso(fix.time) {
        text(out, format_args!("<time>{time}</time>"));
    }
    if let Some(satellites) = fix.satellites {
        text(out, format_args!("<sat>{satellites}</sat>"));
    }
    let numbers = [
        ("speed", fix.speed_cms.map(|v| decimal(v, 2))),
        ("course", fix.bearing_deg.map(|v| v.to_string())),
        ("accuracy", fix.acc_dm.map(|v| decimal(v, 1))),
    ];
    if numbers.iter().any(|(_, value)| value.is_some()) || fix.mock {
        out.push_str("<extensions>");
        for (name, value) in numbers {
            if let Some(value) = value {
                text(out, format_args!("<tala:{name}>{value}</tala:{name}>"));
            }
        }
        if fix.mock {
            out.push_str("<tala:mock>true</tala:mock>");
        }
        out.push_str("</extensions>");
    }
    out.push_str("</trkpt>\n");
}

/// Writing to a `String` cannot fail.
fn text(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    let _ = out.write_fmt(arguments);
}

fn line(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    text(out, arguments);
    out.push('\n');
}

fn iso(time: UnixMs) -> Option<String> {
    jiff::Timestamp::from_millisecond(time.0)
        .ok()
        .map(|time| time.to_string())
}

/// An integer of 10^-`places`, exactly.
fn decimal(value: i32, places: u32) -> String {
    let unit = 10_u32.pow(places);
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    let width = places as usize;
    format!("{sign}{}.{:0width$}", size / unit, size % unit)
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(' '),
            // XML 1.0 has no other control characters.
            letter if letter.is_control() || matches!(letter, '\u{fffe}' | '\u{ffff}') => {}
            letter => out.push(letter),
        }
    }
    out
}
