//! Where the bytes of files are: named by hash, written once.

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

    /// Lets a file go.
    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError>;
}

/// Files in memory, for tests and browsers.
#[derive(Debug, Clone, Default)]
pub struct MemoryBlobs {
    files: BTreeMap<Digest, Vec<u8>>,
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
}

/// Files in a folder, two levels deep by the first bytes of the hash.
#[cfg(not(target_arch = "wasm32"))]
#[derive(Debug, Clone)]
pub struct FolderBlobs {
    folder: std::path::PathBuf,
}

#[cfg(not(target_arch = "wasm32"))]
impl FolderBlobs {
    /// Keeps files in this folder, which is made when the first comes.
    pub fn new(folder: std::path::PathBuf) -> Self {
        Self { folder }
    }

    fn path(&self, hash: &Digest) -> std::path::PathBuf {
        let name = hash.to_string();
        let shelf = name.get(2..4).unwrap_or("00").to_owned();
        self.folder.join(shelf).join(name)
    }

    fn write(&self, path: &std::path::Path, bytes: &[u8]) -> std::io::Result<()> {
        use std::io::Write as _;
        let shelf = path.parent().unwrap_or(&self.folder);
        std::fs::create_dir_all(shelf)?;
        let unfinished = path.with_extension("unfinished");
        let mut file = std::fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&unfinished, path)?;
        // The new name is durable only when its folder is.
        std::fs::File::open(shelf)?.sync_all()
    }
}

#[cfg(not(target_arch = "wasm32"))]
impl Blobs for FolderBlobs {
    fn put(&mut self, hash: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.path(hash);
        if path.exists() {
            return Ok(());
        }
        self.write(&path, bytes)
            .map_err(|source| failed("keep", hash, source))
    }

    fn get(&self, hash: &Digest) -> Result<Option<Vec<u8>>, BlobError> {
        match std::fs::read(self.path(hash)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(failed("read", hash, source)),
        }
    }

    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError> {
        match std::fs::remove_file(self.path(hash)) {
            Ok(()) => Ok(()),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
            Err(source) => Err(failed("drop", hash, source)),
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn failed(doing: &'static str, hash: &Digest, source: std::io::Error) -> BlobError {
    BlobError {
        doing,
        hash: *hash,
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_comes_back_to_the_byte_and_is_written_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut blobs = FolderBlobs::new(folder.path().join("media"));
        let hash = Digest::sha256(b"photo");
        assert_eq!(blobs.get(&hash).expect("looks"), None);
        blobs.put(&hash, b"photo").expect("keeps");
        blobs.put(&hash, b"photo").expect("keeps again");
        assert_eq!(
            blobs.get(&hash).expect("reads").as_deref(),
            Some(b"photo".as_slice())
        );
        blobs.drop_file(&hash).expect("drops");
        blobs.drop_file(&hash).expect("drops what is gone");
        assert_eq!(blobs.get(&hash).expect("looks"), None);
    }
}
