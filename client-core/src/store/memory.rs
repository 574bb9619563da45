//! The model store: plain collections, for tests and for what must not touch a disk.

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::body::Ruling;
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::sync::{Cursor, Scope};

use super::rows::{
    Delivery, DocRow, DraftRow, EnvelopeRow, FeedRow, JournalRow, MediaRow, PatrolRow, Place,
    ReceiptRow, RulingRow,
};
use super::write::{Pick, Write};
use super::{Store, StoreError, Tally, Whereabouts};

/// A store in memory. Cloning it is a snapshot: how tests play a restored backup or a crash.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    settings: BTreeMap<&'static str, Vec<u8>>,
    journal: BTreeMap<u64, JournalRow>,
    journal_next: u64,
    patrols: Vec<PatrolRow>,
    feeds: BTreeMap<FeedKey, FeedRow>,
    envelopes: BTreeMap<u64, EnvelopeRow>,
    by_id: BTreeMap<Digest, u64>,
    by_object: BTreeMap<ObjectId, BTreeSet<u64>>,
    arrived_next: u64,
    rulings: BTreeMap<Digest, RulingRow>,
    docs: Vec<DocRow>,
    doc_at: BTreeMap<ObjectId, usize>,
    caches: BTreeMap<ObjectId, (u64, Vec<u8>)>,
    cursors: BTreeMap<Scope, u64>,
    receipts: Vec<ReceiptRow>,
    media: Vec<MediaRow>,
    drafts: BTreeMap<String, DraftRow>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    fn row(&mut self, id: &Digest) -> Option<&mut EnvelopeRow> {
        let at = self.by_id.get(id)?;
        self.envelopes.get_mut(at)
    }

    fn write(&mut self, write: &Write) {
        match write {
            Write::Set(name, value) => {
                self.settings.insert(name, value.clone());
            }
            Write::Unset(name) => {
                self.settings.remove(name);
            }
            Write::Journal(row) => {
                self.journal_next += 1;
                let row = JournalRow {
                    n: self.journal_next,
                    ..*row
                };
                self.journal.insert(row.n, row);
            }
            Write::DropJournal { patrol, up_to } => self
                .journal
                .retain(|n, row| row.patrol != *patrol || n > up_to),
            Write::Patrol(row) => put(&mut self.patrols, *row, |r| r.object),
            Write::Feed(row) => {
                self.feeds.insert(row.key, *row);
            }
            Write::Ruling(row) => {
                self.rulings.insert(row.envelope, *row);
            }
            Write::Cursor(cursor) => {
                self.cursors.insert(cursor.scope, cursor.position);
            }
            Write::DropCursor(scope) => {
                self.cursors.remove(scope);
            }
            Write::Receipt(row) => self.receipts.push(row.clone()),
            Write::Media(row) => put(&mut self.media, row.clone(), |r| r.hash),
            Write::Draft(row) => {
                self.drafts.insert(row.key.clone(), row.clone());
            }
            Write::DropDraft(key) => {
                self.drafts.remove(key);
            }
            other => self.write_doc(other),
        }
    }

    fn write_doc(&mut self, write: &Write) {
        match write {
            Write::Doc(row) if !self.doc_at.contains_key(&row.object) => {
                self.doc_at.insert(row.object, self.docs.len());
                self.docs.push(row.clone());
            }
            Write::Listing { object, listing } => {
                let at = self.doc_at.get(object);
                if let Some(row) = at.and_then(|at| self.docs.get_mut(*at)) {
                    row.listing.clone_from(listing);
                }
            }
            Write::Cache { object, cache } => match cache {
                Some(cache) => {
                    self.caches.insert(*object, cache.clone());
                }
                None => {
                    self.caches.remove(object);
                }
            },
            Write::DropCaches => self.caches.clear(),
            envelope => self.write_envelope(envelope),
        }
    }

    fn write_envelope(&mut self, write: &Write) {
        match write {
            Write::Envelope(row) if !self.by_id.contains_key(&row.id) => {
                self.arrived_next += 1;
                let mut row = (**row).clone();
                row.arrived = self.arrived_next;
                self.by_id.insert(row.id, row.arrived);
                let of_object = self.by_object.entry(row.object()).or_default();
                of_object.insert(row.arrived);
                self.envelopes.insert(row.arrived, row);
            }
            Write::Sign { id, alg, signature } => {
                if let Some(row) = self.row(id) {
                    row.signed = Some((*alg, *signature));
                }
            }
            Write::Deliver { id, delivery } => {
                if let Some(row) = self.row(id) {
                    row.delivery = *delivery;
                }
            }
            Write::Place { id, place } => {
                if let Some(row) = self.row(id) {
                    row.place = *place;
                }
            }
            Write::Body { id, body } => {
                if let Some(row) = self.row(id) {
                    row.body.clone_from(body);
                }
            }
            Write::Forget(id) => {
                let at = self.by_id.remove(id);
                if let Some(row) = at.and_then(|at| self.envelopes.remove(&at))
                    && let Some(of_object) = self.by_object.get_mut(&row.object())
                {
                    of_object.remove(&row.arrived);
                }
            }
            _ => {}
        }
    }
}

