//! The files of a simulated centre: the real door and the real checks, with the whole files in memory.
//!
//! What a device may hand over and read is asked of the product ([`Behind`]), as the HTTP handlers do; pieces
//! go through [`Incoming`]. Only where a whole file lies is ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use tala_protocol::body::CHUNK_LEN;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;
use tala_server::app::Centre;
use tala_server::http::behind::Behind;
use tala_server::media::{Arrival, Incoming, UploadBook};
use tala_server::store_door::DoorStore;

use super::SimError;

/// What a centre has of files.
pub struct Files {
    incoming: Incoming,
    door: Arc<DoorStore>,
    kept: BTreeMap<Digest, Vec<u8>>,
    /// Pieces that are not whole files yet lie here.
    _folder: tempfile::TempDir,
}

impl Files {
    /// No files yet.
    pub fn new() -> Result<Self, SimError> {
        let folder = tempfile::tempdir().map_err(SimError::Disk)?;
        Ok(Self {
            incoming: Incoming::new(folder.path().to_owned()),
            door: Arc::new(DoorStore::in_memory()?),
            kept: BTreeMap::new(),
            _folder: folder,
        })
    }

    /// What tells phones which files are wanted; it is to be attached to its centre.
    pub fn book(&self) -> Arc<UploadBook> {
        Arc::new(UploadBook::new(Arc::clone(&self.door)))
    }

    /// Takes at most `pieces` chunks of a device's file from where it was cut. How far it is, and
    /// whether that
    /// is all; none where the device described no such file.
    pub fn take(
        &mut self,
        centre: &Centre,
        device: DeviceId,
        hash: Digest,
        bytes: &[u8],
        pieces: usize,
    ) -> Result<Option<(u64, bool)>, SimError> {
        let own = Behind::descriptions(centre, &hash)?;
        let own = own.into_iter().find(|it| it.device == device);
        let may = centre.directory().may_sign_in(device, centre.now());
        let Some(body) = own.map(|it| it.body).filter(|_| may) else {
            return Ok(None);
        };
        let upload = self.incoming.state(&self.door, device, &body)?;
        if upload.chunks.is_none() {
            let chunks = bytes.chunks(CHUNK_LEN);
            let list: Vec<u8> = chunks
                .flat_map(|chunk| *Digest::sha256(chunk).bytes())
                .collect();
            self.incoming.put_chunks(&self.door, device, &body, &list)?;
        }
        let (mut stored, mut whole) = (upload.stored, upload.done_at.is_some());
        for _ in 0..pieces {
            let from = usize::try_from(stored).unwrap_or(usize::MAX);
            let until = from.saturating_add(CHUNK_LEN).min(bytes.len());
            let Some(part) = bytes.get(from..until).filter(|_| !whole) else {
                break;
            };
            let arrival = self
                .incoming
                .patch(&self.door, device, &body, stored, part)?;
            match arrival {
                Arrival::Stored(now) => stored = now,
                Arrival::Done => whole = true,
                Arrival::Whole(path) => {
                    let file = std::fs::read(&path).map_err(SimError::Disk)?;
                    self.kept.insert(hash, file);
                    let now = centre.now();
                    self.incoming.done(&self.door, device, &body, now)?;
                    (stored, whole) = (body.len, true);
                }
            }
        }
        Ok(Some((stored, whole)))
    }

    /// Gives a device some bytes of a file; none where it may not have it or it is not here.
    pub fn give(
        &self,
        centre: &Centre,
        device: DeviceId,
        hash: &Digest,
        from: usize,
        len: usize,
    ) -> Result<Option<Vec<u8>>, SimError> {
        if !centre.directory().may_sign_in(device, centre.now()) {
            return Ok(None);
        }
        for it in Behind::readable(centre, device, hash)? {
            if self.door.has_uploaded(it.device, hash)? {
                let file = self.kept.get(hash).map(Vec::as_slice).unwrap_or_default();
                let until = from.saturating_add(len).min(file.len());
                return Ok(file.get(from..until).map(<[u8]>::to_vec));
            }
        }
        Ok(None)
    }

    /// Whether a device has handed a file over whole.
    pub fn is_here(&self, device: DeviceId, hash: &Digest) -> Result<bool, SimError> {
        Ok(self.door.has_uploaded(device, hash)?)
    }

    /// The disk with the files is gone, as after a restore of the books alone.
    pub fn lose_all(&mut self) -> Result<(), SimError> {
        *self = Self::new()?;
        Ok(())
    }
}
