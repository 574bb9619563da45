//! Where each record is: on this phone, acknowledged, at the centre, in quarantine. Computed from
//! signatures, receipts and verdicts, never from a request having returned.

use std::collections::BTreeMap;

use tala_protocol::body::Ruling;
use tala_protocol::doc::DocType;
use tala_protocol::id::ObjectId;

use crate::engine::{ALL, Engine, EngineError};
use crate::store::{Delivery, EnvelopeRow, Pick, Store};

/// Where something is. Ordered from the least safe on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whereabouts {
    /// The centre will not take it.
    Refused,
    /// Written, and waiting for the key.
    WaitingForKey,
    /// On this phone only.
    Here,
    /// The centre signed that it is stored.
    Acknowledged,
    /// A verified receipt covers it, or it came from there.
    AtCentre,
}

/// One record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordStatus {
    /// Which.
    pub object: ObjectId,
    /// Of which type.
    pub doc_type: DocType,
    /// What it is called, where this build can read that.
    pub title: Option<String>,
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

impl Whereabouts {
    /// The word used in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Whereabouts::Refused => "refused",
            Whereabouts::WaitingForKey => "waiting_for_key",
            Whereabouts::Here => "here",
            Whereabouts::Acknowledged => "acknowledged",
            Whereabouts::AtCentre => "at_centre",
        }
    }

    /// Where an envelope is.
    pub const fn of(row: &EnvelopeRow) -> Self {
        match (row.signed.is_some(), row.delivery) {
            (false, _) => Whereabouts::WaitingForKey,
            (true, Delivery::Refused(_)) => Whereabouts::Refused,
            // What the centre only claims is no safer than before.
            (true, Delivery::Here | Delivery::Claimed(_)) => Whereabouts::Here,
            (true, Delivery::Acknowledged(_)) => Whereabouts::Acknowledged,
            (true, Delivery::Proved(_) | Delivery::Fetched(_)) => Whereabouts::AtCentre,
        }
    }
}

impl<S: Store> Engine<S> {
    /// Every record on this phone, oldest first.
    pub fn status(&mut self) -> Result<Vec<RecordStatus>, EngineError> {
        let docs = self.store.docs()?;
        let mut files: BTreeMap<ObjectId, (usize, usize)> = BTreeMap::new();
        for file in self.store.media_all()?.iter().filter(|file| !file.thumb) {
            let (all, complete) = files.entry(file.object).or_default();
            *all += 1;
            *complete += usize::from(file.complete);
        }
        let mut out = Vec::with_capacity(docs.len());
        for doc in docs {
            let of_it = files.get(&doc.object).copied().unwrap_or_default();
            out.push(self.status_of(doc.object, DocType::from_code(doc.doc_type), of_it)?);
        }
        Ok(out)
    }

    fn status_of(
        &mut self,
        object: ObjectId,
        doc_type: DocType,
        files: (usize, usize),
    ) -> Result<RecordStatus, EngineError> {
        let rows = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        let mut envelopes: Vec<(Whereabouts, usize)> = Vec::new();
        let mut quarantined = 0;
        for row in &rows {
            let at = Whereabouts::of(row);
            match envelopes.iter_mut().find(|(w, _)| *w == at) {
                Some((_, count)) => *count += 1,
                None => envelopes.push((at, 1)),
            }
            let ruling = self.store.ruling(&row.id)?;
            let refused =
                |r: crate::store::RulingRow| Ruling::from_code(r.ruling) == Ruling::Refuse;
            quarantined += usize::from(ruling.is_some_and(refused));
        }
        envelopes.sort_unstable();
        let unsealed = self.store.journal_len(object)?;
        let mut whereabouts = envelopes.first().map_or(Whereabouts::Here, |(w, _)| *w);
        if unsealed > 0 {
            whereabouts = whereabouts.min(Whereabouts::Here);
        }
        Ok(RecordStatus {
            object,
            doc_type,
            title: self.title_of(object, doc_type),
            own: rows.iter().any(|row| row.own),
            whereabouts,
            envelopes,
            quarantined,
            unsealed,
            files,
        })
    }

    /// A title, where the document can be read; a status never fails for the lack of one.
    fn title_of(&mut self, object: ObjectId, doc_type: DocType) -> Option<String> {
        let title = match doc_type {
            DocType::Patrol => self.patrol_view(object).ok()?.0.title,
            DocType::Incident => self.incident_view(object).ok()?.0.title,
            DocType::Parties | DocType::Plan | DocType::Newer(_) => None,
        };
        title.and_then(|title| title.get().cloned())
    }
}
