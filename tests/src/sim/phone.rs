//! A phone of a run: the real engine on a disk that can fail, with a key, clocks and a backup.

use std::cell::RefCell;
use std::rc::Rc;

use ed25519_dalek::{Signer as _, SigningKey};
use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tala_client::engine::{Engine, EngineError};
use tala_client::enrol::Enrolment;
use tala_client::install::InstallMarker;
use tala_client::media::MemoryBlobs;
use tala_client::store::memory::MemoryStore;
use tala_client::store::{Pick, Store as _, Write};
use tala_client::sync::SyncSession;
use tala_protocol::envelope::Audience;
use tala_protocol::envelope::wire::Run;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, PersonId, UnitId};
use tala_protocol::key::{PublicKey, Signature};
use tala_protocol::sync::enrol::{EnrolReply, EnrolmentCode};
use tala_protocol::sync::{Cursor, Scope, frame};
use tala_protocol::time::{DeviceTimes, UnixMs};
use tala_server::store::read;

use super::SimError;
use super::builds::Build;
use super::centre::SimCentre;
use super::clock::PhoneClock;
use super::plants::Plant;
use super::store::{Born, Received, SimStore, Tap};

/// A phone.
pub struct SimPhone {
    /// Its place among the phones.
    pub n: usize,
    /// Its id.
    pub device: DeviceId,
    /// Who carries it.
    pub person: PersonId,
    /// Its clocks.
    pub clock: PhoneClock,
    /// A sync under way, the request that waits for an answer, and since when.
    pub session: Option<(SyncSession, u64, i64)>,
    /// Its files.
    pub blobs: MemoryBlobs,
    /// Which version it runs.
    pub build: Build,
    /// A backup of the phone, with the marker of then for the bug that restores that too.
    pub backup: Option<Backup>,
    /// How many fixes it was given.
    pub fixes: i64,
    /// Whether the office has revoked it.
    pub revoked: bool,
    key: SigningKey,
    engine: Option<Engine<SimStore>>,
    tap: Rc<RefCell<Tap>>,
    rng: ChaCha8Rng,
    plant: Option<Plant>,
}

/// What came of a call.
#[derive(Debug)]
pub enum Called<T, E = EngineError> {
    /// It went well.
    Done(T, News),
    /// The engine said no. Nothing happened.
    Refused(E),
    /// The program died in it.
    Died(News),
}

/// What a call works with.
pub struct Hands<'a> {
    /// The engine.
    pub engine: &'a mut Engine<SimStore>,
    /// What the phone's clocks say.
    pub times: DeviceTimes,
    /// The phone's files.
    pub blobs: &'a mut MemoryBlobs,
    /// The phone's randomness.
    pub rng: &'a mut ChaCha8Rng,
}

/// A backup of a phone.
#[derive(Debug, Clone)]
pub struct Backup {
    /// Its disk.
    pub disk: MemoryStore,
    /// How many fixes it had been given.
    pub fixes: i64,
    /// Its files, where the backup has them.
    files: Option<MemoryBlobs>,
    marker: Option<Vec<u8>>,
}

/// What the tap saw during a call.
#[derive(Debug, Default)]
pub struct News {
    /// Records that were begun, whether or not anybody heard of it.
    pub born: Vec<Born>,
    /// Own envelopes written.
    pub written: Vec<Digest>,
    /// Envelopes of others taken in.
    pub received: Vec<Received>,
    /// Envelopes that a signature of the centre covers now.
    pub acknowledged: Vec<Digest>,
}

