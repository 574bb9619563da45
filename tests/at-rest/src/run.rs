//! A run: the phone with a key and the phone without one, each watched, killed, opened and signed out.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use data_encoding::HEXLOWER;
use tala_client::at_rest::RestKey;
use tala_client::media::Blobs as _;
use tala_client::store::sqlite::cipher;
use tala_client::store::{Store as _, StoreError};
use tala_protocol::hash::Digest;

use crate::canary::{self, planted};
use crate::photo::photo;
use crate::report::{Report, Watched};
use crate::search::Search;
use crate::{AtRestError, file, phone, platform, suite, worker};

/// How long a worker may take for what it was told.
const PATIENCE: Duration = Duration::from_secs(120);
/// How much the phone writes before its folder is copied, and again before it is killed, bytes.
const A_WHILE_BYTES: u64 = 64 * 1024;

/// Where everything about one phone lies.
struct Place {
    /// What is searched: `phone`, `temporary`, `log`.
    searched: PathBuf,
    ledger: PathBuf,
    copies: PathBuf,
    key: Option<[u8; 32]>,
}

/// Watches both phones below `folder`, which is emptied first.
pub fn run(folder: &Path, tell: &mut dyn FnMut(&str)) -> Result<Report, AtRestError> {
    let cipher = cipher::version().map_err(phone("asking for the cipher"))?;
    let cipher = cipher.ok_or(AtRestError::NoCipher)?;
    if folder.exists() {
        fs::remove_dir_all(folder).map_err(file("emptying the folder"))?;
    }
    let key = [platform::random16(), platform::random16()].concat();
    let key: [u8; 32] = key.try_into().unwrap_or_default();
    let suite = suite::run(&folder.join("suite"), &key)?;
    let canaries = planted(Some(&key))?;
    let search = Search::new(canaries.clone())?;
    tell("a phone with a key");
    let encrypted = watch(&Place::new(&folder.join("encrypted"), Some(key))?, &search)?;
    tell("a phone without one");
    let plain = watch(&Place::new(&folder.join("plain"), None)?, &search)?;
    let mut report = Report {
        cipher,
        suite,
        encrypted,
        plain,
        missed: BTreeSet::new(),
        faults: Vec::new(),
    };
    let names = canaries.into_iter().map(|canary| canary.name);
    report.judge(names.filter(|name| name != "the key"));
    Ok(report)
}

fn watch(place: &Place, search: &Search) -> Result<Watched, AtRestError> {
    let mut watched = Watched::default();
    let (mut child, said) = place.start(false)?;
    let ready = await_word(&said, "ready");
    let copied = ready.and_then(|()| {
        place.await_growth()?;
        watched.open_elsewhere = place.open_files(child.id())?;
        let copy = place.copy("running")?;
        place.await_growth()?;
        Ok(copy)
    });
    let killed = child.kill().and_then(|()| child.wait());
    killed.map_err(file("killing the worker"))?;
    watched.running = search.folder(&copied?)?;
    let killed = place.copy("killed")?;
    watched.killed = search.folder(&killed)?;
    watched.opens = place.opens(&killed)?;
    watched.other_key_refused = place.refuses_others(&killed)?;

    let (mut child, said) = place.start(true)?;
    for word in ["refused", "forgot", "left"] {
        await_word(&said, word)?;
    }
    let ended = child.wait().map_err(file("waiting for the worker"))?;
    if !ended.success() || place.phone().exists() {
        return Err(AtRestError::Worker("left something behind".to_owned()));
    }
    watched.signed_out = search.folder(&place.searched)?;
    Ok(watched)
}

impl Place {
    fn new(folder: &Path, key: Option<[u8; 32]>) -> Result<Self, AtRestError> {
        let place = Self {
            searched: folder.join("searched"),
            ledger: folder.join("centre.ledger"),
            copies: folder.join("copies"),
            key,
        };
        for name in ["temporary", "log"] {
            fs::create_dir_all(place.searched.join(name)).map_err(file("making folders"))?;
        }
        Ok(place)
    }

    fn phone(&self) -> PathBuf {
        self.searched.join("phone")
    }

