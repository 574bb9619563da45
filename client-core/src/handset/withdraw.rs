//! Taking a file back: it stays, with the reason why it does not count after all.

use tala_protocol::doc::{EvidenceEdit, IncidentEdit, Set};
use tala_protocol::hash::Digest;

use super::edit::{input, object_id};
use super::page::got;
use super::{Handset, HandsetError, Platform};
use crate::store::Store;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Marks a file of an incident as withdrawn, with the reason. Nothing is deleted.
    pub fn withdraw_file(&self, id: &str, hash: &str, reason: &str) -> Result<(), HandsetError> {
        let object = object_id("incident", id)?;
        let wanted = Digest::from_hex(hash).map_err(|_why| input("hash", "the hash of a file"))?;
        if reason.trim().is_empty() {
            return Err(input("reason", "a reason"));
        }
        let now = self.platform().now();
        self.write(|engine, _| {
            let (view, _) = engine.incident_view(object)?;
            let mut edit = IncidentEdit::default();
            for (entry, evidence) in &view.evidence {
                if got(&evidence.facts).is_some_and(|facts| facts.hash == wanted) {
                    let withdrawn = EvidenceEdit {
                        withdrawn: Set::To(reason.trim().to_owned()),
                        ..EvidenceEdit::default()
                    };
                    edit.evidence.insert(*entry, withdrawn);
                }
            }
            if edit.evidence.is_empty() {
                return Err(HandsetError::Unknown(hash.to_owned()));
            }
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            Ok(engine.edit(object, change, now)?)
        })
    }
}
