//! Documents on the phone: made, changed, merged, rebuilt.
//!
//! The envelopes in the store are the truth. A [`Ledger`] per document says which of their changes stand;
//! a [`Document`] is the merge of those. Both are kept in memory while they are used and rebuilt from
//! envelopes whenever there is doubt. A saved form is a cache for reading only, proved to load before it
//! replaces an older one. An own change passes the gate before it is written, so that no phone ever signs
//! what others would refuse.

mod held;
mod listing;
mod views;

use tala_protocol::body::{ChangeBody, Grant};
use tala_protocol::cbor::CborError;
use tala_protocol::cert::Holder;
use tala_protocol::doc::{ActorId, DocType, Document, DocumentError, EditError};
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::gate::{self, Candidate, GateRefusal, Verdict};
use tala_protocol::id::ObjectId;
use tala_protocol::time::{DeviceTimes, UnixMs};

pub use listing::LISTING_VERSION;
pub use views::{Author, Conflict, ConflictValue};

use crate::engine::{ALL, Engine, EngineError};
use crate::entropy::Entropy;
use crate::feeds::{Appender, Saying};
use crate::store::{DocRow, EnvelopeRow, Pick, Store, Write};
pub(crate) use held::Documents;

/// Why a document could not be read or changed.
#[derive(Debug, thiserror::Error)]
pub enum DocumentsError {
    /// There is no such document here.
    #[error("document {0} is not on this phone")]
    Unknown(ObjectId),
    /// It belongs to a unit that this phone does not write for, and was not granted to its own.
    #[error("document {0} is of another unit")]
    Elsewhere(ObjectId),
    /// It is of another type.
    #[error("document {0} is of another type")]
    OtherType(ObjectId),
    /// The edit could not be made.
    #[error("making the change")]
    Edit(#[from] EditError),
    /// The gate refuses our own change. Nothing was written.
    #[error("the gate refuses the change")]
    Refused(#[from] GateRefusal),
    /// The change does not fit what is here. Nothing was written.
    #[error("the change does not fit the document")]
    Misfit,
    /// Nothing would change.
    #[error("nothing would change")]
    Nothing,
    /// Admitted changes could not be applied.
    #[error("rebuilding the document")]
    Apply(#[from] DocumentError),
    /// A stored body cannot be read.
    #[error("reading a stored change")]
    Body(#[from] CborError),
    /// A saved form does not load to what was saved; the older one stays.
    #[error("a saved form does not load")]
    Cache,
}

impl<S: Store> Engine<S> {
    /// Makes a document. Returns its id.
    pub fn create(
        &mut self,
        doc_type: DocType,
        audience: Audience,
        change: impl Fn(&Document, ActorId, UnixMs) -> Result<Option<Vec<u8>>, EditError>,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
    ) -> Result<ObjectId, EngineError> {
        self.create_with(doc_type, audience, change, now, entropy, |_| Vec::new())
    }

    /// Makes a document; `also` adds what belongs to the same transaction.
    pub(crate) fn create_with(
        &mut self,
        doc_type: DocType,
        audience: Audience,
        change: impl Fn(&Document, ActorId, UnixMs) -> Result<Option<Vec<u8>>, EditError>,
        now: DeviceTimes,
        entropy: &mut impl Entropy,
        also: impl FnOnce(ObjectId) -> Vec<Write>,
    ) -> Result<ObjectId, EngineError> {
        let actor = self.own_actor();
        let made = change(&Document::new(), actor, now.shown()).map_err(DocumentsError::from)?;
        let change = made.ok_or(DocumentsError::Nothing)?;
        let empty = gate::DocIndex::default();
        check_own(&empty, &change, actor, None)?;
        let body = ChangeBody {
            change,
            genesis: Some((doc_type.code(), entropy.bytes16())),
        };
        let mut appender = Appender::new(self, now);
        let unsigned = appender.say(Saying {
            audience,
            kind: Kind::Change,
            object: None,
            body: body.to_bytes(),
        })?;
        let object = ObjectId::from_bytes(unsigned.id().prefix16());
        let row = EnvelopeRow::unsigned(&unsigned, now.wall);
        let (held, listing) = listing::begun(&row, &self.directory, doc_type)?;
        appender.also(Write::Doc(DocRow {
            object,
            doc_type: doc_type.code(),
            unit: self.me.unit,
            audience,
            listing: Some(listing),
        }));
        for write in also(object) {
            appender.also(write);
        }
        let batch = appender.finish();
        self.store.commit(&batch)?;
        self.documents.put(object, held);
        Ok(object)
    }

    /// Changes a document.
    pub fn edit(
        &mut self,
        object: ObjectId,
        change: impl Fn(&Document, ActorId, UnixMs) -> Result<Option<Vec<u8>>, EditError>,
        now: DeviceTimes,
    ) -> Result<(), EngineError> {
        self.edit_with(object, change, now, Vec::new())
    }

    /// Changes a document; `also` belongs to the same transaction.
    pub(crate) fn edit_with(
        &mut self,
        object: ObjectId,
        change: impl Fn(&Document, ActorId, UnixMs) -> Result<Option<Vec<u8>>, EditError>,
        now: DeviceTimes,
        also: Vec<Write>,
    ) -> Result<(), EngineError> {
        let actor = self.own_actor();
        let row = self
            .store
            .doc(object)?
            .ok_or(DocumentsError::Unknown(object))?;
        self.check_home(&row)?;
        let held = self.held(object)?;
        let made = change(held.document(), actor, now.shown()).map_err(DocumentsError::from)?;
        let change = made.ok_or(DocumentsError::Nothing)?;
        check_own(held.index(), &change, actor, held.last_of(actor))?;
        let body = ChangeBody {
            change,
            genesis: None,
        };
        let mut appender = Appender::new(self, now);
        let unsigned = appender.say(Saying {
            audience: row.audience,
            kind: Kind::Change,
            object: Some(object),
            body: body.to_bytes(),
        })?;
        for write in also {
            appender.also(write);
        }
        let mut batch = appender.finish();
        // Into memory first, so that what lists show is written together with the change; what goes wrong
        // there only means building the document anew.
        let stored = EnvelopeRow::unsigned(&unsigned, now.wall);
        if self.receive_change(&stored).is_err() {
            self.judge_anew(object);
        }
        let listing = self.documents.listing(object, row.doc_type);
        batch.push(Write::Listing { object, listing });
        if let Err(error) = self.store.commit(&batch) {
            self.judge_anew(object);
            return Err(error.into());
        }
        Ok(())
    }

    /// Whether this phone's unit may write in a document: it is its home, or was granted it. What is written
    /// about a record that the unit has no part in would stand in its feeds where none of its phones may see
    /// it.
    pub(crate) fn check_home(&self, row: &DocRow) -> Result<(), EngineError> {
        if row.unit == self.me.unit {
            return Ok(());
        }
        let grants = self.grants(row.object)?;
        match grants.iter().any(|(_, grant)| grant.unit == self.me.unit) {
            true => Ok(()),
            false => Err(DocumentsError::Elsewhere(row.object).into()),
        }
    }

    /// To whom an office gave a record, in order of arrival.
    pub(crate) fn grants(
        &self,
        object: ObjectId,
    ) -> Result<Vec<(EnvelopeRow, Grant)>, EngineError> {
        let about = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        let grants = about.into_iter().filter_map(|row| {
            let by_office = self.directory.holder(row.header.device()) == Some(Holder::Office);
            if row.header.kind != Kind::Grant || !by_office {
                return None;
            }
            let grant = Grant::from_bytes(row.body.as_deref()?).ok()?;
            Some((row, grant))
        });
        Ok(grants.collect())
    }

    /// The document as it stands.
    pub fn document(&mut self, object: ObjectId) -> Result<&Document, EngineError> {
        Ok(self.held(object)?.document())
    }

    /// The actor that this phone writes as.
    pub fn own_actor(&self) -> ActorId {
        ActorId::derive(self.me.device, self.me.unit, self.me.epoch, None)
    }

    /// Saves a cache of every document in use whose cache is older, each proved to load first.
    pub fn save_caches(&mut self) -> Result<(), EngineError> {
        let mut batch = Vec::new();
        for (object, held) in self.documents.iter() {
            let cache = self.store.cache(object)?;
            if cache.is_some_and(|(of, _)| of == held.envelopes()) {
                continue;
            }
            let cache = Some((held.envelopes(), held.verified_save()?));
            batch.push(Write::Cache { object, cache });
        }
        if !batch.is_empty() {
            self.store.commit(&batch)?;
        }
        Ok(())
    }
}

/// Runs the gate on an own change, before anything is written.
fn check_own(
    index: &gate::DocIndex,
    change: &[u8],
    actor: ActorId,
    author_previous: Option<(u64, tala_protocol::doc::ChangeHash)>,
) -> Result<(), DocumentsError> {
    let candidate = Candidate {
        bytes: change,
        expected_actor: actor,
        expected_hash: None,
        author_previous,
    };
    match gate::check(index, &candidate) {
        Verdict::Admit(_) => Ok(()),
        Verdict::Refuse(refusal) => Err(refusal.into()),
        Verdict::Park { .. } | Verdict::Known => Err(DocumentsError::Misfit),
    }
}
