//! Files that are arriving: one device, one file, 64 KiB at a time.

use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use sha2::{Digest as _, Sha256};
use tala_protocol::body::{CHUNK_LEN, MediaBody, chunk_root};
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;
use tala_protocol::time::UnixMs;

use crate::store_door::{DoorStore, DoorStoreError, Upload};

/// Uploads are told apart by file; so many may be written at the same time.
const STRIPES: usize = 16;
/// Descriptions that are remembered.
const KNOWN_MAX: usize = 4_096;

/// Where arriving files wait.
#[derive(Debug)]
pub struct Incoming {
    folder: PathBuf,
    stripes: [Mutex<()>; STRIPES],
    known: Mutex<HashMap<(DeviceId, Digest), MediaBody>>,
}

/// How an upload stands after a piece.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// More is expected from here on.
    Stored(u64),
    /// Every byte is there and the whole was checked; the file waits at this path to be kept.
    Whole(PathBuf),
    /// The file had been handed over before.
    Done,
}

/// Why a piece of a file cannot be taken.
#[derive(Debug, thiserror::Error)]
pub enum IncomingError {
    /// The chunk hashes do not make up the root of the description.
    #[error("chunk hashes do not fit the description")]
    ChunkList,
    /// The chunk hashes have to come first.
    #[error("chunk hashes are not known yet")]
    NoChunkList,
    /// Bytes are expected from another offset on.
    #[error("bytes are expected from {0} on")]
    Offset(u64),
    /// A chunk is not the one that was described.
    #[error("a chunk does not have its hash")]
    Chunk,
    /// Neither whole chunks nor the end of the file.
    #[error("pieces are whole chunks")]
    Length,
    /// All chunks fit and the whole does not: the description contradicts itself.
    #[error("the whole does not have its hash")]
    Whole,
    /// The disk failed.
    #[error("writing an arriving file")]
    Write(#[source] std::io::Error),
    /// The door store failed.
    #[error("keeping the state of an upload")]
    State(#[from] DoorStoreError),
}

impl Incoming {
    /// In this folder, which exists.
    pub fn new(folder: PathBuf) -> Self {
        Self {
            folder,
            stripes: [const { Mutex::new(()) }; STRIPES],
            known: Mutex::default(),
        }
    }

    /// What a device said of a file, if it was looked up lately.
    pub fn known(&self, device: DeviceId, hash: &Digest) -> Option<MediaBody> {
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(&(device, *hash)).cloned()
    }

    /// Remembers what a device said of a file, among a bounded number of others.
    pub fn remember(&self, device: DeviceId, body: &MediaBody) {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KNOWN_MAX {
            known.clear();
        }
        known.insert((device, body.hash), body.clone());
    }

    /// How far an upload is; nothing has arrived of one that is not known.
    pub fn state(
        &self,
        door: &DoorStore,
        device: DeviceId,
        body: &MediaBody,
    ) -> Result<Upload, IncomingError> {
        let known = door.upload(device, &body.hash)?;
        // A file of one chunk is its own chunk list.
        let single = || {
            let only = body.hash.bytes();
            (chunk_root(&[*only]) == body.chunk_root).then(|| only.to_vec())
        };
        Ok(known.unwrap_or_else(|| Upload {
            len: body.len,
            stored: 0,
            chunks: single(),
            done_at: None,
        }))
    }

    /// Takes the list of chunk hashes, 32 bytes each.
    pub fn put_chunks(
        &self,
        door: &DoorStore,
        device: DeviceId,
        body: &MediaBody,
        list: &[u8],
    ) -> Result<(), IncomingError> {
        let (chunks, rest) = list.as_chunks::<32>();
        let fits = rest.is_empty()
            && u64::try_from(chunks.len()).is_ok_and(|count| count == body.chunk_count())
            && chunk_root(chunks) == body.chunk_root;
        if !fits {
            return Err(IncomingError::ChunkList);
        }
        let _held = self.hold(&body.hash);
        let upload = Upload {
            chunks: Some(list.to_vec()),
            ..self.state(door, device, body)?
        };
        Ok(door.put_upload(device, &body.hash, &upload)?)
    }

    /// Takes bytes at an offset. Each chunk is checked before it is stored; what was stored stays.
    pub fn patch(
        &self,
        door: &DoorStore,
        device: DeviceId,
        body: &MediaBody,
        offset: u64,
        bytes: &[u8],
    ) -> Result<Arrival, IncomingError> {
        let _held = self.hold(&body.hash);
        let mut upload = self.state(door, device, body)?;
        if upload.done_at.is_some() {
            return Ok(Arrival::Done);
        }
        if offset != upload.stored {
            return Err(IncomingError::Offset(upload.stored));
        }
        let list = upload.chunks.clone().ok_or(IncomingError::NoChunkList)?;
        let end = offset.saturating_add(len(bytes));
        if end > body.len || (end < body.len && !bytes.len().is_multiple_of(CHUNK_LEN)) {
            return Err(IncomingError::Length);
        }
        check(&list, offset, bytes)?;
        let path = self.path(device, &body.hash);
        append(&path, offset, bytes).map_err(IncomingError::Write)?;
        upload.stored = end;
        door.put_upload(device, &body.hash, &upload)?;
        if end < body.len {
            return Ok(Arrival::Stored(end));
        }
        if hash_of(&path).map_err(IncomingError::Write)? == body.hash {
            return Ok(Arrival::Whole(path));
        }
        upload.stored = 0;
        door.put_upload(device, &body.hash, &upload)?;
        Err(IncomingError::Whole)
    }

    /// Notes that the file has its address now.
    pub fn done(
        &self,
        door: &DoorStore,
        device: DeviceId,
        body: &MediaBody,
        now: UnixMs,
    ) -> Result<(), IncomingError> {
        let upload = Upload {
            stored: body.len,
            done_at: Some(now),
            ..self.state(door, device, body)?
        };
        Ok(door.put_upload(device, &body.hash, &upload)?)
    }

    fn hold(&self, hash: &Digest) -> Option<MutexGuard<'_, ()>> {
        let [first, ..] = *hash.bytes();
        let stripe = self.stripes.get(usize::from(first) % STRIPES)?;
        Some(stripe.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn path(&self, device: DeviceId, hash: &Digest) -> PathBuf {
        self.folder.join(format!("{device}-{hash}.part"))
    }
}

/// Checks whole chunks (the last of a file may be shorter) against their hashes.
fn check(list: &[u8], offset: u64, bytes: &[u8]) -> Result<(), IncomingError> {
    let first = offset.checked_div(CHUNK_LEN as u64).unwrap_or(0);
    let first = usize::try_from(first).map_err(|_too_large| IncomingError::Length)?;
    let (hashes, _) = list.as_chunks::<32>();
    let hashes = hashes.get(first..).unwrap_or_default();
    let chunks = bytes.chunks(CHUNK_LEN);
    if chunks.len() > hashes.len() || bytes.is_empty() {
        return Err(IncomingError::Length);
    }
    for (chunk, hash) in chunks.zip(hashes) {
        if Digest::sha256(chunk).bytes() != hash {
            return Err(IncomingError::Chunk);
        }
    }
    Ok(())
}

fn append(path: &PathBuf, offset: u64, bytes: &[u8]) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)?;
    // What a crash left behind the offset was never acknowledged.
    file.set_len(offset)?;
    file.seek(SeekFrom::Start(offset))?;
    file.write_all(bytes)?;
    file.sync_data()
}

fn hash_of(path: &PathBuf) -> std::io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        let read = file.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..read).filter(|bytes| !bytes.is_empty()) else {
            return Ok(Digest::from_sha256(hasher.finalize().into()));
        };
        hasher.update(bytes);
    }
}

fn len(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}
