//! Tracks: segments with their fixes.

use tala_protocol::body::TrackBody;
use tala_protocol::id::{ObjectId, UnitId};
use tala_protocol::track::{Segment, decode};

use super::lists::is_seen;
use crate::app::access::Grant;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::project::parsed;
use crate::store::projections::{BoxE7, Page, RowKind, SegmentRow};
use crate::store::{Lsn, Reads, StoreError, read};

/// Segments that one answer decodes.
const SEGMENTS_MAX: usize = 4_000;

/// Which segments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TrackQuery {
    /// Of this unit and those below.
    pub unit: Option<UnitId>,
    /// Ended from then on, ms.
    pub from: Option<i64>,
    /// Ended before, ms.
    pub until: Option<i64>,
    /// Whose box meets this one.
    pub within: Option<BoxE7>,
}

/// A segment with its fixes.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackPart {
    /// What its header says.
    pub row: SegmentRow,
    /// Its fixes; `None` where the body was erased or is from a newer version.
    pub segment: Option<Segment>,
}

impl Centre {
    /// The track of a patrol, in order of time.
    pub fn track(&self, grant: &Grant, patrol: ObjectId) -> Result<Vec<TrackPart>, AppError> {
        self.patrol(grant, patrol)?;
        let rows: Vec<SegmentRow> = self.of_parent(grant, RowKind::Segment, patrol)?;
        self.with_fixes(rows)
    }

    /// The tracks in a view, in order of time.
    pub fn tracks(&self, grant: &Grant, query: &TrackQuery) -> Result<Vec<TrackPart>, AppError> {
        let sight = self.part(grant, query.unit);
        let mut page = Page::of(RowKind::Segment, SEGMENTS_MAX);
        (page.from, page.until) = (query.from, query.until);
        let rows: Vec<SegmentRow> = match &query.within {
            None => {
                let rows = self.list(&sight, &page)?;
                rows.into_iter().map(|(row, _)| row).collect()
            }
            Some(within) => read(self.store.as_ref(), |reads| {
                let mut rows = Vec::new();
                for lsn in reads.boxes(within, SEGMENTS_MAX)? {
                    let row = reads.row(RowKind::Segment, &lsn.0.to_be_bytes())?;
                    if let Some(row) = row.filter(|row| page.holds(row))
                        && is_seen(reads, &sight, &row)?
                    {
                        rows.push(parsed(&row)?);
                    }
                }
                Ok(rows)
            })?,
        };
        self.with_fixes(rows)
    }

    fn with_fixes(&self, mut rows: Vec<SegmentRow>) -> Result<Vec<TrackPart>, AppError> {
        rows.truncate(SEGMENTS_MAX);
        rows.sort_by_key(|row| (row.from, row.lsn));
        let parts = read(self.store.as_ref(), |reads| {
            let parts = rows.iter().map(|row| {
                Ok(TrackPart {
                    row: row.clone(),
                    segment: fixes(reads, row)?,
                })
            });
            parts.collect::<Result<Vec<_>, StoreError>>()
        })?;
        Ok(parts)
    }
}

fn fixes(reads: &dyn Reads, row: &SegmentRow) -> Result<Option<Segment>, StoreError> {
    let stored = reads.envelope(Lsn(row.lsn))?;
    let body = stored.as_ref().and_then(|stored| stored.envelope.body());
    let body = body.and_then(|body| TrackBody::from_bytes(body).ok());
    Ok(body.and_then(|body| decode(&body.segment).ok()))
}
