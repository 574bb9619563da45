//! Files kept outside: photos and whatever else shows something.
//!
//! A file is named by its SHA-256 and its bytes are never altered. A thumbnail is made on the phone, and
//! goes to the centre before the original. What a file is stands in a description envelope of the media
//! lane that names the record; the centre takes bytes only for what is described, chunk by chunk, each
//! checked on arrival, and an upload goes on where it was cut.
//!
//! What others show is fetched on demand ([`fetch`]), small pictures by themselves ([`fetch_thumbs`]). What a
//! phone described before a backup came back is looked for ([`Engine::check_files`]) and handed over again
//! where the centre lacks it; where its bytes are gone it is lost, and shown so.

mod blobs;
mod download;
mod own;
mod put_off;
mod upload;

#[cfg(not(target_arch = "wasm32"))]
pub use blobs::FolderBlobs;
pub use blobs::{BlobError, Blobs, MemoryBlobs};
pub use download::{Fetched, THUMBS_AT_ONCE, fetch, fetch_thumbs};
pub(crate) use own::rows_of;
pub(crate) use put_off::PutOff;
pub use upload::{CHUNKS_AT_ONCE, upload};

use tala_protocol::body::{CHUNK_LEN, MEDIA_LEN_MAX, MediaBody, chunk_root};
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::{DeviceTimes, UnixMs};

use crate::documents::DocumentsError;
use crate::engine::{Engine, EngineError};
use crate::feeds::{Appender, Saying};
use crate::store::{MediaRow, Store, Write};

/// Why a file could not be taken in.
#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    /// Nothing in it, or more than files may hold.
    #[error("a file of {0} bytes cannot be attached")]
    Size(usize),
    /// The folder could not.
    #[error("keeping the file")]
    Blob(#[from] BlobError),
    /// There is no such file.
    #[error("file {0} is not on this phone")]
    Unknown(Digest),
    /// Nothing on this phone describes it.
    #[error("nothing here describes file {0}")]
    Undescribed(Digest),
    /// Fewer or more bytes came than the description says.
    #[error("file {0} does not come as it was described")]
    Misfit(Digest),
    /// What came is not what was described; none of it was kept.
    #[error("the bytes that came are not file {0}")]
    Wrong(Digest),
}

/// What is known of a file when it is attached.
#[derive(Debug, Clone, Copy)]
pub struct FileFacts<'a> {
    /// Its bytes.
    pub bytes: &'a [u8],
    /// Its media type, for example `image/jpeg`.
    pub media_type: &'a str,
    /// When the picture was taken, if known.
    pub taken_at: Option<UnixMs>,
    /// Where, 1e-7 degree (lat, lon), if known.
    pub place_e7: Option<(i32, i32)>,
}

/// A file that was attached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attached {
    /// Its address.
    pub hash: Digest,
    /// Its thumbnail's, if it is a picture that could be read.
    pub thumb: Option<Digest>,
    /// The description envelope.
    pub described_by: Digest,
}

impl<S: Store> Engine<S> {
    /// Attaches a file to a record. The bytes are durable before the description is written.
    pub fn attach(
        &mut self,
        object: ObjectId,
        file: FileFacts<'_>,
        blobs: &mut impl Blobs,
        now: DeviceTimes,
    ) -> Result<Attached, EngineError> {
        let small = small_picture(file.bytes);
        self.attach_with(object, file, small.as_deref(), blobs, now)
    }

    /// The same with a thumbnail that the platform made, where it made one.
    pub fn attach_with(
        &mut self,
        object: ObjectId,
        file: FileFacts<'_>,
        thumb: Option<&[u8]>,
        blobs: &mut impl Blobs,
        now: DeviceTimes,
    ) -> Result<Attached, EngineError> {
        let doc = self
            .store
            .doc(object)?
            .ok_or(DocumentsError::Unknown(object))?;
        self.check_home(&doc)?;
        let len = file.bytes.len();
        let len_u64 = u64::try_from(len).unwrap_or(u64::MAX);
        if len == 0 || len_u64 > MEDIA_LEN_MAX {
            return Err(MediaError::Size(len).into());
        }
        let hash = Digest::sha256(file.bytes);
        blobs.put(&hash, file.bytes).map_err(MediaError::from)?;
        let thumb = match thumb {
            Some(bytes) => {
                let hash = Digest::sha256(bytes);
                blobs.put(&hash, bytes).map_err(MediaError::from)?;
                Some((hash, u32::try_from(bytes.len()).unwrap_or(u32::MAX)))
            }
            None => None,
        };
        let body = MediaBody {
            hash,
            len: len_u64,
            media_type: file.media_type.to_owned(),
            chunk_root: chunk_root(&chunk_hashes(file.bytes)),
            thumb,
            taken_at: file.taken_at,
            place_e7: file.place_e7,
        };
        let mut appender = Appender::new(self, now);
        let unsigned = appender.say(Saying {
            audience: doc.audience,
            kind: Kind::Media,
            object: Some(object),
            body: body.to_bytes(),
        })?;
        let described_by = unsigned.id();
        let row = |hash, len, thumb| MediaRow {
            hash,
            len,
            object,
            described_by,
            thumb,
            uploaded: 0,
            complete: false,
            held: true,
        };
        if let Some((hash, len)) = thumb {
            appender.also(Write::Media(row(hash, u64::from(len), true)));
        }
        appender.also(Write::Media(row(hash, len_u64, false)));
        let batch = appender.finish();
        self.store.commit(&batch)?;
        Ok(Attached {
            hash,
            thumb: thumb.map(|(hash, _)| hash),
            described_by,
        })
    }

    /// Takes note of how far the centre has a file.
    pub fn note_upload(
        &mut self,
        hash: Digest,
        uploaded: u64,
        complete: bool,
    ) -> Result<(), EngineError> {
        let row = self.store.media(&hash)?.ok_or(MediaError::Unknown(hash))?;
        if complete || uploaded > row.uploaded {
            self.put_off.forget(&hash);
        }
        if row.uploaded == uploaded && row.complete == complete {
            return Ok(());
        }
        self.store.commit(&[Write::Media(MediaRow {
            uploaded,
            complete,
            ..row
        })])?;
        Ok(())
    }
}

/// A small picture of a large one. A picture that cannot be read is evidence all the same; it only has no
/// thumbnail.
#[cfg(not(target_arch = "wasm32"))]
pub fn small_picture(bytes: &[u8]) -> Option<Vec<u8>> {
    tala_picture::thumbnail(bytes, tala_picture::THUMB_EDGE_PX).ok()
}

/// In a browser pictures are scaled by the page's own means and handed in.
#[cfg(target_arch = "wasm32")]
pub fn small_picture(_: &[u8]) -> Option<Vec<u8>> {
    None
}

/// SHA-256 of each chunk.
pub(crate) fn chunk_hashes(bytes: &[u8]) -> Vec<[u8; 32]> {
    let chunks = bytes.chunks(CHUNK_LEN);
    chunks.map(|chunk| *Digest::sha256(chunk).bytes()).collect()
}
