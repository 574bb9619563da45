//! What lists show of documents, kept in the store so that no list builds a document.
//!
//! A listing is written in the transaction of the change that it follows from, whether the change was made
//! here or arrived. Where it cannot be made then (a revocation may take changes out of many documents at
//! once), it is taken away in that transaction, and made again when a list next asks. One that was read by
//! other rules than these counts as taken away.

use std::collections::{BTreeMap, BTreeSet};

use tala_protocol::cert::Directory;
use tala_protocol::doc::{
    DocType, Document, FieldValue, IncidentView, PatrolView, PlanView, Severity,
};
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::DocumentsError;
use super::held::Held;
use crate::engine::{ALL, Engine, EngineError};
use crate::store::{DocRow, EnvelopeRow, Listing, Pick, Place, RulingRow, Store, Write};

/// Raised whenever something else is read from a document, or read otherwise.
pub const LISTING_VERSION: u16 = 2;

/// Listings that are made again in one transaction.
const MADE_AT_ONCE: usize = 256;

/// What a batch that is not committed yet will change about envelopes.
#[derive(Default)]
struct Coming<'a> {
    envelopes: BTreeMap<ObjectId, Vec<&'a EnvelopeRow>>,
    bodies: BTreeMap<Digest, &'a Option<Vec<u8>>>,
    places: BTreeMap<Digest, Place>,
    rulings: BTreeMap<Digest, RulingRow>,
    docs: BTreeMap<ObjectId, u16>,
}

impl<S: Store> Engine<S> {
    /// Every document on this phone, oldest first, each with a listing that is true.
    pub fn docs(&mut self) -> Result<Vec<DocRow>, EngineError> {
        let mut docs = self.store.docs()?;
        let mut made = Vec::new();
        for doc in docs.iter_mut().filter(|doc| !is_current(doc)) {
            let doc_type = DocType::from_code(doc.doc_type);
            let listing = self.listing_of(doc.object, doc_type)?;
            made.push(Write::Listing {
                object: doc.object,
                listing: Some(listing.clone()),
            });
            doc.listing = Some(listing);
        }
        for some in made.chunks(MADE_AT_ONCE) {
            // A list is shown even where nothing can be written any more.
            if let Err(error) = self.store.commit(some) {
                tracing::warn!(%error, "listings could not be kept");
                break;
            }
        }
        Ok(docs)
    }

    fn listing_of(&self, object: ObjectId, doc_type: DocType) -> Result<Listing, EngineError> {
        let held = match self.documents.peek(object) {
            Some(held) => Ok(listing(held.document(), doc_type)),
            None => self
                .rebuild(object)
                .map(|held| listing(held.document(), doc_type)),
        };
        match held {
            // What cannot be read has no title; it is listed all the same.
            Err(EngineError::Document(_)) => Ok(untitled()),
            other => other,
        }
    }

    /// The listings of what a batch touches, as they will be once it is committed under `directory`.
    pub(crate) fn listings_after(
        &self,
        batch: &[Write],
        touched: &BTreeSet<ObjectId>,
        directory: &Directory,
    ) -> Result<Vec<Write>, EngineError> {
        let coming = Coming::of(batch);
        let mut writes = Vec::with_capacity(touched.len());
        for object in touched {
            let known = self.store.doc(*object)?.map(|row| row.doc_type);
            let Some(code) = known.or_else(|| coming.docs.get(object).copied()) else {
                // Its beginning has not come yet.
                continue;
            };
            let made = self.listing_with(*object, DocType::from_code(code), &coming, directory);
            let listing = match made {
                Err(EngineError::Document(_)) => Some(untitled()),
                other => Some(other?),
            };
            writes.push(Write::Listing {
                object: *object,
                listing,
            });
        }
        Ok(writes)
    }

