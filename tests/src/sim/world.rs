//! A world: a centre, phones, the network between them, and an oracle that watches.

use std::collections::BTreeSet;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tala_protocol::cert::{Assignment, Holder, KeyStatement, Membership, Person, Role, Statement};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::time::UnixMs;
use tala_server::app::commit::Draft;

use super::SimError;
use super::builds::Build;
use super::centre::{BEGIN_MS, SimCentre, station};
use super::desk::Staff;
use super::network::Network;
use super::office::Revoked;
use super::phone::{News, SimPhone, key_of, public_of};
use super::plants::Plant;
use super::report::{Counts, Log};
use super::rogue::Rogue;
use super::swarm::Swarm;
use crate::oracle::{Access, Ledger, Violation, Way};

/// Everything there is in a run.
pub struct World {
    /// Its seed.
    pub seed: u64,
    /// Chance.
    pub rng: ChaCha8Rng,
    /// What this run is like.
    pub swarm: Swarm,
    /// The bug that is built in.
    pub plant: Option<Plant>,
    /// The true time.
    pub now_ms: i64,
    /// The centre.
    pub centre: SimCentre,
    /// The phones.
    pub phones: Vec<SimPhone>,
    /// Somebody with a key who does what no engine would.
    pub rogue: Rogue,
    /// Who sits at desks.
    pub staff: Staff,
    /// What is under way.
    pub net: Network,
    /// What was promised.
    pub ledger: Ledger,
    /// Who may receive what.
    pub access: Access,
    /// Devices revoked, with what was meant.
    pub revoked: Vec<Revoked>,
    /// What the office decided: said again where a restored centre has lost it.
    pub decisions: Vec<(Draft, Digest)>,
    /// Incidents that were made.
    pub incidents: Vec<ObjectId>,
    /// What happened, counted.
    pub counts: Counts,
    /// What happened, line by line.
    pub log: Log,
    /// What must never be and was.
    pub violations: Vec<Violation>,
    /// Requests made so far.
    pub requests: u64,
    /// Files whose fetching was cut, by phone.
    pub cut: BTreeSet<(usize, Digest)>,
}

