//! The one thread that writes.
//!
//! Commands wait in a bounded queue. The thread takes what has gathered while it was committing, writes it
//! as one transaction, and answers when the disk has it: the busier it is, the larger the groups. A
//! checkpoint is signed only after the leaves below it are durable. After a commit that failed nobody knows
//! what the disk holds, so the thread takes nothing more.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use tala_protocol::cert::Directory;
use tala_protocol::time::UnixMs;

use super::commit::{Commit, Committed, Draft, Placed, Said};
use super::effects::Effects;
use super::error::AppError;
use super::ingest::Arrived;
use super::keys::Signer;
use super::limits::DeviceLimits;
use super::live::LiveHub;
use super::project::Write;
use super::proofs::{SignedCheckpoint, sign_checkpoint};
use super::shared::Shared;
use crate::store::projections::{LiveRow, PositionRow};
use crate::store::{StoreError, Tx, Writer};

/// Commands that may wait.
const QUEUE_LEN: usize = 1_024;
/// Commands in one transaction.
const GROUP_LEN_MAX: usize = 256;
/// A checkpoint is kept in the store at least each time the log has grown by this.
const KEEP_CHECKPOINT_EVERY: u64 = 4_096;

/// A checkpoint is kept in the store at least each time this long has passed, if anything was written.
const KEEP_CHECKPOINT_MS: i64 = 10 * 60_000;

/// Writes that have nothing to do with envelopes, feeds or the log.
pub type Change = Box<dyn FnMut(&mut dyn Tx) -> Result<(), StoreError> + Send>;
type Answer<T> = SyncSender<Result<T, AppError>>;

/// What became of a push.
#[derive(Debug, Clone)]
pub struct Pushed {
    /// What became of each envelope, in order.
    pub placed: Vec<Placed>,
    /// A checkpoint that covers them.
    pub checkpoint: Arc<SignedCheckpoint>,
}

enum Command {
    Push(Vec<Arrived>, Answer<Pushed>),
    Say(Vec<Draft>, Option<Arc<dyn Signer>>, Answer<Vec<Said>>),
    Change(Change, Answer<()>),
    Position(Box<PositionRow>, Arc<LiveHub>),
    BackedUp(u64, Answer<()>),
    Stop,
}

/// What a command came to inside the transaction, until that is durable.
enum Done {
    Pushed(Vec<Placed>),
    Said(Result<Vec<Said>, AppError>),
    Changed(Result<(), AppError>),
    Told(Option<LiveRow>),
}

/// Where commands are handed in.
#[derive(Debug)]
pub struct WriterHandle {
    commands: SyncSender<Command>,
    thread: std::sync::Mutex<Option<JoinHandle<()>>>,
    sound: Arc<AtomicBool>,
}

/// What the thread works with.
pub(super) struct WriterParts {
    pub(super) writer: Box<dyn Writer>,
    pub(super) effects: Arc<dyn Effects>,
    pub(super) office: Arc<dyn Signer>,
    pub(super) log_key: Arc<dyn Signer>,
    pub(super) limits: DeviceLimits,
    pub(super) directory: Arc<Shared<Directory>>,
    pub(super) checkpoint: Arc<Shared<SignedCheckpoint>>,
    /// Called after every durable group.
    pub(super) after: Box<dyn Fn() + Send>,
}

struct WriterThread {
    parts: WriterParts,
    kept_checkpoint: u64,
    kept_at: UnixMs,
    broken: bool,
    sound: Arc<AtomicBool>,
}

impl WriterHandle {
    /// Starts the thread.
    pub(super) fn start(parts: WriterParts) -> Result<Self, AppError> {
        let (commands, queue) = sync_channel(QUEUE_LEN);
        let sound = Arc::new(AtomicBool::new(true));
        let state = WriterThread {
            kept_checkpoint: 0,
            kept_at: UnixMs(0),
            broken: false,
            sound: Arc::clone(&sound),
            parts,
        };
        let spawned = std::thread::Builder::new()
            .name("tala-writer".into())
            .spawn(move || state.run(&queue));
        match spawned {
            Ok(thread) => Ok(Self {
                commands,
                thread: std::sync::Mutex::new(Some(thread)),
                sound,
            }),
            Err(_) => Err(AppError::Closed),
        }
    }

    /// Commits checked envelopes; returns when they are durable.
    pub fn push(&self, arrived: Vec<Arrived>) -> Result<Pushed, AppError> {
        self.ask(|answer| Command::Push(arrived, answer))
    }

    /// Says things as the office, all or none; returns when they are durable.
    pub fn say(&self, drafts: Vec<Draft>) -> Result<Vec<Said>, AppError> {
        self.ask(|answer| Command::Say(drafts, None, answer))
    }

