//! A handset: the engine with the key, the files and the clocks around it, and the verbs of screens.
//!
//! You are in the right place if you put a screen on a phone: Android, iOS or a browser. One
//! [`Handset`] serves one folder or one browser store. Every verb takes what an officer did and returns
//! when it is durable; what is shown is a snapshot that a screen asks for anew whenever
//! [`Handset::version`] has moved. The same verbs travel as JSON messages ([`message`]), so that a web
//! view and its shell speak one language. What a verb means is decided in [`crate::engine`]; here nothing
//! is decided, only put together.
//!
//! A handset may be used from several threads. A sync under way holds the engine only between its
//! requests: a fix that is delivered meanwhile is durable at once.

pub mod answer;
pub mod ask;
mod edit;
mod incidents;
mod kept;
pub mod message;
mod others;
mod page;
mod plans;
mod receiver;
mod recording;
mod reference;
mod safe;
pub mod shell;
mod urgent;
mod withdraw;

use std::sync::{Mutex, MutexGuard};

use tala_protocol::hash::Digest;
use tala_protocol::time::DeviceTimes;

use crate::engine::{Engine, EngineError, Opening};
use crate::entropy::Entropy;
use crate::identity::Identity;
use crate::install::InstallMarker;
use crate::leaving::{Proof, Stays, Unproved, Why};
use crate::media::{Blobs, MediaError, fetch_thumbs};
use crate::outbox::Link;
use crate::signer::{Signer, SignerError};
use crate::store::Store;
use crate::sync::drive::{DriveError, Surroundings, sync_lent};
use crate::sync::hold::{Gone, Hold};
use crate::sync::{Summary, SyncOptions};
use crate::transport::Transport;

/// What surrounds an engine on one platform.
pub trait Platform {
    /// The key.
    type Key: Signer;
    /// The files.
    type Files: Blobs;

    /// The clocks now.
    fn now(&self) -> DeviceTimes;

    /// Sixteen bytes that nobody can guess.
    fn random16(&self) -> [u8; 16];

    /// The key of this device.
    fn key(&self) -> &Self::Key;

    /// The battery, percent, where the platform says.
    fn battery_pct(&self) -> Option<u8>;
}

/// A phone that is on.
#[derive(Debug)]
pub struct Handset<S, P: Platform> {
    inner: Mutex<Inner<S, P::Files>>,
    platform: P,
}

#[derive(Debug)]
struct Inner<S, F> {
    engine: Engine<S>,
    files: F,
    version: u64,
}

/// Why a verb did nothing.
#[derive(Debug, thiserror::Error)]
pub enum HandsetError {
    /// The engine refused; nothing happened.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// A field of the question is not what it should be.
    #[error("{field} is not {wanted}")]
    Input {
        /// Which field.
        field: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// There is no such record of that type here.
    #[error("no such record: {0}")]
    Unknown(String),
    /// An earlier verb died half way. What is stored is sound: open the handset again.
    #[error("an earlier call failed; open the phone again")]
    Broken,
    /// Something here has no receipt; it is not deleted.
    #[error(transparent)]
    Unproved(#[from] Unproved),
    /// Nothing to undo or to choose between.
    #[error("there is nothing to choose in {0}")]
    NoConflict(String),
    /// Talking to the centre.
    #[error(transparent)]
    Sync(#[from] DriveError),
}

/// Randomness of a platform, as the engine wants it.
struct Random<'a, P>(&'a P);

impl<P: Platform> Entropy for Random<'_, P> {
    fn bytes16(&mut self) -> [u8; 16] {
        self.0.random16()
    }
}

impl<S: Store, P: Platform> Handset<S, P> {
    /// Takes up where the phone left off. It must be enrolled.
    pub fn open(
        store: S,
        marker: Box<dyn InstallMarker>,
        files: P::Files,
        platform: P,
    ) -> Result<(Self, Opening), EngineError> {
        let now = platform.now();
        let (mut engine, opening) = Engine::open(store, marker, now, &mut Random(&platform))?;
        if opening.restored {
            engine.check_files(&files)?;
        }
        let inner = Mutex::new(Inner {
            engine,
            files,
            version: 1,
        });
        Ok((Self { inner, platform }, opening))
    }

    /// Moves whenever anything that a screen shows may have changed.
    pub fn version(&self) -> Result<u64, HandsetError> {
        Ok(self.lock()?.version)
    }

    /// An orderly end: the next opening will not take it for a kill.
    pub fn rest(&self) -> Result<(), HandsetError> {
        self.write(|engine, _| Ok(engine.rest()?))
    }

