//! Lists and details.

use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};
use tala_protocol::registry::Code;

use super::PAGE_MAX;
use crate::app::access::Grant;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::project::{alert_tag, code_tag, hash_tag, parsed, query_tokens};
use crate::store::projections::{
    AlertRow, ChangeRow, IncidentRow, MediaRow, Page, PatrolRow, PositionRow, Row, RowKind, Sight,
    ZoneRow,
};
use crate::store::{Lsn, QuarantineRow, Reads, StoreError, read};

/// The place of a row in its list: what a cursor holds.
pub type Behind = (i64, Vec<u8>);
/// Objects that a search looks at.
const FOUND_MAX: usize = 2_000;

/// Which patrols.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PatrolQuery {
    /// Of this unit and those below.
    pub unit: Option<UnitId>,
    /// Set out from then on, ms.
    pub from: Option<i64>,
    /// Set out before, ms.
    pub until: Option<i64>,
    /// Code of the transport.
    pub transport: Option<u16>,
    /// Whether they are back.
    pub ended: Option<bool>,
    /// Behind this row.
    pub behind: Option<Behind>,
    /// At most so many.
    pub limit: usize,
}

/// Which incidents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct IncidentQuery {
    /// Of this unit and those below.
    pub unit: Option<UnitId>,
    /// Code of the category.
    pub category: Option<Code>,
    /// Happened from then on, ms.
    pub from: Option<i64>,
    /// Happened before, ms.
    pub until: Option<i64>,
    /// The band: 1 administrative, 2 near the threshold, 3 criminal lead.
    pub band: Option<i64>,
    /// Words to find.
    pub words: Option<String>,
    /// Behind this row.
    pub behind: Option<Behind>,
    /// At most so many.
    pub limit: usize,
}

/// Which envelopes of the quarantine.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct QuarantineQuery {
    /// Below this number.
    pub before: Option<Lsn>,
    /// At most so many.
    pub limit: usize,
}

/// Which alerts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertQuery {
    /// Of this unit and those below.
    pub unit: Option<UnitId>,
    /// Only those that wait for somebody (true) or are acknowledged (false).
    pub open: Option<bool>,
    /// Behind this row.
    pub behind: Option<Behind>,
    /// At most so many.
    pub limit: usize,
}

impl Centre {
    /// Patrols, the last to set out first, each with its place in the list.
    pub fn patrols(
        &self,
        grant: &Grant,
        query: &PatrolQuery,
    ) -> Result<Vec<(PatrolRow, Behind)>, AppError> {
        let mut page = Page::of(RowKind::Patrol, query.limit.min(PAGE_MAX));
        (page.from, page.until) = (query.from, query.until);
        page.behind = query.behind.clone();
        page.tags = [query.transport.map(i64::from), query.ended.map(i64::from)];
        self.list(&self.part(grant, query.unit), &page)
    }

    /// One patrol.
    pub fn patrol(&self, grant: &Grant, id: ObjectId) -> Result<PatrolRow, AppError> {
        self.one(grant, RowKind::Patrol, id.as_bytes())
    }

    /// Where devices were last.
    pub fn positions(
        &self,
        grant: &Grant,
        unit: Option<UnitId>,
    ) -> Result<Vec<PositionRow>, AppError> {
        let page = Page::of(RowKind::Position, 20_000);
        let rows = self.list(&self.part(grant, unit), &page)?;
        Ok(rows.into_iter().map(|(row, _)| row).collect())
    }

    /// Incidents, the last to happen first, each with its place in the list.
    pub fn incidents(
        &self,
        grant: &Grant,
        query: &IncidentQuery,
    ) -> Result<Vec<(IncidentRow, Behind)>, AppError> {
        let mut page = Page::of(RowKind::Incident, query.limit.min(PAGE_MAX));
        (page.from, page.until) = (query.from, query.until);
        page.behind = query.behind.clone();
        page.tags = [query.category.as_ref().map(code_tag), query.band];
        let sight = self.part(grant, query.unit);
        match &query.words {
            Some(words) if !words.trim().is_empty() => self.find_incidents(&sight, &page, words),
            _ => self.list(&sight, &page),
        }
    }

    /// One incident.
    pub fn incident(&self, grant: &Grant, id: ObjectId) -> Result<IncidentRow, AppError> {
        self.one(grant, RowKind::Incident, id.as_bytes())
    }

    /// What was written in an incident, the last first.
    pub fn incident_history(
        &self,
        grant: &Grant,
        id: ObjectId,
    ) -> Result<Vec<ChangeRow>, AppError> {
        self.incident(grant, id)?;
        self.of_parent(grant, RowKind::Change, id)
    }

    /// Files that belong to a record.
    pub fn media_of(&self, grant: &Grant, id: ObjectId) -> Result<Vec<MediaRow>, AppError> {
        self.of_parent(grant, RowKind::Media, id)
    }

    /// Alerts, the newest first, each with its place in the list.
    pub fn alerts(
        &self,
        grant: &Grant,
        query: &AlertQuery,
    ) -> Result<Vec<(AlertRow, Behind)>, AppError> {
        let mut page = Page::of(RowKind::Alert, query.limit.min(PAGE_MAX));
        page.behind = query.behind.clone();
        page.tags = [query.open.map(alert_tag), None];
        self.list(&self.part(grant, query.unit), &page)
    }

    /// One alert.
    pub fn alert(&self, grant: &Grant, id: ObjectId) -> Result<AlertRow, AppError> {
        self.one(grant, RowKind::Alert, id.to_string().as_bytes())
    }

