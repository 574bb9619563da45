//! Phones compared with what they are entitled to and with each other.

use std::collections::{BTreeMap, BTreeSet};

use tala_client::engine::{Engine, EngineError};
use tala_client::store::{Delivery, Pick, Store};
use tala_protocol::doc::export_json;
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, ObjectId, UnitId};
use tala_server::store::StoredEnvelope;

use super::Violation;

/// What one phone holds, as far as the rules here ask for it.
#[derive(Debug, Default)]
pub struct Replica {
    /// Its name in findings.
    pub name: String,
    /// Envelopes, by id, with unit and whether the field may read them.
    pub envelopes: BTreeMap<Digest, Envelope>,
    /// Exported bytes of each document that the field may read; heads are part of them.
    pub documents: BTreeMap<ObjectId, Vec<u8>>,
    /// Of each document, the changes that do not stand here, with why.
    pub held_back: BTreeMap<ObjectId, BTreeMap<Digest, String>>,
}

/// What is known of an envelope on a phone.
#[derive(Debug, Clone, Copy)]
pub struct Envelope {
    /// The unit whose record it is about; that of its feed where that is not known.
    pub unit: UnitId,
    /// What it is about.
    pub object: ObjectId,
    /// Whether it is for the field.
    pub field: bool,
    /// Where the phone believes it proved, if it does.
    pub proved: Option<(LogId, u64)>,
}

/// What a replica is to hold: the lists it may read, without statements.
#[derive(Debug, Default)]
pub struct Expected {
    /// Units whose lists these are.
    pub units: BTreeSet<UnitId>,
    /// Ids in the lists.
    pub listed: BTreeSet<Digest>,
    /// Objects in the lists.
    pub objects: BTreeSet<ObjectId>,
    /// Files described in the lists, with who described them.
    pub files: Vec<(Digest, DeviceId)>,
}

impl Replica {
    /// Reads a phone.
    pub fn read<S: Store>(name: &str, engine: &mut Engine<S>) -> Result<Self, EngineError> {
        let mut replica = Self {
            name: name.to_owned(),
            ..Self::default()
        };
        for row in engine.store().envelopes(&Pick::After(0), usize::MAX >> 1)? {
            if matches!(row.header.kind, Kind::Certificate | Kind::Revocation) {
                continue;
            }
            let proved = match row.delivery {
                Delivery::Proved(at) => Some((at.log, at.leaf)),
                _ => None,
            };
            let record = engine.store().doc(row.object())?;
            let envelope = Envelope {
                object: row.object(),
                unit: record.map_or(row.header.feed.unit, |record| record.unit),
                field: row.header.feed.audience == Audience::Field,
                proved,
            };
            replica.envelopes.insert(row.id, envelope);
        }
        for row in engine.store().docs()? {
            if row.audience == Audience::Field {
                let exported = match engine.document(row.object) {
                    Ok(document) => export_json(document),
                    Err(error) => format!("cannot be read: {error}").into_bytes(),
                };
                replica.documents.insert(row.object, exported);
                let back = engine.held_back(row.object).unwrap_or_default().into_iter();
                let back = back
                    .map(|(id, standing)| (id, format!("{standing:?}")))
                    .collect();
                replica.held_back.insert(row.object, back);
            }
        }
        Ok(replica)
    }

    /// All that it is to hold, and nothing else of those units but what the centre keeps apart.
    pub fn check_envelopes(&self, expected: &Expected, apart: &BTreeSet<Digest>) -> Vec<Violation> {
        let mut found = Vec::new();
        for id in expected
            .listed
            .iter()
            .filter(|id| !self.envelopes.contains_key(*id))
        {
            found.push(Violation::new(
                "missing",
                format!("{} lacks {id}", self.name),
            ));
        }
        for (id, envelope) in &self.envelopes {
            let of_unit = envelope.field && expected.units.contains(&envelope.unit);
            // What is about a record that does not stand is shown to nobody.
            let genesis_apart = |id: &Digest| envelope.object.as_bytes() == &id.prefix16();
            let waits = || apart.contains(id) || apart.iter().any(genesis_apart);
            if of_unit && !expected.listed.contains(id) && !waits() {
                let detail = format!("{} holds {id}, which no list has", self.name);
                found.push(Violation::new("unlisted", detail));
            }
        }
        found
    }

    /// The same bytes as another replica for every one of these objects.
    pub fn check_documents(&self, other: &Replica, objects: &BTreeSet<ObjectId>) -> Vec<Violation> {
        let mut found = Vec::new();
        for object in objects {
            let (own, others) = (self.documents.get(object), other.documents.get(object));
            if own != others {
                let back =
                    |replica: &Replica| replica.held_back.get(object).cloned().unwrap_or_default();
                let (ours, theirs) = (back(self), back(other));
                let only = |a: &BTreeMap<Digest, String>, b: &BTreeMap<Digest, String>| {
                    let differ = a.iter().filter(|(id, why)| b.get(*id) != Some(why));
                    differ
                        .map(|(id, why)| format!("{id} {why}"))
                        .collect::<Vec<_>>()
                        .join(", ")
                };
                let detail = format!(
                    "{object} on {} (held back: {}) and {} (held back: {}): {}",
                    self.name,
                    only(&ours, &theirs),
                    other.name,
                    only(&theirs, &ours),
                    apart_at(own, others)
                );
                found.push(Violation::new("diverged", detail));
            }
        }
        found
    }

    /// What it believes proved stands on that very leaf.
    pub fn check_proofs(
        &self,
        log: LogId,
        base: usize,
        books: &[StoredEnvelope],
    ) -> Vec<Violation> {
        let mut found = Vec::new();
        for (id, envelope) in &self.envelopes {
            let Some((_, leaf)) = envelope.proved.filter(|(of, _)| *of == log) else {
                continue;
            };
            let at = usize::try_from(leaf)
                .ok()
                .and_then(|leaf| leaf.checked_sub(base));
            let there = at
                .and_then(|at| books.get(at))
                .map(|stored| stored.envelope.id());
            if there != Some(*id) {
                let detail = format!("{} believes {id} on leaf {leaf}", self.name);
                found.push(Violation::new("proof", detail));
            }
        }
        found
    }
}

fn apart_at(own: Option<&Vec<u8>>, other: Option<&Vec<u8>>) -> String {
    match (own, other) {
        (Some(own), Some(other)) => {
            let same = own.iter().zip(other).take_while(|(a, b)| a == b).count();
            let part = |bytes: &[u8]| {
                let from = same.saturating_sub(20);
                let end = bytes.len().min(same.saturating_add(60));
                String::from_utf8_lossy(bytes.get(from..end).unwrap_or_default()).into_owned()
            };
            format!("from byte {same}: {:?} and {:?}", part(own), part(other))
        }
        (own, other) => format!("held {} and {}", own.is_some(), other.is_some()),
    }
}
