//! Published versions of registries: the same for desks and phones.

use tala_protocol::hash::Digest;

use super::rows::time;
use crate::app::{AppError, Centre};
use crate::http::wire::registry::{RegistriesWire, RegistryWire};
use crate::store::{RegistryRow, read};

/// Every version, by kind and number.
pub(super) fn all(centre: &Centre) -> Result<RegistriesWire, AppError> {
    let versions = centre.published_registries()?;
    Ok(RegistriesWire {
        items: versions.into_iter().map(wire).collect(),
    })
}

/// The signed form of one version.
pub(super) fn publication(centre: &Centre, hash: &Digest) -> Result<Vec<u8>, AppError> {
    let version = read(centre.store(), |reads| reads.registry(hash))?;
    Ok(version.ok_or(AppError::NotFound)?.publication)
}

fn wire(row: RegistryRow) -> RegistryWire {
    RegistryWire {
        kind: row.kind,
        number: row.number,
        hash: row.hash.to_string(),
        effective_from: row.effective_from,
        published_at: time(row.published_at.0),
    }
}
