//! Pieces of a file that are not what was described, at the place where the centre takes them in.

use tala_protocol::body::{CHUNK_LEN, MediaBody, chunk_root};
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;
use tala_server::media::Incoming;
use tala_server::store_door::{DoorStore, DoorStoreError};
use tempfile::TempDir;

use super::corpus::Corpus;

/// Where files arrive, with nothing in it.
pub struct Arriving {
    incoming: Incoming,
    door: DoorStore,
    /// Removed when this goes.
    _folder: TempDir,
}

/// Why there is no place for files.
#[derive(Debug, thiserror::Error)]
pub enum ArrivingError {
    /// No folder.
    #[error("making a folder for arriving files")]
    Folder(#[from] std::io::Error),
    /// No store for what arrived.
    #[error("opening the store of uploads")]
    Door(#[from] DoorStoreError),
}

impl Arriving {
    /// An empty place.
    pub fn new() -> Result<Self, ArrivingError> {
        let folder = tempfile::tempdir()?;
        Ok(Self {
            incoming: Incoming::new(folder.path().to_owned()),
            door: DoorStore::in_memory()?,
            _folder: folder,
        })
    }
}

/// Sends the bytes as the chunk list, then as the first piece, of a file of that length that is described
/// as nothing but zeros. Whether either was taken.
pub(super) fn take(corpus: &Corpus, bytes: &[u8]) -> bool {
    let Arriving { incoming, door, .. } = &corpus.arriving;
    let (device, zeros) = (DeviceId::from_bytes([9; 16]), vec![0; bytes.len().max(1)]);
    let hashes: Vec<[u8; 32]> = zeros
        .chunks(CHUNK_LEN)
        .map(|chunk| *Digest::sha256(chunk).bytes())
        .collect();
    let body = MediaBody {
        hash: Digest::sha256(&zeros),
        len: u64::try_from(zeros.len()).unwrap_or(u64::MAX),
        media_type: "image/jpeg".to_owned(),
        chunk_root: chunk_root(&hashes),
        thumb: None,
        taken_at: None,
        place_e7: None,
    };
    let as_list = incoming.put_chunks(door, device, &body, bytes).is_ok();
    let described = incoming.put_chunks(door, device, &body, hashes.as_flattened());
    let as_piece = incoming.patch(door, device, &body, 0, bytes).is_ok();
    as_list || (described.is_ok() && as_piece)
}
