//! The handing-over half of a sync.

use std::sync::Arc;
use std::time::Instant;

use tala_protocol::envelope::Lane;
use tala_protocol::envelope::wire::Run;
use tala_protocol::hash::Digest;
use tala_protocol::sync::{LeafRange, Outcome, Refusal, Span, SyncReply};
use tala_protocol::time::UnixMs;

use super::DeviceCtx;
use crate::app::centre::Centre;
use crate::app::commit::Placed;
use crate::app::error::AppError;
use crate::app::ingest::{Arrived, examine, unpack};
use crate::app::proofs::{self, SignedCheckpoint};
use crate::store::{LogRow, Reads, read};

/// A push below this is answered by an acknowledgement; its proof follows when it is asked for. A live
/// phone's push of one segment (1.1 kB and its header) is small: its proof would be as long again.
const SMALL_PUSH_BYTES: usize = 2_048;
/// Receipts given unasked in one reply.
const RECEIPTS_MAX: usize = 8;

/// What became of a push.
#[derive(Debug, Default)]
pub(super) struct Push {
    outcomes: Vec<One>,
    bytes: usize,
    pub(super) checkpoint: Option<Arc<SignedCheckpoint>>,
}

impl Push {
    /// The checkpoint under which it stands, if anything was stored.
    pub(super) fn checkpoint(&self) -> Option<Arc<SignedCheckpoint>> {
        self.checkpoint.clone()
    }
}

#[derive(Debug, Clone, Copy)]
enum One {
    Placed(Placed, Digest),
    Refused(Refusal),
    Later,
}

/// Envelopes to commit; what was decided of each before (`None`: it is to be committed); their bytes.
type Checked = (Vec<Arrived>, Vec<Option<One>>, usize);

impl Centre {
    pub(super) fn take_push(
        &self,
        ctx: DeviceCtx,
        runs: Vec<Run>,
        now: UnixMs,
    ) -> Result<Push, AppError> {
        if runs.is_empty() {
            return Ok(Push::default());
        }
        let (arrived, outcomes, bytes) = self.check_push(ctx, runs, now)?;
        let ids: Vec<Digest> = arrived.iter().map(|one| one.envelope.id()).collect();
        let (mut placed, mut checkpoint) = (Vec::new().into_iter(), None);
        if !arrived.is_empty() {
            let pushed = self.writer.push(arrived)?;
            checkpoint = Some(pushed.checkpoint);
            placed = pushed.placed.into_iter();
        }
        let mut ids = ids.into_iter();
        let outcomes = outcomes.into_iter().map(|refused| match refused {
            Some(refused) => refused,
            None => match (placed.next(), ids.next()) {
                (Some(placed), Some(id)) => One::Placed(placed, id),
                _ => One::Later,
            },
        });
        Ok(Push {
            outcomes: outcomes.collect(),
            bytes,
            checkpoint,
        })
    }

    /// Checks form and signatures, when it is this push's turn and the device is within its limits.
    fn check_push(&self, ctx: DeviceCtx, runs: Vec<Run>, now: UnixMs) -> Result<Checked, AppError> {
        let _turn = self.turns.take();
        let began = Instant::now();
        let envelopes = unpack(runs);
        let bytes = envelopes
            .iter()
            .flatten()
            .map(|envelope| envelope.header_bytes().len() + envelope.body().map_or(0, <[u8]>::len));
        let bytes: usize = bytes.sum();
        let mut sound = envelopes.iter().flatten();
        let urgent = sound.all(|it| it.header().feed.lane == Lane::Urgent);
        self.keep_limits(ctx, bytes, urgent, now)?;
        let directory = self.directory();
        let (mut arrived, mut outcomes) = (Vec::new(), Vec::new());
        for envelope in envelopes {
            match envelope.and_then(|envelope| examine(&directory, envelope, now)) {
                Ok(one) => {
                    outcomes.push(None);
                    arrived.push(one);
                }
                Err(refusal) => outcomes.push(Some(One::Refused(refusal))),
            }
        }
        let us = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        self.usage.add_cpu(ctx.device, us, now);
        Ok((arrived, outcomes, bytes))
    }

