//! A phone: the store of one origin, and what its worker can ask of it.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::Function;
use serde_json::{Value, json};
use sqlite_wasm_rs::vfs::VfsFilesManager as _;
use sqlite_wasm_vfs::sahpool::{OpfsSAHPoolCfgBuilder, OpfsSAHPoolUtil, install};
use tala_client::enrol::{EnrolError, Enrolment};
use tala_client::handset::message::handle;
use tala_client::handset::{Handset, HandsetError, ask};
use tala_client::signer::Signer as _;
use tala_client::store::Store as _;
use tala_client::store::sqlite::{Pool, SqliteShelf, SqliteStore};
use tala_client::transport::Transport as _;
use tala_client::transport::http::{HttpOptions, HttpTransport};
use tala_protocol::key::PublicKey;
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::time::UnixMs;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::error::Failed;
use crate::platform::{Clock, Host, Key, Worker, random16, wall_ms, wall_s};
use crate::sync::{Running, SyncAsk};

/// The handset that a browser has.
pub(crate) type Here = Handset<SqliteStore, Worker>;

/// The link that a browser has.
pub(crate) type Link = HttpTransport<Key, fn() -> [u8; 16], fn() -> i64>;

/// Name of the file system in SQLite, and of its folder in the origin's.
const VFS: &str = "tala";
const FOLDER: &str = "tala/store";
/// Two stores with their journals, and room for what SQLite needs in between.
const FILES: usize = 8;
const STORE: &str = "phone.sqlite";
const SHELF: &str = "shelf.sqlite";
const CLOCK: &str = "clock";

/// A phone.
#[wasm_bindgen]
pub struct Phone {
    host: Host,
    public: PublicKey,
    /// The origin of the page: the field app is served by the centre, and the centre proves itself by its
    /// root key and not by its address.
    origin: String,
    pool: OpfsSAHPoolUtil,
    shelf: RefCell<Option<SqliteShelf>>,
    state: RefCell<State>,
    sync: RefCell<Option<Running>>,
}

enum State {
    /// Not enrolled: the store alone.
    Blank(SqliteStore),
    /// Enrolled.
    On(Rc<Here>, Opening),
    /// Closed, or in the middle of enrolling.
    Off,
}

#[derive(Clone, Copy)]
struct Opening {
    restored: bool,
    interrupted: Option<&'static str>,
}

#[wasm_bindgen]
impl Phone {
    /// Opens the store of this origin, which is made where there is none. `key` are the 32 bytes that encrypt
    /// it, `public` the device's public key as an uncompressed point. Nobody else may have the store open.
    pub async fn open(
        key: Vec<u8>,
        public: Vec<u8>,
        origin: String,
        host: Host,
    ) -> Result<Phone, JsValue> {
        Ok(Self::start(&key, &public, origin, host).await?)
    }

    /// How it came up: `{"enrolled", "restored", "interrupted", "identity"}`, JSON.
    pub fn opened(&self) -> Result<String, JsValue> {
        let opened = match &*self.state.borrow() {
            State::Blank(_) => json!({
                "enrolled": false, "restored": false, "interrupted": null, "identity": null,
            }),
            State::On(handset, opening) => json!({
                "enrolled": true,
                "restored": opening.restored,
                "interrupted": opening.interrupted,
                "identity": handset.enrolled().map_err(Failed::from)?,
            }),
            State::Off => return Err(closed().into()),
        };
        Ok(opened.to_string())
    }

    /// A verb of the core as a JSON message, answered as `handset::message` answers.
    pub fn call(&self, message: &str) -> String {
        match self.on() {
            Ok(handset) => handle(&handset, message),
            Err(failed) => json!({
                "error": { "code": failed.code(), "message": failed.message() }
            })
            .to_string(),
        }
    }

    /// Moves whenever anything that a screen shows may have changed; 0 where nothing is open.
    pub fn version(&self) -> f64 {
        let version = self.on().ok().and_then(|handset| handset.version().ok());
        // A session does not make 2^53 changes.
        version.unwrap_or(0) as f64
    }

