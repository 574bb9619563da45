//! The sum of the statements one has seen.
//!
//! A directory is a set of statements, and what counts follows from the set: of two statements about one
//! thing the one that was made later counts, whichever was heard first ([`Made`]), and an office counts as
//! far as the root lets it. So an old statement that comes again changes nothing, and everybody who has
//! heard the same believes the same.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::said::{Made, Said, Word};
use super::stated::Stated;
use super::statement::{Assignment, Holder, KeyStatement, Membership};
use super::{Revocation, Role, UnitTree};
use crate::envelope::{Envelope, EnvelopeError, Realm};
use crate::hash::Digest;
use crate::id::{DeviceId, PersonId, UnitId};
use crate::key::PublicKey;
use crate::time::UnixMs;

/// Keys, units, persons, memberships, assignments and revocations of one bureau.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    root: PublicKey,
    realm: Realm,
    /// Everything that was heard, entitled or not: the root may certify its author later.
    said: BTreeMap<Digest, Arc<Said>>,
    /// What counts of it.
    stated: Stated,
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
            said: BTreeMap::new(),
            stated: Stated::default(),
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
        let revoked = self.stated.revocation(header.device());
        match revoked.is_some_and(|r| !r.stands(&header.feed, header.seq)) {
            true => Standing::Revoked,
            false => Standing::Good,
        }
    }

    /// Takes a `certificate` or `revocation` envelope, after checking signature and entitlement.
    /// Statements of types from newer versions are verified and otherwise ignored; one that was replaced
    /// by a later one before it was heard is taken and changes nothing.
    pub fn admit(&mut self, envelope: &Envelope) -> Result<(), CertError> {
        self.verify(envelope)?;
        let header = envelope.header();
        let device = header.device();
        let body = envelope.body().ok_or(CertError::NoBody)?;
        let Some(word) = Word::read(header.kind, body)? else {
            return Ok(());
        };
        let by_root = device == self.root.device_id();
        let said = Arc::new(Said {
            made: Made::of(envelope),
            by_root,
            feed: header.feed,
            word,
        });
        self.said.insert(envelope.id(), Arc::clone(&said));
        if by_root && said.word.gives_authority() {
            self.stated = Stated::of(self.said.values().map(Arc::as_ref));
        } else if self.stated.counts(&said) {
            self.stated.take(&said);
        } else {
            return Err(CertError::NotEntitled(device));
        }
        Ok(())
    }

    /// The time with which an office dates a statement that it makes now: later than all that counts of what
    /// it has heard, whatever its clock did and however many it makes in one millisecond.
    pub fn date_now(&self, now: UnixMs) -> UnixMs {
        let counting = self.said.values().filter(|said| self.stated.counts(said));
        let latest = counting.map(|said| said.made.at()).max();
        let after = latest.map(|latest| UnixMs(latest.0.saturating_add(1)));
        after.map_or(now, |after| after.max(now))
    }

    /// The certified key of a device (or the root).
    pub fn key(&self, device: DeviceId) -> Option<&PublicKey> {
        if device == self.root.device_id() {
            return Some(&self.root);
        }
        self.key_statement(device).map(|statement| &statement.key)
    }

    /// What was stated about a device's key.
    pub fn key_statement(&self, device: DeviceId) -> Option<&KeyStatement> {
        self.stated.key(device)
    }

    /// What kind of holder a device is.
    pub fn holder(&self, device: DeviceId) -> Option<Holder> {
        self.key_statement(device).map(|statement| statement.holder)
    }

    /// Keys of the transparency log.
    pub fn log_keys(&self) -> impl Iterator<Item = &PublicKey> {
        let keys = self.stated.keys();
        keys.filter(|s| s.holder == Holder::Log).map(|s| &s.key)
    }

    /// Devices of phones that are certified.
    pub fn phones(&self) -> impl Iterator<Item = DeviceId> + '_ {
        let keys = self.stated.keys();
        keys.filter(|s| s.holder == Holder::Phone)
            .map(|s| s.key.device_id())
    }

    /// Whether a phone may sign in and pull at a time: certified, within its dates, not revoked.
    pub fn may_sign_in(&self, device: DeviceId, now: UnixMs) -> bool {
        self.key_statement(device).is_some_and(|s| {
            s.from <= now
                && s.until.is_none_or(|until| now < until)
                && self.revocation(device).is_none()
        })
    }

    /// The revocation of a device, if there is one.
    pub fn revocation(&self, device: DeviceId) -> Option<&Revocation> {
        self.stated.revocation(device)
    }

    /// Devices that are revoked otherwise here than there: at other cuts, or in only one of both. A word of
    /// the root's about an office may change how many stand.
    pub fn revoked_otherwise(&self, there: &Self) -> BTreeSet<DeviceId> {
        let differs = |ours: &Self, theirs: &Self| -> Vec<DeviceId> {
            let all = ours.stated.revocations();
            all.filter(|it| theirs.revocation(it.device) != Some(it))
                .map(|it| it.device)
                .collect()
        };
        let mut devices = BTreeSet::from_iter(differs(self, there));
        devices.extend(differs(there, self));
        devices
    }

    /// The dated unit tree.
    pub fn units(&self) -> &UnitTree {
        self.stated.units()
    }

    /// A person's name, where it was stated and not erased.
    pub fn person_name(&self, person: PersonId) -> Option<&str> {
        self.stated.person(person)
    }

    /// Every person named.
    pub fn persons(&self) -> impl Iterator<Item = (PersonId, &str)> {
        self.stated.persons()
    }

    /// A person's memberships at a time.
    pub fn memberships(&self, person: PersonId, at: UnixMs) -> impl Iterator<Item = &Membership> {
        let all = self.stated.memberships(person);
        all.filter(move |m| m.from <= at && m.until.is_none_or(|until| at < until))
    }

    /// Whether a person had a role in exactly this unit at a time.
    pub fn has_role(&self, person: PersonId, unit: UnitId, role: Role, at: UnixMs) -> bool {
        self.memberships(person, at)
            .any(|m| m.unit == unit && m.role == role)
    }

    /// Where a device was, and with whom, at a time.
    pub fn assignment(&self, device: DeviceId, at: UnixMs) -> Option<&Assignment> {
        self.stated.assignment(device, at)
    }
}
