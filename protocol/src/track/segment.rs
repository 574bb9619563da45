//! A segment as values, and the way from values to bytes and back.

use super::clocks::{ClockStatement, ClockedFix, triples};
use super::core::{self, CoreError, Mode};
use super::header::{self, Bounds, ColumnEntry, Gap, HeaderError, SegmentHeader, TimeSource};
use super::length::length_m;
use super::side::{Side, SideError};
use super::units::{Origin, Units};
use super::{SEGMENT_BYTES_MAX, SEGMENT_FIXES_MAX, plain, tables};
use crate::fix::{Fix, FixError};
use crate::time::BootId;

/// Up to 300 fixes with what belongs to them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Segment {
    /// The boot that monotonic times belong to; `None` where no counter is known.
    pub boot: Option<BootId>,
    /// What the times of the fixes are.
    pub time_source: TimeSource,
    /// What the clocks said, by rising index.
    pub triples: Vec<ClockStatement>,
    /// The fixes, 1 ..= 300.
    pub fixes: Vec<Fix>,
    /// Interruptions, by index.
    pub gaps: Vec<Gap>,
    /// Columns of newer versions, by rising id: kept as they are.
    pub unknown: Vec<UnknownColumn>,
}

/// A column that this build does not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColumn {
    /// Which.
    pub id: u16,
    /// What it holds.
    pub bytes: Vec<u8>,
}

