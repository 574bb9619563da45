//! Sealing: fixes of the journal become segments in the track feed.
//!
//! One transaction encodes, fixes sequence and previous hash, and drops the journal rows; the signature
//! is added by a second one ([`crate::signer`]). After a crash between the two the same bytes are signed.

use tala_protocol::body::TrackBody;
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::time::DeviceTimes;

use crate::engine::{Engine, EngineError};
use crate::feeds::{Appender, Saying};
use crate::segment;
use crate::store::{PatrolRow, Store, Write};

/// Fixes in the journal at which it is sealed.
pub const SEAL_AFTER_FIXES: u64 = 300;
/// What waits longer than this is sealed before any sync, ms.
pub const SEAL_AFTER_MS: i64 = 15 * 60 * 1_000;

/// What was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Sealed {
    /// Segments made.
    pub segments: usize,
    /// Fixes in them.
    pub fixes: usize,
}

impl<S: Store> Engine<S> {
    /// Seals everything that waits.
    pub fn seal(&mut self, now: DeviceTimes) -> Result<Sealed, EngineError> {
        let Some(patrol) = self.patrol else {
            return Ok(Sealed::default());
        };
        let rows = self.store.journal(patrol.object)?;
        let Some(last) = rows.last() else {
            return Ok(Sealed::default());
        };
        let mut appender = Appender::new(self, now);
        let parts = segment::cut(&rows);
        for part in &parts {
            let Some(first) = part.first() else { continue };
            let body = TrackBody {
                leg: first.leg,
                transport: first.transport,
                segment: segment::encode(part)?,
            };
            appender.say(Saying {
                audience: Audience::Field,
                kind: Kind::Track,
                object: Some(patrol.object),
                body: body.to_bytes(),
            })?;
        }
        let sealed = Sealed {
            segments: parts.len(),
            fixes: rows.len(),
        };
        appender.also(Write::DropJournal {
            patrol: patrol.object,
            up_to: last.n,
        });
        let patrol = PatrolRow {
            unsealed_since: None,
            version: patrol.version.saturating_add(1),
            ..patrol
        };
        appender.also(Write::Patrol(patrol));
        let batch = appender.finish();
        self.store.commit(&batch)?;
        self.patrol = Some(patrol);
        self.journal_len = 0;
        Ok(sealed)
    }

    /// Whether something has waited for longer than a periodic sync may leave it.
    pub fn is_seal_due(&self, now: DeviceTimes) -> bool {
        let Some((patrol, (wall, mono))) = self.patrol.and_then(|p| Some((p, p.unsealed_since?)))
        else {
            return false;
        };
        let same_boot = patrol.last.is_some_and(|last| last.boot == now.boot);
        let waited_ms = if same_boot {
            now.mono.0.saturating_sub(mono.0)
        } else {
            now.wall.0.saturating_sub(wall.0)
        };
        // A clock that went backwards says nothing: seal.
        !(0..=SEAL_AFTER_MS).contains(&waited_ms)
    }
}
