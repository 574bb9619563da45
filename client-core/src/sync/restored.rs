//! The centre has begun another log: it was restored, or something is wrong.

use tala_protocol::cert::Directory;
use tala_protocol::id::LogId;
use tala_protocol::log::{RestoreStatement, SignedRestore};
use tala_protocol::sync::Cursor;
use tala_protocol::time::UnixMs;

use super::proof::log_keys;
use crate::engine::{ALL, EngineError};
use crate::identity::{Alarm, Centre, Kept};
use crate::intake::WAITING;
use crate::store::{Delivery, Pick, Store, Write};

/// Most restores that a phone can have missed and still follows.
const MISSED_MAX: usize = 64;
/// Most logs of which is remembered what was kept of them.
const LOGS_MAX: usize = 64;

/// How the centre came from the log that we know to its present one: a statement for each restore, oldest
/// first, each signed by a key of the log that it begins. `None` where one lacks or does not hold.
pub(super) fn explained(
    statements: &[&[u8]],
    directory: &Directory,
    old: Option<LogId>,
    new: LogId,
) -> Option<Vec<RestoreStatement>> {
    let mut steps = Vec::new();
    let mut begun = new;
    for bytes in statements.iter().take(MISSED_MAX) {
        let signed = SignedRestore::from_bytes(bytes).ok()?;
        let keys = log_keys(directory, begun);
        if !keys.iter().any(|key| signed.verify(key).is_ok()) {
            return None;
        }
        begun = signed.statement.old_log;
        steps.push(signed.statement);
        if old.is_none_or(|old| old == begun) {
            steps.reverse();
            return Some(steps);
        }
    }
    None
}

/// Begins with the new log: every list from its start, and everything offered again that the centre may
/// have lost. With statements, what it restored keeps its receipts; they stay those of the log that gave
/// them.
pub(super) fn begin(
    store: &impl Store,
    centre: &mut Centre,
    log: LogId,
    steps: Option<&[RestoreStatement]>,
    now: UnixMs,
) -> Result<Vec<Write>, EngineError> {
    let known = centre.log.is_some();
    centre.kept = match steps {
        Some(steps) => steps.iter().fold(centre.kept.clone(), kept_through),
        None => Vec::new(),
    };
    let mut batch = Vec::new();
    for row in store.envelopes(&Pick::OfOtherLogs(log), ALL)? {
        if !is_kept(&centre.kept, row.delivery) {
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
    // Places of the old lists: the new ones are read from the start.
    batch.push(Write::Unset(WAITING));
    *centre = Centre {
        log: Some(log),
        checkpoint: None,
        backed_up_to: 0,
        restored_at: if steps.is_some() {
            Some(now)
        } else {
            centre.restored_at
        },
        alarm: match (known, steps) {
            (true, None) => Some(Alarm::NewLogUnexplained),
            _ => centre.alarm,
        },
        ..centre.clone()
    };
    Ok(batch)
}

/// What is left of earlier logs after one more restore. A new log begins with one more statement, so
/// everything in it stands one leaf further on than in the log before.
fn kept_through(mut kept: Vec<Kept>, step: &RestoreStatement) -> Vec<Kept> {
    for earlier in &mut kept {
        let left = step.old_size.saturating_sub(earlier.moved);
        earlier.leaves = earlier.leaves.min(left);
        earlier.moved = earlier.moved.saturating_add(1);
    }
    kept.push(Kept {
        log: step.old_log,
        leaves: step.old_size,
        moved: 1,
    });
    let surplus = kept.len().saturating_sub(LOGS_MAX);
    kept.drain(..surplus);
    kept
}

/// Whether the present log holds something: proved under an earlier one, and restored ever since.
fn is_kept(kept: &[Kept], delivery: Delivery) -> bool {
    let Delivery::Proved(at) = delivery else {
        return false;
    };
    kept.iter()
        .any(|earlier| earlier.log == at.log && at.leaf < earlier.leaves)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::LeafAt;
    use tala_protocol::fields::Fields;

    fn log(n: u8) -> LogId {
        LogId::from_bytes([n; 16])
    }

    fn step(from: u8, old_size: u64) -> RestoreStatement {
        RestoreStatement {
            new_log: log(from + 1),
            old_log: log(from),
            old_size,
            old_root: [0; 32],
            reason: String::new(),
            at: UnixMs(0),
            newer: Fields::new(),
        }
    }

    fn proved(of: u8, leaf: u64) -> Delivery {
        Delivery::Proved(LeafAt { log: log(of), leaf })
    }

    #[test]
    fn leaves_of_each_log_are_compared_with_what_is_left_of_that_log() {
        // Of log 1 a hundred leaves were restored. Log 2 went back to leaf 60, which is leaf 59 of log 1.
        let once = kept_through(Vec::new(), &step(1, 100));
        assert!(is_kept(&once, proved(1, 99)) && !is_kept(&once, proved(1, 100)));
        let twice = kept_through(once, &step(2, 60));
        assert!(is_kept(&twice, proved(1, 58)) && !is_kept(&twice, proved(1, 59)));
        assert!(is_kept(&twice, proved(2, 59)) && !is_kept(&twice, proved(2, 60)));
        // A log that restored more than there was gives nothing back.
        let thrice = kept_through(twice, &step(3, 500));
        assert!(is_kept(&thrice, proved(1, 58)) && !is_kept(&thrice, proved(1, 59)));
        assert!(
            !is_kept(&thrice, proved(9, 0)),
            "of a log that nobody named"
        );
        let at = LeafAt {
            log: log(1),
            leaf: 0,
        };
        assert!(!is_kept(&thrice, Delivery::Acknowledged(at)), "no proof");
    }
}
