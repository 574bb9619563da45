//! Files as screens see them, and what comes from another phone in one.

use tala_protocol::body::MediaBody;
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;

use super::edit::input;
use super::{Handset, HandsetError, Platform};
use crate::engine::{ALL, Engine, EngineError};
use crate::export::BundleError;
use crate::intake::Taken;
use crate::media::{Blobs as _, MediaError};
use crate::store::{Pick, Store};

impl<S: Store, P: Platform> Handset<S, P> {
    /// The bytes of a file, or of its thumbnail; none where they are not on this phone.
    pub fn picture(&self, hash: &str, thumb: bool) -> Result<Option<Vec<u8>>, HandsetError> {
        let whole = Digest::from_hex(hash).map_err(|_why| input("hash", "the hash of a file"))?;
        let inner = self.lock()?;
        let wanted = match thumb {
            true => thumb_of(&inner.engine, &whole)?,
            false => Some(whole),
        };
        let Some(wanted) = wanted else {
            return Ok(None);
        };
        let bytes = inner.files.get(&wanted);
        Ok(bytes.map_err(MediaError::from).map_err(EngineError::from)?)
    }

    /// Takes in what another phone wrote to a file ([`Handset::bundle`]).
    pub fn take_bundle(&self, bundle: &[u8]) -> Result<Taken, HandsetError> {
        let now = self.platform().now().wall;
        self.write(|engine, _| {
            engine
                .take_bundle(bundle, now)
                .map_err(|error| match error {
                    BundleError::Engine(error) => error.into(),
                    BundleError::Head
                    | BundleError::Cut
                    | BundleError::Frame(_)
                    | BundleError::Form(_) => input("bundle", "a whole file of another phone"),
                })
        })
    }
}

/// The thumbnail that the description of a file names.
fn thumb_of<S: Store>(engine: &Engine<S>, whole: &Digest) -> Result<Option<Digest>, HandsetError> {
    let rows = engine.store().envelopes(&Pick::OfKind(Kind::Media), ALL);
    let rows = rows.map_err(EngineError::from)?;
    let bodies = rows.iter().filter_map(|row| row.body.as_ref());
    let mut described = bodies.filter_map(|body| MediaBody::from_bytes(body).ok());
    let found = described.find(|body| body.hash == *whole);
    Ok(found.and_then(|body| body.thumb).map(|(thumb, _)| thumb))
}
