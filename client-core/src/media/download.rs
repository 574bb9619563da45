//! Fetching files that others described: piece by piece, going on where it was cut.
//!
//! Pieces are kept beside the files until the last has come. Only what fits the description to the byte
//! becomes a file; of anything else nothing is kept.

use tala_protocol::body::{CHUNK_LEN, MediaBody, chunk_root};
use tala_protocol::doc::DocType;
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::DeviceTimes;

use super::{Blobs, MediaError, chunk_hashes};
use crate::engine::{ALL, Engine, EngineError};
use crate::store::{MediaRow, Pick, Store, Write};
use crate::sync::drive::DriveError;
use crate::sync::hold::Hold;
use crate::transport::Transport;

/// Small pictures fetched after one sync.
pub const THUMBS_AT_ONCE: usize = 16;
/// Bytes asked for in one request.
const PIECE_LEN: usize = 4 * CHUNK_LEN;

/// How a file came to be here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fetched {
    /// It was here.
    Here,
    /// It came now, the part behind this many bytes that had come before.
    Came(usize),
}

/// What a description says of a file.
struct Described {
    hash: Digest,
    len: usize,
    /// Of an original.
    chunk_root: Option<Digest>,
    object: ObjectId,
    by: Digest,
}

/// Fetches one file: a thumbnail or, where somebody wants to see it, an original. On `Err` what has come so
/// far stays for the next time, unless it was wrong.
pub async fn fetch<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    blobs: &mut impl Blobs,
    hash: Digest,
) -> Result<Fetched, DriveError> {
    let described = hold
        .lend(|engine| engine.described(&hash))
        .map_err(EngineError::from)??;
    let described = described
        .ok_or(MediaError::Undescribed(hash))
        .map_err(of_phone)?;
    let fetched = if blobs.has(&hash).map_err(of_phone)? {
        Fetched::Here
    } else {
        Fetched::Came(bring(transport, blobs, &described).await?)
    };
    hold.lend(|engine| engine.keep_fetched(&described))
        .map_err(EngineError::from)??;
    Ok(fetched)
}

/// Fetches small pictures of incidents that are not here, the newest first and not too many; returns those
/// that came. Nothing that fails here is anybody's concern: it is tried again after a later sync.
pub async fn fetch_thumbs<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    blobs: &mut impl Blobs,
    now: DeviceTimes,
) -> Vec<Digest> {
    let wanted = hold.lend(|engine| {
        engine.put_off.wake(now.wall);
        engine.wanted_thumbs()
    });
    let mut came = Vec::new();
    for hash in wanted.into_iter().flatten().flatten().take(THUMBS_AT_ONCE) {
        match fetch(hold, transport, blobs, hash).await {
            Ok(_) => came.push(hash),
            Err(error) => {
                tracing::debug!(%hash, %error, "a small picture did not come");
                let _ = hold.lend(|engine| engine.put_off.put_off(hash, now.wall));
                if is_about_all(&error) {
                    break;
                }
            }
        }
    }
    came
}

/// Brings the rest of a file; says how much of it had come before.
async fn bring(
    transport: &mut impl Transport,
    blobs: &mut impl Blobs,
    file: &Described,
) -> Result<usize, DriveError> {
    let mut part = blobs.part(&file.hash).map_err(of_phone)?;
    if part.len() > file.len {
        part.clear();
    }
    let before = part.len();
    while part.len() < file.len {
        let most = file.len.saturating_sub(part.len()).min(PIECE_LEN);
        let (from, len) = (u64_of(part.len()), u64_of(most));
        let piece = transport.media_read(file.hash, from, len).await?;
        if piece.is_empty() || piece.len() > most {
            return Err(of_phone(MediaError::Misfit(file.hash)));
        }
        let kept = blobs.put_part(&file.hash, part.len(), &piece);
        kept.map_err(of_phone)?;
        part.extend_from_slice(&piece);
    }
    if file.fits(&part) {
        blobs.put(&file.hash, &part).map_err(of_phone)?;
        blobs.drop_part(&file.hash).map_err(of_phone)?;
        return Ok(before);
    }
    blobs.drop_part(&file.hash).map_err(of_phone)?;
    Err(of_phone(MediaError::Wrong(file.hash)))
}

impl Described {
    fn fits(&self, bytes: &[u8]) -> bool {
        let root = || chunk_root(&chunk_hashes(bytes));
        bytes.len() == self.len
            && Digest::sha256(bytes) == self.hash
            && self.chunk_root.is_none_or(|said| said == root())
    }
}

impl<S: Store> Engine<S> {
    /// Small pictures of incidents that others took and that are not here, the newest first. Those that did
    /// not come a moment ago are left out.
    pub fn wanted_thumbs(&self) -> Result<Vec<Digest>, EngineError> {
        let mut wanted = Vec::new();
        for row in self
            .store
            .envelopes(&Pick::OfKind(Kind::Media), ALL)?
            .iter()
            .rev()
        {
            let body = row.body.as_ref().filter(|_| !row.own);
            let body = body.and_then(|body| MediaBody::from_bytes(body).ok());
            let Some((hash, _)) = body.and_then(|body| body.thumb) else {
                continue;
            };
            let doc = self.store.doc(row.object())?;
            let incident = doc.is_some_and(|doc| doc.doc_type == DocType::Incident.code());
            let here = self.store.media(&hash)?.is_some_and(|row| row.held);
            if incident && !here && !self.put_off.waits(&hash) && !wanted.contains(&hash) {
                wanted.push(hash);
            }
        }
        Ok(wanted)
    }

    fn described(&self, hash: &Digest) -> Result<Option<Described>, EngineError> {
        for row in self.store.envelopes(&Pick::OfKind(Kind::Media), ALL)? {
            let body = row.body.as_ref();
            let Some(body) = body.and_then(|body| MediaBody::from_bytes(body).ok()) else {
                continue;
            };
            let (len, root) = match body.thumb {
                Some((thumb, len)) if thumb == *hash => (u64::from(len), None),
                _ if body.hash == *hash => (body.len, Some(body.chunk_root)),
                _ => continue,
            };
            return Ok(Some(Described {
                hash: *hash,
                len: usize::try_from(len).unwrap_or(usize::MAX),
                chunk_root: root,
                object: row.object(),
                by: row.id,
            }));
        }
        Ok(None)
    }

    /// Its bytes are here. Of what this phone described itself the centre may still lack some.
    fn keep_fetched(&mut self, file: &Described) -> Result<(), EngineError> {
        self.put_off.forget(&file.hash);
        let row = match self.store.media(&file.hash)? {
            Some(row) if row.held => return Ok(()),
            Some(row) => MediaRow { held: true, ..row },
            None => MediaRow {
                hash: file.hash,
                len: u64_of(file.len),
                object: file.object,
                described_by: file.by,
                thumb: file.chunk_root.is_none(),
                uploaded: u64_of(file.len),
                complete: true,
                held: true,
            },
        };
        self.store.commit(&[Write::Media(row)])?;
        Ok(())
    }
}

/// Whether other files would fare no better.
fn is_about_all(error: &DriveError) -> bool {
    matches!(error, DriveError::Transport(error) if !error.retry.is_about_one())
}

fn of_phone(error: impl Into<MediaError>) -> DriveError {
    EngineError::from(error.into()).into()
}

fn u64_of(len: usize) -> u64 {
    u64::try_from(len).unwrap_or(u64::MAX)
}
