//! One sync of a phone: take what it hands over, prove it, give what is new.

mod beacon;
mod pull;
mod push;
mod told;

use tala_protocol::id::{DeviceId, LogId};
use tala_protocol::log::SignedRestore;
use tala_protocol::sync::{
    Cursor, FEATURE_OWN, LIST_CLOSED, LeafRange, Scope, SyncReply, SyncRequest, Versions,
};
use tala_protocol::time::UnixMs;

use super::centre::Centre;
use super::error::AppError;
use super::proofs::{self, SignedCheckpoint};
use super::scopes::device_scopes;
use crate::store::{LogRow, Reads, read};

/// Who syncs: the device whose signature the request carries. HTTP has checked that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeviceCtx {
    /// Which device.
    pub device: DeviceId,
}

/// Smallest page, bytes.
const BUDGET_MIN: usize = 8 * 1024;
/// Largest page, bytes.
const BUDGET_MAX: usize = 256 * 1024;
/// Most restores that a phone is told of at once.
const RESTORES_MAX: usize = 64;
/// Marks a list in [`SyncReply::scopes`] that the device may not read any more.
pub const NOT_READABLE: u64 = LIST_CLOSED;

impl Centre {
    /// Answers one sync. Blocks until what was handed over is durable.
    ///
    /// A device that may not sign in any more (expired, revoked) still hands over, and gets outcomes and
    /// receipts, but no lists.
    pub fn sync(&self, ctx: DeviceCtx, request: SyncRequest) -> Result<SyncReply, AppError> {
        let directory = self.directory();
        if directory.key(ctx.device).is_none() {
            return Err(AppError::Device);
        }
        let now = self.now();
        let mut reply = SyncReply::empty();
        let version = Versions::CURRENT.common(request.versions);
        reply.version = version.unwrap_or(Versions::CURRENT.max);
        if let Some(beacon) = &request.beacon {
            self.take_beacon(ctx, beacon, now)?;
        }
        let pushes = !request.runs.is_empty();
        let pushed = self.take_push(ctx, request.runs, now)?;
        if pushes {
            reply.server_time = Some(now);
        }
        let budget = usize::try_from(request.budget_bytes).unwrap_or(BUDGET_MAX);
        let budget = budget.clamp(BUDGET_MIN, BUDGET_MAX);
        let readable = device_scopes(&directory, ctx.device, now);
        let mut knows = false;
        let answer = read(self.store.as_ref(), |reads| {
            let mut answer = reply.clone();
            let log = reads
                .log()?
                .ok_or(crate::store::StoreError::Damaged("log"))?;
            answer.log = Some(log.id).filter(|id| request.log != Some(*id));
            let mut fill = || -> Result<(), AppError> {
                self.answer_push(reads, &log, &pushed, &mut answer, now)?;
                // Receipts and the consistency proof stand under one checkpoint, the push's if there is
                // one, or the phone could not believe the one beside the other.
                let checkpoint = pushed.checkpoint().unwrap_or_else(|| self.checkpoint());
                prove(reads, &checkpoint, &request.prove, &mut answer);
                if !pushes || !answer.receipts.is_empty() {
                    agree(reads, &checkpoint, request.proof_from, &mut answer);
                }
                if pushes || !request.prove.is_empty() {
                    answer.backed_up_to = Some(log.backed_up_to).filter(|leaf| *leaf > 0);
                }
                if version.is_none() {
                    return Ok(());
                }
                let Some(cursors) = cursors(&log, request.log, &request.cursors) else {
                    answer.restored = log.restored.clone();
                    let statements = reads.restore_statements()?;
                    answer.restored_before = missed(statements, request.log);
                    answer.scopes = Some(readable.iter().map(|s| at(*s, 0)).collect());
                    return Ok(());
                };
                answer.scopes = scopes_changed(&readable, cursors);
                let asked = cursors.iter().filter(|c| readable.contains(&c.scope));
                let reader = pull::Reader {
                    device: ctx.device,
                    wants_own: request.features & FEATURE_OWN != 0,
                };
                pull::fill(reads, reader, asked, budget, now, &mut answer)?;
                knows = answer.scopes.is_none()
                    && told::was_moved(&directory, ctx, now)
                    && told::has_read_all(reads, cursors)?;
                answer.wanted = self.uploads.wanted(ctx.device);
                Ok(())
            };
            let filled = fill();
            Ok(filled.map(|()| answer))
        })??;
        if knows {
            self.note_told(ctx, &directory, now)?;
        }
        Ok(answer)
    }
}

/// Proves the leaves asked about. A range that this log does not have (another log, a future) is left
/// out, not an error.
fn prove(
    reads: &dyn Reads,
    checkpoint: &SignedCheckpoint,
    ranges: &[LeafRange],
    reply: &mut SyncReply,
) {
    let receipts = ranges
        .iter()
        .filter_map(|range| proofs::receipt(reads, checkpoint, *range).ok());
    reply.receipts.extend(receipts.map(|it| it.to_bytes()));
}

/// Proves that the log goes on from where the phone knows it.
fn agree(
    reads: &dyn Reads,
    checkpoint: &SignedCheckpoint,
    from: Option<u64>,
    reply: &mut SyncReply,
) {
    if let Some(from) = from.filter(|from| *from <= checkpoint.size) {
        reply.consistency = proofs::consistency(reads, checkpoint, from).ok();
    }
}

/// The statements of the restores that a phone missed besides the newest: back to the one that ended the log
/// it named.
fn missed(statements: Vec<Vec<u8>>, named: Option<LogId>) -> Vec<Vec<u8>> {
    let ended = |bytes: &Vec<u8>| SignedRestore::from_bytes(bytes).map(|s| s.statement.old_log);
    let last = statements
        .iter()
        .take(RESTORES_MAX)
        .position(|bytes| ended(bytes).ok() == named && named.is_some());
    let count = last.unwrap_or(0);
    statements.into_iter().skip(1).take(count).collect()
}

/// The cursors, if they belong to this log; at first contact there are none.
fn cursors<'a>(log: &LogRow, named: Option<LogId>, cursors: &'a [Cursor]) -> Option<&'a [Cursor]> {
    match named {
        Some(id) if id != log.id => None,
        _ => Some(cursors),
    }
}

/// Lists that the device may read and did not name, and lists that it named and may not read.
fn scopes_changed(readable: &[Scope], named: &[Cursor]) -> Option<Vec<Cursor>> {
    let unnamed = readable
        .iter()
        .filter(|scope| named.iter().all(|cursor| cursor.scope != **scope))
        .map(|scope| at(*scope, 0));
    let closed = named
        .iter()
        .filter(|cursor| !readable.contains(&cursor.scope))
        .map(|cursor| at(cursor.scope, NOT_READABLE));
    let changed: Vec<_> = unnamed.chain(closed).collect();
    (!changed.is_empty()).then_some(changed)
}

const fn at(scope: Scope, position: u64) -> Cursor {
    Cursor { scope, position }
}

/// The time from which on phones keep what they pull: thirty days.
pub(super) fn window_start(now: UnixMs) -> UnixMs {
    UnixMs(now.0.saturating_sub(30 * 86_400_000))
}

#[cfg(test)]
mod tests;