    /// Zones: the same for everybody who may sign in.
    pub fn zones(&self) -> Result<Vec<ZoneRow>, AppError> {
        let rows = read(self.store.as_ref(), |reads| reads.all_rows(RowKind::Zone))?;
        let rows: Result<_, StoreError> = rows.iter().map(parsed).collect();
        Ok(rows?)
    }

    /// What is kept apart in the units that the grant reaches, the newest first.
    pub fn quarantine(
        &self,
        grant: &Grant,
        query: &QuarantineQuery,
    ) -> Result<Vec<QuarantineRow>, AppError> {
        let (limit, units) = (query.limit.min(PAGE_MAX), grant.units());
        let rows = read(self.store.as_ref(), |reads| {
            reads.quarantine(&units, query.before, limit)
        })?;
        Ok(rows)
    }

    /// Every description of a file, also as the thumbnail of another, whoever may see it: for those who
    /// keep files. They look at each row's owner and device before they say anything.
    pub fn descriptions(&self, hash: &Digest) -> Result<Vec<MediaRow>, AppError> {
        let rows = read(self.store.as_ref(), |reads| {
            reads.files_tagged(hash_tag(hash), FOUND_MAX)
        })?;
        let rows: Result<Vec<MediaRow>, StoreError> = rows.iter().map(parsed).collect();
        let named = hash.to_string();
        let names = |row: &MediaRow| {
            row.hash == named || row.thumb.as_ref().is_some_and(|(thumb, _)| *thumb == named)
        };
        Ok(rows?.into_iter().filter(names).collect())
    }

    /// Whether a device described a file (only then its bytes are taken from it), and for which record.
    pub fn described(&self, device: DeviceId, hash: &Digest) -> Result<Option<MediaRow>, AppError> {
        let mut rows = self.descriptions(hash)?.into_iter();
        Ok(rows.find(|row| row.device == device))
    }

    /// The part of what a grant sees that lies in a unit and those below it.
    pub(crate) fn part(&self, grant: &Grant, unit: Option<UnitId>) -> Sight {
        match unit {
            None => grant.sight(None),
            Some(unit) => {
                let units = self.directory().units().subtree(unit, self.now());
                grant.sight(Some(&units))
            }
        }
    }

    /// A page of a list, typed, each row with its place.
    pub(crate) fn list<T: serde::de::DeserializeOwned>(
        &self,
        sight: &Sight,
        page: &Page,
    ) -> Result<Vec<(T, Behind)>, AppError> {
        let rows = read(self.store.as_ref(), |reads| reads.rows(sight, page))?;
        let rows: Result<_, StoreError> = rows.into_iter().map(placed).collect();
        Ok(rows?)
    }

    pub(super) fn of_parent<T: serde::de::DeserializeOwned>(
        &self,
        grant: &Grant,
        kind: RowKind,
        parent: ObjectId,
    ) -> Result<Vec<T>, AppError> {
        let page = Page {
            parent: Some(parent),
            ..Page::of(kind, 20_000)
        };
        let rows = self.list(&grant.sight(None), &page)?;
        Ok(rows.into_iter().map(|(row, _)| row).collect())
    }

    /// One row by its key, if the grant reaches it; absent and hidden are the same.
    pub(crate) fn one<T: serde::de::DeserializeOwned>(
        &self,
        grant: &Grant,
        kind: RowKind,
        key: &[u8],
    ) -> Result<T, AppError> {
        let sight = grant.sight(None);
        let row = read(self.store.as_ref(), |reads| match reads.row(kind, key)? {
            Some(row) if is_seen(reads, &sight, &row)? => Ok(Some(row)),
            _ => Ok(None),
        })?;
        Ok(parsed(&row.ok_or(AppError::NotFound)?)?)
    }

    fn find_incidents(
        &self,
        sight: &Sight,
        page: &Page,
        words: &str,
    ) -> Result<Vec<(IncidentRow, Behind)>, AppError> {
        let tokens = query_tokens(words);
        if tokens.is_empty() {
            return Ok(Vec::new());
        }
        let rows = read(self.store.as_ref(), |reads| {
            let mut rows = Vec::new();
            for object in reads.having_tokens(&tokens, FOUND_MAX)? {
                let row = reads.row(RowKind::Incident, object.as_bytes())?;
                if let Some(row) = row
                    && is_seen(reads, sight, &row)?
                {
                    rows.push(row);
                }
            }
            Ok(rows)
        })?;
        let mut rows: Vec<Row> = rows
            .into_iter()
            .filter(|row| page.holds(row))
            .filter(|row| match &page.behind {
                Some(behind) => (row.at, &row.key) < (behind.0, &behind.1),
                None => true,
            })
            .collect();
        rows.sort_by(|a, b| (b.at, &b.key).cmp(&(a.at, &a.key)));
        rows.truncate(page.limit);
        let rows: Result<_, StoreError> = rows.into_iter().map(placed).collect();
        Ok(rows?)
    }
}

/// Whether a sight holds a row: by its owner, or because its record was granted.
pub(super) fn is_seen(reads: &dyn Reads, sight: &Sight, row: &Row) -> Result<bool, StoreError> {
    if sight.sees(&row.owner) {
        return Ok(true);
    }
    let Some(object) = row.record() else {
        return Ok(false);
    };
    let granted = reads.granted(object)?;
    let pairs = granted.iter().map(|scope| (scope.unit, scope.audience));
    Ok(pairs.into_iter().any(|pair| sight.pairs().contains(&pair)))
}

fn placed<T: serde::de::DeserializeOwned>(row: Row) -> Result<(T, Behind), StoreError> {
    let value = parsed(&row)?;
    Ok((value, (row.at, row.key)))
}
