//! Files in a folder: as they are, or each encrypted on its own.
//!
//! A folder with a key holds no byte of any file in clear, not while it is written, not of a thumbnail, not
//! of a piece that came so far; and its names tell no hash. What is there in what form stands in
//! [`crate::at_rest`].

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use tala_protocol::hash::Digest;

use super::{BlobError, Blobs};
use crate::at_rest::sealed_file::{SALT_LEN, SealedFileError, Subject, open, seal};
use crate::at_rest::{MediaKey, pieces};

/// Files in a folder, two levels deep by the first bytes of their names.
#[derive(Debug, Clone)]
pub struct FolderBlobs {
    folder: PathBuf,
    seal: Option<Seal>,
}

/// With what files are sealed.
#[derive(Debug, Clone)]
struct Seal {
    key: MediaKey,
    salt: fn() -> [u8; SALT_LEN],
}

/// Where a piece is to be written.
struct Behind {
    /// Byte of the file on disk at which it begins.
    at: u64,
    /// What of an earlier piece stays and has to be written again before it, and where that begins.
    kept: Option<(u64, Vec<u8>)>,
}

impl FolderBlobs {
    /// Keeps files as they are in this folder, which is made when the first comes.
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, seal: None }
    }

    /// Keeps files encrypted. `salt` makes 16 bytes that nobody can guess.
    pub fn sealed(folder: PathBuf, key: MediaKey, salt: fn() -> [u8; SALT_LEN]) -> Self {
        Self {
            folder,
            seal: Some(Seal { key, salt }),
        }
    }

    fn path(&self, hash: &Digest) -> PathBuf {
        let (name, shelf) = match &self.seal {
            None => (hash.to_string(), 2..4),
            Some(seal) => (seal.key.name(hash), 0..2),
        };
        let shelf = name.get(shelf).unwrap_or("00").to_owned();
        self.folder.join(shelf).join(name)
    }

    fn part_path(&self, hash: &Digest) -> PathBuf {
        self.path(hash).with_extension("part")
    }

    fn write(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let shelf = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(shelf)?;
        let unfinished = path.with_extension("unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, path)?;
        // The new name is durable only when its folder is.
        File::open(shelf)?.sync_all()
    }
}

impl Blobs for FolderBlobs {
    fn put(&mut self, hash: &Digest, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.path(hash);
        if path.exists() {
            return Ok(());
        }
        let kept = match &self.seal {
            None => self.write(&path, bytes),
            Some(with) => seal(&with.key, Subject::File(*hash), (with.salt)(), bytes)
                .map_err(unsealed)
                .and_then(|sealed| self.write(&path, &sealed)),
        };
        kept.map_err(|source| failed("keep", hash, source))
    }

    fn get(&self, hash: &Digest) -> Result<Option<Vec<u8>>, BlobError> {
        let Some(bytes) = read(&self.path(hash)).map_err(|e| failed("read", hash, e))? else {
            return Ok(None);
        };
        match &self.seal {
            None => Ok(Some(bytes)),
            Some(with) => open(&with.key, Subject::File(*hash), &bytes)
                .map(Some)
                .map_err(|why| failed("read", hash, unsealed(why))),
        }
    }

    fn has(&self, hash: &Digest) -> Result<bool, BlobError> {
        let there = self.path(hash).try_exists();
        there.map_err(|source| failed("read", hash, source))
    }

    fn drop_file(&mut self, hash: &Digest) -> Result<(), BlobError> {
        remove(&self.path(hash)).map_err(|source| failed("drop", hash, source))
    }

    fn part(&self, hash: &Digest) -> Result<Vec<u8>, BlobError> {
        let bytes = read(&self.part_path(hash)).map_err(|source| failed("read", hash, source))?;
        let bytes = bytes.unwrap_or_default();
        Ok(match &self.seal {
            None => bytes,
            Some(with) => pieces::read(&with.key, *hash, &bytes),
        })
    }

    fn put_part(&mut self, hash: &Digest, from: usize, bytes: &[u8]) -> Result<(), BlobError> {
        let path = self.part_path(hash);
        let from = u64::try_from(from).unwrap_or(u64::MAX);
        let kept = match &self.seal {
            None => append(&path, from, bytes),
            Some(with) => with.append(&path, hash, from, bytes),
        };
        kept.map_err(|source| failed("keep", hash, source))
    }

    fn drop_part(&mut self, hash: &Digest) -> Result<(), BlobError> {
        remove(&self.part_path(hash)).map_err(|source| failed("drop", hash, source))
    }
}

impl Seal {
    /// Adds a piece behind what there is up to `from`.
    fn append(&self, path: &Path, hash: &Digest, from: u64, bytes: &[u8]) -> io::Result<()> {
        let behind = self.behind(path, hash, from)?;
        let mut added = Vec::new();
        if let Some((begins, kept)) = behind.kept {
            let piece = pieces::piece(&self.key, *hash, begins, (self.salt)(), &kept);
            added = piece.map_err(unsealed)?;
        }
        let piece = pieces::piece(&self.key, *hash, from, (self.salt)(), bytes);
        added.extend(piece.map_err(unsealed)?);
        append(path, behind.at, &added)
    }

    /// Walks the pieces without opening them: a film that comes over hours is not read anew for each.
    fn behind(&self, path: &Path, hash: &Digest, from: u64) -> io::Result<Behind> {
        let whole = |at| Behind { at, kept: None };
        let mut file = match File::open(path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound && from == 0 => return Ok(whole(0)),
            opened => opened?,
        };
        let (mut at, mut begins) = (0u64, 0u64);
        while begins < from {
            let mut lead = [0; pieces::LEAD_LEN];
            file.seek(SeekFrom::Start(at))?;
            file.read_exact(&mut lead)?;
            let (sealed, plain) = pieces::lengths(lead).ok_or(io::ErrorKind::InvalidData)?;
            let ends = begins.saturating_add(u64::try_from(plain).unwrap_or(u64::MAX));
            if ends > from {
                let all = read(path)?.unwrap_or_default();
                let all = pieces::read(&self.key, *hash, &all);
                let range = usize::try_from(begins).ok().zip(usize::try_from(from).ok());
                let kept = range.and_then(|(begins, from)| all.get(begins..from));
                let kept = kept.ok_or(io::ErrorKind::InvalidData)?.to_vec();
                return Ok(Behind {
                    at,
                    kept: Some((begins, kept)),
                });
            }
            begins = ends;
            let on_disk = pieces::LEAD_LEN.saturating_add(sealed);
            at = at.saturating_add(u64::try_from(on_disk).unwrap_or(u64::MAX));
        }
        Ok(whole(at))
    }
}

/// Writes at this byte; what lay behind is gone.
fn append(path: &Path, from: u64, bytes: &[u8]) -> io::Result<()> {
    if let Some(shelf) = path.parent() {
        fs::create_dir_all(shelf)?;
    }
    let mut options = OpenOptions::new();
    let mut file = options
        .write(true)
        .create(true)
        .truncate(false)
        .open(path)?;
    file.set_len(from)?;
    file.seek(SeekFrom::Start(from))?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        read => read.map(Some),
    }
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

fn unsealed(why: SealedFileError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

fn failed(doing: &'static str, hash: &Digest, source: io::Error) -> BlobError {
    BlobError {
        doing,
        hash: *hash,
        source,
    }
}

#[cfg(test)]
mod tests;
