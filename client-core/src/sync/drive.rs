//! Driving a sync with a key and a transport. Everything that may wait is here.

use tala_protocol::time::DeviceTimes;

use super::hold::{Alone, Hold};
use super::{Step, Summary, SyncError, SyncOptions, SyncSession};
use crate::beacon::signed_beacon;
use crate::engine::{Engine, EngineError};
use crate::media::{Blobs, upload};
use crate::published::fetch_published;
use crate::signer::{Signer, sign_lent};
use crate::store::Store;
use crate::transport::{Transport, TransportError};

/// Why a sync ended early. What was taken in before stays.
#[derive(Debug, thiserror::Error)]
pub enum DriveError {
    /// The link or the centre.
    #[error("talking to the centre")]
    Transport(#[from] TransportError),
    /// An answer was not taken.
    #[error("taking the centre's answer")]
    Sync(#[from] SyncError),
    /// The phone.
    #[error("preparing what to send")]
    Engine(#[from] EngineError),
}

/// What a drive needs beside the engine.
pub struct Surroundings<'a, T, G, B, C> {
    /// The link to the centre.
    pub transport: &'a mut T,
    /// The key.
    pub signer: &'a G,
    /// Where files are.
    pub blobs: &'a B,
    /// The clocks.
    pub clock: C,
    /// Battery, percent, for the beacon.
    pub battery_pct: Option<u8>,
}

/// Seals what is due, signs what waits, hands over and fetches until nothing is left.
pub async fn sync<S, T, G, B, C>(
    engine: &mut Engine<S>,
    with: &mut Surroundings<'_, T, G, B, C>,
    options: SyncOptions,
) -> Result<Summary, DriveError>
where
    S: Store,
    T: Transport,
    G: Signer,
    B: Blobs,
    C: Fn() -> DeviceTimes,
{
    sync_lent(&Alone::new(engine), with, options, |_| {}).await
}

/// The same with an engine that somebody else uses between the steps: what is recorded meanwhile does not
/// wait for a network. `progress` hears after each step how far it is.
pub async fn sync_lent<S, H, T, G, B, C>(
    hold: &H,
    with: &mut Surroundings<'_, T, G, B, C>,
    options: SyncOptions,
    progress: impl Fn(&Summary),
) -> Result<Summary, DriveError>
where
    S: Store,
    H: Hold<S>,
    T: Transport,
    G: Signer,
    B: Blobs,
    C: Fn() -> DeviceTimes,
{
    with.transport.ready().await;
    lend(hold, |engine| {
        engine.prepare_sync(options.why, (with.clock)())
    })?;
    sign_lent(hold, with.signer).await?;
    let beacon = signed_beacon(hold, with.signer, with.battery_pct).await?;
    let (mut session, mut step) = lend(hold, |engine| SyncSession::start(engine, options, beacon))?;
    loop {
        step = match step {
            Step::Done(mut summary) => {
                let now = (with.clock)();
                summary.published = fetch_published(hold, with.transport, options.why, now).await?;
                return Ok(summary);
            }
            step => take(hold, with, &mut session, step).await?,
        };
        progress(&session.summary);
    }
}

/// Does one step and says what is next.
async fn take<S, H, T, G, B, C>(
    hold: &H,
    with: &mut Surroundings<'_, T, G, B, C>,
    session: &mut SyncSession,
    step: Step,
) -> Result<Step, DriveError>
where
    S: Store,
    H: Hold<S>,
    T: Transport,
    G: Signer,
    B: Blobs,
    C: Fn() -> DeviceTimes,
{
    match step {
        Step::Send(frame) => match with.transport.sync(frame).await {
            Ok(answer) => lend(hold, |engine| {
                session.on_reply(engine, &answer, (with.clock)())
            }),
            Err(error) => wait_out(hold, with, session, error).await,
        },
        Step::Upload(hash) => match upload(hold, with.transport, with.blobs, hash).await {
            Ok((sent, complete)) => lend(hold, |engine| {
                session.on_uploaded(engine, hash, sent, complete, (with.clock)())
            }),
            Err(DriveError::Transport(error)) if error.retry.is_about_one() => {
                tracing::warn!(%hash, %error, "a file is put off");
                lend(hold, |engine| {
                    session.on_put_off(engine, hash, (with.clock)())
                })
            }
            Err(DriveError::Transport(error)) => wait_out(hold, with, session, error).await,
            Err(error) => Err(error),
        },
        Step::Done(summary) => Ok(Step::Done(summary)),
    }
}

/// Waits as the centre asked for, signs what was written meanwhile, and says what is next by then.
async fn wait_out<S, H, T, G, B, C>(
    hold: &H,
    with: &mut Surroundings<'_, T, G, B, C>,
    session: &mut SyncSession,
    failure: TransportError,
) -> Result<Step, DriveError>
where
    S: Store,
    H: Hold<S>,
    T: Transport,
    G: Signer,
    C: Fn() -> DeviceTimes,
{
    if !with.transport.tries_again(&failure) {
        return Err(failure.into());
    }
    tracing::debug!(what = %failure, "the centre asks for time");
    with.transport.ready().await;
    sign_lent(hold, with.signer).await?;
    lend(hold, |engine| session.on_waited(engine, (with.clock)()))
}

/// One step with the engine.
fn lend<S, R, E>(
    hold: &impl Hold<S>,
    work: impl FnOnce(&mut Engine<S>) -> Result<R, E>,
) -> Result<R, DriveError>
where
    DriveError: From<E>,
{
    let done = hold.lend(work).map_err(EngineError::from)?;
    Ok(done?)
}

impl<S: Store> Engine<S> {
    /// Before a sync: seals what this kind of sync must hand over.
    pub fn prepare_sync(&mut self, why: super::Why, now: DeviceTimes) -> Result<(), EngineError> {
        let moving = self.moved_to(now).is_some();
        if why != super::Why::Periodic || moving || self.is_seal_due(now) {
            self.seal(now)?;
        }
        Ok(())
    }
}
