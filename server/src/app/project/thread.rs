//! The thread that follows the log.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::Duration;

use tala_protocol::cert::Directory;

use super::batch::Batch;
use super::documents::Documents;
use super::{InForce, Zones};
use crate::app::error::AppError;
use crate::app::live::LiveHub;
use crate::app::shared::Shared;
use crate::app::writer::WriterHandle;
use crate::store::{Lsn, Store, read};

/// Envelopes in one batch.
const BATCH_LEN: usize = 512;
/// How long to wait before looking again after something failed.
const RETRY: Duration = Duration::from_secs(1);

/// What projecting works with.
pub(in crate::app) struct Projector {
    pub(in crate::app) store: Arc<dyn Store>,
    pub(in crate::app) writer: Arc<WriterHandle>,
    pub(in crate::app) directory: Arc<Shared<Directory>>,
    pub(in crate::app) zones: Arc<Shared<Zones>>,
    pub(in crate::app) in_force: Arc<Shared<InForce>>,
    pub(in crate::app) documents: Documents,
    /// Envelopes below this were projected before everything was to be made again.
    pub(in crate::app) made_before: Lsn,
    pub(in crate::app) live: Arc<LiveHub>,
}

/// Progress, and the bell that wakes the thread.
#[derive(Debug, Default)]
pub(in crate::app) struct Progress {
    /// Envelopes below this are projected.
    done: AtomicU64,
    stop: AtomicBool,
    /// Everything is to be made again.
    again: AtomicBool,
    /// How often other registries came into force, and how many of these times incidents were judged by.
    in_force: AtomicU64,
    judged: AtomicU64,
    rung: Mutex<u64>,
    bell: Condvar,
}

/// The running thread.
#[derive(Debug)]
pub(in crate::app) struct ProjectorHandle {
    progress: Arc<Progress>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Progress {
    /// Says that something was committed.
    pub(in crate::app) fn ring(&self) {
        let mut rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        *rung = rung.wrapping_add(1);
        self.bell.notify_all();
    }

    /// Incidents are to be judged by what is in force now.
    fn judge(&self) {
        self.in_force.fetch_add(1, Ordering::SeqCst);
        self.ring();
    }

    fn is_to_judge(&self) -> bool {
        self.judged.load(Ordering::SeqCst) < self.in_force.load(Ordering::SeqCst)
    }

    fn wait(&self, heard: &mut u64, at_most: Duration) {
        let rung = self.rung.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = self.bell.wait_timeout_while(rung, at_most, |rung| {
            *rung == *heard && !self.stop.load(Ordering::SeqCst)
        });
        let (rung, _) = waited.unwrap_or_else(PoisonError::into_inner);
        *heard = *rung;
    }
}

impl ProjectorHandle {
    /// Starts following the log.
    pub(in crate::app) fn start(
        projector: Projector,
        progress: Arc<Progress>,
    ) -> Result<Self, AppError> {
        let done = read(projector.store.as_ref(), |reads| reads.projected_to())?;
        progress.done.store(done.0, Ordering::SeqCst);
        progress.judge();
        let shared = Arc::clone(&progress);
        let thread = std::thread::Builder::new()
            .name("tala-projector".into())
            .spawn(move || projector.run(&shared));
        match thread {
            Ok(thread) => Ok(Self {
                progress,
                thread: Mutex::new(Some(thread)),
            }),
            Err(_) => Err(AppError::Closed),
        }
    }

    /// Envelopes below this are projected.
    pub(in crate::app) fn done(&self) -> Lsn {
        Lsn(self.progress.done.load(Ordering::SeqCst))
    }

    /// Has everything made again from the beginning; returns at once.
    pub(in crate::app) fn make_again(&self) {
        self.progress.again.store(true, Ordering::SeqCst);
        self.progress.ring();
    }

    /// Whether a making again was asked for and has not begun.
    pub(in crate::app) fn is_to_begin_again(&self) -> bool {
        self.progress.again.load(Ordering::SeqCst)
    }

    /// Has incidents judged by what is in force now; returns at once.
    pub(in crate::app) fn judge(&self) {
        self.progress.judge();
    }

