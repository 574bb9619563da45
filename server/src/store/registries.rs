//! Published versions of registries.

use tala_protocol::hash::Digest;
use tala_protocol::time::UnixMs;

use super::StoreError;

/// A version as its office signed it. Whether it may follow the one before was decided before it was kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistryRow {
    /// Kind of registry, as it is written.
    pub kind: String,
    /// Number of the version; one of each kind.
    pub number: u64,
    /// Name of the version: hash of the registry's canonical bytes.
    pub hash: Digest,
    /// The first day on which it holds, as `2012-11-22`.
    pub effective_from: String,
    /// When the office published it.
    pub published_at: UnixMs,
    /// The signed form.
    pub publication: Vec<u8>,
}

impl std::fmt::Display for RegistryRow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (kind, number, from, hash) = (&self.kind, self.number, &self.effective_from, self.hash);
        write!(f, "{kind} {number} from {from}, {hash}")
    }
}

/// Finding published versions.
pub trait RegistryReads {
    /// All versions, by kind and number.
    fn registries(&self) -> Result<Vec<RegistryRow>, StoreError>;

    /// The version with this name.
    fn registry(&self, hash: &Digest) -> Result<Option<RegistryRow>, StoreError>;
}

/// Keeping published versions.
pub trait RegistryWrites {
    /// Keeps a version. One that is there already, by kind and number, stays as it is.
    fn add_registry(&mut self, row: &RegistryRow) -> Result<(), StoreError>;
}
