//! The centre has begun another log: it was restored, or something is wrong.

use tala_protocol::id::LogId;
use tala_protocol::log::{LogKey, RestoreStatement, SignedRestore};
use tala_protocol::sync::Cursor;
use tala_protocol::time::UnixMs;

use crate::engine::{ALL, EngineError};
use crate::identity::{Alarm, Centre};
use crate::store::{Delivery, Pick, Store, Write};

/// The statement, if a key of the new log signed it and it speaks of the log we know.
pub(super) fn verified(
    bytes: &[u8],
    keys: &[LogKey],
    old: Option<LogId>,
) -> Option<RestoreStatement> {
    let signed = SignedRestore::from_bytes(bytes).ok()?;
    let holds = keys.iter().any(|key| signed.verify(key).is_ok());
    let ours = old.is_none_or(|old| signed.statement.old_log == old);
    (holds && ours).then_some(signed.statement)
}

/// Begins with the new log: every list from its start, and everything offered again that the centre may
/// have lost. With a statement, what it restored keeps its receipts.
pub(super) fn begin(
    store: &impl Store,
    centre: &mut Centre,
    log: LogId,
    restore: Option<RestoreStatement>,
    now: UnixMs,
) -> Result<Vec<Write>, EngineError> {
    let known = centre.log.is_some();
    let restored_size = restore.as_ref().map_or(0, |statement| statement.old_size);
    let mut batch = Vec::new();
    for row in store.envelopes(&Pick::OfOtherLogs(log), ALL)? {
        let kept = row
            .delivery
            .leaf()
            .is_some_and(|at| at.leaf < restored_size);
        if !kept {
            batch.push(Write::Deliver {
                id: row.id,
                delivery: Delivery::Here,
            });
        }
    }
    for cursor in store.cursors()? {
        batch.push(Write::Cursor(Cursor {
            position: 0,
            ..cursor
        }));
    }
    *centre = Centre {
        log: Some(log),
        checkpoint: None,
        backed_up_to: 0,
        restored_at: if restore.is_some() {
            Some(now)
        } else {
            centre.restored_at
        },
        alarm: match (known, restore) {
            (true, None) => Some(Alarm::NewLogUnexplained),
            _ => centre.alarm,
        },
        ..centre.clone()
    };
    Ok(batch)
}
