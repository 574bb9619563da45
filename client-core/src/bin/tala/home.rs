//! The phone's folder: store, key, files, and the marker that no backup should take.

use std::fs;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tala_client::engine::{Engine, Opening};
use tala_client::entropy::Entropy;
use tala_client::folder::Folder;
use tala_client::media::FolderBlobs;
use tala_client::signer::software::SoftwareSigner;
use tala_client::store::sqlite::SqliteStore;
use tala_protocol::hash::Digest;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use crate::fault::Outcome;

/// A phone's folder.
pub(crate) struct Home(Folder);

/// A phone that is on.
pub(crate) struct Phone {
    pub(crate) engine: Engine<SqliteStore>,
    pub(crate) signer: SoftwareSigner,
    pub(crate) blobs: FolderBlobs,
    pub(crate) opening: Opening,
    _home: Home,
}

/// Randomness of the system.
#[derive(Clone, Copy)]
pub(crate) struct SystemEntropy;

impl Home {
    /// Takes the folder; one program at a time may have it.
    pub(crate) fn take(folder: &Path) -> Outcome<Self> {
        Ok(Self(Folder::take(folder)?))
    }

    /// Opens or makes the store.
    pub(crate) fn store(&self) -> Outcome<SqliteStore> {
        Ok(self.0.store()?)
    }

    /// Reads the key, or makes one.
    pub(crate) fn signer(&self) -> Outcome<SoftwareSigner> {
        let path = self.0.path().join("device.key");
        if path.exists() {
            return Ok(SoftwareSigner::load(&path)?);
        }
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)?;
        Ok(SoftwareSigner::create(&path, &seed)?)
    }

    /// Turns the phone on.
    pub(crate) fn open(self) -> Outcome<Phone> {
        let store = self.store()?;
        let marker = self.0.marker();
        let (engine, opening) = Engine::open(store, marker, now(), &mut SystemEntropy)?;
        Ok(Phone {
            engine,
            signer: self.signer()?,
            blobs: self.0.files(),
            opening,
            _home: self,
        })
    }
}

/// Turns on the phone of a folder.
pub(crate) fn open(folder: &Path) -> Outcome<Phone> {
    Home::take(folder)?.open()
}

/// The clocks now.
pub(crate) fn now() -> DeviceTimes {
    let wall = SystemTime::now().duration_since(UNIX_EPOCH);
    let wall = wall.map_or(0, |since| {
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    });
    DeviceTimes {
        wall: UnixMs(wall),
        mono: MonoMs(mono_ms()),
        boot: boot(),
        gnss: None,
    }
}

/// Seconds since 1970.
pub(crate) fn now_s() -> i64 {
    now().wall.0.div_euclid(1_000)
}

/// Since boot where the system says so, else since this program began.
fn mono_ms() -> i64 {
    static START: OnceLock<(Instant, i64)> = OnceLock::new();
    let (start, base) = START.get_or_init(|| (Instant::now(), uptime_ms()));
    base.saturating_add(i64::try_from(start.elapsed().as_millis()).unwrap_or(i64::MAX))
}

fn uptime_ms() -> i64 {
    let text = fs::read_to_string("/proc/uptime").unwrap_or_default();
    let first = text.split_whitespace().next().unwrap_or_default();
    let (s, hundredths) = first.split_once('.').unwrap_or((first, "0"));
    let part = |text: &str| text.parse::<i64>().unwrap_or(0);
    part(s)
        .saturating_mul(1_000)
        .saturating_add(part(hundredths).saturating_mul(10))
}

/// The boot, as the system names it; without a name every run is one of its own.
fn boot() -> BootId {
    static BOOT: OnceLock<u32> = OnceLock::new();
    let boot = BOOT.get_or_init(|| {
        let name = fs::read("/proc/sys/kernel/random/boot_id");
        let name = name.unwrap_or_else(|_| SystemEntropy.bytes16().to_vec());
        let [a, b, c, d, ..] = Digest::sha256(&name).prefix16();
        u32::from_be_bytes([a, b, c, d])
    });
    BootId(*boot)
}

impl Entropy for SystemEntropy {
    fn bytes16(&mut self) -> [u8; 16] {
        let mut bytes = [0; 16];
        // A system without randomness is no place to sign anything.
        #[allow(
            clippy::expect_used,
            reason = "nothing may be signed without randomness"
        )]
        getrandom::fill(&mut bytes).expect("the system gives random bytes");
        bytes
    }
}
