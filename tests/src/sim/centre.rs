//! The centre of a run: the real one, on the model store, with frames instead of HTTP.

use std::sync::Arc;

use data_encoding::HEXLOWER;
use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use tala_protocol::cert::{Names, Statement, UnitLevel, UnitStatement};
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::sync::frame::{self};
use tala_protocol::sync::{REQUEST_LEN_MAX, Scope, SyncReply, SyncRequest};
use tala_protocol::time::UnixMs;
use tala_server::app::admin::{Founding, found, restore};
use tala_server::app::commit::{Draft, Said};
use tala_server::app::project::Registries;
use tala_server::app::{
    Centre, CentreKeys, CentreParts, DeviceCtx, DeviceLimits, Effects as _, NoUploads, Signer as _,
    SoftwareKey, Uploads,
};
use tala_server::store::memory::MemoryStore;
use tala_server::store::{Lsn, Part, Store, StoreError, Writer, read};

use super::SimError;
use super::effects::SimEffects;
use super::files::Files;
use super::plants::Plant;
use super::replay::{LogHead, replay};
use crate::oracle::books::{self, Books};

/// The time at which worlds begin: 2026-06-01T00:00:00Z.
pub const BEGIN_MS: i64 = 1_780_272_000_000;
/// The league at the top.
pub const LEAGUE: UnitId = UnitId::from_bytes([0x10; 16]);
/// The banners below it: stations move between them.
pub const BANNERS: [UnitId; 2] = [
    UnitId::from_bytes([0x20; 16]),
    UnitId::from_bytes([0x21; 16]),
];

const ROOT_SEED: [u8; 32] = [1; 32];
const OFFICE_SEED: [u8; 32] = [2; 32];
const LOG_SEED: [u8; 32] = [3; 32];

/// A centre that can die, be backed up and be restored.
pub struct SimCentre {
    centre: Arc<Centre>,
    store: Arc<MemoryStore>,
    files: Files,
    /// Clock and randomness.
    pub effects: Arc<SimEffects>,
    plant: Option<Plant>,
    /// How many envelopes the last backup holds.
    backup: Option<usize>,
    /// How many every backup holds: those that say who is here.
    least: usize,
    /// What the last commit began with, for the bug that signs too early.
    before_last: usize,
}

/// The id of a station.
pub const fn station(n: u8) -> UnitId {
    UnitId::from_bytes([0x31 + n; 16])
}

impl SimCentre {
    /// Founds a bureau with so many stations.
    pub fn found(seed: u64, stations: usize, plant: Option<Plant>) -> Result<Self, SimError> {
        let effects = Arc::new(SimEffects::new(BEGIN_MS, seed));
        let store = Arc::new(MemoryStore::new());
        let root = Arc::new(key(&ROOT_SEED)?);
        let (files, uploads) = (Files::new()?, NoUploads);
        let parts = parts(Arc::clone(&store), Arc::clone(&effects), Arc::new(uploads))?;
        let centre = found(parts, root, &bureau(stations))?;
        centre.settle()?;
        let mut founded = Self {
            centre,
            store,
            files,
            effects,
            plant,
            backup: None,
            least: 0,
            before_last: 0,
        };
        // Started again with the book of its files, as every later start is.
        founded.centre.stop();
        founded.store.return_writer(Box::new(NoWriter));
        founded.start()?;
        Ok(founded)
    }

    /// The centre itself.
    pub fn app(&self) -> &Centre {
        &self.centre
    }

