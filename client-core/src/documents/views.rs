//! Reading documents: typed views, and what several people wrote at once with who and when.

use tala_protocol::doc::{Document, IncidentView, Newer, PatrolView, PlanView, Value, Written};
use tala_protocol::gate::Standing;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId};
use tala_protocol::time::UnixMs;

use super::held::Held;
use crate::engine::{ALL, Engine, EngineError};
use crate::store::{Pick, Store};

/// Who wrote a value, and when by the own clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Author {
    /// On which device.
    pub device: DeviceId,
    /// Who.
    pub person: Option<PersonId>,
    /// When.
    pub at: UnixMs,
    /// In which envelope.
    pub envelope: Digest,
}

/// A field that several people wrote at the same time.
#[derive(Debug, Clone, PartialEq)]
pub struct Conflict {
    /// The field.
    pub path: String,
    /// All values that stand; the first is shown until a person chooses.
    pub values: Vec<ConflictValue>,
}

/// One of several values.
#[derive(Debug, Clone, PartialEq)]
pub struct ConflictValue {
    /// The value.
    pub value: Value,
    /// Who wrote it; `None` where the change's envelope was let go.
    pub by: Option<Author>,
}

impl<S: Store> Engine<S> {
    /// A patrol as it stands, and what is from a newer version.
    pub fn patrol_view(
        &mut self,
        object: ObjectId,
    ) -> Result<(PatrolView, Vec<Newer>), EngineError> {
        self.read(object, PatrolView::read)
    }

    /// An incident as it stands, and what is from a newer version.
    pub fn incident_view(
        &mut self,
        object: ObjectId,
    ) -> Result<(IncidentView, Vec<Newer>), EngineError> {
        self.read(object, IncidentView::read)
    }

    /// A plan as it stands, and what is from a newer version.
    pub fn plan_view(&mut self, object: ObjectId) -> Result<(PlanView, Vec<Newer>), EngineError> {
        self.read(object, PlanView::read)
    }

    /// Every field of a document that is in conflict, with who wrote what.
    pub fn conflicts(&mut self, object: ObjectId) -> Result<Vec<Conflict>, EngineError> {
        let held = self.held(object)?;
        let fields = held.document().fields().into_iter();
        let several = fields.filter(|(_, values)| values.len() > 1);
        Ok(several
            .map(|(path, values)| Conflict {
                path,
                values: values.into_iter().map(|value| named(held, value)).collect(),
            })
            .collect())
    }

    /// Envelopes of a document that do not stand, with why.
    pub fn held_back(&mut self, object: ObjectId) -> Result<Vec<(Digest, Standing)>, EngineError> {
        let standings = self.held(object)?.standings();
        Ok(standings
            .filter(|(_, s)| *s != Standing::Admitted)
            .collect())
    }

    /// Reads from memory, from a cache that is still true, or from envelopes.
    fn read<V>(
        &mut self,
        object: ObjectId,
        read: impl Fn(&Document) -> V,
    ) -> Result<V, EngineError> {
        if self.documents.peek(object).is_none()
            && let Some(document) = self.cached(object)?
        {
            return Ok(read(&document));
        }
        Ok(read(self.held(object)?.document()))
    }

    fn cached(&self, object: ObjectId) -> Result<Option<Document>, EngineError> {
        let Some((of, saved)) = self.store.cache(object)? else {
            return Ok(None);
        };
        let rows = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        let changes = rows.iter().filter(|row| {
            row.header.kind == tala_protocol::envelope::Kind::Change && row.body.is_some()
        });
        if changes.count() as u64 != of {
            return Ok(None);
        }
        // A cache that does not load is no loss: the envelopes are there.
        Ok(Document::load_own_cache(&saved).ok())
    }
}

fn named(held: &Held, written: Written<Value>) -> ConflictValue {
    ConflictValue {
        by: held.author(&written.change).copied(),
        value: written.value,
    }
}