    /// Refuses a push that is over a limit, before anything of it is stored. Calls for help and their
    /// answers, sent alone, pass whatever else the device has sent.
    fn keep_limits(
        &self,
        ctx: DeviceCtx,
        bytes: usize,
        urgent: bool,
        now: UnixMs,
    ) -> Result<(), AppError> {
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        if urgent && self.usage.take_urgent(ctx.device, bytes, now) {
            return Ok(());
        }
        let taken = self.usage.take_bytes(&self.limits, ctx.device, bytes, now);
        taken.map_err(|retry_after_s| AppError::Limited { retry_after_s })?;
        let apart = read(self.store.as_ref(), |reads| {
            reads.quarantine_bytes(ctx.device)
        })?;
        match apart <= self.limits.quarantine_bytes {
            true => Ok(()),
            false => Err(AppError::Full),
        }
    }

    /// Writes what became of a push into the reply, with an acknowledgement or receipts.
    pub(super) fn answer_push(
        &self,
        reads: &dyn Reads,
        log: &LogRow,
        push: &Push,
        reply: &mut SyncReply,
        now: UnixMs,
    ) -> Result<(), AppError> {
        reply.spans = spans(&push.outcomes, log.base);
        let Some(checkpoint) = &push.checkpoint else {
            return Ok(());
        };
        if push.bytes < SMALL_PUSH_BYTES
            && let Some((first_leaf, ids)) = stored(&push.outcomes, log.base)
        {
            let key = self.log_key.as_ref();
            let ack = proofs::acknowledge(key, log.id, first_leaf, &ids, now)?;
            reply.ack = Some(ack.to_bytes());
            return Ok(());
        }
        for range in ranges(&reply.spans).into_iter().take(RECEIPTS_MAX) {
            let receipt = proofs::receipt(reads, checkpoint, range)?;
            reply.receipts.push(receipt.to_bytes());
        }
        Ok(())
    }
}

/// Joins outcomes of neighbours that stand side by side in the log.
fn spans(outcomes: &[One], base: u64) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for one in outcomes {
        let outcome = match one {
            One::Placed(Placed::Stored(lsn), _) => Outcome::Stored {
                first_leaf: lsn.0.saturating_add(base),
            },
            One::Placed(Placed::Known(lsn), _) => Outcome::Known {
                first_leaf: lsn.0.saturating_add(base),
            },
            One::Refused(refusal) => Outcome::Refused(*refusal),
            One::Later => Outcome::Later,
        };
        match spans.last_mut() {
            Some(last) if follows(last, outcome) => last.count = last.count.saturating_add(1),
            _ => spans.push(Span { count: 1, outcome }),
        }
    }
    spans
}

fn follows(last: &Span, next: Outcome) -> bool {
    let behind = |first: u64| first.saturating_add(u64::from(last.count));
    match (last.outcome, next) {
        (Outcome::Stored { first_leaf: a }, Outcome::Stored { first_leaf: b })
        | (Outcome::Known { first_leaf: a }, Outcome::Known { first_leaf: b }) => behind(a) == b,
        (a, b) => a == b,
    }
}

/// The ids stored now and the leaf of the first, if everything in the push that has a leaf is new: then
/// the leaves are consecutive.
fn stored(outcomes: &[One], base: u64) -> Option<(u64, Vec<Digest>)> {
    let (mut first, mut ids) = (None, Vec::new());
    for one in outcomes {
        match one {
            One::Placed(Placed::Stored(lsn), id) => {
                first.get_or_insert(lsn.0.saturating_add(base));
                ids.push(*id);
            }
            One::Placed(Placed::Known(_), _) => return None,
            One::Refused(_) | One::Later => {}
        }
    }
    first.map(|first| (first, ids))
}

/// The ranges of leaves that spans name, joined where they touch.
fn ranges(spans: &[Span]) -> Vec<LeafRange> {
    let mut ranges: Vec<LeafRange> = Vec::new();
    for span in spans {
        let (Outcome::Stored { first_leaf } | Outcome::Known { first_leaf }) = span.outcome else {
            continue;
        };
        let count = u64::from(span.count);
        match ranges.last_mut() {
            Some(last) if last.first.saturating_add(last.count) == first_leaf => {
                last.count = last.count.saturating_add(count);
            }
            _ => ranges.push(LeafRange {
                first: first_leaf,
                count,
            }),
        }
    }
    ranges
}