impl SimPhone {
    /// A phone that the centre has certified, enrolled with what the centre shows its unit.
    pub fn enrol(
        n: usize,
        seed: u64,
        unit: UnitId,
        person: PersonId,
        centre: &SimCentre,
        plant: Option<Plant>,
    ) -> Result<Self, SimError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let key = key_of(seed);
        let public = public_of(&key)?;
        let tap = Rc::new(RefCell::new(Tap::new(plant)));
        let now = centre.app().now();
        let mut store = SimStore::on(MemoryStore::new(), Rc::clone(&tap));
        enrol_store(&mut store, centre, unit, person, &public, now)?;
        let mut clock = PhoneClock::default();
        clock.reboot(now.0, rng.random());
        let (marker, mut entropy) = (Box::new(None::<Vec<u8>>), || rng.random());
        let (engine, _) = Engine::open(store, marker, clock.read(now.0, false), &mut entropy)?;
        *tap.borrow_mut() = Tap::new(plant);
        Ok(Self {
            n,
            device: public.device_id(),
            person,
            clock,
            session: None,
            blobs: MemoryBlobs::default(),
            build: Build::Present,
            backup: None,
            fixes: 0,
            revoked: false,
            key,
            engine: Some(engine),
            tap,
            rng,
            plant,
        })
    }

    /// The engine, for reading.
    pub fn engine(&self) -> Result<&Engine<SimStore>, SimError> {
        self.engine.as_ref().ok_or(SimError::Lacking("engine"))
    }

    /// The engine, for views that fill caches.
    pub fn engine_mut(&mut self) -> Result<&mut Engine<SimStore>, SimError> {
        self.engine.as_mut().ok_or(SimError::Lacking("engine"))
    }

    /// What its disk does next.
    pub fn tap(&self) -> &RefCell<Tap> {
        &self.tap
    }

    /// Calls the engine; opens again after a death. What is signed is signed at once.
    pub fn call<T, E>(
        &mut self,
        now_ms: i64,
        call: impl FnOnce(Hands<'_>) -> Result<T, E>,
    ) -> Result<Called<T, E>, SimError> {
        let gnss = self.rng.random_bool(0.5);
        let times = self.clock.read(now_ms, gnss);
        let engine = self.engine.as_mut().ok_or(SimError::Lacking("engine"))?;
        let result = call(Hands {
            engine,
            times,
            blobs: &mut self.blobs,
            rng: &mut self.rng,
        });
        let news = self.drain();
        if self.tap.borrow().blown {
            self.reopen(now_ms)?;
            return Ok(Called::Died(news));
        }
        Ok(match result {
            Ok(value) => Called::Done(value, news),
            Err(error) => Called::Refused(error),
        })
    }

    /// Signs what waits for the key; returns what was signed.
    pub fn sign(&mut self, now_ms: i64) -> Result<Vec<Digest>, SimError> {
        let mut signed = Vec::new();
        loop {
            let engine = self.engine.as_mut().ok_or(SimError::Lacking("engine"))?;
            let Some(job) = engine.next_to_sign()? else {
                return Ok(signed);
            };
            let signature = Signature::from_bytes(self.key.sign(&job.message).to_bytes());
            signed.push(job.id);
            let put = engine.put_signature(&job, signature);
            if self.tap.borrow().blown {
                self.reopen(now_ms)?;
            } else {
                put?;
            }
        }
    }

    /// Its key, for the bug that lets anybody sign.
    pub fn key(&self) -> &SigningKey {
        &self.key
    }

    /// The program dies here and now, and starts again.
    pub fn kill(&mut self, now_ms: i64) -> Result<(), SimError> {
        self.reopen(now_ms)
    }

    /// Keeps a backup of the phone as it is.
    pub fn back_up(&mut self) -> Result<(), SimError> {
        self.backup = Some(Backup {
            disk: self.engine()?.store().disk().clone(),
            fixes: self.fixes,
            files: self.rng.random_bool(0.5).then(|| self.blobs.clone()),
            marker: self.engine()?.marker().read().map_err(EngineError::from)?,
        });
        Ok(())
    }

    /// Goes back to a backup.
    pub fn go_back(&mut self, backup: Backup, now_ms: i64) -> Result<(), SimError> {
        let mut marker = self.turn_off()?.1;
        if self.plant == Some(Plant::ReusedActor) {
            marker = Box::new(backup.marker);
        }
        self.session = None;
        match backup.files {
            Some(files) => self.blobs = files,
            // The phone is another one.
            None if self.rng.random_bool(0.5) => self.blobs = MemoryBlobs::default(),
            // Its files outlive its store.
            None => {}
        }
        self.open(backup.disk, marker, now_ms)
    }

    /// Lets go of own envelopes, whatever the engine thinks of it.
    pub fn forget(&mut self, ids: &[Digest], now_ms: i64) -> Result<(), SimError> {
        let mut disk = self.engine()?.store().disk().clone();
        let forget: Vec<Write> = ids.iter().map(|id| Write::Forget(*id)).collect();
        disk.commit(&forget).map_err(EngineError::from)?;
        let (_, marker) = self.turn_off()?;
        self.open(disk, marker, now_ms)
    }

    /// Whether its disk holds an envelope.
    pub fn holds(&self, id: &Digest) -> Result<bool, SimError> {
        let row = self
            .engine()?
            .store()
            .envelope(id)
            .map_err(EngineError::from)?;
        Ok(row.is_some_and(|row| row.body.is_some()))
    }

    fn reopen(&mut self, now_ms: i64) -> Result<(), SimError> {
        let (store, marker) = self.turn_off()?;
        self.session = None;
        if self.rng.random_bool(0.3) {
            let boot = self.rng.random();
            self.clock.reboot(now_ms, boot);
        }
        self.open(store.into_disk(), marker, now_ms)
    }

    fn turn_off(&mut self) -> Result<(SimStore, Box<dyn InstallMarker>), SimError> {
        let engine = self.engine.take().ok_or(SimError::Lacking("engine"))?;
        Ok(engine.into_parts())
    }

    fn open(
        &mut self,
        disk: MemoryStore,
        marker: Box<dyn InstallMarker>,
        now_ms: i64,
    ) -> Result<(), SimError> {
        {
            let mut tap = self.tap.borrow_mut();
            (tap.blown, tap.fuse) = (false, None);
        }
        let store = SimStore::on(disk, Rc::clone(&self.tap));
        let times = self.clock.read(now_ms, false);
        let rng = &mut self.rng;
        let mut entropy = || rng.random();
        let (mut engine, opening) = Engine::open(store, marker, times, &mut entropy)?;
        if opening.restored && self.rng.random_bool(0.5) {
            engine.check_files(&self.blobs)?;
        }
        self.engine = Some(engine);
        Ok(())
    }

    fn drain(&self) -> News {
        let mut tap = self.tap.borrow_mut();
        News {
            born: std::mem::take(&mut tap.born),
            written: std::mem::take(&mut tap.written),
            received: std::mem::take(&mut tap.received),
            acknowledged: std::mem::take(&mut tap.acknowledged),
        }
    }

    /// Whether it has written something that the centre has not acknowledged.
    pub fn unacknowledged(&self) -> Result<bool, SimError> {
        let rows = self
            .engine()?
            .store()
            .envelopes(&Pick::After(0), usize::MAX >> 1);
        let rows = rows.map_err(EngineError::from)?;
        Ok(rows
            .iter()
            .any(|row| row.own && row.delivery.leaf().is_none()))
    }

    /// Own envelopes that were sent and not answered, for the bugs that forget or double them.
    pub fn unanswered(&self) -> Result<Vec<Digest>, SimError> {
        let rows = self
            .engine()?
            .store()
            .disk()
            .envelopes(&Pick::After(0), usize::MAX >> 1);
        let rows = rows.map_err(EngineError::from)?;
        let waiting = rows
            .iter()
            .filter(|row| row.own && row.delivery.leaf().is_none());
        Ok(waiting
            .filter(|row| row.signed.is_some())
            .map(|row| row.id)
            .collect())
    }
}

