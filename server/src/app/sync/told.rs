//! Noting that a device has been told where it belongs.
//!
//! A device that was moved goes on writing for its old unit until it hears of it. When it names its lists, no
//! others, and has read each to its end, it has the statement of its move; from then on it has some days to
//! close its feeds in the old unit.

use tala_protocol::cert::Directory;
use tala_protocol::sync::Cursor;
use tala_protocol::time::UnixMs;

use super::DeviceCtx;
use crate::app::centre::Centre;
use crate::app::error::AppError;
use crate::app::scopes::device_units;
use crate::store::{Reads, StoreError, Told, read};

/// Whether every list was read to its end when the request was made.
pub(super) fn has_read_all(reads: &dyn Reads, cursors: &[Cursor]) -> Result<bool, StoreError> {
    for cursor in cursors {
        if cursor.position < reads.delivery_end(&cursor.scope)? {
            return Ok(false);
        }
    }
    Ok(!cursors.is_empty())
}

/// Whether a device was ever assigned before its present assignment.
pub(super) fn was_moved(directory: &Directory, ctx: DeviceCtx, now: UnixMs) -> bool {
    let here = directory.assignment(ctx.device, now);
    let before = here.and_then(|here| here.from.0.checked_sub(1).map(UnixMs));
    before.is_some_and(|before| directory.assignment(ctx.device, before).is_some())
}

impl Centre {
    /// Notes that a device knows where it belongs, if that is news.
    pub(super) fn note_told(
        &self,
        ctx: DeviceCtx,
        directory: &Directory,
        now: UnixMs,
    ) -> Result<(), AppError> {
        let units: Vec<_> = device_units(directory, ctx.device, now)
            .into_iter()
            .collect();
        let known = read(self.store.as_ref(), |reads| reads.told(ctx.device))?;
        if known.is_some_and(|known| known.units == units) {
            return Ok(());
        }
        let told = Told { units, at: now };
        self.writer
            .change(Box::new(move |tx| tx.set_told(ctx.device, &told)))
    }
}
