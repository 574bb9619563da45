//! What the bureau publishes and a phone keeps: versions of registries, and zones.
//!
//! You are here because a screen needs the names of incident types or wants to know in which zone a rider
//! stands. After a sync the phone looks, about once a day, for what is new at the centre
//! ([`fetch_published`]).
//! A version of a registry is kept only as its office signed it, and it counts only as long as
//! [`Publication::verify`] says so by today's certificates; nothing that was kept is thrown away, because
//! records name the version that they were made with. Zones are not signed: they help, they prove nothing.

mod areas;
mod fetch;
mod shelf;

use tala_protocol::hash::Digest;
use tala_protocol::registry::publication::MAX_PUBLICATION_BYTES;
use tala_protocol::registry::{AnyRegistry, Date, Publication, PublicationError};

pub use areas::Area;
pub use fetch::fetch_published;

use crate::engine::{Engine, EngineError};
use crate::store::{Store, Write};
use shelf::{Shelf, Zones};

const SHELF: &str = "publications";
const ZONES: &str = "zones";

/// Most bytes of publications that are kept.
const SHELF_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Longest zones that are kept, bytes.
const ZONES_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Why something published was not kept.
#[derive(Debug, thiserror::Error)]
pub enum PublishedError {
    /// It does not hold.
    #[error("checking a publication")]
    Publication(#[from] PublicationError),
    /// It is another than was asked for.
    #[error("{0} was asked for and something else came")]
    Other(Digest),
    /// It is longer than a phone keeps.
    #[error("{0} bytes are more than a phone keeps of this")]
    TooLong(usize),
    /// It is not what it should be.
    #[error("what was published is not {0}")]
    Form(&'static str),
    /// The phone could not keep it.
    #[error("keeping what was published")]
    Engine(#[from] EngineError),
}

impl<S: Store> Engine<S> {
    /// Keeps a version that an office of this bureau signed. Says whether it is new here.
    pub fn take_publication(&mut self, bytes: &[u8]) -> Result<bool, PublishedError> {
        if bytes.len() > MAX_PUBLICATION_BYTES {
            return Err(PublishedError::TooLong(bytes.len()));
        }
        let publication = Publication::from_bytes(bytes)?;
        publication.verify(&self.directory)?;
        let mut shelf = self.shelf()?;
        if !shelf.put(publication.hash(), bytes) {
            return Ok(false);
        }
        let stored = shelf.to_bytes();
        if stored.len() > SHELF_BYTES_MAX {
            return Err(PublishedError::TooLong(stored.len()));
        }
        let kept = self.store.commit(&[Write::Set(SHELF, stored)]);
        kept.map_err(EngineError::from)?;
        Ok(true)
    }

    /// Every version that is kept and holds by today's certificates, by kind and number.
    pub fn publications(&self) -> Result<Vec<Publication>, EngineError> {
        let shelf = self.shelf()?;
        let kept = shelf.publications();
        let mut holding: Vec<Publication> = kept
            .filter(|publication| publication.verify(&self.directory).is_ok())
            .collect();
        holding.sort_by(|a, b| {
            let (a, b) = (a.frame(), b.frame());
            (&a.kind, a.number).cmp(&(&b.kind, b.number))
        });
        Ok(holding)
    }

    /// The version of a kind that holds on a day: the highest number that has begun. Before the first
    /// begins, the first.
    pub fn registry_in_force(
        &self,
        kind: &str,
        day: Date,
    ) -> Result<Option<AnyRegistry>, EngineError> {
        let versions = self.publications()?;
        let mut of_kind = versions.iter().filter(|it| it.frame().kind == kind);
        let first = of_kind.clone().next();
        let begun = of_kind.rfind(|it| it.frame().effective_from <= day);
        Ok(begun.or(first).map(|it| it.registry().clone()))
    }

    /// Whether a version is kept here and holds; one that no longer does is worth fetching again, signed
    /// anew.
    fn has_publication(&self, hash: &Digest) -> Result<bool, EngineError> {
        let held = self.shelf()?.publication(hash);
        Ok(held.is_some_and(|publication| publication.verify(&self.directory).is_ok()))
    }

    /// Keeps zones, the text of a GeoJSON FeatureCollection whose hash is this.
    pub fn take_zones(&mut self, hash: Digest, geojson: &[u8]) -> Result<bool, PublishedError> {
        if geojson.len() > ZONES_BYTES_MAX {
            return Err(PublishedError::TooLong(geojson.len()));
        }
        if Digest::sha256(geojson) != hash {
            return Err(PublishedError::Other(hash));
        }
        let read: Result<serde_json::Value, _> = serde_json::from_slice(geojson);
        if !read.is_ok_and(|value| value["features"].is_array()) {
            return Err(PublishedError::Form("a collection of features"));
        }
        if self.zones_hash()? == Some(hash) {
            return Ok(false);
        }
        let zones = Zones {
            hash,
            geojson: geojson.to_vec(),
        };
        let kept = self.store.commit(&[Write::Set(ZONES, zones.to_bytes())]);
        kept.map_err(EngineError::from)?;
        self.areas = None;
        Ok(true)
    }

    /// The zones as they were published: GeoJSON.
    pub fn zones_geojson(&self) -> Result<Option<Vec<u8>>, EngineError> {
        Ok(self.zones()?.map(|zones| zones.geojson))
    }

    /// Which zones are kept.
    pub fn zones_hash(&self) -> Result<Option<Digest>, EngineError> {
        Ok(self.zones()?.map(|zones| zones.hash))
    }

    fn zones(&self) -> Result<Option<Zones>, EngineError> {
        // What cannot be read any more is fetched again.
        Ok(self
            .store
            .setting(ZONES)?
            .and_then(|bytes| Zones::from_bytes(&bytes).ok()))
    }

    fn shelf(&self) -> Result<Shelf, EngineError> {
        Ok(match self.store.setting(SHELF)? {
            Some(bytes) => Shelf::from_bytes(&bytes).unwrap_or_default(),
            None => Shelf::default(),
        })
    }
}
