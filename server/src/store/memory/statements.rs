//! Statements and quarantine in the model.

use std::collections::BTreeSet;

use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::sync::Scope;

use super::State;
use crate::store::{
    Lsn, QuarantineReads, QuarantineRow, QuarantineWrites, StatementReads, StatementWrites,
    StoreError, Subject,
};

impl StatementReads for State {
    fn statements_about(&self, subject: Subject) -> Result<Vec<Lsn>, StoreError> {
        let all = self.statements.iter().filter(|(s, _)| *s == subject);
        Ok(all.map(|(_, lsn)| *lsn).collect())
    }

    fn statements(&self) -> Result<Vec<Lsn>, StoreError> {
        let all: BTreeSet<Lsn> = self.statements.iter().map(|(_, lsn)| *lsn).collect();
        Ok(all.into_iter().collect())
    }

    fn statement_shown(&self, lsn: Lsn, scope: &Scope) -> Result<bool, StoreError> {
        Ok(self.statements_shown.contains(&(lsn, *scope)))
    }

    fn statement_lists(&self, lsn: Lsn) -> Result<Vec<Scope>, StoreError> {
        let all = self.statements_shown.iter().filter(|(of, _)| *of == lsn);
        Ok(all.map(|(_, scope)| *scope).collect())
    }
}

impl StatementWrites for State {
    fn add_statement(&mut self, lsn: Lsn, subject: Subject) -> Result<(), StoreError> {
        self.statements.insert((subject, lsn));
        Ok(())
    }

    fn set_statement_shown(&mut self, lsn: Lsn, scope: &Scope) -> Result<(), StoreError> {
        self.statements_shown.insert((lsn, *scope));
        Ok(())
    }
}

impl QuarantineReads for State {
    fn quarantined(&self, lsn: Lsn) -> Result<Option<QuarantineRow>, StoreError> {
        Ok(self.quarantine.get(&lsn).cloned())
    }

    fn quarantine(
        &self,
        units: &[UnitId],
        before: Option<Lsn>,
        limit: usize,
    ) -> Result<Vec<QuarantineRow>, StoreError> {
        let below = self.quarantine.values().rev();
        let below = below.filter(|row| before.is_none_or(|before| row.lsn < before));
        let of_units = below.filter(|row| units.contains(&row.unit));
        Ok(of_units.take(limit).cloned().collect())
    }

    fn quarantine_bytes(&self, device: DeviceId) -> Result<u64, StoreError> {
        let rows = self.quarantine.values();
        let kept = rows.filter(|row| row.device == device && row.released_at.is_none());
        let stored = kept.filter_map(|row| self.envelopes.get(&row.lsn));
        let bytes = stored.map(|stored| {
            let envelope = &stored.envelope;
            (envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len)) as u64
        });
        Ok(bytes.sum())
    }

    fn ruling(&self, envelope: &Digest) -> Result<Option<Lsn>, StoreError> {
        Ok(self.rulings.get(envelope).copied())
    }
}

impl QuarantineWrites for State {
    fn put_quarantine(&mut self, row: &QuarantineRow) -> Result<(), StoreError> {
        self.quarantine.insert(row.lsn, row.clone());
        Ok(())
    }

    fn set_ruling(&mut self, envelope: &Digest, verdict: Lsn) -> Result<(), StoreError> {
        self.rulings.insert(*envelope, verdict);
        Ok(())
    }
}
