//! Making projections: what desks read, out of what was committed.
//!
//! One thread follows the log. It takes envelopes in the order of their numbers, admits changes to their
//! documents through the gate ([`documents`]), and derives rows; the writer keeps a batch of rows together
//! with how far they go, so a crash repeats a batch and never loses or doubles one. Refusals of the gate are
//! said as signed verdicts before the batch is kept. Rebuilding is the same from the beginning.

mod ack;
mod batch;
mod change;
mod documents;
mod fields;
mod follow;
mod in_force;
mod incident;
mod joint;
mod judge;
mod media;
mod message;
mod patrol;
mod plan;
mod search;
mod segment;
mod sos;
mod thread;
mod zones;

pub(super) use batch::{Batch, Write, parsed, text_of};
pub(super) use documents::{Documents, Held};
pub use in_force::{InForce, OnDay};
pub(super) use incident::code_tag;
pub(super) use media::hash_tag;
pub(super) use search::query_tokens;
pub use search::tokens;
pub(super) use sos::alert_tag;
pub(super) use thread::{Progress, Projector, ProjectorHandle};
pub use zones::Zones;

use tala_protocol::envelope::Kind;
use tala_protocol::id::ObjectId;
use tala_protocol::registry::{IncidentType, LegalRule, Registry};

use crate::store::projections::RowKind;
use crate::store::{Lsn, Reads, Standing, StoreError, StoredEnvelope};

/// What incidents are named and judged by on days for which nothing was published: the operator's files.
#[derive(Debug, Clone, Default)]
pub struct Registries {
    /// Kinds of incident.
    pub types: Option<Registry<IncidentType>>,
    /// Legal rules.
    pub rules: Option<Registry<LegalRule>>,
    /// Minutes that the deployment's zone is ahead of UTC: decides the day on which a rule holds.
    pub zone_minutes: i32,
}

/// Every derived row, box and token, and every version they were made with, one a line, in order.
pub(super) fn dump(reads: &dyn Reads) -> Result<String, StoreError> {
    let mut out = String::new();
    for version in reads.registries()? {
        let (kind, number, hash) = (version.kind, version.number, version.hash);
        out.push_str(&format!("Registry {kind} {number} {hash}\n"));
    }
    for kind in RowKind::ALL {
        for row in reads.all_rows(kind)? {
            let key = data_encoding::HEXLOWER.encode(&row.key);
            out.push_str(&format!("{kind:?} {key} {:?} {}\n", row.tags, row.text));
            if kind == RowKind::Incident
                && let Ok(object) = ObjectId::from_slice(&row.key)
            {
                out.push_str(&format!("Tokens {key} {:?}\n", reads.tokens_of(object)?));
            }
        }
    }
    Ok(out)
}

impl Projector {
    /// Takes one batch of committed envelopes into rows.
    fn project(
        &mut self,
        reads: &dyn Reads,
        envelopes: &[StoredEnvelope],
    ) -> Result<Batch, StoreError> {
        let end = envelopes.last().map_or(Lsn(0), |last| last.lsn);
        let mut batch = Batch::until(end);
        for stored in envelopes {
            self.one(reads, stored, &mut batch)?;
        }
        self.project_anew(reads, &mut batch)?;
        self.project_documents(reads, &mut batch)?;
        self.project_positions(&mut batch);
        Ok(batch)
    }

    fn one(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match stored.envelope.header().kind {
            Kind::Change => self.documents.receive(reads, &self.directory.get(), stored),
            Kind::Verdict => self.follow_verdict(reads, stored, batch),
            Kind::Revocation => self.follow_revocation(reads, stored, batch),
            Kind::Certificate => self.follow_certificate(reads, stored, batch),
            Kind::Erasure => self.follow_erasure(reads, stored, batch),
            _ => self.fact(reads, stored, batch),
        }
    }

    /// Projects what is no part of a document.
    fn fact(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match stored.envelope.header().kind {
            // Whoever calls for help is to be looked for first and doubted later.
            Kind::Sos => sos::project_sos(reads, stored, batch),
            _ if stored.standing == Standing::Quarantined => Ok(()),
            Kind::Track => self.project_segment(reads, stored, batch),
            Kind::Ack => ack::project_ack(reads, stored, batch),
            Kind::Message => message::project_message(reads, stored, batch),
            Kind::Grant => {
                self.documents.granted(stored);
                Ok(())
            }
            Kind::Media => {
                self.project_media(stored, batch);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests;
