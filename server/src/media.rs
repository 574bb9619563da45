//! Files: photos, sound, video, their small pictures. Kept by content, checked chunk by chunk.
//!
//! You are here because bytes of a file arrive or leave. What a file *is* stands in a `media` envelope
//! ([`tala_protocol::body::MediaBody`]); who may have it is decided by the caller through that envelope.
//! This module keeps promises about bytes only: nothing is stored that was not checked against the chunk
//! hashes of a description, a whole file is checked again before it gets its address, and an address never
//! changes its bytes. Nothing here deletes a file.

mod incoming;
mod wanted;

use std::ops::Range;
use std::path::Path as FilePath;
use std::sync::Arc;

use axum::body::Bytes;
use futures_util::stream::BoxStream;
use object_store::local::LocalFileSystem;
use object_store::path::Path;
use object_store::{GetOptions, GetRange, ObjectStore, ObjectStoreExt as _};
use tala_picture::{FILE_LEN_MAX, thumbnail};
use tala_protocol::hash::Digest;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::Semaphore;

pub use incoming::{Arrival, Incoming, IncomingError};
pub use wanted::UploadBook;

/// Longest edge of a picture that is made here, pixels.
const SMALL_EDGE_PX: u32 = 480;

/// The files of a centre.
#[derive(Debug)]
pub struct Media {
    store: Arc<dyn ObjectStore>,
    /// Uploads that are not complete.
    pub incoming: Incoming,
    /// Decoding takes memory: one picture at a time.
    decoding: Semaphore,
}

/// Some or all bytes of a file.
pub struct Piece {
    /// Length of the whole file.
    pub len: u64,
    /// Which bytes of it.
    pub range: Range<u64>,
    /// The bytes.
    pub bytes: BoxStream<'static, object_store::Result<Bytes>>,
}

/// Why a file cannot be kept or given.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// The folder cannot be opened or made.
    #[error("opening the media folder")]
    Open(#[source] std::io::Error),
    /// The object store cannot be opened.
    #[error("opening the object store")]
    OpenStore(#[source] object_store::Error),
    /// A whole file could not be put to its address.
    #[error("keeping a file")]
    Keep(#[source] object_store::Error),
    /// A whole file could not be read back from where it arrived.
    #[error("moving a file")]
    Move(#[source] std::io::Error),
    /// A file could not be read.
    #[error("reading a file")]
    Read(#[source] object_store::Error),
    /// The picture slot is gone: the centre is stopping.
    #[error("the picture slot is closed")]
    Closed,
    /// Decoding broke off.
    #[error("decoding a picture")]
    Decode(#[source] tokio::task::JoinError),
}

impl Media {
    /// Opens or makes the folder.
    pub fn open(folder: &FilePath) -> Result<Self, MediaError> {
        let files = folder.join("files");
        let parts = folder.join("incoming");
        for folder in [&files, &parts] {
            std::fs::create_dir_all(folder).map_err(MediaError::Open)?;
        }
        let store = LocalFileSystem::new_with_prefix(&files).map_err(MediaError::OpenStore)?;
        Ok(Self {
            store: Arc::new(store.with_fsync(true)),
            incoming: Incoming::new(parts),
            decoding: Semaphore::new(1),
        })
    }

    /// Moves a file that is whole and checked to its address.
    pub async fn keep(&self, part: &FilePath, hash: &Digest) -> Result<(), MediaError> {
        let path = address(hash);
        if self.store.head(&path).await.is_err() {
            let mut from = tokio::fs::File::open(part)
                .await
                .map_err(MediaError::Move)?;
            let store = Arc::clone(&self.store);
            let mut to = object_store::buffered::BufWriter::new(store, path);
            let mut buffer = vec![0; 256 * 1024];
            loop {
                let read = from.read(&mut buffer).await.map_err(MediaError::Move)?;
                let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
                    break;
                };
                to.write_all(bytes).await.map_err(MediaError::Move)?;
            }
            to.shutdown().await.map_err(MediaError::Move)?;
        }
        tokio::fs::remove_file(part).await.map_err(MediaError::Move)
    }

    /// A file, or a part of it; `None` if it is not here.
    pub async fn get(
        &self,
        hash: &Digest,
        range: Option<GetRange>,
    ) -> Result<Option<Piece>, MediaError> {
        self.piece(&address(hash), range).await
    }

    /// A small JPEG of a picture that came without one; `None` if it is not here or no picture that can
    /// be decoded within the limits. Made once, one at a time.
    pub async fn small_picture(&self, hash: &Digest) -> Result<Option<Piece>, MediaError> {
        let made_at = small_address(hash);
        if let Some(piece) = self.piece(&made_at, None).await? {
            return Ok(Some(piece));
        }
        let Ok(_slot) = self.decoding.acquire().await else {
            return Err(MediaError::Closed);
        };
        let original = match self.store.get(&address(hash)).await {
            Ok(original) if may_be_read(original.meta.size) => original,
            Ok(_) | Err(object_store::Error::NotFound { .. }) => return Ok(None),
            Err(error) => return Err(MediaError::Read(error)),
        };
        let bytes = original.bytes().await.map_err(MediaError::Read)?;
        let made = tokio::task::spawn_blocking(move || thumbnail(&bytes, SMALL_EDGE_PX)).await;
        let Ok(jpeg) = made.map_err(MediaError::Decode)? else {
            return Ok(None);
        };
        self.store
            .put(&made_at, jpeg.into())
            .await
            .map_err(MediaError::Keep)?;
        self.piece(&made_at, None).await
    }

    async fn piece(
        &self,
        path: &Path,
        range: Option<GetRange>,
    ) -> Result<Option<Piece>, MediaError> {
        let options = GetOptions {
            range,
            ..GetOptions::default()
        };
        match self.store.get_opts(path, options).await {
            Ok(found) => Ok(Some(Piece {
                len: found.meta.size,
                range: found.range.clone(),
                bytes: found.into_stream(),
            })),
            Err(object_store::Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(MediaError::Read(error)),
        }
    }
}

fn address(hash: &Digest) -> Path {
    let text = hash.to_string();
    let fan = text.get(2..4).unwrap_or_default();
    Path::from_iter(["sha256", fan, text.as_str()])
}

fn may_be_read(len: u64) -> bool {
    usize::try_from(len).is_ok_and(|len| len <= FILE_LEN_MAX)
}

fn small_address(hash: &Digest) -> Path {
    Path::from_iter(["small".to_owned(), format!("{hash}.jpg")])
}
