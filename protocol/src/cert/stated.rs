//! What counts of everything that was said.
//!
//! Two rules decide, and neither knows an order of arrival. Of statements about one thing the one made
//! latest counts. An office counts while the root certifies it and up to where the root revoked it, and
//! never about keys that the root itself certified: those the root alone restates or revokes.

use std::collections::{BTreeMap, HashMap};

use super::said::{Made, Said, Word};
use super::statement::{Assignment, Holder, KeyStatement, Membership, Statement};
use super::{Revocation, UnitTree};
use crate::id::{DeviceId, PersonId, UnitId};
use crate::time::UnixMs;

/// Keys, units, persons, memberships, assignments and revocations that count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Stated {
    keys: HashMap<DeviceId, (Rank, KeyStatement)>,
    units: UnitTree,
    units_made: BTreeMap<(UnitId, UnixMs), Made>,
    persons: BTreeMap<PersonId, (Made, String)>,
    memberships: BTreeMap<(PersonId, UnitId, u16), (Made, Membership)>,
    assignments: HashMap<DeviceId, BTreeMap<UnixMs, (Made, Assignment)>>,
    revocations: HashMap<DeviceId, (Made, Revocation)>,
}

/// Where a statement about a key stands: the root's before those of offices, then the later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    by_root: bool,
    made: Made,
}

impl Stated {
    /// What counts of all this.
    pub(super) fn of<'a>(said: impl Iterator<Item = &'a Said>) -> Self {
        let (by_root, by_offices): (Vec<_>, Vec<_>) = said.partition(|said| said.by_root);
        let mut stated = Self::default();
        for said in by_root {
            stated.take(said);
        }
        for said in by_offices {
            if stated.counts(said) {
                stated.take(said);
            }
        }
        stated
    }

    /// Whether something counts, as far as the root has spoken.
    pub(super) fn counts(&self, said: &Said) -> bool {
        if said.by_root {
            return true;
        }
        let author = said.feed.device;
        let cut = self
            .revocation(author)
            .is_some_and(|revocation| !revocation.stands(&said.feed, said.made.seq()));
        if cut || !self.is_office(author) {
            return false;
        }
        match &said.word {
            Word::Certificate(Statement::Key(key)) => {
                key.holder == Holder::Phone && !self.is_of_root(key.key.device_id())
            }
            Word::Certificate(_) => true,
            Word::Revocation(revocation) => !self.is_of_root(revocation.device),
        }
    }

    /// Takes something that counts; what is older than what is known about the same thing changes nothing.
    pub(super) fn take(&mut self, said: &Said) {
        let made = said.made;
        match &said.word {
            Word::Revocation(s) => {
                let old = self.revocations.get(&s.device).map(|(made, _)| *made);
                if is_later(made, old) {
                    self.revocations.insert(s.device, (made, s.clone()));
                }
            }
            Word::Certificate(Statement::Key(s)) => {
                let (device, by_root) = (s.key.device_id(), said.by_root);
                let rank = Rank { by_root, made };
                if is_later(rank, self.keys.get(&device).map(|(rank, _)| *rank)) {
                    self.keys.insert(device, (rank, s.clone()));
                }
            }
            Word::Certificate(Statement::Unit(s)) => {
                let known = (s.unit, s.from);
                if is_later(made, self.units_made.get(&known).copied()) {
                    self.units_made.insert(known, made);
                    self.units.add(s.clone());
                }
            }
            Word::Certificate(Statement::Person(s)) => {
                if is_later(made, self.persons.get(&s.person).map(|(made, _)| *made)) {
                    self.persons.insert(s.person, (made, s.name.clone()));
                }
            }
            Word::Certificate(Statement::Membership(s)) => {
                let known = (s.person, s.unit, s.role.code());
                if is_later(made, self.memberships.get(&known).map(|(made, _)| *made)) {
                    self.memberships.insert(known, (made, s.clone()));
                }
            }
            Word::Certificate(Statement::Assignment(s)) => {
                let of_device = self.assignments.entry(s.device).or_default();
                if is_later(made, of_device.get(&s.from).map(|(made, _)| *made)) {
                    of_device.insert(s.from, (made, s.clone()));
                }
            }
        }
    }

    /// Whether the root certified a device as an office.
    pub(super) fn is_office(&self, device: DeviceId) -> bool {
        self.key(device)
            .is_some_and(|key| key.holder == Holder::Office)
    }

    pub(super) fn key(&self, device: DeviceId) -> Option<&KeyStatement> {
        self.keys.get(&device).map(|(_, key)| key)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &KeyStatement> {
        self.keys.values().map(|(_, key)| key)
    }

    pub(super) fn units(&self) -> &UnitTree {
        &self.units
    }

    pub(super) fn person(&self, person: PersonId) -> Option<&str> {
        self.persons.get(&person).map(|(_, name)| name.as_str())
    }

    pub(super) fn persons(&self) -> impl Iterator<Item = (PersonId, &str)> {
        let persons = self.persons.iter();
        persons.map(|(id, (_, name))| (*id, name.as_str()))
    }

    pub(super) fn memberships(&self, person: PersonId) -> impl Iterator<Item = &Membership> {
        let bottom = UnitId::from_bytes([0; 16]);
        let from = self.memberships.range((person, bottom, 0)..);
        from.take_while(move |((of, _, _), _)| *of == person)
            .map(|(_, (_, membership))| membership)
    }

    pub(super) fn assignment(&self, device: DeviceId, at: UnixMs) -> Option<&Assignment> {
        let of_device = self.assignments.get(&device)?;
        let last = of_device.range(..=at).next_back();
        last.map(|(_, (_, assignment))| assignment)
    }

    pub(super) fn revocation(&self, device: DeviceId) -> Option<&Revocation> {
        let revocation = self.revocations.get(&device);
        revocation.map(|(_, revocation)| revocation)
    }

    pub(super) fn revocations(&self) -> impl Iterator<Item = &Revocation> {
        self.revocations.values().map(|(_, revocation)| revocation)
    }

    fn is_of_root(&self, device: DeviceId) -> bool {
        self.keys.get(&device).is_some_and(|(rank, _)| rank.by_root)
    }
}

/// Whether something new counts before what is held.
fn is_later<T: Ord>(new: T, held: Option<T>) -> bool {
    held.is_none_or(|held| held < new)
}
