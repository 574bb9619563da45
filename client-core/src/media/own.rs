//! Files that this phone described and that its store does not know, or knows wrongly.
//!
//! A backup that is put back takes the store, the files, or both, and they need not be of one moment. What
//! the centre asks for, and what an own description names, is believed to be here until somebody looks: an
//! upload does, and [`Engine::check_files`] does for all of them at once.

use tala_protocol::body::MediaBody;
use tala_protocol::envelope::Kind;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::{Blobs, MediaError};
use crate::engine::{ALL, Engine, EngineError};
use crate::store::{MediaRow, Pick, Store, Write};

/// The rows of the files that a description names, the thumbnail first: nothing of them at the centre, the
/// bytes believed to be here.
pub(crate) fn rows_of(
    body: &MediaBody,
    object: ObjectId,
    described_by: Digest,
) -> impl Iterator<Item = MediaRow> {
    let row = move |hash, len, thumb| MediaRow {
        hash,
        len,
        object,
        described_by,
        thumb,
        uploaded: 0,
        complete: false,
        held: true,
    };
    let thumb = body
        .thumb
        .map(|(hash, len)| row(hash, u64::from(len), true));
    thumb.into_iter().chain([row(body.hash, body.len, false)])
}

impl<S: Store> Engine<S> {
    /// Compares what the store says of files with what is there. To be called once the phone has opened
    /// after a restore; nothing is read but the names.
    pub fn check_files(&mut self, blobs: &impl Blobs) -> Result<(), EngineError> {
        let mut batch = Vec::new();
        for row in self.store.media_all()? {
            let held = blobs.has(&row.hash).map_err(MediaError::from)?;
            if held != row.held {
                batch.push(Write::Media(MediaRow { held, ..row }));
            }
        }
        self.commit_any(&batch)
    }

    /// After a restore: own files that the store does not know or thought lost are looked for again, and
    /// what was fetched of others is not believed to be here.
    pub(crate) fn look_for_files(&mut self) -> Result<(), EngineError> {
        let mut batch = Vec::new();
        for row in self.own_rows()? {
            match self.store.media(&row.hash)? {
                None => batch.push(Write::Media(row)),
                Some(kept) if kept.is_lost() => {
                    batch.push(Write::Media(MediaRow { held: true, ..kept }));
                }
                Some(_) => {}
            }
        }
        for row in self.store.media_all()? {
            let described = self.store.envelope(&row.described_by)?;
            if row.held && row.complete && described.is_some_and(|envelope| !envelope.own) {
                batch.push(Write::Media(MediaRow { held: false, ..row }));
            }
        }
        self.commit_any(&batch)
    }

    /// The row that a file of an own description would have.
    pub(crate) fn own_row(&self, hash: &Digest) -> Result<Option<MediaRow>, EngineError> {
        let rows = self.own_rows()?;
        Ok(rows.into_iter().find(|row| row.hash == *hash))
    }

    /// The bytes of a file are not here. Unless the centre has them, it is lost.
    pub(crate) fn note_gone(&mut self, hash: Digest) -> Result<(), EngineError> {
        let row = self.store.media(&hash)?.ok_or(MediaError::Unknown(hash))?;
        tracing::warn!(%hash, "a file that was described is not on this phone");
        self.store
            .commit(&[Write::Media(MediaRow { held: false, ..row })])?;
        Ok(())
    }

    fn own_rows(&self) -> Result<Vec<MediaRow>, EngineError> {
        let mut rows = Vec::new();
        for envelope in self.store.envelopes(&Pick::OfKind(Kind::Media), ALL)? {
            let body = envelope.body.as_ref().filter(|_| envelope.own);
            if let Some(body) = body.and_then(|body| MediaBody::from_bytes(body).ok()) {
                rows.extend(rows_of(&body, envelope.object(), envelope.id));
            }
        }
        Ok(rows)
    }

    fn commit_any(&mut self, batch: &[Write]) -> Result<(), EngineError> {
        if !batch.is_empty() {
            self.store.commit(batch)?;
        }
        Ok(())
    }
}