    /// Its store, for the oracle.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
    }

    /// The bureau's root key.
    pub fn root(&self) -> PublicKey {
        self.centre.directory().root().clone()
    }

    /// Everything it holds.
    pub fn books(&self) -> Result<Books, SimError> {
        Ok(Books::read(self.store())?)
    }

    /// Answers a frame of a device.
    pub fn answer(
        &mut self,
        device: DeviceId,
        frame: &[u8],
        rng: &mut ChaCha8Rng,
    ) -> Result<SyncReply, SimError> {
        let bytes = frame::open(frame, REQUEST_LEN_MAX)
            .ok()
            .ok_or(SimError::Lacking("frame"))?;
        let request = SyncRequest::from_bytes(&bytes)
            .ok()
            .ok_or(SimError::Lacking("request"))?;
        self.mark()?;
        let mut reply = self.in_two_parts(device, request)?;
        self.bend(&mut reply, device, rng)?;
        Ok(reply)
    }

    /// What is handed over first, what is asked for after everything has come to rest: between the two the
    /// centre's threads would decide by chance what is on the page.
    fn in_two_parts(&self, device: DeviceId, request: SyncRequest) -> Result<SyncReply, SimError> {
        let ctx = DeviceCtx { device };
        if request.runs.is_empty() {
            return Ok(self.centre.sync(ctx, request)?);
        }
        let asking = SyncRequest {
            runs: Vec::new(),
            prove: Vec::new(),
            proof_from: None,
            ..request.clone()
        };
        let first = self.centre.sync(ctx, request)?;
        self.centre.settle()?;
        let second = self.centre.sync(ctx, asking)?;
        Ok(SyncReply {
            spans: first.spans,
            ack: first.ack,
            receipts: first.receipts,
            consistency: first.consistency,
            server_time: first.server_time,
            backed_up_to: first.backed_up_to,
            ..second
        })
    }

    /// Waits until everything that was committed is projected.
    pub fn settle(&self) -> Result<(), SimError> {
        Ok(self.centre.settle()?)
    }

    /// Its files, and what decides about them.
    pub fn files(&mut self) -> (&mut Files, &Centre) {
        (&mut self.files, &self.centre)
    }

    /// Gives a device some bytes of a file, see [`Files::give`].
    pub fn give_file(
        &self,
        device: DeviceId,
        hash: &Digest,
        from: usize,
        len: usize,
    ) -> Result<Option<Vec<u8>>, SimError> {
        self.files.give(&self.centre, device, hash, from, len)
    }

    /// Whether a device has handed a file over whole.
    pub fn has_file(&self, device: DeviceId, hash: &Digest) -> Result<bool, SimError> {
        self.files.is_here(device, hash)
    }

    /// Has the office say things.
    pub fn say(&mut self, drafts: Vec<Draft>) -> Result<Vec<Said>, SimError> {
        self.mark()?;
        let said = self.centre.writer().say(drafts)?;
        self.centre.settle()?;
        Ok(said)
    }

    /// Has the office state things for a unit.
    pub fn state(&mut self, unit: UnitId, statements: &[Statement]) -> Result<(), SimError> {
        let drafts = statements.iter();
        let drafts = drafts.map(|s| Draft::statement(unit, Kind::Certificate, s.to_bytes()));
        self.say(drafts.collect())?;
        Ok(())
    }

    /// The program dies and starts again on what was durable.
    pub fn crash(&mut self) -> Result<(), SimError> {
        self.centre.stop();
        if self.plant == Some(Plant::ReceiptBeforeDurable) {
            let books = self.books()?;
            let left = books.envelopes.get(..self.before_last).unwrap_or_default();
            let head = LogHead {
                id: self.centre.log_id(),
                statements: books.statements.clone(),
            };
            self.store = Arc::new(replay(&head, &self.root(), left, self.store())?);
        } else {
            self.store.return_writer(Box::new(NoWriter));
        }
        self.start()
    }

    /// Takes a backup.
    pub fn back_up(&mut self) -> Result<(), SimError> {
        self.backup = Some(self.books()?.envelopes.len());
        Ok(())
    }

    /// Everybody is here now; no backup is from before.
    pub fn all_are_here(&mut self) -> Result<(), SimError> {
        self.least = self.books()?.envelopes.len();
        Ok(())
    }

    /// A backup turns up that lacks the last `back` envelopes.
    pub fn find_older_backup(&mut self, back: usize) -> Result<(), SimError> {
        let held = self.books()?.envelopes.len();
        self.backup = Some(held.saturating_sub(back).max(self.least.min(held)));
        Ok(())
    }

    /// Goes back to the last backup, if there is one: a new log that says where it goes on from.
    /// The files may
    /// be gone besides.
    pub fn restore(&mut self, are_files_gone: bool) -> Result<bool, SimError> {
        let Some(count) = self.backup.take() else {
            return Ok(false);
        };
        self.centre.stop();
        let books = self.books()?;
        let left = books
            .envelopes
            .get(..count)
            .ok_or(SimError::Lacking("backup"))?;
        let head = LogHead {
            id: self.centre.log_id(),
            statements: books.statements.clone(),
        };
        self.store = Arc::new(replay(&head, &self.root(), left, self.store())?);
        if are_files_gone {
            self.files.lose_all()?;
        }
        let parts = parts(
            Arc::clone(&self.store),
            Arc::clone(&self.effects),
            Arc::new(NoUploads),
        )?;
        restore(&parts, "simulated")?;
        self.start()?;
        Ok(true)
    }

    fn start(&mut self) -> Result<(), SimError> {
        let book = self.files.book();
        let uploads: Arc<dyn Uploads> = book.clone();
        let parts = parts(Arc::clone(&self.store), Arc::clone(&self.effects), uploads)?;
        self.centre = Centre::start(parts)?;
        book.attach(&self.centre);
        self.settle()
    }

    /// Remembers what stood before a commit, where a bug needs it.
    fn mark(&mut self) -> Result<(), SimError> {
        if self.plant == Some(Plant::ReceiptBeforeDurable) {
            self.before_last = self.books()?.envelopes.len();
        }
        Ok(())
    }

    /// The bugs of pages.
    fn bend(
        &self,
        reply: &mut SyncReply,
        device: DeviceId,
        rng: &mut ChaCha8Rng,
    ) -> Result<(), SimError> {
        match self.plant {
            Some(Plant::LostHole) if !reply.runs.is_empty() && rng.random_ratio(1, 4) => {
                let runs = std::mem::take(&mut reply.runs);
                let unpacked = runs.into_iter().filter_map(|run| run.unpack().ok());
                let mut envelopes: Vec<_> = unpacked.flatten().collect();
                let states = |kind| matches!(kind, Kind::Certificate | Kind::Revocation);
                if let Some(at) = envelopes.iter().rposition(|e| !states(e.header().kind)) {
                    envelopes.remove(at);
                }
                reply.runs = Run::pack_all(&envelopes);
            }
            Some(Plant::DeliverToWrongUnit) if rng.random_ratio(1, 4) => {
                let own = self
                    .centre
                    .directory()
                    .assignment(device, self.effects.now())
                    .map(|a| a.unit);
                for unit in (0..3).map(station).filter(|unit| Some(*unit) != own) {
                    reply.runs.extend(self.something_of(unit)?);
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn something_of(&self, unit: UnitId) -> Result<Vec<Run>, SimError> {
        let scope = Scope {
            unit,
            audience: Audience::Field,
        };
        let (list, _) = books::list(self.store(), &scope)?;
        let last = list.last().copied().unwrap_or(Lsn(0));
        let stored = read(self.store(), |reads| reads.envelope(last))?;
        let envelope = stored.map(|stored| stored.envelope);
        let foreign = envelope.filter(|e| e.header().feed.unit == unit);
        Ok(Run::pack_all(foreign.as_slice()))
    }
}

impl Drop for SimCentre {
    fn drop(&mut self) {
        self.centre.stop();
    }
}

/// Stands for the writer of a program that died; nobody writes with it.
struct NoWriter;

impl Writer for NoWriter {
    fn transact(&mut self, _: &mut Part<'_>) -> Result<(), StoreError> {
        Err(StoreError::GivenUp)
    }
}

fn key(seed: &[u8; 32]) -> Result<SoftwareKey, SimError> {
    SoftwareKey::from_seed(seed).ok().ok_or(SimError::Key)
}

fn parts(
    store: Arc<MemoryStore>,
    effects: Arc<SimEffects>,
    uploads: Arc<dyn Uploads>,
) -> Result<CentreParts, SimError> {
    let root = key(&ROOT_SEED)?.public().clone();
    let limits = DeviceLimits {
        // Time spent on checking is measured by the real clock: no part of a run that repeats.
        cpu_us_a_minute: u64::MAX,
        ..DeviceLimits::default()
    };
    Ok(CentreParts {
        store,
        keys: CentreKeys {
            office: Arc::new(key(&OFFICE_SEED)?),
            log: Arc::new(key(&LOG_SEED)?),
        },
        root,
        effects,
        limits,
        registries: Registries::default(),
        uploads,
    })
}

fn bureau(stations: usize) -> Founding {
    let [first, second] = BANNERS;
    let mut units = vec![
        unit(LEAGUE, None, UnitLevel::League),
        unit(first, Some(LEAGUE), UnitLevel::Banner),
        unit(second, Some(LEAGUE), UnitLevel::Banner),
    ];
    let stations = (0u8..).take(stations);
    units.extend(stations.map(|n| unit(station(n), Some(first), UnitLevel::Station)));
    Founding {
        units,
        ..Founding::default()
    }
}

/// A statement about a unit from the beginning on.
pub fn unit(unit: UnitId, parent: Option<UnitId>, level: UnitLevel) -> UnitStatement {
    let name = HEXLOWER.encode(&unit.as_bytes()[..2]);
    UnitStatement {
        unit,
        parent,
        level,
        names: Names::from([("zh".to_owned(), name)]),
        from: UnixMs(BEGIN_MS),
    }
}
