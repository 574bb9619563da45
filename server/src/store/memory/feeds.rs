//! Feeds and delivery lists in the model.

use tala_protocol::envelope::Audience;
use tala_protocol::feed::FeedKey;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};
use tala_protocol::sync::Scope;

use super::State;
use crate::store::{
    DeliveryEntry, DeliveryReads, DeliveryWrites, FeedNo, FeedReads, FeedRow, FeedWrites, Lsn,
    Neighbour, Standing, StoreError, Told,
};

impl FeedReads for State {
    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError> {
        Ok(self.feeds.get(key).copied())
    }

    fn at_seq(&self, feed: FeedNo, seq: u64) -> Result<Option<Neighbour>, StoreError> {
        let here = self.places.get(&(feed, seq)).into_iter().flatten();
        let mut stored = here.filter_map(|lsn| self.envelopes.get(lsn));
        let first = stored.find(|e| matches!(e.standing, Standing::Chained | Standing::Ahead));
        Ok(first.map(|e| Neighbour {
            lsn: e.lsn,
            id: e.envelope.id(),
            prev: e.envelope.header().prev,
            standing: e.standing,
        }))
    }

    fn feeds_of(&self, device: DeviceId) -> Result<Vec<(FeedKey, FeedRow)>, StoreError> {
        let own = self.feeds.iter().filter(|(key, _)| key.device == device);
        let mut own: Vec<_> = own.map(|(key, row)| (*key, *row)).collect();
        own.sort_by_key(|(_, row)| row.no);
        Ok(own)
    }

    fn told(&self, device: DeviceId) -> Result<Option<Told>, StoreError> {
        Ok(self.told.get(&device).cloned())
    }
}

impl FeedWrites for State {
    fn add_feed(&mut self, key: &FeedKey) -> Result<FeedRow, StoreError> {
        let row = FeedRow {
            no: FeedNo(self.feeds.len() as u64 + 1),
            head: None,
            highest_seq: 0,
            forked_at: None,
        };
        self.feeds.insert(*key, row);
        Ok(row)
    }

    fn set_feed(&mut self, row: &FeedRow) -> Result<(), StoreError> {
        if let Some(kept) = self.feeds.values_mut().find(|kept| kept.no == row.no) {
            *kept = *row;
        }
        Ok(())
    }

    fn set_told(&mut self, device: DeviceId, told: &Told) -> Result<(), StoreError> {
        self.told.insert(device, told.clone());
        Ok(())
    }
}

impl DeliveryReads for State {
    fn delivery_end(&self, scope: &Scope) -> Result<u64, StoreError> {
        Ok(self.lists.get(scope).map_or(0, |list| list.len() as u64))
    }

    fn delivery_after(
        &self,
        scope: &Scope,
        after: u64,
        limit: usize,
    ) -> Result<Vec<DeliveryEntry>, StoreError> {
        let list = self.lists.get(scope).into_iter().flatten();
        let numbered = (1u64..).zip(list).filter(|(position, _)| *position > after);
        let entries = numbered.take(limit).filter_map(|(position, lsn)| {
            let stored = self.envelopes.get(lsn)?;
            let envelope = &stored.envelope;
            let len = envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len);
            Some(DeliveryEntry {
                position,
                lsn: *lsn,
                device: envelope.header().device(),
                epoch: envelope.header().feed.epoch,
                len: u32::try_from(len).ok()?,
                object: envelope.object(),
                known_at: stored.known_at,
            })
        });
        Ok(entries.collect())
    }

    fn granted(&self, object: ObjectId) -> Result<Vec<Scope>, StoreError> {
        let first = Scope {
            unit: UnitId::from_bytes([0; 16]),
            audience: Audience::Field,
        };
        let all = self.shown.range((object, first)..);
        let own = all.take_while(|(of, _)| *of == object);
        Ok(own.map(|(_, scope)| *scope).collect())
    }
}

impl DeliveryWrites for State {
    fn deliver(&mut self, scope: &Scope, lsn: Lsn) -> Result<u64, StoreError> {
        let list = self.lists.entry(*scope).or_default();
        list.push(lsn);
        Ok(list.len() as u64)
    }

    fn grant(&mut self, object: ObjectId, scope: &Scope) -> Result<(), StoreError> {
        self.shown.insert((object, *scope));
        Ok(())
    }
}