    /// Makes this phone known to the centre of an enrolment code. JSON of who it is.
    pub async fn enrol(&self, code: String, name: String) -> Result<String, JsValue> {
        let code: EnrolmentCode = code
            .parse()
            .map_err(|_why| Failed::new("code", "not an enrolment code"))?;
        let mut store = match self.state.replace(State::Off) {
            State::Blank(store) => store,
            other => {
                let on = matches!(other, State::On(..));
                self.state.replace(other);
                let code = if on { "already_enrolled" } else { "busy" };
                return Err(Failed::new(code, "this phone is not blank").into());
            }
        };
        let answered = self.ask_to_enrol(&mut store, code, name).await;
        let state = self.turn_on(store)?;
        self.state.replace(state);
        answered?;
        Ok(json!(self.on()?.enrolled().map_err(Failed::from)?).to_string())
    }

    /// Begins a file, and returns its token.
    pub fn put_file(&self) -> Result<String, JsValue> {
        let token: String = random16()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        Ok(token)
    }

    /// Adds bytes to a begun file, and returns how many it has. Durable when it returns.
    pub fn put_bytes(&self, token: &str, bytes: &[u8]) -> Result<usize, JsValue> {
        let shelf = self.shelf()?;
        Ok(shelf
            .append_begun(token.as_bytes(), bytes)
            .map_err(Failed::from)?)
    }

    /// The bytes of a begun file.
    pub fn begun(&self, token: &str) -> Result<Vec<u8>, JsValue> {
        let bytes = self.shelf()?.begun(token.as_bytes());
        Ok(bytes.map_err(Failed::from)?)
    }

    /// Attaches a begun file to an incident, with the thumbnail that the worker made; returns its SHA-256.
    pub fn attach(
        &self,
        incident: &str,
        token: &str,
        file: &str,
        thumb: Option<Vec<u8>>,
    ) -> Result<String, JsValue> {
        let file: ask::FileIn = read(file)?;
        let (handset, shelf) = (self.on()?, self.shelf()?);
        let bytes = shelf.begun(token.as_bytes()).map_err(Failed::from)?;
        let hash = handset
            .attach_with(incident, &file, &bytes, thumb.as_deref())
            .map_err(Failed::from)?;
        shelf.drop_begun(token.as_bytes()).map_err(Failed::from)?;
        Ok(hash)
    }

    /// A file or its thumbnail: `[media type, bytes]`; nothing where it is not on this phone.
    pub fn media(&self, hash: &str, thumb: bool) -> Result<Option<js_sys::Array>, JsValue> {
        let shown = self.on()?.shown(hash, thumb).map_err(Failed::from)?;
        Ok(shown.map(|shown| {
            let bytes = js_sys::Uint8Array::from(shown.bytes.as_slice());
            js_sys::Array::of2(&shown.media_type.into(), &bytes)
        }))
    }

    /// What this phone holds, all of it or some records (a JSON list of ids), as a file.
    pub fn export_bundle(&self, records: Option<String>) -> Result<Vec<u8>, JsValue> {
        let records: Option<Vec<String>> = records.as_deref().map(read).transpose()?;
        let bundle = self.on()?.bundle(records.as_deref());
        Ok(bundle.map_err(Failed::from)?)
    }

    /// Takes in a begun file that another phone wrote. JSON of what came of it.
    pub fn import_bundle(&self, token: &str) -> Result<String, JsValue> {
        let (handset, shelf) = (self.on()?, self.shelf()?);
        let bytes = shelf.begun(token.as_bytes()).map_err(Failed::from)?;
        let taken = handset.take_bundle(&bytes).map_err(Failed::from)?;
        shelf.drop_begun(token.as_bytes()).map_err(Failed::from)?;
        Ok(json!(taken).to_string())
    }

    /// Signs what waits for the key; returns how many.
    pub async fn sign_waiting(&self) -> Result<usize, JsValue> {
        let handset = self.on()?;
        let (signed, _) = handset.sign_waiting().await.map_err(Failed::from)?;
        Ok(signed)
    }

