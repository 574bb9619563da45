//! A phone: the real engine over a store file, a key file and the real link.

use std::path::{Path, PathBuf};

use rand::Rng as _;
use tala_client::engine::{Engine, Opening};
use tala_client::enrol::Enrolment;
use tala_client::install::{InstallMarker, MarkerError};
use tala_client::media::FolderBlobs;
use tala_client::outbox::Link;
use tala_client::signer::Signer as _;
use tala_client::signer::software::SoftwareSigner;
use tala_client::store::sqlite::SqliteStore;
use tala_client::sync::drive::{self, DriveError, Surroundings};
use tala_client::sync::{Summary, SyncOptions, Why};
use tala_client::transport::Transport as _;
use tala_client::transport::http::{HttpOptions, HttpTransport};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::time::{DeviceTimes, UnixMs};

use super::{RigError, file, now_ms};

/// The link of a phone.
pub type HttpLink = HttpTransport<SoftwareSigner, fn() -> [u8; 16], fn() -> i64>;

/// A phone under way.
pub struct Phone {
    /// Whose.
    pub name: String,
    /// The engine.
    pub engine: Engine<SqliteStore>,
    /// The link to the centre.
    pub link: HttpLink,
    /// The key.
    pub signer: SoftwareSigner,
    /// Files.
    pub blobs: FolderBlobs,
}

/// Sixteen bytes from the system.
pub fn random16() -> [u8; 16] {
    let mut bytes = [0; 16];
    rand::rng().fill_bytes(&mut bytes);
    bytes
}

impl Phone {
    /// Makes a phone in a folder and enrols it with a one-time code.
    pub async fn enrol(folder: &Path, name: &str, code: &str) -> Result<Self, RigError> {
        std::fs::create_dir_all(folder).map_err(file("make", folder))?;
        let code: EnrolmentCode = code.parse().map_err(fault(name, "reading the code"))?;
        let seed = [random16(), random16()].concat();
        let seed: [u8; 32] = seed.try_into().unwrap_or_default();
        let signer = SoftwareSigner::create(&folder.join("device.key"), &seed);
        let signer = signer.map_err(fault(name, "making its key"))?;
        let mut link = link(folder, name, &code.url)?;
        let enrolment = Enrolment::new(code, signer.public_key(), name.to_owned());
        let proof = signer.sign(&enrolment.to_sign()).await;
        let request = enrolment.request(proof.map_err(fault(name, "proving its key"))?);
        let answer = link
            .enrol(request)
            .await
            .map_err(fault(name, "asking to be enrolled"))?;
        let mut store = open_store(folder, name)?;
        let enrolled = enrolment.finish(&answer, &mut store, UnixMs(now_ms()));
        enrolled.map_err(fault(name, "being enrolled"))?;
        drop(store);
        let now = DeviceTimes {
            wall: UnixMs(now_ms()),
            ..DeviceTimes::default()
        };
        Ok(Self::open(folder, name, now)?.0)
    }

    /// Opens a phone that is enrolled.
    pub fn open(folder: &Path, name: &str, now: DeviceTimes) -> Result<(Self, Opening), RigError> {
        let store = open_store(folder, name)?;
        let marker = MarkerFile(folder.join("install.marker"));
        let mut entropy: fn() -> [u8; 16] = random16;
        let opened = Engine::open(store, Box::new(marker), now, &mut entropy);
        let (engine, opening) = opened.map_err(fault(name, "opening its engine"))?;
        let signer = SoftwareSigner::load(&folder.join("device.key"));
        let phone = Self {
            name: name.to_owned(),
            link: link(folder, name, &engine.identity().url)?,
            signer: signer.map_err(fault(name, "reading its key"))?,
            blobs: FolderBlobs::new(folder.join("media")),
            engine,
        };
        Ok((phone, opening))
    }

    /// One sync, with originals, as on a good link.
    pub async fn sync(&mut self, why: Why, now: DeviceTimes) -> Result<Summary, DriveError> {
        let mut with = Surroundings {
            transport: &mut self.link,
            signer: &self.signer,
            blobs: &self.blobs,
            clock: || now,
            battery_pct: Some(76),
        };
        let options = SyncOptions {
            why,
            link: Link::Good,
            originals: true,
        };
        drive::sync(&mut self.engine, &mut with, options).await
    }
}

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Phone({})", self.name)
    }
}

/// The marker of an installation, beside the store.
#[derive(Debug)]
struct MarkerFile(PathBuf);

impl InstallMarker for MarkerFile {
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
        match std::fs::read(&self.0) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(marker("read", error)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError> {
        let unfinished = self.0.with_extension("unfinished");
        let write = || -> std::io::Result<()> {
            use std::io::Write as _;
            let mut to = std::fs::File::create(&unfinished)?;
            to.write_all(bytes)?;
            to.sync_all()?;
            std::fs::rename(&unfinished, &self.0)?;
            match self.0.parent() {
                Some(folder) => std::fs::File::open(folder)?.sync_all(),
                None => Ok(()),
            }
        };
        write().map_err(|error| marker("write", error))
    }
}

fn marker(doing: &'static str, error: std::io::Error) -> MarkerError {
    MarkerError {
        doing,
        source: Box::new(error),
    }
}

fn open_store(folder: &Path, name: &str) -> Result<SqliteStore, RigError> {
    SqliteStore::open(&folder.join("phone.db")).map_err(fault(name, "opening its store"))
}

fn link(folder: &Path, name: &str, url: &str) -> Result<HttpLink, RigError> {
    let signer = SoftwareSigner::load(&folder.join("device.key"));
    let signer = signer.map_err(fault(name, "reading its key"))?;
    let entropy: fn() -> [u8; 16] = random16;
    let clock_s: fn() -> i64 = || now_ms() / 1_000;
    let options = HttpOptions {
        attempts: 1,
        ..HttpOptions::default()
    };
    let made = HttpTransport::new(url, options, signer, entropy, clock_s);
    made.map_err(fault(name, "making its link"))
}

/// Names the phone in an error.
pub fn fault<E: std::error::Error + Send + Sync + 'static>(
    name: &str,
    doing: &'static str,
) -> impl FnOnce(E) -> RigError + use<E> {
    let name = name.to_owned();
    move |source| RigError::Phone {
        name,
        doing,
        source: Box::new(source),
    }
}
