//! What a segment says about itself before its fixes: where, when, how long, which clocks, which gaps.

mod triples;

use super::clocks::ClockStatement;
use super::tables::TABLES_HASH_LEN;
use super::units::Origin;
use super::varint::{Reader, VarintError, put, put_signed};
use super::{SEGMENT_BYTES_MAX, SEGMENT_FIXES_MAX};
use crate::fix::{Fix, GapCause, LAT_E7_MAX, LON_E7_MAX};
use crate::time::{BootId, UnixMs};

/// The number of the format.
pub const FORMAT: u8 = 1;

/// Where a track is interrupted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gap {
    /// The fix before which it lies; 0: before this segment.
    pub index: u16,
    /// Why.
    pub cause: GapCause,
}

/// What the time of the fixes is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum TimeSource {
    /// GNSS time of each fix.
    #[default]
    Gnss,
    /// Monotonic time, made Unix time by the last clock triple at or before the fix.
    MappedMono,
}

/// The smallest box of latitudes and longitudes around the fixes; it never crosses the date line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bounds {
    /// Least latitude, 1e-7 degree.
    pub south_e7: i32,
    /// Least longitude, 1e-7 degree.
    pub west_e7: i32,
    /// Greatest latitude, 1e-7 degree.
    pub north_e7: i32,
    /// Greatest longitude, 1e-7 degree.
    pub east_e7: i32,
}

/// One entry of the column directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ColumnEntry {
    /// Which column.
    pub id: u16,
    /// How many bytes it takes.
    pub len: u32,
}

/// A segment without its fixes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SegmentHeader {
    /// First bytes of the hash of the priming tables it was coded with.
    pub tables: [u8; TABLES_HASH_LEN],
    /// Code of the [`Mode`](super::Mode).
    pub mode: u8,
    /// What the times are.
    pub time_source: TimeSource,
    /// The boot that monotonic times belong to.
    pub boot: Option<BootId>,
    /// How many fixes, 1 ..= 300.
    pub count: u16,
    /// Time of the first fix.
    pub first_time: UnixMs,
    /// Place of the first fix: latitude, longitude, 1e-7 degree.
    pub first_place_e7: (i32, i32),
    /// Least time.
    pub time_min: UnixMs,
    /// Greatest time.
    pub time_max: UnixMs,
    /// Where.
    pub bounds: Bounds,
    /// Geodesic length in whole metres, not across gaps, as the writer computed it.
    pub length_m: u32,
    /// What the clocks said, by rising index.
    pub triples: Vec<ClockStatement>,
    /// Interruptions, by index.
    pub gaps: Vec<Gap>,
    /// Columns, by rising id.
    pub columns: Vec<ColumnEntry>,
}

