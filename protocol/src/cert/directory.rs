//! The sum of the statements one has seen.

use std::collections::{BTreeMap, HashMap};

use super::statement::{Assignment, Holder, KeyStatement, Membership, Statement};
use super::{Revocation, Role, UnitTree};
use crate::envelope::{Envelope, EnvelopeError, Kind, Realm};
use crate::id::{DeviceId, PersonId, UnitId};
use crate::key::PublicKey;
use crate::time::UnixMs;

/// Keys, units, persons, memberships, assignments and revocations of one bureau.
#[derive(Debug, Clone)]
pub struct Directory {
    root: PublicKey,
    realm: Realm,
    keys: HashMap<DeviceId, KeyStatement>,
    units: UnitTree,
    persons: BTreeMap<PersonId, String>,
    memberships: BTreeMap<(PersonId, UnitId, u16), Membership>,
    assignments: HashMap<DeviceId, BTreeMap<UnixMs, Assignment>>,
    revocations: HashMap<DeviceId, Revocation>,
}

/// How an envelope's author stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Known and not cut off.
    Good,
    /// Known, and revoked before this place of the feed: to quarantine.
    Revoked,
}

/// Why an envelope cannot be taken as a statement, or not at all.
#[derive(Debug, thiserror::Error)]
pub enum CertError {
    /// Nobody known has this device id: refuse, do not store.
    #[error("device {0} is not known here")]
    UnknownDevice(DeviceId),
    /// The signature does not hold: refuse, do not store.
    #[error("envelope of a known device does not verify")]
    Envelope(#[from] EnvelopeError),
    /// The body is missing, so the statement cannot be read.
    #[error("statement without its body")]
    NoBody,
    /// The body is not a statement.
    #[error("cannot read the statement")]
    Form(#[from] crate::cbor::CborError),
    /// The author may not state this: only the root certifies office and log, only offices the rest.
    #[error("device {0} may not make this statement")]
    NotEntitled(DeviceId),
    /// The envelope is of another kind.
    #[error("not a statement")]
    OtherKind,
}

impl Directory {
    /// A bureau of which only the root key is known.
    pub fn new(root: PublicKey) -> Self {
        Self {
            realm: Realm::of(&root),
            root,
            keys: HashMap::new(),
            units: UnitTree::default(),
            persons: BTreeMap::new(),
            memberships: BTreeMap::new(),
            assignments: HashMap::new(),
            revocations: HashMap::new(),
        }
    }

    /// The realm in which signatures hold.
    pub fn realm(&self) -> &Realm {
        &self.realm
    }

    /// The bureau's root key.
    pub fn root(&self) -> &PublicKey {
        &self.root
    }

    /// Checks the signature of any envelope against the author's certified key. Expired keys still
    /// verify: expiry ends sign-in, not the past. A revoked author is [`Standing::Revoked`] behind the cut.
    pub fn verify(&self, envelope: &Envelope) -> Result<Standing, CertError> {
        let device = envelope.header().device();
        let key = self.key(device).ok_or(CertError::UnknownDevice(device))?;
        envelope.verify(&self.realm, key)?;
        Ok(self.standing(envelope))
    }

    /// Where an envelope stands to the revocations known, its signature not looked at.
    pub fn standing(&self, envelope: &Envelope) -> Standing {
        let header = envelope.header();
        let revoked = self.revocations.get(&header.device());
        match revoked.is_some_and(|r| !r.stands(&header.feed, header.seq)) {
            true => Standing::Revoked,
            false => Standing::Good,
        }
    }

    /// Takes a `certificate` or `revocation` envelope, after checking signature and entitlement.
    /// Statements of types from newer versions are verified and otherwise ignored.
    pub fn admit(&mut self, envelope: &Envelope) -> Result<(), CertError> {
        let standing = self.verify(envelope)?;
        let device = envelope.header().device();
        let body = envelope.body().ok_or(CertError::NoBody)?;
        let by_root = device == self.root.device_id();
        let by_office = self.holder(device) == Some(Holder::Office) && standing == Standing::Good;
        match envelope.header().kind {
            Kind::Certificate => {
                let Some(statement) = Statement::from_bytes(body)? else {
                    return Ok(());
                };
                let office_key = matches!(
                    &statement,
                    Statement::Key(k) if k.holder != Holder::Phone
                );
                if !(by_root || (by_office && !office_key)) {
                    return Err(CertError::NotEntitled(device));
                }
                self.take(statement);
            }
            Kind::Revocation => {
                if !(by_root || by_office) {
                    return Err(CertError::NotEntitled(device));
                }
                let revocation = Revocation::from_bytes(body)?;
                self.revocations.insert(revocation.device, revocation);
            }
            _ => return Err(CertError::OtherKind),
        }
        Ok(())
    }

    /// The certified key of a device (or the root).
    pub fn key(&self, device: DeviceId) -> Option<&PublicKey> {
        if device == self.root.device_id() {
            return Some(&self.root);
        }
        self.keys.get(&device).map(|statement| &statement.key)
    }

    /// What was stated about a device's key.
    pub fn key_statement(&self, device: DeviceId) -> Option<&KeyStatement> {
        self.keys.get(&device)
    }

    /// What kind of holder a device is.
    pub fn holder(&self, device: DeviceId) -> Option<Holder> {
        self.keys.get(&device).map(|statement| statement.holder)
    }

    /// Keys of the transparency log.
    pub fn log_keys(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys
            .values()
            .filter(|s| s.holder == Holder::Log)
            .map(|s| &s.key)
    }

    /// Devices of phones that are certified.
    pub fn phones(&self) -> impl Iterator<Item = DeviceId> + '_ {
        self.keys
            .iter()
            .filter(|(_, s)| s.holder == Holder::Phone)
            .map(|(id, _)| *id)
    }

    /// Whether a phone may sign in and pull at a time: certified, within its dates, not revoked.
    pub fn may_sign_in(&self, device: DeviceId, now: UnixMs) -> bool {
        self.keys.get(&device).is_some_and(|s| {
            s.from <= now
                && s.until.is_none_or(|until| now < until)
                && !self.revocations.contains_key(&device)
        })
    }

    /// The revocation of a device, if there is one.
    pub fn revocation(&self, device: DeviceId) -> Option<&Revocation> {
        self.revocations.get(&device)
    }

    /// The dated unit tree.
    pub fn units(&self) -> &UnitTree {
        &self.units
    }

    /// A person's name, where it was stated and not erased.
    pub fn person_name(&self, person: PersonId) -> Option<&str> {
        self.persons.get(&person).map(String::as_str)
    }

    /// Every person named.
    pub fn persons(&self) -> impl Iterator<Item = (PersonId, &str)> {
        self.persons.iter().map(|(id, name)| (*id, name.as_str()))
    }

    /// A person's memberships at a time.
    pub fn memberships(&self, person: PersonId, at: UnixMs) -> impl Iterator<Item = &Membership> {
        let bottom = UnitId::from_bytes([0; 16]);
        self.memberships
            .range((person, bottom, 0)..)
            .take_while(move |((p, _, _), _)| *p == person)
            .map(|(_, membership)| membership)
            .filter(move |m| m.from <= at && m.until.is_none_or(|until| at < until))
    }

    /// Whether a person had a role in exactly this unit at a time.
    pub fn has_role(&self, person: PersonId, unit: UnitId, role: Role, at: UnixMs) -> bool {
        self.memberships(person, at)
            .any(|m| m.unit == unit && m.role == role)
    }

    /// Where a device was, and with whom, at a time.
    pub fn assignment(&self, device: DeviceId, at: UnixMs) -> Option<&Assignment> {
        self.assignments
            .get(&device)?
            .range(..=at)
            .next_back()
            .map(|(_, a)| a)
    }

    fn take(&mut self, statement: Statement) {
        match statement {
            Statement::Key(s) => {
                self.keys.insert(s.key.device_id(), s);
            }
            Statement::Unit(s) => self.units.add(s),
            Statement::Person(s) => {
                self.persons.insert(s.person, s.name);
            }
            Statement::Membership(s) => {
                self.memberships
                    .insert((s.person, s.unit, s.role.code()), s);
            }
            Statement::Assignment(s) => {
                self.assignments
                    .entry(s.device)
                    .or_default()
                    .insert(s.from, s);
            }
        }
    }
}
