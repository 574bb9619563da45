//! Incidents as a phone's engine would write them, small enough for tests of the centre.

use tala_protocol::body::ChangeBody;
use tala_protocol::doc::{ActorId, DocType, Document, IncidentEdit};
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::gate::{Arrival, Ledger};
use tala_protocol::id::ObjectId;

use super::TestPhone;

/// An incident on a phone.
pub struct TestIncident {
    /// Its id, once its genesis is made.
    pub id: Option<ObjectId>,
    ledger: Ledger,
    document: Document,
    previous: Option<(u64, tala_protocol::doc::ChangeHash)>,
}

impl Default for TestIncident {
    fn default() -> Self {
        Self {
            id: None,
            ledger: Ledger::new(),
            document: Document::new(),
            previous: None,
        }
    }
}

impl TestIncident {
    /// Has a phone write in it.
    pub fn write(&mut self, phone: &mut TestPhone, edit: &IncidentEdit) -> Envelope {
        let actor = actor(phone);
        let at = super::BEGIN;
        let change = edit.change(&self.document, actor, at).unwrap().unwrap();
        let genesis = self
            .id
            .is_none()
            .then_some((DocType::Incident.code(), [7; 16]));
        let body = ChangeBody { change, genesis };
        let envelope = phone.says(Kind::Change, self.id, &body.to_bytes());
        self.id = Some(envelope.object());
        self.previous = self.take(&envelope, actor, self.previous);
        envelope
    }

    /// Takes in what another phone wrote first, as one does before writing on.
    pub fn joins(&mut self, phone: &TestPhone, envelopes: &[Envelope]) {
        let mut previous = None;
        for envelope in envelopes {
            self.id = Some(envelope.object());
            previous = self.take(envelope, actor(phone), previous);
        }
    }

    fn take(
        &mut self,
        envelope: &Envelope,
        actor: ActorId,
        author_previous: Option<(u64, tala_protocol::doc::ChangeHash)>,
    ) -> Option<(u64, tala_protocol::doc::ChangeHash)> {
        let body = ChangeBody::from_bytes(envelope.body().unwrap()).unwrap();
        let outcome = self.ledger.receive(&Arrival {
            envelope: envelope.id(),
            bytes: &body.change,
            actor,
            expected_hash: None,
            author_previous,
            policy: None,
        });
        outcome.settle(&mut self.document).unwrap();
        outcome.admitted.last().map(|a| (a.seq(), a.hash()))
    }
}

fn actor(phone: &TestPhone) -> ActorId {
    ActorId::derive(phone.device(), phone.unit, 0, None)
}
