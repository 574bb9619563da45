//! A phone: one folder, one keystore, and the verbs of its screens.

mod around;
mod files;
mod inside;
mod leaving;
#[cfg(feature = "probes")]
mod probes;
mod snapshot;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use tala_client::folder::Folder;
use tala_client::handset::message::handle;
use tala_client::handset::{Handset, answer, ask};
use tala_client::store::sqlite::SqliteStore;
use tala_client::transport::http::HttpTransport;
use tala_protocol::sync::enrol::EnrolmentCode;
use tokio::runtime::Runtime;
use tokio::task::JoinHandle;

use crate::error::TalaError;
use crate::foreign::{Device, Keystore, Listener};
use crate::platform::{PlatformKey, Pocket, SystemEntropy};
use crate::run::{SyncAsk, SyncRun};
use around::Around;
pub use files::TakenIn;
pub(crate) use inside::Alive;
use inside::{Inside, State, encrypted, turn_on};
pub use leaving::KeyHolder;
pub use snapshot::{Screen, Shown, Snapshot};

/// Longest wait for what is under way when a phone is turned off.
const QUIET_MAX: Duration = Duration::from_secs(5);

/// The handset that this platform has.
pub(crate) type Here = Handset<SqliteStore, Pocket>;

/// The link that this platform has.
pub(crate) type Link = HttpTransport<PlatformKey, SystemEntropy, fn() -> i64>;

/// How a phone is opened.
#[derive(Clone, uniffi::Record)]
pub struct OpenOptions {
    /// The folder that this phone alone uses.
    pub folder: String,
    /// The only roots that are trusted, PEM; without them the platform's.
    pub roots_pem: Option<Vec<u8>>,
    /// The key of everything in the folder: 32 random bytes that the platform's keystore keeps. A build for
    /// phones opens nothing without one.
    #[uniffi(default = None)]
    pub key: Option<Vec<u8>>,
}

/// How a phone came up.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Opened {
    /// Whether it is enrolled; if not, only [`Phone::enrol`] does anything.
    pub enrolled: bool,
    /// Whether its store came from a backup.
    pub restored: bool,
    /// Why the recording was cut off, if one was: `killed`, `off`.
    pub interrupted: Option<String>,
}

/// Who a phone is after enrolment.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Enrolled {
    /// The device, hex.
    pub device: String,
    /// The unit, hex.
    pub unit: String,
    /// Whose phone it is, hex.
    pub person: Option<String>,
    /// Where the centre is.
    pub url: String,
}

/// How signing what waits for the key went.
#[derive(Debug, Clone, PartialEq, Eq, uniffi::Record)]
pub struct Signed {
    /// Signatures added.
    pub signed: u64,
    /// Why it stopped early, if it did; what is left waits for the key.
    pub stopped: Option<String>,
}

/// A phone.
///
/// Nothing here waits for the keystore or a network on the caller's thread, so a keystore may ask the
/// officer on the main one: what signs or sends is done on a thread of the library, and awaited.
#[derive(uniffi::Object)]
pub struct Phone {
    inside: Arc<Inside>,
    /// None once the phone is off.
    runtime: Mutex<Option<Runtime>>,
}

#[uniffi::export]
impl Phone {
    /// Opens a folder, enrolled or not. One program at a time may have it.
    #[uniffi::constructor]
    pub fn open(
        mut options: OpenOptions,
        keystore: Arc<dyn Keystore>,
        device: Arc<dyn Device>,
        listener: Arc<dyn Listener>,
    ) -> Result<Arc<Self>, TalaError> {
        let pocket = Pocket::new(keystore, device).map_err(|error| TalaError::Key {
            reason: tala_client::handset::message::chain(&error),
        })?;
        let path = std::path::PathBuf::from(&options.folder);
        let folder = Folder::take(&path).map_err(|error| TalaError::storage(&error))?;
        let folder = encrypted(folder, options.key.take())?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tala")
            .enable_all()
            .build()
            .map_err(|error| TalaError::storage(&error))?;
        let state = turn_on(folder, pocket.clone())?;
        let inside = Inside {
            options,
            pocket,
            listener,
            around: Around::default(),
            state: Mutex::new(state),
        };
        Ok(Arc::new(Self {
            inside: Arc::new(inside),
            runtime: Mutex::new(Some(runtime)),
        }))
    }

    /// How it came up.
    pub fn opened(&self) -> Result<Opened, TalaError> {
        match &*self.inside.lock()? {
            State::Blank(_) | State::Enrolling => Ok(Opened {
                enrolled: false,
                restored: false,
                interrupted: None,
            }),
            State::On(alive) => Ok(alive.opened.clone()),
            State::Off => Err(TalaError::Closed),
        }
    }

