//! The files of a simulated centre: the real door and the real checks, with the whole files in memory.
//!
//! What a device may hand over and read is asked of the product ([`Behind`]), as the HTTP handlers do; pieces
//! go through [`Incoming`]. Only where a whole file lies is ours.

use std::collections::BTreeMap;
use std::sync::Arc;

use tala_protocol::body::MediaBody;
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

    /// How far the centre has a file of a device, and whether that is all; none where the device described
    /// no such file.
    pub fn state(
        &self,
        centre: &Centre,
        device: DeviceId,
        hash: &Digest,
    ) -> Result<Option<(u64, bool)>, SimError> {
        let Some(body) = described(centre, device, hash)? else {
            return Ok(None);
        };
        let upload = self.incoming.state(&self.door, device, &body)?;
        Ok(Some((upload.stored, upload.done_at.is_some())))
    }

    /// Takes the hashes of a file's chunks.
    pub fn list(
        &self,
        centre: &Centre,
        device: DeviceId,
        hash: &Digest,
        chunks: &[u8],
    ) -> Result<(), SimError> {
        if let Some(body) = described(centre, device, hash)? {
            self.incoming
                .put_chunks(&self.door, device, &body, chunks)?;
        }
        Ok(())
    }

    /// Takes whole chunks of a file from an offset on. How far it is, and whether that is all.
    pub fn append(
        &mut self,
        centre: &Centre,
        device: DeviceId,
        hash: Digest,
        offset: u64,
        bytes: &[u8],
    ) -> Result<Option<(u64, bool)>, SimError> {
        let Some(body) = described(centre, device, &hash)? else {
            return Ok(None);
        };
        let arrival = self
            .incoming
            .patch(&self.door, device, &body, offset, bytes)?;
        Ok(Some(match arrival {
            Arrival::Stored(now) => (now, false),
            Arrival::Done => (body.len, true),
            Arrival::Whole(path) => {
                let file = std::fs::read(&path).map_err(SimError::Disk)?;
                self.kept.insert(hash, file);
                let now = centre.now();
                self.incoming.done(&self.door, device, &body, now)?;
                (body.len, true)
            }
        }))
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

/// What a device says of a file that it may hand over now.
fn described(
    centre: &Centre,
    device: DeviceId,
    hash: &Digest,
) -> Result<Option<MediaBody>, SimError> {
    if !centre.directory().may_sign_in(device, centre.now()) {
        return Ok(None);
    }
    let own = Behind::descriptions(centre, hash)?;
    let own = own.into_iter().find(|it| it.device == device);
    Ok(own.map(|it| it.body))
}