/// The signing key of a phone's seed.
pub fn key_of(seed: u64) -> SigningKey {
    SigningKey::from_bytes(Digest::sha256(&seed.to_be_bytes()).bytes())
}

/// The public half.
pub fn public_of(key: &SigningKey) -> Result<PublicKey, SimError> {
    PublicKey::ed25519(key.verifying_key().as_bytes())
        .ok()
        .ok_or(SimError::Key)
}

/// Enrols an empty store with every statement that the centre has made so far.
fn enrol_store(
    store: &mut SimStore,
    centre: &SimCentre,
    unit: UnitId,
    person: PersonId,
    key: &PublicKey,
    now: UnixMs,
) -> Result<(), SimError> {
    let statements = read(centre.store(), |reads| {
        let mut out = Vec::new();
        for lsn in reads.statements()? {
            out.extend(reads.envelope(lsn)?.map(|stored| stored.envelope));
        }
        Ok(out)
    })?;
    let code = EnrolmentCode {
        url: String::new(),
        root: centre.root().fingerprint(),
        code: [0; 16],
    };
    let reply = EnrolReply {
        root: centre.root(),
        log: centre.app().log_id(),
        unit,
        person: Some(person),
        statements: Run::pack_all(&statements),
        scopes: vec![Cursor {
            scope: Scope {
                unit,
                audience: Audience::Field,
            },
            position: 0,
        }],
    };
    let enrolment = Enrolment::new(code, key.clone(), "simulated".into());
    enrolment.finish(&frame::close(&reply.to_bytes()), store, now)?;
    Ok(())
}
