//! Which device has handed over how much of which file.

use rusqlite::params;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;
use tala_protocol::time::UnixMs;

use super::{DoorStore, DoorStoreError};

/// One device's upload of one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Length of the whole file.
    pub len: u64,
    /// Bytes that arrived and were checked.
    pub stored: u64,
    /// Hashes of the chunks, 32 bytes each, once they are known.
    pub chunks: Option<Vec<u8>>,
    /// When the whole was checked, if it was.
    pub done_at: Option<UnixMs>,
}

impl DoorStore {
    /// How far a device is with a file.
    pub fn upload(
        &self,
        device: DeviceId,
        hash: &Digest,
    ) -> Result<Option<Upload>, DoorStoreError> {
        self.read(
            "upload",
            "SELECT len, stored, chunks, done_at FROM upload WHERE device = ?1 AND hash = ?2",
            params![device.as_bytes(), hash.to_tagged()],
            |row| {
                Ok(Upload {
                    len: row.get::<_, i64>(0)?.unsigned_abs(),
                    stored: row.get::<_, i64>(1)?.unsigned_abs(),
                    chunks: row.get(2)?,
                    done_at: row.get::<_, Option<i64>>(3)?.map(UnixMs),
                })
            },
        )
    }

    /// Keeps or replaces how far a device is with a file.
    pub fn put_upload(
        &self,
        device: DeviceId,
        hash: &Digest,
        upload: &Upload,
    ) -> Result<(), DoorStoreError> {
        self.write(
            "upload",
            "INSERT OR REPLACE INTO upload (device, hash, len, stored, chunks, done_at) \
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                device.as_bytes(),
                hash.to_tagged(),
                i64::try_from(upload.len).unwrap_or(i64::MAX),
                i64::try_from(upload.stored).unwrap_or(i64::MAX),
                upload.chunks,
                upload.done_at.map(|at| at.0)
            ],
        )?;
        Ok(())
    }

    /// Whether this device has handed over the whole file.
    pub fn has_uploaded(&self, device: DeviceId, hash: &Digest) -> Result<bool, DoorStoreError> {
        Ok(self
            .upload(device, hash)?
            .is_some_and(|it| it.done_at.is_some()))
    }
}
