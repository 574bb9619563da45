//! A phone for tests: an engine with its clock, dice, key, files and marker.

use std::cell::RefCell;
use std::future::Future;
use std::pin::pin;
use std::rc::Rc;
use std::task::{Context, Poll, Waker};

use tala_protocol::fix::{Fix, TimedFix};
use tala_protocol::id::{PersonId, UnitId};
use tala_protocol::sync::enrol::EnrolmentCode;
use tala_protocol::sync::frame;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use super::{Centre, MemoryLink, TestSigner};
use crate::engine::{Engine, EngineError, Opening};
use crate::enrol::Enrolment;
use crate::entropy::Entropy;
use crate::media::MemoryBlobs;
use crate::outbox::Link;
use crate::signer::{Signer as _, sign_pending};
use crate::store::Store;
use crate::sync::drive::{DriveError, Surroundings, sync};
use crate::sync::{Summary, SyncOptions, Why};

/// Randomness that repeats with its seed.
#[derive(Debug, Clone)]
pub struct Dice(u64);

/// A phone.
pub struct Phone<S> {
    /// The engine; taken out while the phone is off.
    pub engine: Engine<S>,
    /// Its key.
    pub signer: TestSigner,
    /// Its files.
    pub blobs: MemoryBlobs,
    /// Its clocks.
    pub now: DeviceTimes,
    /// Its randomness.
    pub dice: Dice,
}

impl Dice {
    /// Dice that fall by their seed.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number (splitmix64).
    pub fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
}

impl Entropy for Dice {
    fn bytes16(&mut self) -> [u8; 16] {
        let pair = [self.roll().to_be_bytes(), self.roll().to_be_bytes()];
        pair.concat().try_into().unwrap_or([0; 16])
    }
}

/// Runs a future that never truly waits.
pub fn block_on<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(value) = future.as_mut().poll(&mut context) {
            return value;
        }
    }
}

impl<S: Store> Phone<S> {
    /// Enrols a phone over a fresh store, by hand.
    pub fn enrol(seed: u8, mut store: S, centre: &Rc<RefCell<Centre>>, unit: UnitId) -> Self {
        let signer = TestSigner::new(seed);
        let person = PersonId::from_bytes([seed; 16]);
        let key = signer.public_key();
        let device = key.device_id();
        let reply = {
            let mut centre = centre.borrow_mut();
            centre.bureau.enrol(key.clone(), unit, person);
            centre.admit(device, unit);
            centre.welcome(device, unit, Some(person))
        };
        let code = EnrolmentCode {
            url: "https://tala.example".into(),
            root: reply.root.fingerprint(),
            code: [seed; 16],
        };
        let enrolment = Enrolment::new(code, key, format!("phone {seed}"));
        let now = start();
        enrolment
            .finish(&frame::close(&reply.to_bytes()), &mut store, now.wall)
            .expect("enrols");
        let (marker, mut dice) = (Box::new(None::<Vec<u8>>), Dice::new(u64::from(seed)));
        let (engine, _) = Engine::open(store, marker, now, &mut dice).expect("opens");
        Self {
            engine,
            signer,
            blobs: MemoryBlobs::default(),
            now,
            dice,
        }
    }

    /// Time goes on.
    pub fn wait_ms(&mut self, ms: i64) {
        self.now.wall.0 += ms;
        self.now.mono.0 += ms;
    }

    /// A fix a second later and about ten metres on.
    pub fn next_fix(&mut self) -> TimedFix {
        self.wait_ms(1_000);
        let step = i32::try_from((self.now.mono.0 / 1_000) % 100_000).unwrap_or(0);
        TimedFix {
            fix: Fix::at(self.now.wall, 436_000_000 + step * 900, 1_160_000_000)
                .expect("on the globe"),
            wall: self.now.wall,
            mono: self.now.mono,
            boot: self.now.boot,
        }
    }

    /// Takes the phone off and on over what its store holds now; a reboot has other clocks.
    pub fn reopen(self, reboot: bool) -> Result<(Self, Opening), EngineError> {
        self.reopen_over(|store| store, reboot)
    }

    /// The same, over another store: a backup, a repaired disk.
    pub fn reopen_over<T: Store>(
        self,
        store: impl FnOnce(S) -> T,
        reboot: bool,
    ) -> Result<(Phone<T>, Opening), EngineError> {
        let Self {
            engine,
            signer,
            blobs,
            mut now,
            mut dice,
        } = self;
        if reboot {
            now.boot = BootId(now.boot.0 + 1);
            now.mono = MonoMs(0);
        }
        let (held, marker) = engine.into_parts();
        let (engine, opening) = Engine::open(store(held), marker, now, &mut dice)?;
        let phone = Phone {
            engine,
            signer,
            blobs,
            now,
            dice,
        };
        Ok((phone, opening))
    }

    /// Signs what waits.
    pub fn sign(&mut self) -> Result<crate::signer::Signing, EngineError> {
        block_on(sign_pending(&mut self.engine, &self.signer))
    }

    /// A link to the centre.
    pub fn link(&self, centre: &Rc<RefCell<Centre>>) -> MemoryLink {
        MemoryLink::new(self.engine.identity().device, Rc::clone(centre))
    }

    /// Syncs because the officer asked, over a good link.
    pub fn sync(&mut self, centre: &Rc<RefCell<Centre>>) -> Result<Summary, DriveError> {
        let mut link = self.link(centre);
        self.sync_over(&mut link, Why::Officer, Link::Good)
    }

    /// Syncs over a given link.
    pub fn sync_over(
        &mut self,
        link: &mut MemoryLink,
        why: Why,
        quality: Link,
    ) -> Result<Summary, DriveError> {
        self.wait_ms(1_000);
        let now = self.now;
        let mut with = Surroundings {
            transport: link,
            signer: &self.signer,
            blobs: &self.blobs,
            clock: || now,
            battery_pct: Some(80),
        };
        let options = SyncOptions {
            why,
            link: quality,
            originals: true,
        };
        block_on(sync(&mut self.engine, &mut with, options))
    }
}

fn start() -> DeviceTimes {
    DeviceTimes {
        wall: UnixMs(1_780_000_000_000),
        mono: MonoMs(5_000_000),
        boot: BootId(1),
        gnss: None,
    }
}
