//! Tracks of other programs: GPX, NMEA, Android GnssLogger, and our own CSV.
//!
//! You are in the right place if somebody hands you a file. Every reader takes bytes that may be anything,
//! keeps fixes in the order and with the times of the file, and lists what it left out and why. A reader
//! fails only where nothing can be made of the file as a whole.

mod csv;
mod gnss_logger;
mod gpx;
mod nmea;
mod number;

pub use csv::csv;
pub use gnss_logger::gnss_logger;
pub use gpx::gpx;
pub use nmea::nmea;

use super::header::{Gap, TimeSource};
use super::segment::Segment;
use super::{ClockedFix, SEGMENT_FIXES_MAX};
use crate::fix::{FixError, GapCause, Provider};
use crate::time::BootId;

/// The largest file taken, bytes.
pub const IMPORT_BYTES_MAX: usize = 64 << 20;
/// The most fixes taken from a file: almost three days at 1 Hz.
pub const IMPORT_FIXES_MAX: usize = 250_000;
/// The most left-out lines that are listed; further ones are counted.
pub const SKIPPED_LISTED_MAX: usize = 1_000;

/// What a file held.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Imported {
    /// The fixes, as ordered in the file.
    pub fixes: Vec<ClockedFix>,
    /// Where a new part starts.
    pub gaps: Vec<ImportedGap>,
    /// What was left out, up to [`SKIPPED_LISTED_MAX`].
    pub skipped: Vec<Skipped>,
    /// How much was left out in all.
    pub skipped_count: usize,
}

/// A gap before a fix of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportedGap {
    /// The fix before which it lies.
    pub index: usize,
    /// Why.
    pub cause: GapCause,
}

/// Something of a file that is not among the fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    /// The line it is on, from 1.
    pub line: usize,
    /// Why.
    pub reason: SkipReason,
}

/// Why something is not among the fixes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SkipReason {
    /// It has no time.
    #[error("no time")]
    NoTime,
    /// It has no place.
    #[error("no place")]
    NoPlace,
    /// It has no date yet (NMEA states the date in another sentence).
    #[error("no date yet")]
    NoDate,
    /// A field is not what it should be.
    #[error("{0} cannot be read")]
    Field(&'static str),
    /// A number out of range.
    #[error(transparent)]
    Range(#[from] FixError),
    /// The line's checksum does not fit.
    #[error("wrong checksum")]
    Checksum,
    /// The receiver says that it had no position.
    #[error("marked invalid by the receiver")]
    Invalid,
    /// A waypoint or a route point, not of a track.
    #[error("not a point of a track")]
    NotATrack,
    /// Another provider than was asked for.
    #[error("of another provider")]
    OtherProvider,
    /// Too few or too many fields, or not text.
    #[error("not a record")]
    Shape,
}

/// Why nothing can be made of a file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// Larger than [`IMPORT_BYTES_MAX`].
    #[error("{0} bytes are more than {IMPORT_BYTES_MAX}")]
    Size(usize),
    /// More fixes than [`IMPORT_FIXES_MAX`].
    #[error("line {line}: more than {IMPORT_FIXES_MAX} fixes")]
    Fixes {
        /// Where it became too many.
        line: usize,
    },
    /// None of the formats.
    #[error("neither GPX, NMEA, GnssLogger nor CSV")]
    Unknown,
    /// Not well-formed XML.
    #[error("line {line}: {what}")]
    Xml {
        /// Where.
        line: usize,
        /// What the XML reader says.
        what: String,
    },
    /// Readable, but no fix in it; the first reason why, if any.
    #[error("no fixes")]
    Empty(Option<Skipped>),
}

