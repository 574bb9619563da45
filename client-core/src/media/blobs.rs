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

    fn part_path(&self, hash: &Digest) -> std::path::PathBuf {
        self.path(hash).with_extension("part")
    }

    fn append(path: &std::path::Path, from: usize, bytes: &[u8]) -> std::io::Result<()> {
        use std::io::{Seek as _, SeekFrom, Write as _};
        if let Some(shelf) = path.parent() {
            std::fs::create_dir_all(shelf)?;
        }
        let mut open = std::fs::OpenOptions::new();
        let mut file = open.write(true).create(true).truncate(false).open(path)?;
        let from = u64::try_from(from).unwrap_or(u64::MAX);
        file.set_len(from)?;
        file.seek(SeekFrom::Start(from))?;
        file.write_all(bytes)?;
        file.sync_all()
    }

    fn remove(path: &std::path::Path) -> std::io::Result<()> {
        match std::fs::remove_file(path) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => Err(e),
            _ => Ok(()),
        }
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

    fn has(&self, hash: &Digest) -> Result<bool, BlobError> {
        let there = self.path(hash).try_exists();
        there.map_err(|source| failed("read", hash, source))
    }

    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError> {
        Self::remove(&self.path(hash)).map_err(|source| failed("drop", hash, source))
    }

    fn part(&self, hash: &Digest) -> Result<Vec<u8>, BlobError> {
        match std::fs::read(self.part_path(hash)) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(Vec::new()),
            read => read.map_err(|source| failed("read", hash, source)),
        }
    }

    fn put_part(&mut self, hash: &Digest, from: usize, bytes: &[u8]) -> Result<(), BlobError> {
        let kept = Self::append(&self.part_path(hash), from, bytes);
        kept.map_err(|source| failed("keep", hash, source))
    }

    fn drop_part(&mut self, hash: &Digest) -> Result<(), BlobError> {
        Self::remove(&self.part_path(hash)).map_err(|source| failed("drop", hash, source))
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
        assert!(blobs.has(&hash).expect("looks"));
        blobs.drop_file(&hash).expect("drops");
        blobs.drop_file(&hash).expect("drops what is gone");
        assert_eq!(blobs.get(&hash).expect("looks"), None);
    }

    #[test]
    fn a_part_grows_piece_by_piece_is_no_file_and_outlives_the_program() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut on_disk = FolderBlobs::new(folder.path().join("media"));
        let mut in_memory = MemoryBlobs::default();
        let all: [&mut dyn Blobs; 2] = [&mut on_disk, &mut in_memory];
        let hash = Digest::sha256(b"photo");
        for blobs in all {
            assert!(blobs.part(&hash).expect("looks").is_empty());
            blobs.put_part(&hash, 0, b"phox").expect("keeps");
            blobs.put_part(&hash, 3, b"to").expect("keeps over it");
            assert_eq!(blobs.part(&hash).expect("reads"), b"photo");
            assert!(!blobs.has(&hash).expect("looks"));
        }
        let mut again = FolderBlobs::new(folder.path().join("media"));
        assert_eq!(again.part(&hash).expect("reads"), b"photo");
        again.drop_part(&hash).expect("drops");
        again.drop_part(&hash).expect("drops what is gone");
        assert!(again.part(&hash).expect("looks").is_empty());
    }
}
