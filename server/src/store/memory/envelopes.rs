//! Envelopes in the model.

use std::sync::Arc;

use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;

use super::State;
use crate::store::{
    EnvelopeReads, EnvelopeWrites, Lsn, NewEnvelope, Standing, StoreError, StoredEnvelope,
};

impl EnvelopeReads for State {
    fn lsn_of(&self, id: &Digest) -> Result<Option<Lsn>, StoreError> {
        Ok(self.by_id.get(id).copied())
    }

    fn envelope(&self, lsn: Lsn) -> Result<Option<StoredEnvelope>, StoreError> {
        Ok(self.envelopes.get(&lsn).map(|e| StoredEnvelope::clone(e)))
    }

    fn envelopes_from(&self, from: Lsn, limit: usize) -> Result<Vec<StoredEnvelope>, StoreError> {
        let found = self.envelopes.range(from..).take(limit);
        Ok(found.map(|(_, e)| StoredEnvelope::clone(e)).collect())
    }

    fn envelopes_about(
        &self,
        object: ObjectId,
        from: Lsn,
        limit: usize,
    ) -> Result<Vec<StoredEnvelope>, StoreError> {
        let numbers = self.about.range((object, from)..);
        let numbers = numbers.take_while(|(o, _)| *o == object).take(limit);
        let found = numbers.filter_map(|(_, lsn)| self.envelopes.get(lsn));
        Ok(found.map(|e| StoredEnvelope::clone(e)).collect())
    }

    fn last_touched(&self, object: ObjectId) -> Result<Option<UnixMs>, StoreError> {
        let all = self.about.range((object, Lsn(0))..=(object, Lsn(u64::MAX)));
        let last = all.last().and_then(|(_, lsn)| self.envelopes.get(lsn));
        Ok(last.map(|e| e.known_at))
    }
}

impl EnvelopeWrites for State {
    fn append_envelope(&mut self, new: &NewEnvelope<'_>) -> Result<(), StoreError> {
        let stored = StoredEnvelope {
            lsn: new.lsn,
            standing: new.standing,
            known_at: new.known_at,
            envelope: new.envelope.clone(),
        };
        let place = (new.feed, new.envelope.header().seq);
        self.by_id.insert(new.envelope.id(), new.lsn);
        self.places.entry(place).or_default().push(new.lsn);
        self.about.insert((new.envelope.object(), new.lsn));
        self.envelopes.insert(new.lsn, Arc::new(stored));
        Ok(())
    }

    fn set_body(&mut self, lsn: Lsn, body: Option<&[u8]>) -> Result<(), StoreError> {
        let Some(stored) = self.envelopes.get_mut(&lsn) else {
            return Ok(());
        };
        let stored = Arc::make_mut(stored);
        let envelope = stored.envelope.clone();
        let changed = match body {
            None => Ok(envelope.without_body()),
            Some(body) => envelope.with_body(body.to_vec()),
        };
        match changed {
            Ok(envelope) => stored.envelope = envelope,
            Err(_) => return Err(StoreError::Damaged("body")),
        }
        Ok(())
    }

    fn set_standing(&mut self, lsn: Lsn, standing: Standing) -> Result<(), StoreError> {
        if let Some(stored) = self.envelopes.get_mut(&lsn) {
            Arc::make_mut(stored).standing = standing;
        }
        Ok(())
    }
}