/// Why values are not a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// No fixes, or too many.
    #[error("{0} fixes are not 1 ..= 300")]
    Count(usize),
    /// A field out of its range.
    #[error("fix {index}")]
    Fix {
        /// Which.
        index: usize,
        /// Why.
        #[source]
        source: FixError,
    },
    /// Triples or gaps out of order or beyond the fixes, or unknown columns out of order or known.
    #[error("{0} out of order")]
    Order(&'static str),
    /// More gaps, columns or bytes than a segment holds.
    #[error("too many {0}")]
    TooMany(&'static str),
}

/// Why bytes are not a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DecodeError {
    /// The header.
    #[error("header")]
    Header(#[from] HeaderError),
    /// Coded with tables that this build does not have.
    #[error("priming tables {0:02x?} are not here")]
    Tables([u8; tables::TABLES_HASH_LEN]),
    /// A way of coding that this build does not have.
    #[error("mode {0} is not known here")]
    Mode(u8),
    /// There is no core column.
    #[error("no core column")]
    NoCore,
    /// The core column.
    #[error("core column")]
    Core(#[from] CoreError),
    /// One of the other columns.
    #[error("side column")]
    Side(#[from] SideError),
    /// The header says other times or another box than the fixes do.
    #[error("the header contradicts the fixes")]
    Contradiction,
}

/// Id of the core column.
const CORE: u16 = 1;
/// Above this many bits a fix, the quick model is tried too; below, it won 0.3 % at most for twice the time.
const QUICK_TRIED_ABOVE: usize = 42;
/// Above this many bits a fix, plain numbers are tried too.
const PLAIN_TRIED_ABOVE: usize = 64;

impl Segment {
    /// A segment of fixes as a recorder has them, stating the clocks where it must.
    pub fn of(
        boot: Option<BootId>,
        source: TimeSource,
        fixes: &[ClockedFix],
        gaps: Vec<Gap>,
    ) -> Self {
        Self {
            boot,
            time_source: source,
            triples: triples(fixes),
            fixes: fixes.iter().map(|timed| timed.fix).collect(),
            gaps,
            unknown: Vec::new(),
        }
    }
}

/// Writes a segment.
pub fn encode(segment: &Segment) -> Result<Vec<u8>, EncodeError> {
    encode_knowing(segment, &Side::ALL)
}

/// Reads a segment whole. Bytes that no writer of this format makes are refused or accepted the same way
/// everywhere: lengths must fit to the byte, and times and box must be those of the fixes, but a stream
/// that a better writer would have made shorter is taken.
pub fn decode(bytes: &[u8]) -> Result<Segment, DecodeError> {
    decode_knowing(bytes, &Side::ALL)
}

pub(super) fn encode_knowing(segment: &Segment, known: &[Side]) -> Result<Vec<u8>, EncodeError> {
    let first = checked(segment, known)?;
    let origin = Origin {
        time: first.time,
        lat_e7: first.lat_e7,
        lon_e7: first.lon_e7,
    };
    let fixes = segment.fixes.as_slice();
    let (mode, core) = smallest_core(&origin, fixes);
    let sides = known
        .iter()
        .filter_map(|side| Some((side.id(), side.encode(fixes)?)));
    let kept = segment
        .unknown
        .iter()
        .map(|column| (column.id, column.bytes.clone()));
    let mut columns: Vec<(u16, Vec<u8>)> = sides.chain(kept).collect();
    columns.push((CORE, core));
    columns.sort_by_key(|(id, _)| *id);
    let times = fixes.iter().map(|fix| fix.time);
    let header = SegmentHeader {
        tables: tables::hash(),
        mode: mode.code(),
        time_source: segment.time_source,
        boot: segment.boot,
        count: fixes.len() as u16,
        first_time: first.time,
        first_place_e7: (first.lat_e7, first.lon_e7),
        time_min: times.clone().min().unwrap_or(first.time),
        time_max: times.max().unwrap_or(first.time),
        bounds: Bounds::around(&first, fixes),
        length_m: length_m(fixes, &segment.gaps).0.round() as u32,
        triples: segment.triples.clone(),
        gaps: segment.gaps.clone(),
        columns: columns.iter().map(entry).collect(),
    };
    let mut out = Vec::with_capacity(2_048);
    header.write(&mut out);
    for (_, bytes) in columns {
        out.extend(bytes);
    }
    if out.len() > SEGMENT_BYTES_MAX {
        return Err(EncodeError::TooMany("bytes"));
    }
    Ok(out)
}

pub(super) fn decode_knowing(bytes: &[u8], known: &[Side]) -> Result<Segment, DecodeError> {
    let (header, mut rest) = header::read(bytes)?;
    let mut core = None;
    let mut sides = Vec::new();
    let mut unknown = Vec::new();
    for column in &header.columns {
        // The header's reader has checked that the lengths sum to what is there.
        let (bytes, after) = rest
            .split_at_checked(column.len as usize)
            .unwrap_or((rest, &[]));
        rest = after;
        match known.iter().find(|side| side.id() == column.id) {
            _ if column.id == CORE => core = Some(bytes),
            Some(side) => sides.push((*side, bytes)),
            None => unknown.push(UnknownColumn {
                id: column.id,
                bytes: bytes.to_vec(),
            }),
        }
    }
    let mut fixes = decode_core(&header, core.ok_or(DecodeError::NoCore)?)?;
    for (side, bytes) in sides {
        side.decode(&mut fixes, bytes)?;
    }
    check_summary(&header, &fixes)?;
    Ok(Segment {
        boot: header.boot,
        time_source: header.time_source,
        triples: header.triples,
        fixes,
        gaps: header.gaps,
        unknown,
    })
}

fn entry((id, bytes): &(u16, Vec<u8>)) -> ColumnEntry {
    ColumnEntry {
        id: *id,
        len: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
    }
}

/// Refuses values that the format cannot hold; returns the first fix.
fn checked(segment: &Segment, known: &[Side]) -> Result<Fix, EncodeError> {
    let count = segment.fixes.len();
    let first = segment.fixes.first().filter(|_| count <= SEGMENT_FIXES_MAX);
    let first = *first.ok_or(EncodeError::Count(count))?;
    for (index, fix) in segment.fixes.iter().enumerate() {
        fix.checked()
            .map_err(|source| EncodeError::Fix { index, source })?;
    }
    if segment.gaps.len() > SEGMENT_FIXES_MAX {
        return Err(EncodeError::TooMany("gaps"));
    }
    let within = |index: u16| usize::from(index) < count;
    if !segment.gaps.is_sorted_by_key(|gap| gap.index)
        || !segment.gaps.iter().all(|g| within(g.index))
    {
        return Err(EncodeError::Order("gaps"));
    }
    let rising = segment.triples.is_sorted_by(|a, b| a.index < b.index);
    if !rising || !segment.triples.iter().all(|triple| within(triple.index)) {
        return Err(EncodeError::Order("clock triples"));
    }
    let taken = |id: u16| id == CORE || known.iter().any(|side| side.id() == id);
    let rising = segment.unknown.is_sorted_by(|a, b| a.id < b.id);
    if !rising || segment.unknown.iter().any(|column| taken(column.id)) {
        return Err(EncodeError::Order("unknown columns"));
    }
    if segment.unknown.len() + 1 + known.len() > header::COLUMNS_MAX as usize {
        return Err(EncodeError::TooMany("columns"));
    }
    Ok(first)
}

fn smallest_core(origin: &Origin, fixes: &[Fix]) -> (Mode, Vec<u8>) {
    let units = Units::of(fixes);
    let modelled = |mode: Mode, pace| {
        (
            mode,
            core::encode_modelled(tables::primed(), pace, units, origin, fixes),
        )
    };
    let mut best = modelled(Mode::Steady, core::STEADY);
    if best.1.len() * 8 > QUICK_TRIED_ABOVE * fixes.len() {
        let other = modelled(Mode::Quick, core::QUICK);
        if other.1.len() < best.1.len() {
            best = other;
        }
    }
    if best.1.len() * 8 > PLAIN_TRIED_ABOVE * fixes.len() {
        let plain = plain::encode(origin, fixes);
        if plain.len() < best.1.len() {
            best = (Mode::Plain, plain);
        }
    }
    best
}

fn decode_core(header: &SegmentHeader, bytes: &[u8]) -> Result<Vec<Fix>, DecodeError> {
    let mode = Mode::from_code(header.mode).ok_or(DecodeError::Mode(header.mode))?;
    let origin = header.origin();
    let count = usize::from(header.count);
    let Some(pace) = core::pace(mode) else {
        return Ok(plain::decode(&origin, count, bytes)?);
    };
    if header.tables != tables::hash() {
        return Err(DecodeError::Tables(header.tables));
    }
    Ok(core::decode_modelled(
        tables::primed(),
        pace,
        &origin,
        count,
        bytes,
    )?)
}

/// What an index believes must be true of the fixes. The length is the writer's: floating point.
fn check_summary(header: &SegmentHeader, fixes: &[Fix]) -> Result<(), DecodeError> {
    let first = fixes.first().ok_or(DecodeError::Contradiction)?;
    let times = fixes.iter().map(|fix| fix.time);
    let same = first.time == header.first_time
        && (first.lat_e7, first.lon_e7) == header.first_place_e7
        && times.clone().min() == Some(header.time_min)
        && times.max() == Some(header.time_max)
        && Bounds::around(first, fixes) == header.bounds;
    if same {
        Ok(())
    } else {
        Err(DecodeError::Contradiction)
    }
}
