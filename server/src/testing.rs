//! Builders for tests: a centre with its bureau, and phones that sign what they say.
//!
//! ```ignore
//! let centre = TestCentre::new();
//! let mut bayar = centre.phone("Bayar");
//! let reply = bayar.hands_over(&centre, [bayar.event("seen")]);
//! ```

// A builder for tests may stop a test.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

mod incident;
mod phone;

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};

use tala_protocol::cert::{
    Assignment, Holder, KeyStatement, Membership, Names, Person, Role, Statement, UnitLevel,
    UnitStatement,
};
use tala_protocol::envelope::{Audience, Envelope, Kind, Lane, SignIn};
use tala_protocol::event::Sos;
use tala_protocol::id::{PersonId, RowId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::time::{DeviceTimes, UnixMs};

use crate::app::access::{self, Asker, Denied, Grant, Verb};
use crate::app::admin::{Founding, found};
use crate::app::commit::Draft;
use crate::app::project::Registries;
use crate::app::{
    Centre, CentreKeys, CentreParts, DeviceLimits, Effects, NoUploads, Signer as _, SoftwareKey,
};
use crate::store::Store;
use crate::store::memory::MemoryStore;

pub use incident::TestIncident;
pub use phone::TestPhone;

/// The time at which test centres begin: 2026-06-01T00:00:00Z.
pub const BEGIN: UnixMs = UnixMs(1_780_272_000_000);
/// Seed of the test bureau's root key.
const ROOT_SEED: [u8; 32] = [1; 32];

/// A clock that a test moves, and randomness that repeats.
#[derive(Debug)]
pub struct TestEffects {
    now: AtomicI64,
    drawn: AtomicU64,
}

/// A centre of a small bureau: a league, a banner in it, and two stations in that.
pub struct TestCentre {
    /// The centre.
    pub centre: Arc<Centre>,
    /// Its clock.
    pub effects: Arc<TestEffects>,
    /// Its store.
    pub store: Arc<dyn Store>,
    phones: AtomicU64,
}

/// The league at the top.
pub const LEAGUE: UnitId = UnitId::from_bytes([0x10; 16]);
/// The banner below it.
pub const BANNER: UnitId = UnitId::from_bytes([0x20; 16]);
/// The first station.
pub const STATION: UnitId = UnitId::from_bytes([0x31; 16]);
/// The second station.
pub const OTHER_STATION: UnitId = UnitId::from_bytes([0x32; 16]);

impl Default for TestEffects {
    fn default() -> Self {
        Self {
            now: AtomicI64::new(BEGIN.0),
            drawn: AtomicU64::new(0),
        }
    }
}

impl TestEffects {
    /// Moves the clock.
    pub fn pass_ms(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Effects for TestEffects {
    fn now(&self) -> UnixMs {
        UnixMs(self.now.load(Ordering::SeqCst))
    }

    fn random(&self, bytes: &mut [u8]) -> Result<(), getrandom::Error> {
        for byte in bytes {
            let drawn = self.drawn.fetch_add(1, Ordering::SeqCst);
            *byte = (drawn.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8;
        }
        Ok(())
    }
}

impl TestCentre {
    /// A centre in memory.
    #[allow(
        clippy::new_without_default,
        reason = "a default would hide that it founds a centre"
    )]
    pub fn new() -> Self {
        Self::on(Arc::new(MemoryStore::new()))
    }

    /// A centre on an empty store.
    pub fn on(store: Arc<dyn Store>) -> Self {
        Self::with(store, DeviceLimits::default())
    }

    /// A centre with other limits.
    pub fn with(store: Arc<dyn Store>, limits: DeviceLimits) -> Self {
        let effects = Arc::new(TestEffects::default());
        let root = Arc::new(SoftwareKey::from_seed(&ROOT_SEED).unwrap());
        let parts = parts(Arc::clone(&store), Arc::clone(&effects), limits);
        let centre = found(parts, root, &bureau()).expect("founded");
        Self {
            centre,
            effects,
            store,
            phones: AtomicU64::new(0),
        }
    }

    /// Starts a centre on a store that was founded by [`TestCentre::on`] before.
    pub fn started_on(store: Arc<dyn Store>) -> Self {
        let effects = Arc::new(TestEffects::default());
        let parts = parts(
            Arc::clone(&store),
            Arc::clone(&effects),
            DeviceLimits::default(),
        );
        Self {
            centre: Centre::start(parts).expect("starts"),
            effects,
            store,
            phones: AtomicU64::new(0),
        }
    }

    /// What the test bureau's centre is made of, on another store.
    pub fn parts_on(store: Arc<dyn Store>) -> CentreParts {
        let effects = Arc::new(TestEffects::default());
        // Another draw than at the founding: a restored log has a new id.
        effects.drawn.store(1_000, Ordering::SeqCst);
        parts(store, effects, DeviceLimits::default())
    }

    /// A phone of the first station, certified and given to a new officer.
    pub fn phone(&self, name: &str) -> TestPhone {
        self.phone_of(STATION, name)
    }

    /// A phone of a unit, certified and given to a new officer.
    pub fn phone_of(&self, unit: UnitId, name: &str) -> TestPhone {
        let number = self.phones.fetch_add(1, Ordering::SeqCst) + 1;
        let mut seed = [0xa0; 32];
        seed[..8].copy_from_slice(&number.to_be_bytes());
        let mut person = [0xb0; 16];
        person[..8].copy_from_slice(&number.to_be_bytes());
        let person = PersonId::from_bytes(person);
        let phone = TestPhone::new(seed, unit, person, self.centre.directory().realm());
        self.enrol(unit, person, name, phone.public());
        phone
    }

    /// States person, membership, key and assignment of a phone.
    fn enrol(&self, unit: UnitId, person: PersonId, name: &str, key: &PublicKey) {
        let device = key.device_id();
        let statements = [
            Statement::Person(Person {
                person,
                name: name.into(),
            }),
            Statement::Membership(membership(person, unit, Role::Officer)),
            Statement::Key(KeyStatement {
                key: key.clone(),
                holder: Holder::Phone,
                serial: 1,
                from: BEGIN,
                until: None,
                name: format!("phone of {name}"),
            }),
            Statement::Assignment(Assignment {
                device,
                unit,
                person: Some(person),
                from: BEGIN,
            }),
        ];
        self.state(unit, &statements);
    }

    /// What a phone says when its button for help is pressed: the first call, or a repeat of it.
    pub fn call_for_help(&self, phone: &mut TestPhone, repeat: u32) -> Envelope {
        let sos = Sos {
            nonce: [3; 16],
            place: None,
            pressed: DeviceTimes {
                wall: BEGIN,
                ..DeviceTimes::default()
            },
            battery_pct: None,
            note: Some("fell".into()),
            repeat,
            newer: Default::default(),
        };
        let (lane, audience) = (Lane::Urgent, Audience::Field);
        phone.says_in(lane, audience, Kind::Sos, None, &sos.to_bytes())
    }

    /// What a member of staff may do now.
    pub fn may(&self, person: PersonId, verb: Verb) -> Result<Grant, Denied> {
        let (directory, now) = (self.centre.directory(), self.centre.now());
        let asker = Asker {
            person,
            session: RowId::from_bytes([5; 16]),
            sign_in: SignIn::PasswordAgain,
            posts: access::posts(&directory, person, now),
        };
        access::authorize(asker, verb, directory.units(), now)
    }

    /// Has the office state things.
    pub fn state(&self, unit: UnitId, statements: &[Statement]) {
        let drafts = statements
            .iter()
            .map(|s| Draft::statement(unit, Kind::Certificate, s.to_bytes()));
        self.centre.writer().say(drafts.collect()).expect("stated");
    }
}

/// A membership from the beginning on.
pub fn membership(person: PersonId, unit: UnitId, role: Role) -> Membership {
    Membership {
        person,
        unit,
        role,
        from: BEGIN,
        until: None,
        campaign: None,
    }
}

/// The test bureau's unit tree.
fn bureau() -> Founding {
    let unit = |unit, parent, level, name: &str| UnitStatement {
        unit,
        parent,
        level,
        names: Names::from([("zh".to_owned(), name.to_owned())]),
        from: BEGIN,
    };
    Founding {
        units: vec![
            unit(LEAGUE, None, UnitLevel::League, "示例盟"),
            unit(BANNER, Some(LEAGUE), UnitLevel::Banner, "示例旗"),
            unit(STATION, Some(BANNER), UnitLevel::Station, "云驹派出所"),
            unit(
                OTHER_STATION,
                Some(BANNER),
                UnitLevel::Station,
                "鹤湾派出所",
            ),
        ],
        ..Founding::default()
    }
}

fn parts(store: Arc<dyn Store>, effects: Arc<TestEffects>, limits: DeviceLimits) -> CentreParts {
    let key = |seed: u8| Arc::new(SoftwareKey::from_seed(&[seed; 32]).unwrap());
    CentreParts {
        store,
        keys: CentreKeys {
            office: key(2),
            log: key(3),
        },
        root: key(1).public().clone(),
        effects,
        limits,
        registries: Registries::default(),
        uploads: Arc::new(NoUploads),
    }
}