/// Why bytes have no header of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// More bytes than any segment has.
    #[error("{0} bytes are more than a segment may have")]
    Size(usize),
    /// Another format.
    #[error("format {0} is not known here")]
    Format(u8),
    /// Flags that this format does not have.
    #[error("flags {0:#04x} are not known here")]
    Flags(u8),
    /// A number.
    #[error("number")]
    Number(#[from] VarintError),
    /// No fixes, or too many.
    #[error("{0} fixes are not 1 ..= 300")]
    Count(u64),
    /// The time span or the box leads beyond what times and places can be.
    #[error("{0} out of range")]
    Range(&'static str),
    /// Triples or gaps out of order, or beyond the fixes.
    #[error("{0} out of order")]
    Order(&'static str),
    /// The directory's lengths are not those of the bytes that follow.
    #[error("columns of {0} bytes, {1} follow")]
    Columns(u64, usize),
}

/// The most columns in a segment.
pub(super) const COLUMNS_MAX: u64 = 32;

const FLAG_MAPPED: u8 = 1;
const FLAG_SECONDS: u8 = 2;
const FLAG_BOOT: u8 = 4;
const FLAGS_KNOWN: u8 = 7;

/// Reads the header alone.
pub fn read_header(bytes: &[u8]) -> Result<SegmentHeader, HeaderError> {
    read(bytes).map(|(header, _)| header)
}

/// Reads the header and returns the bytes of the columns after it, exactly as long as it says.
pub(super) fn read(bytes: &[u8]) -> Result<(SegmentHeader, &[u8]), HeaderError> {
    if bytes.len() > SEGMENT_BYTES_MAX {
        return Err(HeaderError::Size(bytes.len()));
    }
    let mut reader = Reader::new(bytes);
    let format = reader.byte()?;
    if format != FORMAT {
        return Err(HeaderError::Format(format));
    }
    let tables = reader.array()?;
    let mode = reader.byte()?;
    let flags = reader.byte()?;
    if flags & !FLAGS_KNOWN != 0 {
        return Err(HeaderError::Flags(flags));
    }
    let count = reader.varint()?;
    let count = u16::try_from(count)
        .ok()
        .filter(|n| (1..=SEGMENT_FIXES_MAX).contains(&usize::from(*n)))
        .ok_or(HeaderError::Count(count))?;
    let boot = if flags & FLAG_BOOT != 0 {
        Some(BootId(u32::from_le_bytes(reader.array()?)))
    } else {
        None
    };
    let [first_time, time_min, time_max] = read_times(&mut reader, flags)?;
    let (first_place_e7, bounds) = read_places(&mut reader)?;
    let length_m = reader.varint_up_to(u64::from(u32::MAX))? as u32;
    let triples = triples::read(&mut reader, count, first_time, time_max)?;
    let gaps = read_gaps(&mut reader, count)?;
    let columns = read_directory(&mut reader)?;
    let header = SegmentHeader {
        tables,
        mode,
        time_source: if flags & FLAG_MAPPED != 0 {
            TimeSource::MappedMono
        } else {
            TimeSource::Gnss
        },
        boot,
        count,
        first_time,
        first_place_e7,
        time_min,
        time_max,
        bounds,
        length_m,
        triples,
        gaps,
        columns,
    };
    Ok((header, reader.rest()))
}

impl SegmentHeader {
    /// Time and place of the first fix, as the core stream starts from them.
    pub(super) fn origin(&self) -> Origin {
        Origin {
            time: self.first_time,
            lat_e7: self.first_place_e7.0,
            lon_e7: self.first_place_e7.1,
        }
    }

    /// Appends the header.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let times = [self.first_time.0, self.time_min.0, self.time_max.0];
        let seconds = times.iter().all(|time| time % 1_000 == 0);
        let mut flags = if seconds { FLAG_SECONDS } else { 0 };
        if self.time_source == TimeSource::MappedMono {
            flags |= FLAG_MAPPED;
        }
        if self.boot.is_some() {
            flags |= FLAG_BOOT;
        }
        out.push(FORMAT);
        out.extend(self.tables);
        out.extend([self.mode, flags]);
        put(out, u64::from(self.count));
        if let Some(boot) = self.boot {
            out.extend(boot.0.to_le_bytes());
        }
        let unit = if seconds { 1_000 } else { 1 };
        put_signed(out, self.first_time.0 / unit);
        put(
            out,
            self.first_time.0.abs_diff(self.time_min.0) / unit as u64,
        );
        put(
            out,
            self.time_max.0.abs_diff(self.first_time.0) / unit as u64,
        );
        let (lat, lon) = self.first_place_e7;
        out.extend(lat.to_le_bytes());
        out.extend(lon.to_le_bytes());
        for (place, side) in [
            (lat, self.bounds.south_e7),
            (lon, self.bounds.west_e7),
            (lat, self.bounds.north_e7),
            (lon, self.bounds.east_e7),
        ] {
            put(out, u64::from(place.abs_diff(side)));
        }
        put(out, u64::from(self.length_m));
        triples::write(self, out);
        self.write_gaps(out);
        put(out, self.columns.len() as u64);
        for column in &self.columns {
            put(out, u64::from(column.id));
            put(out, u64::from(column.len));
        }
    }

    fn write_gaps(&self, out: &mut Vec<u8>) {
        put(out, self.gaps.len() as u64);
        let mut before = 0;
        for gap in &self.gaps {
            put(out, u64::from(gap.index.saturating_sub(before)));
            out.push(gap.cause.code());
            before = gap.index;
        }
    }
}

impl Bounds {
    /// The box around fixes, of which there is at least the first.
    pub(super) fn around(first: &Fix, fixes: &[Fix]) -> Self {
        let mut bounds = Self {
            south_e7: first.lat_e7,
            west_e7: first.lon_e7,
            north_e7: first.lat_e7,
            east_e7: first.lon_e7,
        };
        for fix in fixes {
            bounds.south_e7 = bounds.south_e7.min(fix.lat_e7);
            bounds.west_e7 = bounds.west_e7.min(fix.lon_e7);
            bounds.north_e7 = bounds.north_e7.max(fix.lat_e7);
            bounds.east_e7 = bounds.east_e7.max(fix.lon_e7);
        }
        bounds
    }
}

fn read_times(reader: &mut Reader<'_>, flags: u8) -> Result<[UnixMs; 3], HeaderError> {
    let unit: u64 = if flags & FLAG_SECONDS != 0 { 1_000 } else { 1 };
    let out = HeaderError::Range("time");
    let first = reader.signed()?.checked_mul(unit as i64).ok_or(out)?;
    let before = reader.varint()?.checked_mul(unit).ok_or(out)?;
    let after = reader.varint()?.checked_mul(unit).ok_or(out)?;
    let least = first.checked_sub_unsigned(before).ok_or(out)?;
    let greatest = first.checked_add_unsigned(after).ok_or(out)?;
    Ok([first, least, greatest].map(UnixMs))
}

fn read_places(reader: &mut Reader<'_>) -> Result<((i32, i32), Bounds), HeaderError> {
    let lat = i32::from_le_bytes(reader.array()?);
    let lon = i32::from_le_bytes(reader.array()?);
    let mut side = |from: i32, sign: i64, max: i32| -> Result<i32, HeaderError> {
        let apart = reader.varint_up_to(u64::from(u32::MAX))? as i64;
        let side = i64::from(from) + sign * apart;
        let side = i32::try_from(side)
            .ok()
            .filter(|side| (-max..=max).contains(side));
        side.ok_or(HeaderError::Range("place"))
    };
    let bounds = Bounds {
        south_e7: side(lat, -1, LAT_E7_MAX)?,
        west_e7: side(lon, -1, LON_E7_MAX)?,
        north_e7: side(lat, 1, LAT_E7_MAX)?,
        east_e7: side(lon, 1, LON_E7_MAX)?,
    };
    Ok(((lat, lon), bounds))
}

fn read_gaps(reader: &mut Reader<'_>, count: u16) -> Result<Vec<Gap>, HeaderError> {
    let many = reader.varint_up_to(SEGMENT_FIXES_MAX as u64)? as usize;
    let mut gaps = Vec::with_capacity(many);
    let mut index = 0_u64;
    for _ in 0..many {
        index += reader.varint_up_to(u64::from(count))?;
        if index >= u64::from(count) {
            return Err(HeaderError::Order("gaps"));
        }
        let cause = GapCause::from_code(reader.byte()?);
        gaps.push(Gap {
            index: index as u16,
            cause,
        });
    }
    Ok(gaps)
}

fn read_directory(reader: &mut Reader<'_>) -> Result<Vec<ColumnEntry>, HeaderError> {
    let many = reader.varint_up_to(COLUMNS_MAX)? as usize;
    let mut columns: Vec<ColumnEntry> = Vec::with_capacity(many);
    let mut sum = 0_u64;
    for _ in 0..many {
        let id = reader.varint_up_to(u64::from(u16::MAX))? as u16;
        let len = reader.varint_up_to(SEGMENT_BYTES_MAX as u64)? as u32;
        if columns.last().is_some_and(|column| column.id >= id) {
            return Err(HeaderError::Order("columns"));
        }
        sum += u64::from(len);
        columns.push(ColumnEntry { id, len });
    }
    let follow = reader.rest().len();
    if sum != follow as u64 {
        return Err(HeaderError::Columns(sum, follow));
    }
    Ok(columns)
}