    /// Starts the worker; what it says comes line by line.
    fn start(&self, leaves: bool) -> Result<(Child, Receiver<String>), AtRestError> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.searched.join("log").join("worker.log"));
        let program = std::env::current_exe().map_err(file("finding the worker"))?;
        let temporary = self.searched.join("temporary");
        let mut command = Command::new(program);
        command.arg("--worker").arg("--folder").arg(self.phone());
        command.arg("--ledger").arg(&self.ledger);
        command.args(leaves.then_some("--leave"));
        command
            .envs(["TMPDIR", "SQLITE_TMPDIR"].map(|name| (name, &temporary)))
            .current_dir(&temporary)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log.map_err(file("opening the log"))?);
        let mut child = command.spawn().map_err(file("starting the worker"))?;
        let key = self.key.map(|key| HEXLOWER.encode(&key));
        if let Some(mut input) = child.stdin.take() {
            let told = writeln!(input, "{}", key.unwrap_or_default());
            told.map_err(file("giving the key"))?;
        }
        let (say, said) = channel();
        if let Some(out) = child.stdout.take() {
            std::thread::spawn(move || {
                let lines = BufReader::new(out).lines().map_while(Result::ok);
                // Nobody listens any more once the run has failed.
                lines.for_each(|line| drop(say.send(line)));
            });
        }
        Ok((child, said))
    }

    /// Waits until the phone has written for a while: it is in the middle of work then.
    fn await_growth(&self) -> Result<(), AtRestError> {
        let wanted = size(&self.phone()).saturating_add(A_WHILE_BYTES);
        let began = Instant::now();
        while size(&self.phone()) < wanted {
            if began.elapsed() > PATIENCE {
                return Err(AtRestError::Worker("stopped recording".to_owned()));
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    fn copy(&self, name: &str) -> Result<PathBuf, AtRestError> {
        let to = self.copies.join(name);
        copy_folder(&self.searched, &to)?;
        Ok(to)
    }

    /// Files that the worker has open outside what is searched. One whose name is gone is a temporary file
    /// in hiding.
    fn open_files(&self, pid: u32) -> Result<BTreeSet<PathBuf>, AtRestError> {
        let folder = PathBuf::from(format!("/proc/{pid}/fd"));
        let known = [self.searched.as_path(), &self.ledger, Path::new("/dev")];
        let mut elsewhere = BTreeSet::new();
        for entry in fs::read_dir(folder).map_err(file("listing open files"))? {
            let entry = entry.map_err(file("listing open files"))?;
            let Ok(target) = fs::read_link(entry.path()) else {
                continue;
            };
            let is_gone = target.to_string_lossy().ends_with(" (deleted)");
            let is_known = known.iter().any(|known| target.starts_with(known));
            if target.is_absolute() && (is_gone || !is_known) {
                elsewhere.insert(target);
            }
        }
        Ok(elsewhere)
    }

    /// Whether whoever has the key finds everything in a copy.
    fn opens(&self, copy: &Path) -> Result<bool, AtRestError> {
        let key = self.key.map(|key| RestKey::from_slice(&key)).transpose();
        let key = key.map_err(phone("taking the key"))?;
        let folder = worker::take(&copy.join("phone"), key)?;
        let store = folder.store().map_err(phone("opening the copy"))?;
        let docs = store.docs().map_err(phone("reading the copy"))?;
        let mut titles = docs.into_iter().filter_map(|doc| doc.listing?.title);
        let journal = store.patrols().map_err(phone("reading the copy"))?;
        let rode = journal.iter().any(|patrol| patrol.fixes > 12);
        let (taken, coming) = (photo(1), photo(2));
        let taken = taken.map_err(phone("making a photo"))?;
        let coming = coming.map_err(phone("making a photo"))?;
        let files = folder.files();
        let held = files.get(&Digest::sha256(&taken));
        let part = files.part(&Digest::sha256(&coming));
        let part = part.map_err(phone("reading the copy"))?;
        Ok(titles.any(|title| title == canary::TITLE)
            && rode
            && held.map_err(phone("reading the copy"))? == Some(taken)
            && !part.is_empty()
            && coming.starts_with(&part))
    }

    /// Whether another key, or none, opens nothing of a copy. Without a key there is nothing to refuse.
    fn refuses_others(&self, copy: &Path) -> Result<bool, AtRestError> {
        if self.key.is_none() {
            return Ok(true);
        }
        let store = copy.join("phone").join("phone.sqlite");
        let before = fs::read(&store).map_err(file("reading the copy"))?;
        let other = RestKey::from_slice(&(1..=32).collect::<Vec<u8>>());
        let other = other.map_err(phone("making another key"))?;
        let folder = worker::take(&copy.join("phone"), Some(other))?;
        let by_other = folder.store();
        let taken = photo(1).map_err(phone("making a photo"))?;
        let held = folder.files().get(&Digest::sha256(&taken));
        let by_none = tala_client::store::sqlite::SqliteStore::open(&store);
        let after = fs::read(&store).map_err(file("reading the copy"))?;
        Ok(matches!(by_other, Err(StoreError::WrongKey(_)))
            && matches!(by_none, Err(StoreError::Damaged { what: "file", .. }))
            && !matches!(held, Ok(Some(_)))
            && before == after)
    }
}

/// Bytes in a folder; what goes meanwhile counts nothing.
fn size(folder: &Path) -> u64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(data) if data.is_dir() => size(&entry.path()),
        Ok(data) => data.len(),
        Err(_gone) => 0,
    });
    sizes.sum()
}

fn await_word(said: &Receiver<String>, word: &str) -> Result<(), AtRestError> {
    match said.recv_timeout(PATIENCE) {
        Ok(line) if line == word => Ok(()),
        Ok(line) => Err(AtRestError::Worker(format!("said `{line}`, not `{word}`"))),
        Err(_silent) => Err(AtRestError::Worker(format!("never said `{word}`"))),
    }
}

/// Copies what is there; what goes while it is being copied was temporary, and is caught another time.
fn copy_folder(from: &Path, to: &Path) -> Result<(), AtRestError> {
    fs::create_dir_all(to).map_err(file("making a copy"))?;
    for entry in fs::read_dir(from).map_err(file("making a copy"))? {
        let entry = entry.map_err(file("making a copy"))?;
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
            continue;
        }
        match fs::copy(&path, &target) {
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
            copied => drop(copied.map_err(file("making a copy"))?),
        }
    }
    Ok(())
}