impl Store for MemoryStore {
    fn commit(&mut self, batch: &[Write]) -> Result<(), StoreError> {
        for write in batch {
            self.write(write);
        }
        Ok(())
    }

    fn setting(&self, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.settings.get(name).cloned())
    }

    fn journal(&self, patrol: ObjectId) -> Result<Vec<JournalRow>, StoreError> {
        let rows = self.journal.values().filter(|r| r.patrol == patrol);
        Ok(rows.copied().collect())
    }

    fn journal_len(&self, patrol: ObjectId) -> Result<u64, StoreError> {
        let rows = self.journal.values().filter(|r| r.patrol == patrol);
        Ok(rows.count() as u64)
    }

    fn patrols(&self) -> Result<Vec<PatrolRow>, StoreError> {
        Ok(self.patrols.iter().rev().copied().collect())
    }

    fn feed(&self, key: &FeedKey) -> Result<Option<FeedRow>, StoreError> {
        Ok(self.feeds.get(key).copied())
    }

    fn feeds(&self) -> Result<Vec<FeedRow>, StoreError> {
        Ok(self.feeds.values().copied().collect())
    }

    fn envelope(&self, id: &Digest) -> Result<Option<EnvelopeRow>, StoreError> {
        let at = self.by_id.get(id);
        Ok(at.and_then(|at| self.envelopes.get(at)).cloned())
    }

    fn at(&self, feed: &FeedKey, seq: u64) -> Result<Option<EnvelopeRow>, StoreError> {
        let mut rows = self.envelopes.values();
        let found =
            rows.find(|r| r.header.feed == *feed && r.header.seq == seq && r.place != Place::Fork);
        Ok(found.cloned())
    }

    fn envelopes(&self, pick: &Pick, limit: usize) -> Result<Vec<EnvelopeRow>, StoreError> {
        let mut rows: Vec<&EnvelopeRow> = match pick {
            Pick::OfObject(object) => {
                let at = self.by_object.get(object).into_iter().flatten();
                at.filter_map(|at| self.envelopes.get(at)).collect()
            }
            _ => {
                let rows = self.envelopes.values();
                rows.filter(|row| picked(pick, row)).collect()
            }
        };
        match pick {
            Pick::OfFeed { .. } => rows.sort_by_key(|r| r.header.seq),
            Pick::ToSend(_) => rows.sort_by_key(|r| (!r.own, r.header.feed, r.header.seq)),
            Pick::Leaves { .. } | Pick::Unproved(_) => rows.sort_by_key(|r| r.delivery.leaf()),
            _ => {}
        }
        Ok(rows.into_iter().take(limit).cloned().collect())
    }

    fn ruling(&self, envelope: &Digest) -> Result<Option<RulingRow>, StoreError> {
        Ok(self.rulings.get(envelope).copied())
    }

    fn doc(&self, object: ObjectId) -> Result<Option<DocRow>, StoreError> {
        let at = self.doc_at.get(&object);
        Ok(at.and_then(|at| self.docs.get(*at)).cloned())
    }

    fn docs(&self) -> Result<Vec<DocRow>, StoreError> {
        Ok(self.docs.clone())
    }

    fn cache(&self, object: ObjectId) -> Result<Option<(u64, Vec<u8>)>, StoreError> {
        Ok(self.caches.get(&object).cloned())
    }

    fn tallies(&self) -> Result<BTreeMap<ObjectId, Tally>, StoreError> {
        let mut tallies: BTreeMap<ObjectId, Tally> = BTreeMap::new();
        for row in self.envelopes.values() {
            let ruling = self.rulings.get(&row.id);
            let ruled_out = ruling.is_some_and(|r| r.ruling == Ruling::Refuse.code());
            let tally = tallies.entry(row.object()).or_default();
            tally.add(row.own, Whereabouts::of(row), 1);
            tally.ruled_out += usize::from(ruled_out);
        }
        for row in self.journal.values() {
            tallies.entry(row.patrol).or_default().unsealed += 1;
        }
        Ok(tallies)
    }

    fn cursors(&self) -> Result<Vec<Cursor>, StoreError> {
        let cursor = |(scope, position): (&Scope, &u64)| Cursor {
            scope: *scope,
            position: *position,
        };
        Ok(self.cursors.iter().map(cursor).collect())
    }

    fn receipt(&self, log: LogId, leaf: u64) -> Result<Option<ReceiptRow>, StoreError> {
        let covers = |r: &&ReceiptRow| r.log == log && leaf >= r.first && leaf - r.first < r.count;
        Ok(self.receipts.iter().rev().find(covers).cloned())
    }

    fn media(&self, hash: &Digest) -> Result<Option<MediaRow>, StoreError> {
        Ok(self.media.iter().find(|r| r.hash == *hash).cloned())
    }

    fn media_all(&self) -> Result<Vec<MediaRow>, StoreError> {
        Ok(self.media.clone())
    }

    fn drafts(&self) -> Result<Vec<DraftRow>, StoreError> {
        let mut drafts: Vec<DraftRow> = self.drafts.values().cloned().collect();
        drafts.sort_by_key(|draft| std::cmp::Reverse(draft.saved_at));
        Ok(drafts)
    }
}