    /// Hands over and fetches until nothing is left. `progress` hears JSON after each step; the last of it is
    /// the answer. One at a time.
    pub async fn sync(&self, ask: String, progress: Function) -> Result<String, JsValue> {
        let ask: SyncAsk = read(&ask)?;
        let handset = self.on()?;
        if self.sync.borrow().is_some() {
            return Err(Failed::new("busy", "a sync is under way").into());
        }
        let link = self.link()?;
        let (running, work) = Running::start(handset, link, ask, progress);
        self.sync.replace(Some(running));
        let ended = work.await;
        self.sync.replace(None);
        Ok(ended?.to_string())
    }

    /// Stops a sync at its next wait. What was taken in before stays.
    pub fn cancel_sync(&self) {
        if let Some(running) = &*self.sync.borrow() {
            running.cancel();
        }
    }

    /// A value of the shell, JSON; `null` where there is none.
    pub fn held(&self, name: &str) -> Result<String, JsValue> {
        let held = self.shelf()?.held(name).map_err(Failed::from)?;
        let text = held.and_then(|bytes| String::from_utf8(bytes).ok());
        Ok(text.unwrap_or_else(|| "null".to_owned()))
    }

    /// Keeps a value of the shell, JSON.
    pub fn hold(&self, name: &str, value: &str) -> Result<(), JsValue> {
        let shelf = self.shelf()?;
        Ok(shelf
            .hold(name, Some(value.as_bytes()))
            .map_err(Failed::from)?)
    }

    /// An orderly end. Every later call says that the phone is closed; another window may open the store.
    /// A sync must have ended.
    pub fn close(&self) -> Result<(), JsValue> {
        let before = self.state.replace(State::Off);
        let rested = match &before {
            State::On(handset, _) => handset.rest().map_err(Failed::from),
            State::Blank(_) | State::Off => Ok(()),
        };
        drop(before);
        self.shelf.replace(None);
        let paused = self.pool.pause();
        rested?;
        Ok(paused.map_err(|error| Failed::of("store", &error))?)
    }

    /// Closes the phone for good, if the centre has everything that is on it; otherwise it goes on as before
    /// and says `unproved`. A sync must have ended.
    pub fn leave(&self) -> Result<(), JsValue> {
        let (handset, opening) = match self.state.replace(State::Off) {
            State::On(handset, opening) => (handset, opening),
            before => {
                drop(self.state.replace(before));
                return Ok(());
            }
        };
        let handset = Rc::try_unwrap(handset).map_err(|shared| {
            drop(self.state.replace(State::On(shared, opening)));
            Failed::new("busy", "something is still under way")
        })?;
        let left = handset.leave().map(drop).map_err(|stays| {
            if let Some(held) = stays.held {
                drop(self.state.replace(State::On(Rc::new(held), opening)));
            }
            Failed::from(stays.why)
        });
        Ok(left?)
    }

    /// Lets go of everything: store, files, values. Only a phone that has left, or was never enrolled, does.
    pub fn wipe(&self) -> Result<(), JsValue> {
        if matches!(&*self.state.borrow(), State::On(..)) {
            return Err(Failed::new("unproved", "the phone has not left").into());
        }
        drop(self.state.replace(State::Off));
        self.shelf.replace(None);
        let cleared = self.pool.clear();
        cleared.map_err(|error| Failed::of("store", &error))?;
        let paused = self.pool.pause();
        Ok(paused.map_err(|error| Failed::of("store", &error))?)
    }
}