    /// Says things with another key than the office's (the root's, at the founding).
    pub fn say_as(
        &self,
        signer: Arc<dyn Signer>,
        drafts: Vec<Draft>,
    ) -> Result<Vec<Said>, AppError> {
        self.ask(|answer| Command::Say(drafts, Some(signer), answer))
    }

    /// Writes something else; returns when it is durable. The change may run again within one transaction
    /// only if it failed; it must not touch envelopes, feeds, lists or the log.
    pub fn change(&self, change: Change) -> Result<(), AppError> {
        self.ask(|answer| Command::Change(change, answer))
    }

    /// Keeps a position with the next group, without waiting: it may be lost, the next one replaces it.
    pub(super) fn position(&self, row: PositionRow, live: Arc<LiveHub>) -> Result<(), AppError> {
        let command = Command::Position(Box::new(row), live);
        self.commands
            .send(command)
            .map_err(|_lost| AppError::Closed)
    }

    /// Whether writing goes on. After a commit that failed it does not: the process should end, and the
    /// store be opened and verified anew.
    pub fn is_sound(&self) -> bool {
        self.sound.load(Ordering::SeqCst)
    }

    /// Finishes what was handed in and ends the thread.
    pub fn stop(&self) {
        // A thread that has ended takes no command; there is nothing left to stop then.
        let _ = self.commands.send(Command::Stop);
        let thread = self.thread.lock().ok().and_then(|mut thread| thread.take());
        if let Some(thread) = thread {
            let _ = thread.join();
        }
    }

    /// Notes that leaves below this are in a verified backup.
    pub(super) fn backed_up(&self, below: u64) -> Result<(), AppError> {
        self.ask(|answer| Command::BackedUp(below, answer))
    }

    fn ask<T>(&self, command: impl FnOnce(Answer<T>) -> Command) -> Result<T, AppError> {
        let (answer, answered) = sync_channel(1);
        self.commands
            .send(command(answer))
            .map_err(|_lost| AppError::Closed)?;
        match answered.recv() {
            Ok(result) => result,
            Err(_) => Err(AppError::Closed),
        }
    }
}

impl WriterThread {
    fn run(mut self, queue: &Receiver<Command>) {
        while let Ok(first) = queue.recv() {
            let mut group = vec![first];
            while group.len() < GROUP_LEN_MAX {
                match queue.try_recv() {
                    Ok(command) => group.push(command),
                    Err(_) => break,
                }
            }
            let stop = group.iter().position(|c| matches!(c, Command::Stop));
            group.truncate(stop.unwrap_or(group.len()));
            if !group.is_empty() {
                self.commit(group);
            }
            if stop.is_some() {
                self.keep_last_checkpoint();
                break;
            }
        }
    }

    fn commit(&mut self, mut group: Vec<Command>) {
        if self.broken {
            return group.into_iter().for_each(|c| c.fail(&AppError::Closed));
        }
        match self.transact(&mut group) {
            Ok((done, committed)) => {
                let checkpoint = self.publish(&committed);
                (self.parts.after)();
                for (command, done) in group.into_iter().zip(done) {
                    command.answer(done, checkpoint.as_ref());
                }
            }
            Err(error) => {
                self.broken = matches!(error, StoreError::Commit(_));
                self.sound.store(!self.broken, Ordering::SeqCst);
                tracing::error!(
                    error = &error as &dyn std::error::Error,
                    "group not committed"
                );
                let error = AppError::from(error);
                group.into_iter().for_each(|c| c.fail(&error));
            }
        }
    }

    fn transact(&mut self, group: &mut [Command]) -> Result<(Vec<Done>, Committed), StoreError> {
        let parts = &mut self.parts;
        let (directory, now) = (parts.directory.get(), parts.effects.now());
        let latest = parts.checkpoint.get();
        let grown = latest.size >= self.kept_checkpoint.saturating_add(KEEP_CHECKPOINT_EVERY);
        let aged = now.0.saturating_sub(self.kept_at.0) >= KEEP_CHECKPOINT_MS;
        let keep = latest.size > self.kept_checkpoint && (grown || aged);
        let (office, limits) = (Arc::clone(&parts.office), parts.limits);
        let mut result = None;
        parts.writer.transact(&mut |tx| {
            if keep {
                tx.put_checkpoint(latest.size, &latest.note)?;
            }
            let mut commit = Commit::begin(tx, Arc::clone(&directory), now)?.within(&limits);
            let done = group
                .iter_mut()
                .map(|command| command.work(&mut commit, office.as_ref()))
                .collect::<Result<Vec<_>, _>>()?;
            result = Some((done, commit.finish()?));
            fail::fail_point!("writer-before-commit");
            Ok(())
        })?;
        fail::fail_point!("writer-after-commit");
        if keep {
            (self.kept_checkpoint, self.kept_at) = (latest.size, now);
        }
        result.ok_or(StoreError::Damaged("group"))
    }

