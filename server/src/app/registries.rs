//! Publishing versions of registries: as the office, signed, each at most once.
//!
//! You are here because you publish a version or list what was published. A version is no envelope and stands
//! in no log: its signature and its hash carry it (`docs/formats/registry.md`).

use std::sync::{Arc, PoisonError};

use tala_protocol::hash::Digest;
use tala_protocol::registry::publication::{Draft, PublicationError};
use tala_protocol::registry::{
    AnyRegistry, Frame, MAX_REGISTRY_BYTES, Publication, RegistryError, SuccessionError,
};

use super::centre::Centre;
use super::error::AppError;
use super::project::Registries;
use crate::store::{RegistryRow, read};

/// Why a version is not published.
#[derive(Debug, Clone, thiserror::Error)]
pub enum PublishError {
    /// The file is no registry.
    #[error("reading the registry")]
    Read(#[from] RegistryError),
    /// In its canonical form nobody would read it.
    #[error("the registry has {0} bytes, and at most {MAX_REGISTRY_BYTES} are read")]
    Long(usize),
    /// No store counts so far.
    #[error("number {0} is too large")]
    Number(u64),
    /// It may not follow the version that stands.
    #[error("it cannot follow number {previous} of {kind}")]
    Succession {
        /// Which registry.
        kind: String,
        /// Number of the version that stands.
        previous: u64,
        /// Why not.
        #[source]
        source: SuccessionError,
    },
    /// A kept or a new publication does not hold.
    #[error("the publication does not hold")]
    Publication(#[source] Arc<PublicationError>),
}

/// What became of an order to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The version as it is kept.
    pub version: RegistryRow,
    /// Whether the same was published before, and so nothing was done.
    pub before: bool,
}

impl Centre {
    /// Publishes a version from the file that people write. The same version again is the one that was
    /// published first.
    pub fn publish_registry(&self, json: &str) -> Result<Published, AppError> {
        let registry = AnyRegistry::from_json(json).map_err(PublishError::from)?;
        let frame = frame(&registry)?;
        let bytes = registry.to_bytes();
        if bytes.len() > MAX_REGISTRY_BYTES {
            return Err(PublishError::Long(bytes.len()).into());
        }
        // Of two orders the second sees what the first published.
        let _one = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let hash = Digest::sha256(&bytes);
        if let Some(version) = read(self.store(), |reads| reads.registry(&hash))? {
            let before = true;
            return Ok(Published { version, before });
        }
        if let Some(previous) = self.newest(&frame.kind)? {
            may_follow(&registry, &frame, &previous)?;
        }
        let version = self.sign(&registry, frame)?;
        let row = version.clone();
        self.writer()
            .change(Box::new(move |tx| tx.add_registry(&row)))?;
        let before = false;
        Ok(Published { version, before })
    }

    /// Every version that was published, by kind and number.
    pub fn published_registries(&self) -> Result<Vec<RegistryRow>, AppError> {
        Ok(read(self.store(), |reads| reads.registries())?)
    }

    /// The version that the next one of a kind follows: the newest that was published, or else the one that
    /// the operator put in force.
    fn newest(&self, kind: &str) -> Result<Option<AnyRegistry>, AppError> {
        let versions = self.published_registries()?;
        let Some(row) = versions.iter().rfind(|row| row.kind == kind) else {
            return Ok(configured(&self.registries, kind));
        };
        let kept = Publication::from_bytes(&row.publication).map_err(refused)?;
        Ok(Some(kept.registry().clone()))
    }

    fn sign(&self, registry: &AnyRegistry, frame: Frame) -> Result<RegistryRow, AppError> {
        i64::try_from(frame.number).map_err(|_beyond| PublishError::Number(frame.number))?;
        let directory = self.directory();
        let draft = Draft::new(registry, self.office_key.public(), self.now());
        let signature = self
            .office_key
            .sign(&draft.bytes_to_sign(directory.realm()))?;
        let publication = draft.signed(signature).map_err(refused)?;
        // What nobody would believe is not kept either.
        publication.verify(&directory).map_err(refused)?;
        Ok(RegistryRow {
            kind: frame.kind,
            number: frame.number,
            hash: publication.hash(),
            effective_from: frame.effective_from.to_string(),
            published_at: publication.published_at(),
            publication: publication.to_bytes(),
        })
    }
}

fn frame(registry: &AnyRegistry) -> Result<Frame, PublishError> {
    let frame = registry.frame();
    frame.map_err(|error| PublishError::Read(RegistryError::Form(error)))
}

/// The same version that the operator put in force may be published, so that it is signed.
fn may_follow(
    registry: &AnyRegistry,
    frame: &Frame,
    previous: &AnyRegistry,
) -> Result<(), PublishError> {
    if registry.to_bytes() == previous.to_bytes() {
        return Ok(());
    }
    let number = self::frame(previous)?.number;
    let follows = registry.succeeds(previous);
    follows.map_err(|source| PublishError::Succession {
        kind: frame.kind.clone(),
        previous: number,
        source,
    })
}

fn configured(registries: &Registries, kind: &str) -> Option<AnyRegistry> {
    let types = registries.types.clone().map(AnyRegistry::IncidentTypes);
    let rules = registries.rules.clone().map(AnyRegistry::LegalRules);
    let mut both = types.into_iter().chain(rules);
    both.find(|it| it.frame().is_ok_and(|frame| frame.kind == kind))
}

fn refused(error: PublicationError) -> PublishError {
    PublishError::Publication(Arc::new(error))
}

#[cfg(test)]
mod tests;
