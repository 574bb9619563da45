//! A sync under way: its progress, its end, and how to stop it.

use std::sync::Arc;

use tala_client::outbox::Link as Quality;
use tala_client::sync::{Summary, SyncOptions, Why};
use tokio::sync::watch;

use crate::error::TalaError;
use crate::foreign::Listener;
use crate::phone::{Alive, Link};

/// What a sync may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Record)]
pub struct SyncAsk {
    /// Whether the officer asked; else it was time.
    pub by_officer: bool,
    /// Whether the link is weak: small batches, thumbnails before tracks.
    pub weak: bool,
    /// Whether originals are sent too.
    pub originals: bool,
}

/// How far a sync is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, uniffi::Record)]
pub struct SyncProgress {
    /// Requests that were answered.
    pub round_trips: u32,
    /// Envelopes that the centre now has.
    pub handed_over: u64,
    /// Envelopes that a receipt now covers.
    pub proved: u64,
    /// Envelopes that are new here.
    pub fetched: u64,
    /// Envelopes that the centre refused.
    pub refused: u64,
    /// Files that the centre now has whole.
    pub uploaded: u64,
    /// Files that it could not take yet.
    pub put_off: u64,
    /// Whether the centre asked to send the rest later.
    pub later: bool,
    /// Whether it is over.
    pub done: bool,
}

/// A sync under way.
#[derive(uniffi::Object)]
pub struct SyncRun {
    state: watch::Receiver<State>,
    cancel: watch::Sender<bool>,
}

#[derive(Debug, Clone)]
struct State {
    progress: SyncProgress,
    failed: Option<TalaError>,
}

#[uniffi::export]
impl SyncRun {
    /// How far it is.
    pub fn progress(&self) -> Result<SyncProgress, TalaError> {
        Ok(self.state.borrow().progress)
    }

    /// Stops it at the next wait. What was taken in before stays.
    pub fn cancel(&self) -> Result<(), TalaError> {
        // Nobody listens any more where it is over already.
        self.cancel.send_replace(true);
        Ok(())
    }

    /// Its end. Letting this go does not stop the sync; [`SyncRun::cancel`] does, and turning the phone
    /// off.
    pub async fn finished(&self) -> Result<SyncProgress, TalaError> {
        let mut state = self.state.clone();
        let over = state.wait_for(|state| state.progress.done).await;
        match over {
            Ok(state) => match &state.failed {
                Some(failed) => Err(failed.clone()),
                None => Ok(state.progress),
            },
            Err(_gone) => Err(TalaError::Broken),
        }
    }
}

/// Tells how far a sync is, and in any case that it is over.
struct Teller {
    say: watch::Sender<State>,
    listener: Arc<dyn Listener>,
}

impl Teller {
    fn tell(&self, progress: SyncProgress, failed: Option<TalaError>, version: u64) {
        self.say.send_replace(State { progress, failed });
        if let Err(deaf) = self.listener.changed(version) {
            tracing::warn!(%deaf, "the listener failed");
        }
    }

    fn over(&self) -> SyncProgress {
        SyncProgress {
            done: true,
            ..self.say.borrow().progress
        }
    }
}

impl Drop for Teller {
    fn drop(&mut self) {
        let over = self.over();
        let failed = match std::thread::panicking() {
            true => TalaError::Broken,
            false => TalaError::Cancelled,
        };
        // Nobody told the end: it was taken down with the phone, or fell.
        self.say.send_if_modified(|state| {
            let open = !state.progress.done;
            if open {
                *state = State {
                    progress: over,
                    failed: Some(failed),
                };
            }
            open
        });
    }
}

impl SyncRun {
    /// A sync and the work that is to be spawned for it.
    pub(crate) fn prepare(
        alive: Arc<Alive>,
        mut link: Link,
        listener: Arc<dyn Listener>,
        ask: SyncAsk,
    ) -> (Arc<Self>, impl Future<Output = ()> + Send + 'static) {
        let (say, state) = watch::channel(State {
            progress: SyncProgress::default(),
            failed: None,
        });
        let (cancel, mut cancelled) = watch::channel(false);
        let teller = Teller { say, listener };
        let work = async move {
            // Nobody waits for an ear: a version that cannot be read is told as none.
            let version = || alive.handset.version().unwrap_or(0);
            let told = |summary: &Summary| teller.tell(shown(summary, false), None, version());
            let ended = tokio::select! {
                biased;
                Ok(_) = cancelled.wait_for(|cancelled| *cancelled) => Err(TalaError::Cancelled),
                done = alive.handset.sync(&mut link, options(ask), told) => {
                    done.map_err(TalaError::from)
                }
            };
            let version = version();
            // Whoever hears of the end may open the folder anew: it is free by then.
            drop(alive);
            match ended {
                Ok(summary) => teller.tell(shown(&summary, true), None, version),
                Err(failed) => teller.tell(teller.over(), Some(failed), version),
            }
        };
        (Arc::new(Self { state, cancel }), work)
    }
}

fn options(ask: SyncAsk) -> SyncOptions {
    SyncOptions {
        why: if ask.by_officer {
            Why::Officer
        } else {
            Why::Periodic
        },
        link: if ask.weak {
            Quality::Weak
        } else {
            Quality::Good
        },
        originals: ask.originals,
    }
}

fn shown(summary: &Summary, done: bool) -> SyncProgress {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    SyncProgress {
        round_trips: summary.round_trips,
        handed_over: count(summary.handed_over),
        proved: count(summary.proved),
        fetched: count(summary.fetched),
        refused: count(summary.refused),
        uploaded: count(summary.uploaded),
        put_off: count(summary.put_off),
        later: summary.later,
        done,
    }
}