    /// What the log came to is kept at the end, to be compared with by whoever verifies the store.
    fn keep_last_checkpoint(&mut self) {
        let latest = self.parts.checkpoint.get();
        if self.broken || latest.size <= self.kept_checkpoint {
            return;
        }
        let kept = self
            .parts
            .writer
            .transact(&mut |tx| tx.put_checkpoint(latest.size, &latest.note));
        if let Err(error) = kept {
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "last checkpoint not kept"
            );
        }
    }

    /// Makes a durable group known: directory, then checkpoint.
    fn publish(&self, committed: &Committed) -> Result<Arc<SignedCheckpoint>, AppError> {
        if let Some(directory) = &committed.directory {
            self.parts.directory.set(Arc::clone(directory));
        }
        let latest = self.parts.checkpoint.get();
        if latest.size == committed.frontier.size() && latest.log == committed.log.id {
            return Ok(latest);
        }
        let (log, frontier) = (committed.log.id, &committed.frontier);
        let signed = sign_checkpoint(self.parts.log_key.as_ref(), log, frontier)?;
        let signed = Arc::new(signed);
        self.parts.checkpoint.set(Arc::clone(&signed));
        Ok(signed)
    }
}

impl Command {
    fn work(&mut self, commit: &mut Commit<'_>, office: &dyn Signer) -> Result<Done, StoreError> {
        match self {
            Command::Push(arrived, _) => {
                let placed = commit.push(arrived)?;
                match commit.say_refusals(office) {
                    Err(AppError::Store(error)) => Err(unshared(error)),
                    _ => Ok(Done::Pushed(placed)),
                }
            }
            Command::Say(drafts, signer, _) => {
                let signer = signer.as_deref().unwrap_or(office);
                let said = drafts.iter().map(|draft| commit.say(draft, signer));
                let said = match said.collect::<Result<Vec<_>, _>>() {
                    Err(AppError::Store(error)) => return Err(unshared(error)),
                    said => said,
                };
                // What a revocation lets back in may turn out to be a fork.
                match commit.say_refusals(office) {
                    Err(AppError::Store(error)) => Err(unshared(error)),
                    _ => Ok(Done::Said(said)),
                }
            }
            Command::Change(change, _) => {
                let changed = commit.tx().part(change.as_mut());
                Ok(Done::Changed(changed.map_err(AppError::from)))
            }
            Command::Position(row, _) => {
                let write = Write::Position(PositionRow::clone(row));
                write.apply(commit.tx(), LiveHub::KEPT).map(Done::Told)
            }
            Command::BackedUp(below, _) => {
                commit.backed_up(*below);
                Ok(Done::Changed(Ok(())))
            }
            Command::Stop => Ok(Done::Changed(Ok(()))),
        }
    }

    /// Whoever asked may have gone away; then the answer is not needed.
    fn answer(self, done: Done, checkpoint: Result<&Arc<SignedCheckpoint>, &AppError>) {
        match (self, done) {
            (Command::Push(_, answer), Done::Pushed(placed)) => {
                let pushed = checkpoint.map(|checkpoint| Pushed {
                    placed,
                    checkpoint: Arc::clone(checkpoint),
                });
                let _ = answer.send(pushed.map_err(AppError::clone));
            }
            (Command::Say(_, _, answer), Done::Said(said)) => {
                let _ = answer.send(said);
            }
            (Command::Change(_, answer) | Command::BackedUp(_, answer), Done::Changed(changed)) => {
                let _ = answer.send(changed);
            }
            (Command::Position(_, live), Done::Told(told)) => {
                live.publish(told.into_iter().collect())
            }
            _ => {}
        }
    }

    fn fail(self, error: &AppError) {
        match self {
            Command::Push(_, answer) => drop(answer.send(Err(error.clone()))),
            Command::Say(_, _, answer) => drop(answer.send(Err(error.clone()))),
            Command::Change(_, answer) | Command::BackedUp(_, answer) => {
                drop(answer.send(Err(error.clone())))
            }
            Command::Position(..) | Command::Stop => {}
        }
    }
}

fn unshared(error: Arc<StoreError>) -> StoreError {
    Arc::try_unwrap(error).unwrap_or(StoreError::GivenUp)
}
