//! GPX 1.0 and 1.1.
//!
//! Read event by event and not through the `gpx` crate because that one drops extensions (where speed,
//! course and accuracy are) and gives up the whole file for one bad time. The `gpx` crate checks our
//! export instead.

use xml::attribute::OwnedAttribute;
use xml::reader::{EventReader, ParserConfig2, XmlEvent};

use super::number::{bearing, optional, scaled};
use super::{ImportError, Imported, SkipReason, within_size};
use crate::fix::{Fix, Provider};
use crate::time::UnixMs;
use crate::track::{ClockedFix, FixClocks};

/// Longest text or attribute looked at, bytes.
const TEXT_MAX: usize = 1 << 16;

/// Reads the points of all tracks; every `trkseg` after the first fix starts a new part. Speed (m/s),
/// course (degrees) and accuracy (metres) are taken from the point or from its extensions by their local
/// names, whatever the namespace.
pub fn gpx(bytes: &[u8]) -> Result<Imported, ImportError> {
    within_size(bytes)?;
    let config = ParserConfig2::new()
        .max_attributes(64)
        .max_attribute_length(TEXT_MAX)
        .max_data_length(1 << 20)
        .max_name_length(256)
        .ignore_invalid_encoding_declarations(true);
    let mut reader = EventReader::new_with_config(bytes, config);
    let mut reading = Reading::default();
    loop {
        let event = reader.next();
        let line = line(&reader);
        match event {
            Ok(XmlEvent::EndDocument) => return reading.out.finished(),
            Ok(event) => reading.take(line, event)?,
            Err(error) => {
                let what = error.to_string().chars().take(200).collect();
                return Err(ImportError::Xml { line, what });
            }
        }
    }
}

/// Deepest nesting taken: each level costs memory.
const DEPTH_MAX: usize = 64;

#[derive(Default)]
struct Reading {
    out: Imported,
    point: Option<Point>,
    depth: usize,
}

impl Reading {
    fn take(&mut self, line: usize, event: XmlEvent) -> Result<(), ImportError> {
        match event {
            XmlEvent::StartElement {
                name, attributes, ..
            } => {
                self.depth += 1;
                if self.depth > DEPTH_MAX {
                    let what = "elements are nested too deep".to_owned();
                    return Err(ImportError::Xml { line, what });
                }
                self.start(line, &name.local_name, &attributes);
            }
            XmlEvent::Characters(text) | XmlEvent::CData(text) => {
                if let Some(point) = &mut self.point {
                    point.text(&text);
                }
            }
            XmlEvent::EndElement { name } => {
                self.depth = self.depth.saturating_sub(1);
                if let Some(point) = &mut self.point {
                    point.open = None;
                }
                if name.local_name == "trkpt"
                    && let Some(point) = self.point.take()
                {
                    self.out.take(point.line, point.fix())?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn start(&mut self, line: usize, name: &str, attributes: &[OwnedAttribute]) {
        match (name, &mut self.point) {
            ("trkseg", _) => self.out.gap(),
            ("trkpt", _) => self.point = Some(Point::new(line, attributes)),
            ("wpt" | "rtept", _) => self.out.skip(line, SkipReason::NotATrack),
            (field, Some(point)) => point.open(field),
            _ => {}
        }
    }
}

fn line(reader: &EventReader<&[u8]>) -> usize {
    use xml::common::Position;
    usize::try_from(reader.position().row)
        .unwrap_or(usize::MAX)
        .saturating_add(1)
}

/// Elements of a point that become fields.
const FIELDS: [&str; 6] = ["time", "ele", "speed", "course", "accuracy", "sat"];

/// A point being read.
struct Point {
    line: usize,
    place: [Option<String>; 2],
    open: Option<usize>,
    fields: [Option<String>; FIELDS.len()],
}

impl Point {
    fn new(line: usize, attributes: &[OwnedAttribute]) -> Self {
        let attribute = |wanted: &str| {
            let found = attributes.iter().find(|a| a.name.local_name == wanted);
            found.map(|a| a.value.clone())
        };
        Self {
            line,
            place: [attribute("lat"), attribute("lon")],
            open: None,
            fields: Default::default(),
        }
    }

    fn open(&mut self, name: &str) {
        self.open = FIELDS.iter().position(|field| *field == name);
    }

    fn text(&mut self, text: &str) {
        if let Some(field) = self.open.and_then(|open| self.fields.get_mut(open)) {
            let field = field.get_or_insert_default();
            if field.len() + text.len() <= 64 {
                field.push_str(text);
            }
        }
    }

    fn fix(&self) -> Result<ClockedFix, SkipReason> {
        let [time, elevation, speed, course, accuracy, satellites] = &self.fields;
        let [lat, lon] = &self.place;
        let lat_e7 = scaled(lat.as_deref().ok_or(SkipReason::NoPlace)?, 1e7, "latitude")?;
        let lon_e7 = scaled(lon.as_deref().ok_or(SkipReason::NoPlace)?, 1e7, "longitude")?;
        let time = time.as_deref().ok_or(SkipReason::NoTime)?;
        let mut fix = Fix::at(time_ms(time.trim())?, lat_e7, lon_e7)?;
        fix.provider = Provider::Imported;
        fix.alt_dm = optional(elevation.as_deref(), 10.0, "elevation")?;
        fix.speed_cms = optional(speed.as_deref(), 100.0, "speed")?;
        fix.acc_dm = optional(accuracy.as_deref(), 10.0, "accuracy")?;
        fix.bearing_deg = bearing(course.as_deref())?;
        fix.satellites = satellites.as_deref().and_then(|n| n.trim().parse().ok());
        Ok(ClockedFix {
            fix: fix.checked()?,
            clocks: FixClocks::UNKNOWN,
        })
    }
}

/// With an offset, or without one in UTC.
fn time_ms(text: &str) -> Result<UnixMs, SkipReason> {
    let with_offset = text.parse::<jiff::Timestamp>().ok();
    let timestamp = with_offset.or_else(|| {
        let civil: jiff::civil::DateTime = text.parse().ok()?;
        Some(civil.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    });
    let timestamp = timestamp.ok_or(SkipReason::Field("time"))?;
    let ms = timestamp.as_nanosecond().div_euclid(1_000_000);
    i64::try_from(ms)
        .map(UnixMs)
        .ok()
        .ok_or(SkipReason::Field("time"))
}
