//! Sending one file, going on where it was cut.

use tala_protocol::body::CHUNK_LEN;
use tala_protocol::hash::Digest;

use super::{Blobs, MediaError, chunk_hashes};
use crate::engine::EngineError;
use crate::store::Store;
use crate::sync::drive::DriveError;
use crate::sync::hold::Hold;
use crate::transport::Transport;

/// Chunks sent in one request.
pub const CHUNKS_AT_ONCE: usize = 16;

/// Sends what the centre lacks of a file and returns how far it has it, and whether that is all. Progress
/// is noted after every request, so that a cut costs one request at most. Where the bytes are not on this
/// phone any more, that is noted: unless the centre has them all, the file is lost.
pub async fn upload<S: Store>(
    hold: &impl Hold<S>,
    transport: &mut impl Transport,
    blobs: &impl Blobs,
    hash: Digest,
) -> Result<(u64, bool), DriveError> {
    let bytes = blobs
        .get(&hash)
        .map_err(MediaError::from)
        .map_err(EngineError::from)?;
    let mut state = transport.media_state(hash).await?;
    let Some(bytes) = bytes else {
        hold.lend(|engine| engine.note_gone(hash))
            .map_err(EngineError::from)??;
        return Ok((state.offset, state.complete));
    };
    if !state.complete && state.offset == 0 {
        transport
            .media_chunks(hash, chunk_hashes(&bytes).concat())
            .await?;
    }
    let mut stuck = 0;
    while !state.complete {
        let from = usize::try_from(state.offset).unwrap_or(usize::MAX);
        let until = from
            .saturating_add(CHUNKS_AT_ONCE * CHUNK_LEN)
            .min(bytes.len());
        let Some(part) = bytes.get(from..until).filter(|part| !part.is_empty()) else {
            break;
        };
        let next = transport
            .media_append(hash, state.offset, part.to_vec())
            .await?;
        stuck = if next.offset > state.offset || next.complete {
            0
        } else {
            stuck + 1
        };
        if stuck > 2 {
            break;
        }
        state = next;
        hold.lend(|engine| engine.note_upload(hash, state.offset, state.complete))
            .map_err(EngineError::from)??;
    }
    Ok((state.offset, state.complete))
}