impl Phone {
    async fn start(key: &[u8], public: &[u8], origin: String, host: Host) -> Result<Self, Failed> {
        let key = <&[u8; 32]>::try_from(key);
        let key = key.map_err(|_length| Failed::new("failed", "the key has not 32 bytes"))?;
        let public = PublicKey::p256(public).map_err(|error| Failed::of("failed", &error))?;
        let options = OpfsSAHPoolCfgBuilder::new()
            .vfs_name(VFS)
            .directory(FOLDER)
            .initial_capacity(FILES)
            .build();
        let pool = install::<sqlite_wasm_rs::WasmOsCallback>(&options, false).await;
        let pool = pool.map_err(|error| Failed::of("store", &error))?;
        if pool.is_paused() {
            let resumed = pool.resume().await;
            resumed.map_err(|error| Failed::of("store", &error))?;
        }
        let files = Pool { vfs: VFS, key };
        let shelf = files.shelf(SHELF)?;
        let store = files.store(STORE)?;
        let phone = Self {
            host,
            public,
            origin,
            pool,
            shelf: RefCell::new(Some(shelf)),
            state: RefCell::new(State::Off),
            sync: RefCell::new(None),
        };
        let state = phone.turn_on(store)?;
        phone.state.replace(state);
        Ok(phone)
    }

    /// The phone of a store, on where it is enrolled.
    fn turn_on(&self, store: SqliteStore) -> Result<State, Failed> {
        if store.setting("identity")?.is_none() {
            return Ok(State::Blank(store));
        }
        let shelf = self.shelf()?;
        let clock = Clock::after(shelf.held(CLOCK)?.as_deref());
        shelf.hold(CLOCK, Some(&clock.to_keep()))?;
        let worker = Worker::new(self.host.clone(), self.public.clone(), clock);
        let opened = Handset::open(store, shelf.marker(), shelf, worker);
        let (handset, opening) = opened.map_err(HandsetError::from)?;
        let opening = Opening {
            restored: opening.restored,
            interrupted: opening.interrupted.map(|cause| cause.word()),
        };
        Ok(State::On(Rc::new(handset), opening))
    }

    async fn ask_to_enrol(
        &self,
        store: &mut SqliteStore,
        code: EnrolmentCode,
        name: String,
    ) -> Result<(), Failed> {
        let enrolment = Enrolment::new(code, self.public.clone(), name);
        let key = self.key();
        let proof = key.sign(&enrolment.to_sign()).await;
        let proof = proof.map_err(|error| Failed::of("failed", &error))?;
        let mut link = self.link()?;
        let answer = link.enrol(enrolment.request(proof)).await;
        let answer = answer.map_err(|error| Failed::of("centre", &error))?;
        let finished = enrolment.finish(&answer, store, UnixMs(wall_ms()));
        finished.map(|_| ()).map_err(|error| match &error {
            EnrolError::Already => Failed::of("already_enrolled", &error),
            EnrolError::OtherRoot => Failed::of("code", &error),
            _ => Failed::of("centre", &error),
        })
    }

    fn on(&self) -> Result<Rc<Here>, Failed> {
        match &*self.state.borrow() {
            State::Blank(_) => Err(Failed::new("not_enrolled", "this phone is not enrolled")),
            State::On(handset, _) => Ok(Rc::clone(handset)),
            State::Off => Err(closed()),
        }
    }

    fn shelf(&self) -> Result<SqliteShelf, Failed> {
        self.shelf.borrow().clone().ok_or_else(closed)
    }

    fn key(&self) -> Key {
        Key::new(self.host.clone(), self.public.clone())
    }

    fn link(&self) -> Result<Link, Failed> {
        let options = HttpOptions {
            roots_pem: None,
            attempts: 2,
        };
        let (entropy, clock): (fn() -> [u8; 16], fn() -> i64) = (random16, wall_s);
        HttpTransport::new(&self.origin, options, self.key(), entropy, clock)
            .map_err(|error| Failed::of("centre", &error))
    }
}

fn closed() -> Failed {
    Failed::new("broken", "the phone is closed")
}

/// Reads JSON of the worker.
fn read<T: serde::de::DeserializeOwned>(text: &str) -> Result<T, Failed> {
    let value: Value = serde_json::from_str(text).map_err(|error| Failed::of("input", &error))?;
    serde_json::from_value(value).map_err(|error| Failed::of("input", &error))
}