    /// Whether incidents are still judged by what was in force before.
    pub(in crate::app) fn is_to_judge(&self) -> bool {
        self.progress.is_to_judge()
    }

    /// Ends the thread after its present batch.
    pub(in crate::app) fn stop(&self) {
        self.progress.stop.store(true, Ordering::SeqCst);
        self.progress.ring();
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = thread.take() {
            let _ = thread.join();
        }
    }
}

impl Projector {
    fn run(mut self, progress: &Progress) {
        let mut heard = 0;
        while !progress.stop.load(Ordering::SeqCst) {
            let step = if progress.again.load(Ordering::SeqCst) {
                self.begin_again(progress)
            } else if progress.is_to_judge() {
                self.judge(progress)
            } else {
                self.step()
            };
            match step {
                Ok(Some(done)) => progress.done.store(done.0, Ordering::SeqCst),
                Ok(None) => progress.wait(&mut heard, RETRY),
                Err(AppError::Closed) => break,
                Err(error) => {
                    // Half-taken documents are thrown away; the batch is done again from its beginning.
                    self.documents = Documents::default();
                    tracing::error!(
                        error = &error as &dyn std::error::Error,
                        "batch not projected"
                    );
                    progress.wait(&mut heard, RETRY);
                }
            }
        }
    }

    fn begin_again(&mut self, progress: &Progress) -> Result<Option<Lsn>, AppError> {
        self.documents = Documents::default();
        let made = read(self.store.as_ref(), |reads| reads.projected_to())?;
        self.made_before = self.made_before.max(made);
        let forget = Box::new(|tx: &mut dyn crate::store::Tx| tx.forget_projections());
        self.writer.change(forget)?;
        progress.done.store(0, Ordering::SeqCst);
        progress.again.store(false, Ordering::SeqCst);
        Ok(Some(Lsn(0)))
    }

    fn judge(&mut self, progress: &Progress) -> Result<Option<Lsn>, AppError> {
        // Counted before the registries are read: what comes into force meanwhile is judged by once more.
        let in_force = progress.in_force.load(Ordering::SeqCst);
        self.judge_anew()?;
        progress.judged.store(in_force, Ordering::SeqCst);
        Ok(Some(Lsn(progress.done.load(Ordering::SeqCst))))
    }

    /// Projects one batch; nothing to do is `None`.
    pub(in crate::app) fn step(&mut self) -> Result<Option<Lsn>, AppError> {
        let store = Arc::clone(&self.store);
        let (mut done, mut made) = (None, Batch::until(Lsn(0)));
        store.reading(&mut |reads| {
            let from = reads.projected_to()?;
            let envelopes = reads.envelopes_from(from, BATCH_LEN)?;
            if let Some(last) = envelopes.last() {
                done = Some(Lsn(last.lsn.0.saturating_add(1)));
                made = self.project(reads, &envelopes)?;
            }
            Ok(())
        })?;
        let Some(done) = done else {
            return Ok(None);
        };
        self.keep(made, done)?;
        Ok(Some(done))
    }

    pub(super) fn keep(&mut self, mut batch: Batch, done: Lsn) -> Result<(), AppError> {
        let verdicts = std::mem::take(&mut batch.verdicts);
        if !verdicts.is_empty() {
            self.writer.say(verdicts)?;
        }
        fail::fail_point!("projector-before-keep");
        let (writes, live) = (batch.into_writes(), Arc::clone(&self.live));
        let told = Arc::new(Mutex::new(Vec::new()));
        let tell = Arc::clone(&told);
        self.writer.change(Box::new(move |tx| {
            let mut told = tell.lock().unwrap_or_else(PoisonError::into_inner);
            told.clear();
            for write in &writes {
                told.extend(write.apply(tx, LiveHub::KEPT)?);
            }
            tx.set_projected_to(done)
        }))?;
        fail::fail_point!("projector-after-keep");
        let told = std::mem::take(&mut *told.lock().unwrap_or_else(PoisonError::into_inner));
        live.publish(told);
        Ok(())
    }
}
