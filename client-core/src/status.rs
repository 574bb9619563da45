//! Where each record is: on this phone, acknowledged, at the centre, in quarantine. Computed from
//! signatures, receipts and verdicts, never from a request having returned.

use std::collections::BTreeMap;

use tala_protocol::doc::DocType;
use tala_protocol::id::ObjectId;

use crate::engine::{ALL, Engine, EngineError};
pub use crate::store::Whereabouts;
use crate::store::{DocRow, Listing, Pick, Store, Tally};

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordStatus {
    /// Which.
    pub object: ObjectId,
    /// Of which type.
    pub doc_type: DocType,
    /// What lists show of it.
    pub listing: Listing,
    /// Whether this phone wrote any of it.
    pub own: bool,
    /// Where the least safe part of it is.
    pub whereabouts: Whereabouts,
    /// Envelopes of it, by whereabouts.
    pub envelopes: Vec<(Whereabouts, usize)>,
    /// Envelopes of it that the office holds in quarantine.
    pub quarantined: usize,
    /// Fixes that are not sealed yet.
    pub unsealed: u64,
    /// Files of it: how many, and how many the centre has whole.
    pub files: (usize, usize),
}

impl<S: Store> Engine<S> {
    /// Every record on this phone, oldest first. Nothing is built for it: titles and counts stand in the
    /// store.
    pub fn status(&mut self) -> Result<Vec<RecordStatus>, EngineError> {
        let docs = self.docs()?;
        let mut tallies = self.store.tallies()?;
        let mut files: BTreeMap<ObjectId, (usize, usize)> = BTreeMap::new();
        for file in self.store.media_all()?.iter().filter(|file| !file.thumb) {
            let (all, complete) = files.entry(file.object).or_default();
            *all += 1;
            *complete += usize::from(file.complete);
        }
        let records = docs.into_iter().map(|doc| {
            let tally = tallies.remove(&doc.object).unwrap_or_default();
            let files = files.get(&doc.object).copied().unwrap_or_default();
            record(doc, tally, files)
        });
        Ok(records.collect())
    }

    /// Where the least safe part of one record is.
    pub fn whereabouts(&self, object: ObjectId) -> Result<Whereabouts, EngineError> {
        let rows = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        let least = rows.iter().map(Whereabouts::of).min();
        let least = least.unwrap_or(Whereabouts::Here);
        Ok(match self.store.journal_len(object)? {
            0 => least,
            _ => least.min(Whereabouts::Here),
        })
    }
}

fn record(doc: DocRow, tally: Tally, files: (usize, usize)) -> RecordStatus {
    let least = tally.envelopes.keys().next().copied();
    let mut whereabouts = least.unwrap_or(Whereabouts::Here);
    if tally.unsealed > 0 {
        whereabouts = whereabouts.min(Whereabouts::Here);
    }
    RecordStatus {
        object: doc.object,
        doc_type: DocType::from_code(doc.doc_type),
        listing: doc.listing.unwrap_or_default(),
        own: tally.own,
        whereabouts,
        envelopes: tally.envelopes.into_iter().collect(),
        quarantined: tally.ruled_out,
        unsealed: tally.unsealed,
        files,
    }
}
