//! Clock statements in a header: the first in full, later ones as what changed.

use super::{HeaderError, SegmentHeader};
use crate::time::{MonoMs, UnixMs};
use crate::track::clocks::{ClockStatement, FixClocks};
use crate::track::varint::{Reader, put, put_signed};

const TRIPLE_GNSS: u8 = 1;
const TRIPLE_WALL: u8 = 2;
const TRIPLE_MONO: u8 = 4;
const TRIPLE_FIRST: u8 = 8;
const TRIPLE_LAST: u8 = 16;
const TRIPLE_GNSS_IS_TIME: u8 = 32;
const TRIPLE_KNOWN: u8 = 63;

/// Appends the statements of a header.
pub(super) fn write(header: &SegmentHeader, out: &mut Vec<u8>) {
    put(out, header.triples.len() as u64);
    let mut before = TripleState::default();
    for triple in &header.triples {
        let reference = if triple.index == 0 {
            header.first_time
        } else {
            header.time_max
        };
        let FixClocks { gnss, wall, mono } = triple.clocks;
        let mut flags = 0;
        flags |= if gnss.is_some() { TRIPLE_GNSS } else { 0 };
        flags |= if gnss == Some(reference) {
            TRIPLE_GNSS_IS_TIME
        } else {
            0
        };
        flags |= if wall.is_some() { TRIPLE_WALL } else { 0 };
        flags |= if mono.is_some() { TRIPLE_MONO } else { 0 };
        let named = match triple.index {
            0 => TRIPLE_FIRST,
            index if index + 1 == header.count => TRIPLE_LAST,
            _ => 0,
        };
        out.push(flags | named);
        if named == 0 {
            put(out, u64::from(triple.index));
        }
        if let Some(gnss) = gnss.filter(|gnss| *gnss != reference) {
            put_signed(out, gnss.0.wrapping_sub(reference.0));
        }
        let base = gnss.unwrap_or(reference).0;
        for (slot, value) in [wall.map(|w| w.0), mono.map(|m| m.0)]
            .into_iter()
            .enumerate()
        {
            if let Some(value) = value {
                put_signed(out, value.wrapping_sub(before.expected(slot, base)));
                before.offsets[slot] = Some(value.wrapping_sub(base));
            }
        }
    }
}

/// Reads what [`write`] wrote; there are at most as many as fixes.
pub(super) fn read(
    reader: &mut Reader<'_>,
    count: u16,
    first_time: UnixMs,
    time_max: UnixMs,
) -> Result<Vec<ClockStatement>, HeaderError> {
    let many = reader.varint_up_to(u64::from(count))? as usize;
    let mut triples: Vec<ClockStatement> = Vec::with_capacity(many);
    let mut before = TripleState::default();
    for _ in 0..many {
        let flags = reader.byte()?;
        if flags & !TRIPLE_KNOWN != 0 {
            return Err(HeaderError::Flags(flags));
        }
        let index = match flags & (TRIPLE_FIRST | TRIPLE_LAST) {
            0 => reader.varint_up_to(u64::from(count) - 1)? as u16,
            TRIPLE_FIRST => 0,
            _ => count - 1,
        };
        if triples.last().is_some_and(|triple| triple.index >= index) {
            return Err(HeaderError::Order("clock triples"));
        }
        let reference = if index == 0 { first_time } else { time_max };
        let gnss = match flags & (TRIPLE_GNSS | TRIPLE_GNSS_IS_TIME) {
            0 | TRIPLE_GNSS_IS_TIME => None,
            TRIPLE_GNSS => Some(UnixMs(reference.0.wrapping_add(reader.signed()?))),
            _ => Some(reference),
        };
        let base = gnss.unwrap_or(reference).0;
        let mut values = [None; 2];
        for (slot, flag) in [TRIPLE_WALL, TRIPLE_MONO].into_iter().enumerate() {
            if flags & flag != 0 {
                let value = before.expected(slot, base).wrapping_add(reader.signed()?);
                before.offsets[slot] = Some(value.wrapping_sub(base));
                values[slot] = Some(value);
            }
        }
        let clocks = FixClocks {
            gnss,
            wall: values[0].map(UnixMs),
            mono: values[1].map(MonoMs),
        };
        triples.push(ClockStatement { index, clocks });
    }
    Ok(triples)
}

/// How wall and monotonic time last stood to GNSS time.
#[derive(Default)]
struct TripleState {
    offsets: [Option<i64>; 2],
}

impl TripleState {
    /// What a clock should say at `base`; at first wall time is expected to be it, the counter zero.
    fn expected(&self, slot: usize, base: i64) -> i64 {
        match (self.offsets[slot], slot) {
            (Some(offset), _) => base.wrapping_add(offset),
            (None, 0) => base,
            (None, _) => 0,
        }
    }
}
