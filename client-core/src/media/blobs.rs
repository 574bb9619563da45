//! Where the bytes of files are: named by hash, written once.

#[cfg(not(target_arch = "wasm32"))]
mod folder;

#[cfg(not(target_arch = "wasm32"))]
pub use folder::FolderBlobs;

use std::collections::BTreeMap;

use tala_protocol::hash::Digest;

/// Why bytes could not be kept or read.
#[derive(Debug, thiserror::Error)]
#[error("cannot {doing} file {hash}")]
pub struct BlobError {
    /// `keep`, `read` or `drop`.
    pub doing: &'static str,
    /// Which file.
    pub hash: Digest,
    /// What the system said.
    #[source]
    pub source: std::io::Error,
}

/// A place for files, named by their hash.
pub trait Blobs {
    /// Keeps a file durably; one that is there already stays as it is.
    fn put(&mut self, hash: &Digest, bytes: &[u8]) -> Result<(), BlobError>;

    /// Reads a whole file; `None` where it is not held.
    fn get(&self, hash: &Digest) -> Result<Option<Vec<u8>>, BlobError>;

    /// Whether a whole file is held.
    fn has(&self, hash: &Digest) -> Result<bool, BlobError> {
        Ok(self.get(hash)?.is_some())
    }

    /// Lets a file go.
    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError>;

    /// What has come so far of a file that is being fetched. Nobody has checked it yet.
    fn part(&self, hash: &Digest) -> Result<Vec<u8>, BlobError>;

    /// Keeps the piece of such a file that begins at `from`, durably; what lay behind is gone.
    fn put_part(&mut self, hash: &Digest, from: usize, bytes: &[u8]) -> Result<(), BlobError>;

    /// Lets go of what came so far.
    fn drop_part(&mut self, hash: &Digest) -> Result<(), BlobError>;
}

/// Files in memory, for tests and browsers.
#[derive(Debug, Clone, Default)]
pub struct MemoryBlobs {
    files: BTreeMap<Digest, Vec<u8>>,
    parts: BTreeMap<Digest, Vec<u8>>,
}

impl Blobs for MemoryBlobs {
    fn put(&mut self, hash: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        self.files.entry(*hash).or_insert_with(|| bytes.to_vec());
        Ok(())
    }

    fn get(&self, hash: &Digest) -> Result<Option<Vec<u8>>, BlobError> {
        Ok(self.files.get(hash).cloned())
    }

    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError> {
        self.files.remove(hash);
        Ok(())
    }

    fn part(&self, hash: &Digest) -> Result<Vec<u8>, BlobError> {
        Ok(self.parts.get(hash).cloned().unwrap_or_default())
    }

    fn put_part(&mut self, hash: &Digest, from: usize, bytes: &[u8]) -> Result<(), BlobError> {
        let part = self.parts.entry(*hash).or_default();
        part.truncate(from);
        part.extend_from_slice(bytes);
        Ok(())
    }

    fn drop_part(&mut self, hash: &Digest) -> Result<(), BlobError> {
        self.parts.remove(hash);
        Ok(())
    }
}
