//! The live feed: what desks are told as it happens.
//!
//! Events are kept for a while with a number of their own, so that a page that lost its connection goes on
//! where it was ([`Centre::live_since`]). Whoever listens is told at once ([`Centre::listen`]); who falls
//! behind what the channel holds must read everything anew. Each event says whose it is; the listener asks
//! for each one whether its reader may see it.

use std::sync::Arc;

use tokio::sync::broadcast;

use super::centre::Centre;
use super::error::AppError;
use crate::store::projections::LiveRow;
use crate::store::read;

/// Events that a slow listener may be behind.
const CHANNEL_LEN: usize = 4_096;

/// Where events are told.
#[derive(Debug)]
pub struct LiveHub {
    told: broadcast::Sender<Arc<LiveRow>>,
}

/// What a page that comes back has missed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Missed {
    /// These events.
    Events(Vec<LiveRow>),
    /// More than is kept, or from another life of the feed: read everything anew. The number to go on from.
    TooMuch(u64),
}

impl LiveHub {
    /// Events that are kept to be gone on from.
    pub(super) const KEPT: u64 = 10_000;

    pub(super) fn new() -> Self {
        let (told, _) = broadcast::channel(CHANNEL_LEN);
        Self { told }
    }

    pub(super) fn publish(&self, rows: Vec<LiveRow>) {
        for row in rows {
            // Nobody listening is nothing wrong.
            let _ = self.told.send(Arc::new(row));
        }
    }
}

impl Centre {
    /// Listens from now on. A receiver that lags gets `Lagged`: it must send its page a `reset`.
    pub fn listen(&self) -> broadcast::Receiver<Arc<LiveRow>> {
        self.live.told.subscribe()
    }

    /// What came behind event `seq`. Listen first, then ask, then leave out what was asked already.
    pub fn live_since(&self, seq: u64) -> Result<Missed, AppError> {
        let missed = read(self.store.as_ref(), |reads| {
            let (first, last) = reads.live_window()?;
            let kept = seq.saturating_add(1) >= first && seq <= last;
            if !kept {
                return Ok(Missed::TooMuch(last));
            }
            let limit = usize::try_from(LiveHub::KEPT).unwrap_or(usize::MAX);
            Ok(Missed::Events(reads.live_after(seq, limit)?))
        })?;
        Ok(missed)
    }

    /// The number of the newest event: where a new page begins.
    pub fn live_end(&self) -> Result<u64, AppError> {
        Ok(read(self.store.as_ref(), |reads| reads.live_window())?.1)
    }
}