    /// An orderly end. What is under way is cancelled, and the folder is free when this returns. Every
    /// later call says that the phone is closed.
    pub fn turn_off(&self) -> Result<(), TalaError> {
        let before = std::mem::replace(&mut *self.inside.lock()?, State::Off);
        self.quiet();
        self.inside.steer();
        if let State::On(alive) = before {
            alive.handset.rest()?;
        }
        Ok(())
    }

    /// Makes this phone known to the centre of an enrolment code. Takes as long as the network and the
    /// keystore do. Whoever stops waiting for it does not stop it: a code is good once.
    pub async fn enrol(&self, code: String, name: String) -> Result<Enrolled, TalaError> {
        let code: EnrolmentCode = code.parse().map_err(|_why| TalaError::Input {
            field: "code".to_owned(),
            wanted: "an enrolment code".to_owned(),
        })?;
        let inside = Arc::clone(&self.inside);
        let work = self.spawn(async move { inside.enrol(code, name).await })?;
        ended(work).await
    }

    /// Signs what waits for the key, as far as the key is at hand: for when the device was unlocked. A
    /// sync does it by itself.
    pub async fn sign_waiting(&self) -> Result<Signed, TalaError> {
        let alive = self.inside.on()?;
        let work = self.spawn(async move {
            let (signed, stopped) = alive.handset.sign_waiting().await?;
            Ok(Signed {
                signed: u64::try_from(signed).unwrap_or(u64::MAX),
                stopped: stopped.map(|why| why.to_string()),
            })
        })?;
        let signed = ended(work).await?;
        self.inside.changed();
        Ok(signed)
    }

    /// A verb as a JSON message, for a web view. Bytes of files do not travel here.
    pub fn call(&self, message: String) -> Result<String, TalaError> {
        let answered = handle(&self.on()?.handset, &message);
        self.inside.changed();
        Ok(answered)
    }

    /// Moves whenever anything that a screen shows may have changed.
    pub fn version(&self) -> Result<u64, TalaError> {
        Ok(self.on()?.handset.version()?)
    }

    /// What the recording screen shows; none where no patrol is going on.
    pub fn recording(&self) -> Result<Option<answer::Recording>, TalaError> {
        Ok(self.on()?.handset.recording()?)
    }

    /// Sets out.
    pub fn start_patrol(&self, patrol: ask::PatrolIn) -> Result<answer::Recording, TalaError> {
        self.write(|handset| handset.start_patrol(&patrol))
    }

    /// Takes a fix. It is durable when this returns.
    pub fn deliver(&self, fix: ask::FixIn) -> Result<answer::Delivered, TalaError> {
        self.write(|handset| handset.deliver(&fix))
    }

    /// Takes many fixes of the past at once: all of them or none.
    pub fn deliver_batch(&self, fixes: Vec<ask::FixIn>) -> Result<answer::Delivered, TalaError> {
        self.write(|handset| handset.deliver_batch(&fixes))
    }

    /// Says that there are no fixes since the last one: `no_fix`, `low_battery`, `killed`, `off`.
    pub fn note_gap(&self, cause: String) -> Result<(), TalaError> {
        self.write(|handset| handset.note_gap(&cause))
    }

    /// Pauses.
    pub fn pause(&self) -> Result<answer::Recording, TalaError> {
        self.write(Here::pause)
    }

    /// Goes on.
    pub fn resume(&self) -> Result<answer::Recording, TalaError> {
        self.write(Here::resume)
    }

    /// Goes on by another transport.
    pub fn change_leg(&self, transport: String) -> Result<answer::Recording, TalaError> {
        self.write(|handset| handset.change_leg(&transport))
    }

    /// Comes back.
    pub fn stop_patrol(&self) -> Result<answer::Recording, TalaError> {
        self.write(Here::stop_patrol)
    }

    /// The track of a patrol, a part for each stretch between gaps.
    pub fn track(&self, patrol: String) -> Result<Vec<answer::TrackPart>, TalaError> {
        Ok(self.on()?.handset.track(&patrol)?)
    }

    /// Makes an incident and returns the id of its record.
    pub fn report(&self, incident: ask::IncidentIn) -> Result<String, TalaError> {
        self.write(|handset| handset.report(&incident))
    }

    /// Writes in an incident.
    pub fn edit_incident(&self, id: String, incident: ask::IncidentIn) -> Result<(), TalaError> {
        self.write(|handset| handset.edit_incident(&id, &incident))
    }

