//! A phone: one folder, one keystore, and the verbs of its screens.

use std::sync::{Arc, Mutex, MutexGuard};

use tala_client::at_rest::RestKey;
use tala_client::enrol::{EnrolError, Enrolment};
use tala_client::entropy::Entropy as _;
use tala_client::folder::Folder;
use tala_client::handset::message::handle;
use tala_client::handset::{Handset, answer, ask};
use tala_client::signer::Signer as _;
use tala_client::store::Store as _;
use tala_client::store::sqlite::SqliteStore;
use tala_client::transport::Transport as _;
use tala_client::transport::http::{HttpOptions, HttpTransport};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::time::UnixMs;
use tokio::runtime::Runtime;
use zeroize::Zeroizing;

use crate::error::TalaError;
use crate::foreign::{Device, Keystore, Listener};
use crate::platform::{PlatformKey, Pocket, SystemEntropy, wall_ms, wall_s};
use crate::run::{SyncAsk, SyncRun};

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

/// A phone.
#[derive(uniffi::Object)]
pub struct Phone {
    roots_pem: Option<Vec<u8>>,
    pocket: Pocket,
    pub(crate) listener: Arc<dyn Listener>,
    runtime: Runtime,
    pub(crate) state: Mutex<State>,
}

pub(crate) enum State {
    /// Not enrolled: the folder alone.
    Blank(Folder),
    /// Enrolled. The folder is kept for its lock.
    On(Arc<Here>, Opened, Folder),
    /// Closed.
    Off,
}

#[uniffi::export]
impl Phone {
    /// Opens a folder, enrolled or not. One program at a time may have it.
    #[uniffi::constructor]
    pub fn open(
        options: OpenOptions,
        keystore: Arc<dyn Keystore>,
        device: Arc<dyn Device>,
        listener: Arc<dyn Listener>,
    ) -> Result<Arc<Self>, TalaError> {
        let pocket = Pocket::new(keystore, device).map_err(|error| TalaError::Key {
            reason: tala_client::handset::message::chain(&error),
        })?;
        let path = std::path::PathBuf::from(&options.folder);
        let folder = Folder::take(&path).map_err(|error| TalaError::storage(&error))?;
        let folder = encrypted(folder, options.key)?;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("tala")
            .enable_all()
            .build()
            .map_err(|error| TalaError::storage(&error))?;
        let state = turn_on(folder, pocket.clone())?;
        Ok(Arc::new(Self {
            roots_pem: options.roots_pem,
            pocket,
            listener,
            runtime,
            state: Mutex::new(state),
        }))
    }

    /// How it came up.
    pub fn opened(&self) -> Result<Opened, TalaError> {
        match &*self.lock()? {
            State::Blank(_) => Ok(Opened {
                enrolled: false,
                restored: false,
                interrupted: None,
            }),
            State::On(_, opened, _) => Ok(opened.clone()),
            State::Off => Err(TalaError::Closed),
        }
    }

    /// An orderly end. Every later call says that the phone is closed; what is under way ends by itself.
    pub fn turn_off(&self) -> Result<(), TalaError> {
        let before = std::mem::replace(&mut *self.lock()?, State::Off);
        if let State::On(handset, _, _) = before {
            handset.rest()?;
        }
        Ok(())
    }

    /// Makes this phone known to the centre of an enrolment code. Takes as long as the network does.
    pub fn enrol(&self, code: String, name: String) -> Result<Enrolled, TalaError> {
        let code: EnrolmentCode = code.parse().map_err(|_why| TalaError::Input {
            field: "code".to_owned(),
            wanted: "an enrolment code".to_owned(),
        })?;
        let mut state = self.lock()?;
        let folder = match std::mem::replace(&mut *state, State::Off) {
            State::Blank(folder) => folder,
            State::Off => return Err(TalaError::Closed),
            on @ State::On(..) => {
                *state = on;
                return Err(TalaError::AlreadyEnrolled);
            }
        };
        let answered = self.ask_to_enrol(&folder, code, name);
        *state = turn_on(folder, self.pocket.clone())?;
        drop(state);
        self.changed();
        answered
    }

    /// A verb as a JSON message, for a web view. Bytes of files do not travel here.
    pub fn call(&self, message: String) -> Result<String, TalaError> {
        let answered = handle(&*self.on()?, &message);
        self.changed();
        Ok(answered)
    }

    /// Moves whenever anything that a screen shows may have changed.
    pub fn version(&self) -> Result<u64, TalaError> {
        Ok(self.on()?.version()?)
    }

    /// What the recording screen shows; none where no patrol is going on.
    pub fn recording(&self) -> Result<Option<answer::Recording>, TalaError> {
        Ok(self.on()?.recording()?)
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
        Ok(self.on()?.track(&patrol)?)
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
        Ok(self.on()?.incidents()?)
    }

    /// The page of an incident.
    pub fn incident(&self, id: String) -> Result<answer::IncidentPage, TalaError> {
        Ok(self.on()?.incident(&id)?)
    }

    /// Chooses one of the values that several people wrote at once.
    pub fn choose(&self, id: String, field: String, choice: u32) -> Result<(), TalaError> {
        let choice = usize::try_from(choice).unwrap_or(usize::MAX);
        self.write(|handset| handset.choose(&id, &field, choice))
    }