fn put<T, K: PartialEq>(rows: &mut Vec<T>, row: T, key: impl Fn(&T) -> K) {
    let wanted = key(&row);
    match rows.iter_mut().find(|r| key(r) == wanted) {
        Some(held) => *held = row,
        None => rows.push(row),
    }
}

fn picked(pick: &Pick, row: &EnvelopeRow) -> bool {
    let leaf = row.delivery.leaf();
    match pick {
        Pick::Unsigned => row.own && row.signed.is_none(),
        Pick::OfKind(kind) => row.header.kind == *kind,
        Pick::OfObject(object) => row.object() == *object,
        Pick::OfFeed { feed, from } => {
            row.header.feed == *feed && row.header.seq >= *from && row.place != Place::Fork
        }
        Pick::ToSend(lane) => {
            row.header.feed.lane == *lane && row.signed.is_some() && row.delivery == Delivery::Here
        }
        Pick::Leaves { log, first, count } => {
            leaf.is_some_and(|at| at.log == *log && at.leaf >= *first && at.leaf - first < *count)
        }
        Pick::Unproved(log) => {
            leaf.is_some_and(|at| at.log == *log) && !matches!(row.delivery, Delivery::Proved(_))
        }
        Pick::OfOtherLogs(log) => match row.delivery {
            Delivery::Fetched(of) => of != *log,
            _ => leaf.is_some_and(|at| at.log != *log),
        },
        Pick::KeptBefore(time) => row.kept_at < *time,
        Pick::After(arrived) => row.arrived > *arrived,
    }
}

#[cfg(test)]
mod tests {
    crate::store::suite::store_suite!(crate::store::memory::MemoryStore::new);
}
