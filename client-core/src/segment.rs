//! From journal rows to the bytes of segments: where one ends and the next begins.

use tala_protocol::fix::{Provider, TimedFix};
use tala_protocol::time::BootId;
use tala_protocol::track::{
    self, ClockedFix, EncodeError, FixClocks, Gap, SEGMENT_FIXES_MAX, Segment, TimeSource,
};

use crate::store::JournalRow;

/// Fixes could not be made a segment.
#[derive(Debug, thiserror::Error)]
pub enum SegmentError {
    /// The codec refused them.
    #[error("encoding a segment")]
    Encode(#[from] EncodeError),
}

/// Cuts rows where one segment must end: after 300 fixes, at a new leg, at a new boot.
pub fn cut(rows: &[JournalRow]) -> Vec<&[JournalRow]> {
    let mut parts = Vec::new();
    let mut rest = rows;
    while let Some(first) = rest.first() {
        let same = |row: &JournalRow| row.leg == first.leg && row.fix.boot == first.fix.boot;
        let len = rest
            .iter()
            .take(SEGMENT_FIXES_MAX)
            .take_while(|row| same(row))
            .count();
        let (part, after) = rest.split_at(len.max(1).min(rest.len()));
        parts.push(part);
        rest = after;
    }
    parts
}

/// Encodes one part.
pub fn encode(part: &[JournalRow]) -> Result<Vec<u8>, SegmentError> {
    let fixes: Vec<ClockedFix> = part.iter().map(|row| with_clocks(&row.fix)).collect();
    let gaps = (0u16..)
        .zip(part)
        .filter_map(|(index, row)| row.gap_before.map(|cause| Gap { index, cause }));
    let boot: Option<BootId> = part.first().map(|row| row.fix.boot);
    let segment = Segment::of(boot, TimeSource::Gnss, &fixes, gaps.collect());
    Ok(track::encode(&segment)?)
}

fn with_clocks(timed: &TimedFix) -> ClockedFix {
    let from_satellites = timed.fix.provider == Provider::Gnss;
    ClockedFix {
        fix: timed.fix,
        clocks: FixClocks {
            gnss: from_satellites.then_some(timed.fix.time),
            wall: Some(timed.wall),
            mono: Some(timed.mono),
        },
    }
}