    fn listing_with(
        &self,
        object: ObjectId,
        doc_type: DocType,
        coming: &Coming<'_>,
        directory: &Directory,
    ) -> Result<Listing, EngineError> {
        let mut rows = self.store.envelopes(&Pick::OfObject(object), ALL)?;
        let fresh = coming.envelopes.get(&object).into_iter().flatten();
        rows.extend(fresh.map(|row| (*row).clone()));
        rows.retain(|row| row.header.kind == Kind::Change);
        for row in &mut rows {
            if let Some(body) = coming.bodies.get(&row.id) {
                row.body.clone_from(body);
            }
            row.place = coming.places.get(&row.id).copied().unwrap_or(row.place);
        }
        let ruling = |id: &Digest| match coming.rulings.get(id) {
            Some(ruling) => Ok(Some(*ruling)),
            None => Ok(self.store.ruling(id)?),
        };
        let held = Held::build(object, rows, directory, ruling)?;
        Ok(listing(held.document(), doc_type))
    }
}

impl<'a> Coming<'a> {
    fn of(batch: &'a [Write]) -> Self {
        let mut coming = Self::default();
        for write in batch {
            match write {
                Write::Envelope(row) => {
                    let of_object = coming.envelopes.entry(row.object()).or_default();
                    of_object.push(row);
                }
                Write::Body { id, body } => {
                    coming.bodies.insert(*id, body);
                }
                Write::Place { id, place } => {
                    coming.places.insert(*id, *place);
                }
                Write::Ruling(ruling) => {
                    coming.rulings.insert(ruling.envelope, *ruling);
                }
                Write::Doc(row) => {
                    coming.docs.insert(row.object, row.doc_type);
                }
                _ => {}
            }
        }
        coming
    }
}

/// Reads what lists show.
pub(super) fn listing(document: &Document, doc_type: DocType) -> Listing {
    let shown = match doc_type {
        DocType::Patrol => of_patrol(&PatrolView::read(document).0),
        DocType::Incident => of_incident(&IncidentView::read(document).0),
        DocType::Plan => of_plan(&PlanView::read(document).0),
        DocType::Parties | DocType::Newer(_) => Listing::default(),
    };
    let fields = document.fields();
    let several = fields.values().filter(|values| values.len() > 1);
    Listing {
        version: LISTING_VERSION,
        conflicts: count(several.count()),
        ..shown
    }
}

fn of_patrol(view: &PatrolView) -> Listing {
    Listing {
        title: got(&view.title).cloned(),
        transport: got(&view.transport).map(|transport| transport.code()),
        from: got(&view.started_at).copied(),
        until: got(&view.ended_at).copied(),
        due: got(&view.declared_return_at).copied(),
        ..Listing::default()
    }
}

fn of_incident(view: &IncidentView) -> Listing {
    let anchor = got(&view.geometry).and_then(|geometry| geometry.anchor());
    let files = view.evidence.values();
    let files = files.filter(|file| got(&file.facts).is_some() && got(&file.withdrawn).is_none());
    Listing {
        title: got(&view.title).cloned(),
        category: got(&view.category).map(ToString::to_string),
        severity: got(&view.severity).copied().map(Severity::code),
        from: got(&view.occurred_at).copied(),
        place_e7: anchor.map(|at| (at.lat_e7(), at.lon_e7())),
        files: count(files.count()),
        ..Listing::default()
    }
}

fn of_plan(view: &PlanView) -> Listing {
    Listing {
        title: got(&view.title).cloned(),
        from: got(&view.starts_at).copied(),
        until: got(&view.ends_at).copied(),
        ..Listing::default()
    }
}

fn got<T>(field: &Option<FieldValue<T>>) -> Option<&T> {
    field.as_ref().and_then(FieldValue::get)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

fn untitled() -> Listing {
    Listing {
        version: LISTING_VERSION,
        ..Listing::default()
    }
}

fn is_current(doc: &DocRow) -> bool {
    let listing = doc.listing.as_ref();
    listing.is_some_and(|listing| listing.version == LISTING_VERSION)
}

/// The listing of a document that is in memory.
impl super::Documents {
    pub(super) fn listing(&self, object: ObjectId, code: u16) -> Option<Listing> {
        let held = self.peek(object)?;
        Some(listing(held.document(), DocType::from_code(code)))
    }
}

/// A document that has just been made, with its listing.
pub(super) fn begun(
    row: &EnvelopeRow,
    directory: &Directory,
    doc_type: DocType,
) -> Result<(Held, Listing), DocumentsError> {
    let mut held = Held::default();
    held.receive(row, directory, None)?;
    let listing = listing(held.document(), doc_type);
    Ok((held, listing))
}
