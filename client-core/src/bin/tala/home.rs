//! The phone's folder: store, key, files, and the marker that no backup should take.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use tala_client::engine::{Engine, Opening};
use tala_client::entropy::Entropy;
use tala_client::install::{InstallMarker, MarkerError};
use tala_client::media::FolderBlobs;
use tala_client::signer::software::SoftwareSigner;
use tala_client::store::sqlite::SqliteStore;
use tala_protocol::hash::Digest;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use crate::fault::{Fault, Outcome};

/// A phone's folder.
pub(crate) struct Home {
    folder: PathBuf,
    _lock: fs::File,
}

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

#[derive(Debug)]
struct FileMarker {
    path: PathBuf,
}

impl Home {
    /// Takes the folder; one program at a time may have it.
    pub(crate) fn take(folder: &Path) -> Outcome<Self> {
        make_private(folder)?;
        let lock = fs::File::create(folder.join("lock"))?;
        if lock.try_lock().is_err() {
            return Err(Fault::new(format!(
                "{} is in use by another program",
                folder.display()
            )));
        }
        Ok(Self {
            folder: folder.to_owned(),
            _lock: lock,
        })
    }

    /// Opens or makes the store.
    pub(crate) fn store(&self) -> Outcome<SqliteStore> {
        Ok(SqliteStore::open(&self.folder.join("phone.sqlite"))?)
    }

    /// Reads the key, or makes one.
    pub(crate) fn signer(&self) -> Outcome<SoftwareSigner> {
        let path = self.folder.join("device.key");
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
        let marker = FileMarker {
            path: self.folder.join("no-backup").join("install"),
        };
        let (engine, opening) = Engine::open(store, Box::new(marker), now(), &mut SystemEntropy)?;
        Ok(Phone {
            engine,
            signer: self.signer()?,
            blobs: FolderBlobs::new(self.folder.join("media")),
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

impl InstallMarker for FileMarker {
    fn read(&self) -> Result<Option<Vec<u8>>, MarkerError> {
        match fs::read(&self.path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(failed("read", e)),
        }
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), MarkerError> {
        self.put(bytes).map_err(|e| failed("write", e))
    }
}

impl FileMarker {
    fn put(&self, bytes: &[u8]) -> std::io::Result<()> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        // Backup programs that follow the cache directory tagging standard leave this folder out.
        let tag = folder.join("CACHEDIR.TAG");
        if !tag.exists() {
            fs::write(tag, "Signature: 8a477f597d28d172789f06886806bc55\n")?;
        }
        let unfinished = self.path.with_extension("unfinished");
        let mut file = fs::File::create(&unfinished)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&unfinished, &self.path)?;
        fs::File::open(folder)?.sync_all()
    }
}

fn failed(doing: &'static str, error: std::io::Error) -> MarkerError {
    MarkerError {
        doing,
        source: Box::new(error),
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}