    /// Attaches a file by its path and returns its SHA-256. The file itself is not needed afterwards.
    pub fn attach(
        &self,
        incident: String,
        path: String,
        file: ask::FileIn,
    ) -> Result<String, TalaError> {
        let bytes = std::fs::read(&path).map_err(|error| TalaError::storage(&error))?;
        self.write(|handset| handset.attach(&incident, &file, &bytes))
    }

    /// Every incident on this phone, oldest first.
    pub fn incidents(&self) -> Result<Vec<answer::IncidentLine>, TalaError> {
        Ok(self.on()?.handset.incidents()?)
    }

    /// The page of an incident.
    pub fn incident(&self, id: String) -> Result<answer::IncidentPage, TalaError> {
        Ok(self.on()?.handset.incident(&id)?)
    }

    /// Chooses one of the values that several people wrote at once.
    pub fn choose(&self, id: String, field: String, choice: u32) -> Result<(), TalaError> {
        let choice = usize::try_from(choice).unwrap_or(usize::MAX);
        self.write(|handset| handset.choose(&id, &field, choice))
    }

    /// What is safe, what waits and what blocks.
    pub fn hand_over(&self) -> Result<answer::HandOver, TalaError> {
        Ok(self.on()?.handset.hand_over()?)
    }

    /// Calls for help and returns the id of the call.
    pub fn sos(&self, note: Option<String>, repeat: u32) -> Result<String, TalaError> {
        self.write(|handset| handset.sos(note, repeat))
    }

    /// How a call for help stands.
    pub fn sos_state(&self, id: String) -> Result<answer::SosLine, TalaError> {
        Ok(self.on()?.handset.sos_state(&id)?)
    }

    /// Writes what this phone holds, all of it or some records, as a file that another phone or the
    /// centre takes in. Returns its length, bytes.
    pub fn export_bundle(
        &self,
        path: String,
        records: Option<Vec<String>>,
    ) -> Result<u64, TalaError> {
        let bytes = self.write(|handset| handset.bundle(records.as_deref()))?;
        std::fs::write(&path, &bytes).map_err(|error| TalaError::storage(&error))?;
        Ok(u64::try_from(bytes.len()).unwrap_or(u64::MAX))
    }

    /// Begins to hand over and fetch, on a thread of the library.
    pub fn start_sync(&self, ask: SyncAsk) -> Result<Arc<SyncRun>, TalaError> {
        let alive = self.on()?;
        let ask = self
            .inside
            .around
            .fit(ask)
            .ok_or_else(|| TalaError::Centre {
                reason: "there is no network".to_owned(),
            })?;
        let url = alive.handset.identity()?.url;
        let link = self.inside.link(&url)?;
        let listener = Arc::clone(&self.inside.listener);
        let (run, work) = SyncRun::prepare(alive, link, listener, ask);
        self.spawn(work)?;
        Ok(run)
    }
}

impl Phone {
    fn on(&self) -> Result<Arc<Alive>, TalaError> {
        self.inside.on()
    }

    fn write<R>(
        &self,
        work: impl FnOnce(&Here) -> Result<R, tala_client::handset::HandsetError>,
    ) -> Result<R, TalaError> {
        let done = work(&self.on()?.handset)?;
        self.inside.changed();
        Ok(done)
    }

    /// Work on the library's thread.
    fn spawn<F>(&self, work: F) -> Result<JoinHandle<F::Output>, TalaError>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        let runtime = self.runtime.lock().map_err(|_poisoned| TalaError::Broken)?;
        let runtime = runtime.as_ref().ok_or(TalaError::Closed)?;
        Ok(runtime.spawn(work))
    }

    /// Cancels what is under way and waits until it is gone; at most a while, because a listener may be
    /// waiting for the very thread that asks.
    fn quiet(&self) {
        let runtime = self.runtime.lock().ok().and_then(|mut it| it.take());
        let Some(runtime) = runtime else { return };
        match tokio::runtime::Handle::try_current() {
            // A listener asked, on our own thread: it cannot wait for itself.
            Ok(_ours) => runtime.shutdown_background(),
            Err(_foreign) => runtime.shutdown_timeout(QUIET_MAX),
        }
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        // A platform drops things on any thread, the library's own too, where a runtime cannot wait.
        let runtime = self.runtime.lock().ok().and_then(|mut it| it.take());
        if let Some(runtime) = runtime {
            runtime.shutdown_background();
        }
    }
}

/// The end of work on the library's thread.
async fn ended<R>(work: JoinHandle<Result<R, TalaError>>) -> Result<R, TalaError> {
    match work.await {
        Ok(done) => done,
        Err(gone) if gone.is_cancelled() => Err(TalaError::Closed),
        Err(_panicked) => Err(TalaError::Broken),
    }
}

#[cfg(test)]
mod tests;