impl World {
    /// A new world.
    pub fn new(seed: u64, steps: u64, plant: Option<Plant>) -> Result<Self, SimError> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let swarm = Swarm::draw(&mut rng, steps);
        let mut centre = SimCentre::found(rng.random(), swarm.stations, plant)?;
        let mut access = Access::default();
        let rogue_seed = rng.random();
        let public = public_of(&key_of(rogue_seed))?;
        let person = PersonId::from_bytes(rng.random());
        certify(&mut centre, &mut access, station(0), person, &public)?;
        let rogue = Rogue::new(rogue_seed, station(0), person, &centre)?;
        let people = [rng.random(), rng.random()].map(PersonId::from_bytes);
        let staff = Staff::hire(&mut centre, people)?;
        let mut world = Self {
            seed,
            rng,
            plant,
            now_ms: BEGIN_MS,
            centre,
            phones: Vec::new(),
            rogue,
            staff,
            net: Network::default(),
            ledger: Ledger::default(),
            access,
            revoked: Vec::new(),
            decisions: Vec::new(),
            incidents: Vec::new(),
            counts: Counts::default(),
            log: Log::default(),
            violations: Vec::new(),
            requests: 0,
            cut: BTreeSet::new(),
            swarm,
        };
        world.log.line(format!("seed {seed} {:?}", world.swarm));
        for n in 0..world.swarm.phones {
            let unit = station(u8::try_from(n % world.swarm.stations).unwrap_or(0));
            let n = world.add_phone(unit)?;
            if world.swarm.are_builds_mixed {
                let build = Build::draw(&mut world.rng);
                world.phone(n)?.build = build;
            }
        }
        world.centre.all_are_here()?;
        Ok(world)
    }

    /// A new officer with a new phone in a unit. Returns its place among the phones.
    pub fn add_phone(&mut self, unit: UnitId) -> Result<usize, SimError> {
        let (seed, person) = (self.rng.random(), PersonId::from_bytes(self.rng.random()));
        let public = public_of(&key_of(seed))?;
        certify(&mut self.centre, &mut self.access, unit, person, &public)?;
        let n = self.phones.len();
        let phone = SimPhone::enrol(n, seed, unit, person, &self.centre, self.plant)?;
        self.access.contact(phone.device, BTreeSet::from([unit]));
        self.phones.push(phone);
        Ok(n)
    }

    /// A phone by its place.
    pub fn phone(&mut self, n: usize) -> Result<&mut SimPhone, SimError> {
        self.phones.get_mut(n).ok_or(SimError::Lacking("phone"))
    }

    /// Any phone.
    pub fn any_phone(&mut self) -> usize {
        self.rng.random_range(0..self.phones.len().max(1))
    }

    /// Time passes.
    pub fn pass(&mut self, ms: i64) {
        self.now_ms = self.now_ms.saturating_add(ms);
        self.centre.effects.set(self.now_ms);
    }

    /// Takes note of what a call did that came to its end: what it wrote was promised, and is signed.
    pub fn promised(&mut self, n: usize, news: &News, way: Way) -> Result<(), SimError> {
        let device = self.phone(n)?.device;
        for id in &news.written {
            self.ledger.save(*id, device);
        }
        self.seen(n, news, way)
    }

    /// Takes note of what reached a phone, and signs what waits.
    pub fn seen(&mut self, n: usize, news: &News, way: Way) -> Result<(), SimError> {
        let (device, now_ms) = (self.phone(n)?.device, self.now_ms);
        for id in &news.acknowledged {
            self.ledger.acknowledge(*id);
        }
        for born in &news.born {
            self.access.home(born.object, born.unit, born.is_field);
        }
        for received in &news.received {
            let allowed = self
                .access
                .may_receive(device, &received.header, received.object, way);
            if !allowed {
                let unit = received.header.feed.unit;
                let detail = format!("phone {n} took in an envelope of unit {unit} by {way:?}");
                self.violations.push(Violation::new("leak", detail));
            }
        }
        for id in self.phone(n)?.sign(now_ms)? {
            self.ledger.offer(id);
        }
        Ok(())
    }

    /// Whether anybody but one phone holds an envelope: another phone, or the centre's books.
    pub fn held_elsewhere(
        &self,
        id: &Digest,
        but: Option<usize>,
        books: &BTreeSet<Digest>,
    ) -> bool {
        let others = self.phones.iter().filter(|phone| Some(phone.n) != but);
        books.contains(id)
            || others
                .into_iter()
                .any(|phone| phone.holds(id).unwrap_or(true))
    }

    /// The ids in the centre's books.
    pub fn book_ids(&self) -> Result<BTreeSet<Digest>, SimError> {
        let books = self.centre.books()?;
        Ok(books
            .envelopes
            .iter()
            .map(|stored| stored.envelope.id())
            .collect())
    }
}

/// States who somebody is, where, and with which phone.
fn certify(
    centre: &mut SimCentre,
    access: &mut Access,
    unit: UnitId,
    person: PersonId,
    key: &PublicKey,
) -> Result<(), SimError> {
    let now = UnixMs(BEGIN_MS);
    let device = key.device_id();
    let statements = [
        Statement::Person(Person {
            person,
            name: format!("officer {person}"),
        }),
        Statement::Key(KeyStatement {
            key: key.clone(),
            holder: Holder::Phone,
            serial: 1,
            from: now,
            until: None,
            name: "a phone".into(),
        }),
        Statement::Assignment(assignment(device, unit, person, now)),
        Statement::Membership(membership(person, unit, now, None)),
    ];
    centre.state(unit, &statements)?;
    access.put(device, BTreeSet::from([unit]));
    Ok(())
}

/// An officer of a unit.
pub fn membership(
    person: PersonId,
    unit: UnitId,
    from: UnixMs,
    until: Option<UnixMs>,
) -> Membership {
    Membership {
        person,
        unit,
        role: Role::Officer,
        from,
        until,
        campaign: None,
    }
}

/// A phone in a unit.
pub fn assignment(device: DeviceId, unit: UnitId, person: PersonId, from: UnixMs) -> Assignment {
    Assignment {
        device,
        unit,
        person: Some(person),
        from,
    }
}
