//! What a phone is at a time: blank, being enrolled, on or off; and how it becomes the next.

use std::sync::{Arc, Mutex, MutexGuard};

use tala_client::at_rest::RestKey;
use tala_client::enrol::{EnrolError, Enrolment};
use tala_client::entropy::Entropy as _;
use tala_client::folder::Folder;
use tala_client::handset::Handset;
use tala_client::signer::Signer as _;
use tala_client::store::Store as _;
use tala_client::transport::Transport as _;
use tala_client::transport::http::{HttpOptions, HttpTransport};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::time::UnixMs;
use zeroize::Zeroizing;

use super::around::Around;
use super::{Enrolled, Here, Link, OpenOptions, Opened};
use crate::error::TalaError;
use crate::foreign::Listener;
use crate::platform::{Pocket, SystemEntropy, wall_ms, wall_s};

/// What work on the library's thread shares with the phone.
pub(super) struct Inside {
    /// How it was opened, without the key.
    pub(super) options: OpenOptions,
    /// Key and clocks.
    pub(super) pocket: Pocket,
    /// Who is told of changes.
    pub(super) listener: Arc<dyn Listener>,
    /// Receiver and network.
    pub(super) around: Around,
    /// What it is.
    pub(super) state: Mutex<State>,
}

/// What a phone is.
pub(super) enum State {
    /// Not enrolled: the folder alone.
    Blank(Folder),
    /// An enrolment is under way and has the folder.
    Enrolling,
    /// Enrolled.
    On(Arc<Alive>),
    /// Closed.
    Off,
}

/// An enrolled phone. The folder is nobody else's until the last user of this is gone.
pub(crate) struct Alive {
    /// Its verbs.
    pub(crate) handset: Here,
    /// How it came up.
    pub(super) opened: Opened,
    pub(super) folder: Folder,
}

impl Inside {
    /// What it is.
    pub(super) fn lock(&self) -> Result<MutexGuard<'_, State>, TalaError> {
        self.state.lock().map_err(|_poisoned| TalaError::Broken)
    }

    /// The enrolled phone.
    pub(super) fn on(&self) -> Result<Arc<Alive>, TalaError> {
        match &*self.lock()? {
            State::Blank(_) | State::Enrolling => Err(TalaError::NotEnrolled),
            State::On(alive) => Ok(Arc::clone(alive)),
            State::Off => Err(TalaError::Closed),
        }
    }

    /// Says that something may have changed. What was done is done, whether or not anybody can listen.
    pub(super) fn changed(&self) {
        self.steer();
        let version = self.on().and_then(|alive| Ok(alive.handset.version()?));
        if let Err(deaf) = self.listener.changed(version.unwrap_or(0)) {
            tracing::warn!(%deaf, "the listener failed");
        }
    }

    /// Asks the receiver for what is wanted by now.
    pub(super) fn steer(&self) {
        self.around.steer(|| {
            let wanted = self
                .on()
                .and_then(|it| Ok(it.handset.wants_fixes_every_ms()?));
            wanted.unwrap_or(None)
        });
    }

    /// A link to a centre.
    pub(super) fn link(&self, url: &str) -> Result<Link, TalaError> {
        let options = HttpOptions {
            roots_pem: self.options.roots_pem.clone(),
            attempts: 3,
        };
        let key = tala_client::handset::Platform::key(&self.pocket).clone();
        let clock: fn() -> i64 = wall_s;
        HttpTransport::new(url, options, key, SystemEntropy, clock)
            .map_err(|error| TalaError::centre(&error))
    }

    /// Asks the centre, and turns the phone on where that succeeds.
    pub(super) async fn enrol(
        &self,
        code: EnrolmentCode,
        name: String,
    ) -> Result<Enrolled, TalaError> {
        let folder = self.take_blank()?;
        let answered = self.ask_to_enrol(&folder, code, name).await;
        let next = turn_on(folder, self.pocket.clone());
        let mut state = self.lock()?;
        // It may have been turned off meanwhile, and stays so.
        if matches!(*state, State::Enrolling) {
            *state = State::Off;
            *state = next?;
        }
        drop(state);
        self.changed();
        answered
    }

    /// The folder of a phone that is not enrolled, for whoever enrols it.
    fn take_blank(&self) -> Result<Folder, TalaError> {
        let mut state = self.lock()?;
        match std::mem::replace(&mut *state, State::Enrolling) {
            State::Blank(folder) => Ok(folder),
            State::Enrolling => Err(TalaError::Refused {
                code: "enrolling".to_owned(),
                reason: "an enrolment is under way".to_owned(),
            }),
            on @ State::On(_) => {
                *state = on;
                Err(TalaError::AlreadyEnrolled)
            }
            State::Off => {
                *state = State::Off;
                Err(TalaError::Closed)
            }
        }
    }

    async fn ask_to_enrol(
        &self,
        folder: &Folder,
        code: EnrolmentCode,
        name: String,
    ) -> Result<Enrolled, TalaError> {
        let mut store = folder.store().map_err(|error| TalaError::storage(&error))?;
        let key = tala_client::handset::Platform::key(&self.pocket);
        let enrolment = Enrolment::new(code, key.public_key(), name);
        let mut link = self.link(enrolment.url())?;
        let proof = key.sign(&enrolment.to_sign()).await;
        let proof = proof.map_err(|error| TalaError::Key {
            reason: error.to_string(),
        })?;
        let answer = link.enrol(enrolment.request(proof)).await;
        let answer = answer.map_err(|error| TalaError::link(&error))?;
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
pub(super) fn encrypted(folder: Folder, key: Option<Vec<u8>>) -> Result<Folder, TalaError> {
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
pub(super) fn turn_on(folder: Folder, pocket: Pocket) -> Result<State, TalaError> {
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
    Ok(State::On(Arc::new(Alive {
        handset,
        opened,
        folder,
    })))
}