/// Reads a file of any known format, told by its name's ending and else by how it begins. From a
/// GnssLogger file only the GNSS provider's rows are taken; call [`gnss_logger`] for others.
pub fn any(name: &str, bytes: &[u8]) -> Result<Imported, ImportError> {
    let ending = name
        .rsplit_once('.')
        .map_or("", |(_, ending)| ending)
        .to_ascii_lowercase();
    let head = bytes.get(..4_096).unwrap_or(bytes);
    let head = String::from_utf8_lossy(head);
    let start = head.trim_start_matches(['\u{feff}', ' ', '\r', '\n', '\t']);
    if start.starts_with('<') {
        return gpx(bytes);
    }
    if start.starts_with('$') || ending == "nmea" {
        return nmea(bytes);
    }
    if start.starts_with("Fix,") || start.starts_with("# ") || start.contains("\nFix,") {
        return gnss_logger(bytes, Some(Provider::Gnss));
    }
    let first = start.lines().next().unwrap_or("");
    if ending == "csv" || first.split(',').count() == csv::COLUMNS {
        return csv(bytes);
    }
    Err(ImportError::Unknown)
}

impl Imported {
    /// The track in segments of at most 300 fixes, each with the gaps that are its own.
    pub fn segments(&self, boot: Option<BootId>, source: TimeSource) -> Vec<Segment> {
        let mut gaps = self.gaps.iter().peekable();
        let mut start = 0;
        let mut out = Vec::new();
        for fixes in self.fixes.chunks(SEGMENT_FIXES_MAX) {
            let end = start + fixes.len();
            let mut own = Vec::new();
            while let Some(gap) = gaps.next_if(|gap| gap.index < end) {
                own.extend(
                    u16::try_from(gap.index.saturating_sub(start)).map(|index| Gap {
                        index,
                        cause: gap.cause,
                    }),
                );
            }
            out.push(Segment::of(boot, source, fixes, own));
            start = end;
        }
        out
    }

    /// Takes a fix; refuses the one too many.
    fn push(&mut self, line: usize, fix: ClockedFix) -> Result<(), ImportError> {
        if self.fixes.len() >= IMPORT_FIXES_MAX {
            return Err(ImportError::Fixes { line });
        }
        self.fixes.push(fix);
        Ok(())
    }

    /// Takes a fix that may have failed.
    fn take(
        &mut self,
        line: usize,
        fix: Result<ClockedFix, SkipReason>,
    ) -> Result<(), ImportError> {
        match fix {
            Ok(fix) => self.push(line, fix),
            Err(reason) => {
                self.skip(line, reason);
                Ok(())
            }
        }
    }

    fn skip(&mut self, line: usize, reason: SkipReason) {
        self.skipped_count += 1;
        if self.skipped.len() < SKIPPED_LISTED_MAX {
            self.skipped.push(Skipped { line, reason });
        }
    }

    /// A new part starts with the next fix.
    fn gap(&mut self) {
        let index = self.fixes.len();
        if index > 0 && self.gaps.last().is_none_or(|gap| gap.index < index) {
            self.gaps.push(ImportedGap {
                index,
                cause: GapCause::Imported,
            });
        }
    }

    /// The end of the file: a gap after the last fix is none, and no fixes at all are an error.
    fn finished(mut self) -> Result<Self, ImportError> {
        if self.fixes.is_empty() {
            return Err(ImportError::Empty(self.skipped.first().copied()));
        }
        self.gaps.retain(|gap| gap.index < self.fixes.len());
        Ok(self)
    }
}

fn within_size(bytes: &[u8]) -> Result<(), ImportError> {
    if bytes.len() > IMPORT_BYTES_MAX {
        return Err(ImportError::Size(bytes.len()));
    }
    Ok(())
}

/// Lines with their numbers from 1; what is not UTF-8 is `None`.
fn lines(bytes: &[u8]) -> impl Iterator<Item = (usize, Option<&str>)> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|byte| *byte == b'\n').enumerate();
    lines.map(|(index, line)| (index + 1, std::str::from_utf8(line).ok().map(str::trim)))
}

#[cfg(test)]
mod tests;
