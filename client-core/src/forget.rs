//! Letting go of what is safely elsewhere, so that a phone does not fill up.
//!
//! Only bulk is let go: bodies of track segments and original files. Headers stay, so every chain still
//! verifies; documents stay, they are small. Nothing goes without a verified receipt of the present log
//! and either thirty days or the centre's word that its backup covers it.

use tala_protocol::envelope::Kind;
use tala_protocol::time::DeviceTimes;

use crate::engine::{ALL, Engine, EngineError};
use crate::media::{Blobs, MediaError};
use crate::store::{Delivery, EnvelopeRow, MediaRow, Pick, Store, Write};

/// How long what has a receipt is kept all the same, ms.
pub const KEEP_MS: i64 = 30 * 24 * 3_600 * 1_000;

/// What was let go.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Bodies of segments.
    pub segments: usize,
    /// Original files.
    pub files: usize,
}

impl<S: Store> Engine<S> {
    /// Lets go of what may go.
    pub fn forget(
        &mut self,
        blobs: &mut impl Blobs,
        now: DeviceTimes,
    ) -> Result<Forgotten, EngineError> {
        let open = self.patrol.map(|patrol| patrol.object);
        let mut batch = Vec::new();
        for row in self.store.envelopes(&Pick::OfKind(Kind::Track), ALL)? {
            if row.body.is_some() && Some(row.object()) != open && self.may_go(&row, now) {
                batch.push(Write::Body {
                    id: row.id,
                    body: None,
                });
            }
        }
        let segments = batch.len();
        let mut files = Vec::new();
        for row in self.store.media_all()? {
            let described = self.store.envelope(&row.described_by)?;
            let safe = described.is_some_and(|envelope| self.may_go(&envelope, now));
            if row.held && row.complete && !row.thumb && safe {
                files.push(row.hash);
                batch.push(Write::Media(MediaRow { held: false, ..row }));
            }
        }
        if batch.is_empty() {
            return Ok(Forgotten::default());
        }
        self.store.commit(&batch)?;
        // Only now: bytes without a row are waste, a row without bytes would be a lie.
        for hash in &files {
            blobs.drop_file(hash).map_err(MediaError::from)?;
        }
        Ok(Forgotten {
            segments,
            files: files.len(),
        })
    }

    fn may_go(&self, row: &EnvelopeRow, now: DeviceTimes) -> bool {
        let Delivery::Proved(at) = row.delivery else {
            return false;
        };
        let old = now.wall.0.saturating_sub(row.kept_at.0) > KEEP_MS;
        self.centre.log == Some(at.log) && (old || at.leaf < self.centre.backed_up_to)
    }
}
