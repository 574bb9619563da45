//! Where one segment of a track goes over into the next.
//!
//! Segments of one feed with neighbouring numbers, of one patrol and with no gap between them, are one ride:
//! what happens between the last fix of one and the first of the next is found when the later of the two
//! arrives, whichever that is.

use tala_protocol::body::TrackBody;
use tala_protocol::fix::Fix;
use tala_protocol::track::decode;

use super::batch::Batch;
use super::segment::facts;
use crate::store::projections::{BoxE7, RowKind, SegmentRow};
use crate::store::{Lsn, Reads, StoreError, StoredEnvelope};

/// A neighbour that was projected before.
pub(super) struct Joint {
    neighbour: SegmentRow,
    is_before: bool,
    /// The box around both segments.
    pub(super) around: BoxE7,
}

/// The neighbours in the feed of a segment that is being projected, where no gap lies between.
pub(super) fn neighbours(
    reads: &dyn Reads,
    stored: &StoredEnvelope,
    row: &SegmentRow,
    batch: &Batch,
) -> Result<Vec<Joint>, StoreError> {
    let header = stored.envelope.header();
    let Some(feed) = reads.feed(&header.feed)? else {
        return Ok(Vec::new());
    };
    let sides = [
        (header.seq.checked_sub(1), true),
        (header.seq.checked_add(1), false),
    ];
    let mut joints = Vec::new();
    for (seq, is_before) in sides {
        let Some(seq) = seq else {
            continue;
        };
        let Some(found) = reads.at_seq(feed.no, seq)? else {
            continue;
        };
        // One that comes later in the log finds this one when its turn comes.
        if found.lsn >= stored.lsn {
            continue;
        }
        let key = found.lsn.0.to_be_bytes();
        let neighbour: Option<SegmentRow> = batch.row(reads, RowKind::Segment, &key)?;
        let Some(neighbour) = neighbour else {
            continue;
        };
        let later = if is_before { row } else { &neighbour };
        let gap_between = later.gaps.iter().any(|gap| gap.index == 0);
        if neighbour.patrol == row.patrol && !gap_between {
            joints.push(Joint {
                around: box_of(row).with(&box_of(&neighbour)),
                neighbour,
                is_before,
            });
        }
    }
    Ok(joints)
}

/// The segment before in the feed, whatever became of it since, where no gap lies between.
pub(super) fn before(
    reads: &dyn Reads,
    stored: &StoredEnvelope,
    row: &SegmentRow,
) -> Result<Option<Joint>, StoreError> {
    let header = stored.envelope.header();
    let (feed, seq) = (reads.feed(&header.feed)?, header.seq.checked_sub(1));
    let (Some(feed), Some(seq)) = (feed, seq) else {
        return Ok(None);
    };
    let found = reads.at_seq(feed.no, seq)?;
    let found = found.map(|found| reads.envelope(found.lsn)).transpose()?;
    let neighbour = found.flatten().and_then(|found| Some(facts(&found)?.0));
    let gap_between = row.gaps.iter().any(|gap| gap.index == 0);
    let neighbour = neighbour.filter(|it| it.patrol == row.patrol && !gap_between);
    Ok(neighbour.map(|neighbour| Joint {
        around: box_of(row).with(&box_of(&neighbour)),
        neighbour,
        is_before: true,
    }))
}

impl Joint {
    /// The later of both segments as of now, and the two fixes of the way between; none where they cannot be
    /// read or do not follow each other in time.
    pub(super) fn fixes(
        &self,
        reads: &dyn Reads,
        row: &SegmentRow,
        segment: &[u8],
    ) -> Result<Option<(SegmentRow, [Fix; 2])>, StoreError> {
        let stored = reads.envelope(Lsn(self.neighbour.lsn))?;
        let body = stored.as_ref().and_then(|stored| stored.envelope.body());
        let body = body.and_then(|body| TrackBody::from_bytes(body).ok());
        let (Some(body), Ok(own)) = (body, decode(segment)) else {
            return Ok(None);
        };
        let Ok(other) = decode(&body.segment) else {
            return Ok(None);
        };
        let (earlier, later, of) = match self.is_before {
            true => (&other, &own, row),
            false => (&own, &other, &self.neighbour),
        };
        let ends = earlier.fixes.last().zip(later.fixes.first());
        let ends = ends.filter(|(last, first)| last.time < first.time);
        let of = SegmentRow {
            known_at: row.known_at.max(self.neighbour.known_at),
            ..of.clone()
        };
        Ok(ends.map(|(last, first)| (of, [*last, *first])))
    }
}

/// The box of a segment.
pub(super) const fn box_of(row: &SegmentRow) -> BoxE7 {
    let [west, south, east, north] = row.bbox;
    BoxE7 {
        west,
        south,
        east,
        north,
    }
}
