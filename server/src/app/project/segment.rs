//! Track segments: header facts at once, fixes only where a zone or a last position asks for them.

use tala_protocol::body::TrackBody;
use tala_protocol::fix::Fix;
use tala_protocol::track::{SegmentHeader, decode, read_header};

use super::batch::{Batch, Write, text_of};
use super::joint::box_of;
use super::patrol;
use super::thread::Projector;
use crate::store::projections::{GapPart, Owner, PositionRow, Row, RowKind, SegmentRow};
use crate::store::{Reads, StoreError, StoredEnvelope};

impl Projector {
    pub(super) fn project_segment(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some((row, segment)) = facts(stored) else {
            return Ok(());
        };
        let key = stored.lsn.0.to_be_bytes();
        let known: Option<SegmentRow> = batch.row(reads, RowKind::Segment, &key)?;
        if known.is_some() {
            return Ok(());
        }
        patrol::add_segment(reads, batch, &row)?;
        batch.write(Write::Box(stored.lsn, box_of(&row)));
        batch.put(Row {
            kind: RowKind::Segment,
            key: key.to_vec(),
            owner: row.owner,
            at: row.until,
            tags: [Some(i64::from(row.transport)), None],
            parent: Some(row.patrol),
            text: text_of(&row),
        });
        batch.tell("track", row.owner, &row);
        self.alert_zones(reads, stored, &row, &segment, batch)?;
        let newest = batch.newest.entry(row.device);
        let newest = newest.or_insert_with(|| (row.clone(), segment.clone()));
        if newest.0.until < row.until {
            *newest = (row, segment);
        }
        Ok(())
    }

    /// The last fix of each device's newest segment is where it was last. While everything is made again,
    /// places are kept as they are.
    pub(super) fn project_positions(&self, batch: &mut Batch) {
        if batch.end < self.made_before {
            return;
        }
        let newest: Vec<_> = batch.newest.drain().collect();
        for (_, (row, segment)) in newest {
            let Ok(segment) = decode(&segment) else {
                continue;
            };
            let last = segment.fixes.iter().max_by_key(|fix| fix.time);
            if let Some(fix) = last {
                batch.write(Write::Position(position(&row, fix)));
            }
        }
    }
}

/// What is known of a segment without decoding its fixes, and its bytes; none of what is not a segment.
pub(super) fn facts(stored: &StoredEnvelope) -> Option<(SegmentRow, Vec<u8>)> {
    let body = TrackBody::from_bytes(stored.envelope.body()?).ok()?;
    stored.envelope.header().object?;
    let facts = read_header(&body.segment).ok()?;
    Some((segment_row(stored, &body, &facts), body.segment))
}

fn segment_row(stored: &StoredEnvelope, body: &TrackBody, facts: &SegmentHeader) -> SegmentRow {
    let header = stored.envelope.header();
    let bounds = facts.bounds;
    SegmentRow {
        lsn: stored.lsn.0,
        envelope: stored.envelope.id().to_string(),
        patrol: stored.envelope.object(),
        owner: Owner {
            unit: header.feed.unit,
            audience: header.feed.audience,
        },
        device: header.device(),
        person: header.person,
        leg: body.leg,
        transport: body.transport.code(),
        from: facts.time_min.0,
        until: facts.time_max.0,
        known_at: stored.known_at.0,
        fixes: facts.count,
        length_m: facts.length_m,
        bbox: [
            bounds.west_e7,
            bounds.south_e7,
            bounds.east_e7,
            bounds.north_e7,
        ],
        gaps: facts
            .gaps
            .iter()
            .map(|gap| GapPart {
                index: gap.index,
                cause: gap.cause.code(),
            })
            .collect(),
    }
}

fn position(row: &SegmentRow, fix: &Fix) -> PositionRow {
    let number = |value: Option<i32>| value.and_then(|value| u32::try_from(value).ok());
    PositionRow {
        device: row.device,
        owner: row.owner,
        patrol: Some(row.patrol),
        person: row.person,
        transport: Some(row.transport),
        lon_e7: fix.lon_e7,
        lat_e7: fix.lat_e7,
        at: fix.time.0,
        known_at: row.known_at,
        speed_cms: number(fix.speed_cms),
        bearing_deg: fix.bearing_deg,
        acc_dm: number(fix.acc_dm),
        battery_pct: None,
        beacon: false,
    }
}