    /// What is safe, what waits and what blocks.
    pub fn hand_over(&self) -> Result<answer::HandOver, TalaError> {
        Ok(self.on()?.hand_over()?)
    }

    /// Calls for help and returns the id of the call.
    pub fn sos(&self, note: Option<String>, repeat: u32) -> Result<String, TalaError> {
        self.write(|handset| handset.sos(note, repeat))
    }

    /// How a call for help stands.
    pub fn sos_state(&self, id: String) -> Result<answer::SosLine, TalaError> {
        Ok(self.on()?.sos_state(&id)?)
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
        let handset = self.on()?;
        let url = handset.identity()?.url;
        let link = self.link(&url)?;
        let listener = Arc::clone(&self.listener);
        Ok(SyncRun::start(&self.runtime, handset, link, listener, ask))
    }
}

#[cfg(feature = "probes")]
#[uniffi::export]
impl Phone {
    /// Panics, to show what becomes of a panic.
    #[allow(clippy::panic, reason = "that is what it is for")]
    pub fn probe_panic(&self) -> Result<(), TalaError> {
        panic!("a panic that a test asked for")
    }

    /// Does nothing, to show what a call costs.
    pub fn probe_noop(&self, number: u32) -> Result<u32, TalaError> {
        Ok(number)
    }
}

impl Phone {
    pub(crate) fn lock(&self) -> Result<MutexGuard<'_, State>, TalaError> {
        self.state.lock().map_err(|_poisoned| TalaError::Broken)
    }

    fn on(&self) -> Result<Arc<Here>, TalaError> {
        match &*self.lock()? {
            State::Blank(_) => Err(TalaError::NotEnrolled),
            State::On(handset, _, _) => Ok(Arc::clone(handset)),
            State::Off => Err(TalaError::Closed),
        }
    }

    fn write<R>(
        &self,
        work: impl FnOnce(&Here) -> Result<R, tala_client::handset::HandsetError>,
    ) -> Result<R, TalaError> {
        let handset = self.on()?;
        let done = work(&handset)?;
        self.listener.changed(handset.version()?);
        Ok(done)
    }

    fn changed(&self) {
        let version = self.on().and_then(|handset| Ok(handset.version()?));
        self.listener.changed(version.unwrap_or(0));
    }

    fn link(&self, url: &str) -> Result<Link, TalaError> {
        let options = HttpOptions {
            roots_pem: self.roots_pem.clone(),
            attempts: 3,
        };
        let key = tala_client::handset::Platform::key(&self.pocket).clone();
        let clock: fn() -> i64 = wall_s;
        HttpTransport::new(url, options, key, SystemEntropy, clock)
            .map_err(|error| TalaError::centre(&error))
    }

    fn ask_to_enrol(
        &self,
        folder: &Folder,
        code: EnrolmentCode,
        name: String,
    ) -> Result<Enrolled, TalaError> {
        let mut store = folder.store().map_err(|error| TalaError::storage(&error))?;
        let key = tala_client::handset::Platform::key(&self.pocket);
        let enrolment = Enrolment::new(code, key.public_key(), name);
        let mut link = self.link(enrolment.url())?;
        let answer = self.runtime.block_on(async {
            let proof = key.sign(&enrolment.to_sign()).await;
            let proof = proof.map_err(|error| TalaError::Key {
                reason: error.to_string(),
            })?;
            let answer = link.enrol(enrolment.request(proof)).await;
            answer.map_err(|error| TalaError::centre(&error))
        })?;
        let identity = enrolment
            .finish(&answer, &mut store, UnixMs(wall_ms()))
            .map_err(|error| match error {
                EnrolError::Already => TalaError::AlreadyEnrolled,
                other => TalaError::centre(&other),
            })?;
        Ok(Enrolled {
            device: identity.device.to_string(),
            unit: identity.unit.to_string(),
            person: identity.person.map(|person| person.to_string()),
            url: identity.url,
        })
    }
}

/// The folder with its key, which memory forgets. In a build for phones nothing opens without one.
fn encrypted(folder: Folder, key: Option<Vec<u8>>) -> Result<Folder, TalaError> {
    let refused = |reason: String| TalaError::Key { reason };
    let Some(key) = key.map(Zeroizing::new) else {
        return match cfg!(feature = "sqlcipher") {
            true => Err(refused("no key was given".to_owned())),
            false => Ok(folder),
        };
    };
    let key = RestKey::from_slice(&key).map_err(|error| refused(error.to_string()))?;
    Ok(folder.encrypted(key, || SystemEntropy.bytes16()))
}

/// The phone of a folder, on where it is enrolled.
fn turn_on(folder: Folder, pocket: Pocket) -> Result<State, TalaError> {
    let store = folder.store().map_err(|error| TalaError::storage(&error))?;
    let known = store.setting("identity");
    if known.map_err(|error| TalaError::storage(&error))?.is_none() {
        return Ok(State::Blank(folder));
    }
    let (handset, opening) = Handset::open(store, folder.marker(), folder.files(), pocket)?;
    let opened = Opened {
        enrolled: true,
        restored: opening.restored,
        interrupted: opening.interrupted.map(|cause| cause.word().to_owned()),
    };
    Ok(State::On(Arc::new(handset), opened, folder))
}
