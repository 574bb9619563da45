//! Projections in the model.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::id::ObjectId;

use super::State;
use crate::store::projections::{
    BoxE7, LiveRow, Page, ProjectionReads, ProjectionWrites, Row, RowKind, Sight,
};
use crate::store::{Lsn, StoreError};

/// All that is derived.
#[derive(Debug, Clone, Default)]
pub(super) struct Projections {
    projected_to: u64,
    rows: BTreeMap<(RowKind, Vec<u8>), Row>,
    boxes: BTreeMap<Lsn, BoxE7>,
    tokens: BTreeMap<ObjectId, BTreeSet<String>>,
    live: BTreeMap<u64, LiveRow>,
}

impl State {
    fn is_seen(&self, sight: &Sight, row: &Row) -> bool {
        let granted = |object| {
            let all = self.shown.iter().filter(|(of, _)| *of == object);
            let mut pairs = all.map(|(_, scope)| (scope.unit, scope.audience));
            pairs.any(|pair| sight.pairs().contains(&pair))
        };
        sight.sees(&row.owner) || row.record().is_some_and(granted)
    }
}

impl ProjectionReads for State {
    fn projected_to(&self) -> Result<Lsn, StoreError> {
        Ok(Lsn(self.projections.projected_to))
    }

    fn row(&self, kind: RowKind, key: &[u8]) -> Result<Option<Row>, StoreError> {
        Ok(self.projections.rows.get(&(kind, key.to_vec())).cloned())
    }

    fn rows(&self, sight: &Sight, page: &Page) -> Result<Vec<Row>, StoreError> {
        let all = self.projections.rows.values();
        let held = all.filter(|row| page.holds(row) && self.is_seen(sight, row));
        let mut rows: Vec<_> = held
            .filter(|row| match &page.behind {
                Some(behind) => (row.at, &row.key) < (behind.0, &behind.1),
                None => true,
            })
            .cloned()
            .collect();
        rows.sort_by_key(|row| Reverse((row.at, row.key.clone())));
        rows.truncate(page.limit);
        Ok(rows)
    }

    fn files_tagged(&self, tag: i64, limit: usize) -> Result<Vec<Row>, StoreError> {
        let all = self.projections.rows.values();
        let tagged = all.filter(|row| row.kind == RowKind::Media && row.tags.contains(&Some(tag)));
        Ok(tagged.take(limit).cloned().collect())
    }

    fn all_rows(&self, kind: RowKind) -> Result<Vec<Row>, StoreError> {
        let all = self.projections.rows.values();
        Ok(all.filter(|row| row.kind == kind).cloned().collect())
    }

    fn boxes(&self, meets: &BoxE7, limit: usize) -> Result<Vec<Lsn>, StoreError> {
        let all = self.projections.boxes.iter().rev();
        let met = all.filter(|(_, of)| of.meets(meets)).take(limit);
        Ok(met.map(|(lsn, _)| *lsn).collect())
    }

    fn having_tokens(&self, tokens: &[String], limit: usize) -> Result<Vec<ObjectId>, StoreError> {
        let all = self.projections.tokens.iter();
        let having = all.filter(|(_, own)| tokens.iter().all(|token| own.contains(token)));
        Ok(having.take(limit).map(|(object, _)| *object).collect())
    }

    fn tokens_of(&self, object: ObjectId) -> Result<Vec<String>, StoreError> {
        let own = self.projections.tokens.get(&object).into_iter().flatten();
        Ok(own.cloned().collect())
    }

    fn live_after(&self, seq: u64, limit: usize) -> Result<Vec<LiveRow>, StoreError> {
        let behind = self.projections.live.range(seq.saturating_add(1)..);
        Ok(behind.take(limit).map(|(_, row)| row.clone()).collect())
    }

    fn live_window(&self) -> Result<(u64, u64), StoreError> {
        let live = &self.projections.live;
        let first = live.keys().next().copied().unwrap_or(0);
        Ok((first, live.keys().next_back().copied().unwrap_or(0)))
    }
}

impl ProjectionWrites for State {
    fn set_projected_to(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        self.projections.projected_to = lsn.0;
        Ok(())
    }

    fn put_row(&mut self, row: &Row) -> Result<(), StoreError> {
        let key = (row.kind, row.key.clone());
        self.projections.rows.insert(key, row.clone());
        Ok(())
    }

    fn forget_row(&mut self, kind: RowKind, key: &[u8]) -> Result<(), StoreError> {
        self.projections.rows.remove(&(kind, key.to_vec()));
        Ok(())
    }

    fn forget_rows(&mut self, kind: RowKind) -> Result<(), StoreError> {
        self.projections.rows.retain(|(of, _), _| *of != kind);
        Ok(())
    }

    fn put_box(&mut self, lsn: Lsn, of: &BoxE7) -> Result<(), StoreError> {
        self.projections.boxes.insert(lsn, *of);
        Ok(())
    }

    fn forget_box(&mut self, lsn: Lsn) -> Result<(), StoreError> {
        self.projections.boxes.remove(&lsn);
        Ok(())
    }

    fn put_tokens(&mut self, object: ObjectId, tokens: &[String]) -> Result<(), StoreError> {
        let own = tokens.iter().cloned().collect();
        self.projections.tokens.insert(object, own);
        Ok(())
    }

    fn add_live(&mut self, row: &LiveRow, keep: u64) -> Result<u64, StoreError> {
        let live = &mut self.projections.live;
        let seq = live.keys().next_back().map_or(1, |last| last + 1);
        live.insert(seq, LiveRow { seq, ..row.clone() });
        live.retain(|at, _| *at > seq.saturating_sub(keep));
        Ok(seq)
    }

    fn forget_projections(&mut self) -> Result<(), StoreError> {
        let kept = &mut self.projections;
        kept.rows.retain(|(kind, _), _| !kind.is_derived());
        kept.boxes.clear();
        kept.tokens.clear();
        kept.projected_to = 0;
        Ok(())
    }
}
