//! What a shell asks for around the screens: who this phone is, files to show, and files of other phones.

use serde::{Deserialize, Serialize};
use tala_protocol::body::MediaBody;
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;

use super::edit::input;
use super::{Handset, HandsetError, Platform};
use crate::engine::{ALL, Engine, EngineError};
use crate::export::BundleError;
use crate::media::{Blobs as _, MediaError};
use crate::store::{Pick, Store};

/// Who a phone is, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolled {
    /// The device, hex.
    pub device: String,
    /// The unit it writes for, hex.
    pub unit: String,
    /// What the unit is called, Chinese first.
    pub unit_name: Option<String>,
    /// Whose phone it is, hex.
    pub person: Option<String>,
    /// What that person is called.
    pub person_name: Option<String>,
    /// Where the centre is.
    pub url: String,
}

/// What came of another phone's file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TakenIn {
    /// Envelopes that are new.
    pub taken: usize,
    /// Envelopes that were here.
    pub known: usize,
    /// Envelopes that nobody known signed, or that cannot be read.
    pub refused: usize,
}

/// A file to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

impl<S: Store, P: Platform> Handset<S, P> {
    /// Who this phone is, with the names that the office has stated.
    pub fn enrolled(&self) -> Result<Enrolled, HandsetError> {
        let now = self.platform().now().wall;
        self.read(|engine| {
            let me = engine.identity();
            let directory = engine.directory();
            let names = directory.units().names(me.unit, now);
            let name = names.and_then(|names| names.get("zh").or_else(|| names.values().next()));
            let person = me.person.and_then(|person| directory.person_name(person));
            Ok(Enrolled {
                device: me.device.to_string(),
                unit: me.unit.to_string(),
                unit_name: name.cloned(),
                person: me.person.map(|person| person.to_string()),
                person_name: person.map(str::to_owned),
                url: me.url.clone(),
            })
        })
    }

    /// A file, or its thumbnail, where its bytes are on this phone.
    pub fn shown(&self, hash: &str, thumb: bool) -> Result<Option<Shown>, HandsetError> {
        let hash = Digest::from_hex(hash).map_err(|_why| input("hash", "the hash of a file"))?;
        let inner = self.lock()?;
        let Some(body) = description(&inner.engine, &hash)? else {
            return Ok(None);
        };
        let (wanted, media_type) = match body.thumb {
            Some((small, _)) if thumb || small == hash => (small, "image/jpeg".to_owned()),
            _ => (body.hash, body.media_type),
        };
        let bytes = inner.files.get(&wanted);
        let bytes = bytes.map_err(MediaError::from).map_err(EngineError::from)?;
        Ok(bytes.map(|bytes| Shown { media_type, bytes }))
    }

    /// Takes in a file of another phone.
    pub fn take_bundle(&self, bundle: &[u8]) -> Result<TakenIn, HandsetError> {
        let now = self.platform().now().wall;
        self.write(|engine, _| {
            let taken = engine
                .take_bundle(bundle, now)
                .map_err(|error| match error {
                    BundleError::Engine(engine) => HandsetError::Engine(engine),
                    _ => input("file", "a whole bundle of another phone"),
                })?;
            Ok(TakenIn {
                taken: taken.new,
                known: taken.known,
                refused: taken.refused,
            })
        })
    }
}

/// What was said of a file, under its own hash or that of its thumbnail.
fn description<S: Store>(
    engine: &Engine<S>,
    hash: &Digest,
) -> Result<Option<MediaBody>, HandsetError> {
    let rows = engine.store().envelopes(&Pick::OfKind(Kind::Media), ALL);
    let rows = rows.map_err(EngineError::from)?;
    let mut bodies = rows.iter().filter_map(|row| {
        let body = row.body.as_deref()?;
        MediaBody::from_bytes(body).ok()
    });
    let small = |body: &MediaBody| body.thumb.as_ref().is_some_and(|(thumb, _)| thumb == hash);
    Ok(bodies.find(|body| body.hash == *hash || small(body)))
}
