//! Incidents: reporting one, adding to it, reading it, and choosing between what several people wrote.

use tala_protocol::doc::{
    DocType, Document, EntryId, EvidenceEdit, EvidenceFacts, Geometry, IncidentEdit, Set, Severity,
    Shape, Source, Vertex,
};
use tala_protocol::envelope::Audience;
use tala_protocol::hash::Digest;
use tala_protocol::time::UnixMs;

use super::answer::{IncidentLine, IncidentPage};
use super::ask::{FileIn, IncidentIn};
use super::edit::{self, degrees_e7, input, object_id, place_of, set};
use super::page;
use super::{Handset, HandsetError, Platform};
use crate::engine::{Engine, EngineError};
use crate::entropy::Entropy as _;
use crate::media::{Blobs as _, FileFacts, MediaError, small_picture};
use crate::status::RecordStatus;
use crate::store::Store;

impl<S: Store, P: Platform> Handset<S, P> {
    /// Makes an incident and returns the id of its record. It is durable when this returns.
    pub fn report(&self, given: &IncidentIn) -> Result<String, HandsetError> {
        let mut random = self.random();
        let mut edit = edit::incident(given, &mut random)?;
        let now = self.platform().now();
        if edit.occurred_at == Set::Keep {
            edit.occurred_at = Set::To(now.shown());
        }
        self.write(|engine, _| {
            let on = engine.snapshot().map(|snapshot| snapshot.patrol);
            edit.patrol = set(on);
            if edit.geometry == Set::Keep {
                edit.geometry = set(here(engine));
            }
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            let made =
                engine.create(DocType::Incident, Audience::Field, change, now, &mut random)?;
            Ok(made.to_string())
        })
    }

    /// Writes in an incident.
    pub fn edit_incident(&self, id: &str, given: &IncidentIn) -> Result<(), HandsetError> {
        let object = object_id("incident", id)?;
        let edit = edit::incident(given, &mut self.random())?;
        let now = self.platform().now();
        self.write(|engine, _| {
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            Ok(engine.edit(object, change, now)?)
        })
    }

    /// Attaches a file to an incident and returns its SHA-256.
    pub fn attach(&self, id: &str, file: &FileIn, bytes: &[u8]) -> Result<String, HandsetError> {
        self.attach_with(id, file, bytes, small_picture(bytes).as_deref())
    }

    /// The same with a thumbnail that the platform made, where it made one.
    pub fn attach_with(
        &self,
        id: &str,
        file: &FileIn,
        bytes: &[u8],
        thumb: Option<&[u8]>,
    ) -> Result<String, HandsetError> {
        let object = object_id("incident", id)?;
        let place = file.place.map(|at| degrees_e7("file.place", at));
        let place_e7 = place.transpose()?;
        let place = place_e7.map(|(lat, lon)| Vertex::new(lat, lon));
        let place = place
            .transpose()
            .map_err(|_why| input("file.place", "a place"))?;
        let now = self.platform().now();
        let taken_at = file.taken_ms.map_or(now.shown(), UnixMs);
        let entry = EntryId::from_bytes(self.random().bytes16());
        self.write(|engine, files| {
            let facts = FileFacts {
                bytes,
                media_type: &file.media_type,
                taken_at: Some(taken_at),
                place_e7,
            };
            let attached = engine.attach_with(object, facts, thumb, files, now)?;
            let evidence = EvidenceEdit {
                facts: Set::To(EvidenceFacts {
                    hash: attached.hash,
                    size: bytes.len() as u64,
                    taken_at,
                    place,
                    media_type: file.media_type.clone(),
                }),
                title: set(file.title.clone()),
                withdrawn: Set::Keep,
            };
            let mut edit = IncidentEdit::default();
            edit.evidence.insert(entry, evidence);
            let change = |document: &_, actor, at| edit.change(document, actor, at);
            engine.edit(object, change, now)?;
            Ok(attached.hash.to_string())
        })
    }

    /// The bytes of a file that is on this phone.
    pub fn file(&self, hash: &str) -> Result<Option<Vec<u8>>, HandsetError> {
        let hash = Digest::from_hex(hash).map_err(|_why| input("hash", "the hash of a file"))?;
        let inner = self.lock()?;
        let bytes = inner.files.get(&hash);
        Ok(bytes.map_err(MediaError::from).map_err(EngineError::from)?)
    }

    /// Every incident on this phone, oldest first.
    pub fn incidents(&self) -> Result<Vec<IncidentLine>, HandsetError> {
        self.read(|engine| {
            let all = engine.status()?.into_iter();
            let incidents = all.filter(|record| record.doc_type == DocType::Incident);
            Ok(incidents.map(line).collect())
        })
    }

    /// The page of an incident.
    pub fn incident(&self, id: &str) -> Result<IncidentPage, HandsetError> {
        let object = object_id("incident", id)?;
        self.read(|engine| page::of(engine, object))
    }

    /// Chooses one of the values that several people wrote at once: the `choice`-th as they were shown.
    pub fn choose(&self, id: &str, field: &str, choice: usize) -> Result<(), HandsetError> {
        let object = object_id("record", id)?;
        let now = self.platform().now();
        self.write(|engine, _| {
            let conflicts = engine.conflicts(object)?;
            let mut of_field = conflicts.iter().filter(|conflict| conflict.path == field);
            let chosen = of_field.next().and_then(|c| c.values.get(choice));
            let Some(chosen) = chosen else {
                return Err(HandsetError::NoConflict(field.to_owned()));
            };
            let value = &chosen.value;
            let change = |document: &Document, actor, at| {
                document.edit(actor, at, |editor| editor.put_raw(field, value))
            };
            Ok(engine.edit(object, change, now)?)
        })
    }
}

fn line(record: RecordStatus) -> IncidentLine {
    let listing = record.listing;
    let severity = listing.severity.and_then(Severity::from_code);
    IncidentLine {
        id: record.object.to_string(),
        title: listing.title,
        own: record.own,
        whereabouts: record.whereabouts.word().to_owned(),
        category: listing.category,
        severity: severity.map(|severity| severity.word().to_owned()),
        occurred_ms: listing.from.map(|at| at.0),
        place: listing.place_e7.map(place_of),
        files: listing.files,
        conflicts: listing.conflicts,
    }
}

/// Where the officer stands, as far as the recorder knows.
fn here<S: Store>(engine: &Engine<S>) -> Option<Geometry> {
    let fix = engine.last_fix()?;
    let at = Vertex::new(fix.lat_e7, fix.lon_e7).ok()?;
    Geometry::new(Shape::Point(at), Source::MeasuredGnss).ok()
}
