//! A phone's folder on a disk: store, files, and the marker that no backup should take.
//!
//! With a key ([`Folder::encrypted`]) nothing that somebody wrote, saw or photographed lies in it in clear.
//! What stays readable: the marker (random numbers and an epoch), an empty lock, and how many files there
//! are and how long they are. How a folder ends stands in [`wipe`].

pub mod wipe;

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use crate::at_rest::RestKey;
use crate::install::{InstallMarker, MarkerError};
use crate::media::FolderBlobs;
use crate::store::StoreError;
use crate::store::sqlite::SqliteStore;

/// A folder that this program alone has until it is dropped.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    key: Option<(RestKey, Random)>,
    _lock: fs::File,
}

/// Where sixteen random bytes come from.
pub type Random = fn() -> [u8; 16];

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// Another program has it.
    #[error("{} is in use by another program", .0.display())]
    InUse(PathBuf),
    /// The system refused.
    #[error("cannot use {}", path.display())]
    Io {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

#[derive(Debug)]
struct FileMarker {
    path: PathBuf,
}

impl Folder {
    /// Takes the folder, which is made where it is missing; one program at a time may have it. One that was
    /// being wiped when the power went is wiped to its end first.
    pub fn take(path: &Path) -> Result<Self, FolderError> {
        let io = |source| FolderError::Io {
            path: path.to_owned(),
            source,
        };
        make_private(path).map_err(io)?;
        let lock = fs::File::create(path.join("lock")).map_err(io)?;
        if lock.try_lock().is_err() {
            return Err(FolderError::InUse(path.to_owned()));
        }
        wipe::finish(path).map_err(io)?;
        Ok(Self {
            path: path.to_owned(),
            key: None,
            _lock: lock,
        })
    }

    /// The same folder, whose store and files are encrypted. `random` asks the system.
    #[must_use]
    pub fn encrypted(self, key: RestKey, random: Random) -> Self {
        Self {
            key: Some((key, random)),
            ..self
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens or makes the store.
    pub fn store(&self) -> Result<SqliteStore, StoreError> {
        let path = self.path.join("phone.sqlite");
        match &self.key {
            None => SqliteStore::open(&path),
            Some((key, _)) => SqliteStore::open_encrypted(&path, &key.database()),
        }
    }

    /// The files.
    pub fn files(&self) -> FolderBlobs {
        let folder = self.path.join("media");
        match &self.key {
            None => FolderBlobs::new(folder),
            Some((key, random)) => FolderBlobs::sealed(folder, key.media(), *random),
        }
    }

    /// The marker of this installation.
    pub fn marker(&self) -> Box<dyn InstallMarker> {
        Box::new(FileMarker {
            path: self.path.join("no-backup").join("install"),
        })
    }
}

impl InstallMarker for FileMarker {
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed("read", e)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError> {
        self.put(bytes).map_err(|e| failed("write", e))
    }
}

impl FileMarker {
    fn put(&self, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // Backup programs that follow the cache directory tagging standard leave this folder out.
        let tag = folder.join("CACHEDIR.TAG");
        if !tag.exists() {
            fs::write(tag, "Signature: 8a477f597d28d172789f06886806bc55\n")?;
        }
        let unfinished = self.path.with_extension("unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        fs::File::open(folder)?.sync_all()
    }
}

fn failed(doing: &'static str, error: std::io::Error) -> MarkerError {
    MarkerError {
        doing,
        source: Box::new(error),
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_program_at_a_time_has_a_folder_and_its_marker_lasts() {
        let place = tempfile::tempdir().expect("has room");
        let path = place.path().join("phone");
        let first = Folder::take(&path).expect("is free");
        assert!(matches!(Folder::take(&path), Err(FolderError::InUse(_))));
        let mut marker = first.marker();
        assert_eq!(marker.read().expect("reads"), None);
        marker.write(b"run").expect("writes");
        drop(first);
        let again = Folder::take(&path).expect("is free again");
        assert_eq!(
            again.marker().read().expect("reads").as_deref(),
            Some(&b"run"[..])
        );
    }
}