    /// Who this phone is.
    pub fn identity(&self) -> Result<Identity, HandsetError> {
        Ok(self.lock()?.engine.identity().clone())
    }

    /// Takes it apart. It holds nothing that is not in the parts.
    #[allow(clippy::type_complexity, reason = "the four things it was made of")]
    pub fn into_parts(self) -> Result<(S, Box<dyn InstallMarker>, P::Files, P), HandsetError> {
        let inner = self.inner.into_inner();
        let inner = inner.map_err(|_poisoned| HandsetError::Broken)?;
        let (store, marker) = inner.engine.into_parts();
        Ok((store, marker, inner.files, self.platform))
    }

    /// Closes it for good, if the centre has everything: the proof without which no folder is wiped.
    /// Otherwise nothing happened, and it is given back.
    pub fn leave(self) -> Result<Proof, Box<Stays<Self, HandsetError>>> {
        let Self { inner, platform } = self;
        let Ok(inner) = inner.into_inner() else {
            return Err(Box::new(Stays {
                held: None,
                why: HandsetError::Broken,
            }));
        };
        let (files, version) = (inner.files, inner.version);
        inner.engine.leave().map_err(|stays| {
            let held = stays.held.map(|engine| Self {
                inner: Mutex::new(Inner {
                    engine,
                    files,
                    version,
                }),
                platform,
            });
            let why = match stays.why {
                Why::Unproved(unproved) => unproved.into(),
                Why::Engine(error) => error.into(),
            };
            Box::new(Stays { held, why })
        })
    }

    /// What surrounds it.
    pub fn platform(&self) -> &P {
        &self.platform
    }

    /// Signs what waits for the key, as far as the key is at hand. Returns how many were signed, and why
    /// it stopped early.
    pub async fn sign_waiting(&self) -> Result<(usize, Option<SignerError>), HandsetError> {
        let signed = crate::signer::sign_lent(self, self.platform.key()).await?;
        Ok((signed.signed, signed.stopped))
    }

    /// Hands over and fetches until nothing is left; on a good link also small pictures of what others
    /// report.
    pub async fn sync<T: Transport>(
        &self,
        transport: &mut T,
        options: SyncOptions,
        progress: impl Fn(&Summary),
    ) -> Result<Summary, HandsetError>
    where
        P::Files: Clone,
    {
        let mut files = self.lock()?.files.clone();
        let mut with = Surroundings {
            transport,
            signer: self.platform.key(),
            blobs: &files,
            clock: || self.platform.now(),
            battery_pct: self.platform.battery_pct(),
        };
        let summary = sync_lent(self, &mut with, options, progress).await;
        self.write(|_, _| Ok(()))?;
        if summary.is_ok() && options.link == Link::Good {
            let now = self.platform.now();
            let came = fetch_thumbs(self, transport, &mut files, now).await;
            self.write(|_, own| Ok(carry_over(&files, own, &came)?))?;
        }
        Ok(summary?)
    }

    /// Runs `work` with the engine, for reading.
    fn read<R>(
        &self,
        work: impl FnOnce(&mut Engine<S>) -> Result<R, HandsetError>,
    ) -> Result<R, HandsetError> {
        work(&mut self.lock()?.engine)
    }

    /// Runs `work` with the engine and the files; what is shown may change by it.
    fn write<R>(
        &self,
        work: impl FnOnce(&mut Engine<S>, &mut P::Files) -> Result<R, HandsetError>,
    ) -> Result<R, HandsetError> {
        let mut inner = self.lock()?;
        let Inner {
            engine,
            files,
            version,
        } = &mut *inner;
        *version = version.saturating_add(1);
        work(engine, files)
    }

    fn lock(&self) -> Result<MutexGuard<'_, Inner<S, P::Files>>, HandsetError> {
        self.inner.lock().map_err(|_poisoned| HandsetError::Broken)
    }

    fn random(&self) -> Random<'_, P> {
        Random(&self.platform)
    }
}

/// What a sync fetched, where its copy of the files does not share their place.
fn carry_over<F: Blobs>(from: &F, to: &mut F, came: &[Digest]) -> Result<(), EngineError> {
    for hash in came {
        if let Some(bytes) = from.get(hash).map_err(MediaError::from)? {
            to.put(hash, &bytes).map_err(MediaError::from)?;
        }
    }
    Ok(())
}

impl<S: Store, P: Platform> Hold<S> for Handset<S, P> {
    fn lend<R>(&self, work: impl FnOnce(&mut Engine<S>) -> R) -> Result<R, Gone> {
        let mut inner = self.inner.lock().map_err(|_poisoned| Gone)?;
        inner.version = inner.version.saturating_add(1);
        Ok(work(&mut inner.engine))
    }
}
