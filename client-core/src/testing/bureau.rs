//! A bureau: its keys, and the statements it makes.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::cert::{
    Assignment, Cut, Holder, KeyStatement, Membership, Person, Revocation, Role, Statement,
    UnitLevel, UnitStatement,
};
use tala_protocol::envelope::{Audience, Envelope, Header, Kind, Lane, Realm, Unsigned};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::key::{PublicKey, Signature, SignatureAlg};
use tala_protocol::registry::AnyRegistry;
use tala_protocol::registry::publication::Draft;
use tala_protocol::time::{DeviceTimes, UnixMs};

/// A bureau with one office and one log key.
pub struct Bureau {
    root: SigningKey,
    office: SigningKey,
    deputy: SigningKey,
    /// The key of the centre's log.
    pub log: SigningKey,
    /// The unit at the top.
    pub top: UnitId,
    heads: BTreeMap<FeedKey, (u64, Digest)>,
    serial: u64,
    /// Every statement made so far, in order.
    pub statements: Vec<Envelope>,
}

impl Bureau {
    /// A bureau whose keys follow from a number.
    pub fn new(seed: u8) -> Self {
        let key = |n: u8| SigningKey::from_bytes(&[seed ^ n; 32]);
        let mut bureau = Self {
            root: key(0xa1),
            office: key(0xa2),
            deputy: key(0xa4),
            log: key(0xa3),
            top: UnitId::from_bytes([seed; 16]),
            heads: BTreeMap::new(),
            serial: 0,
            statements: Vec::new(),
        };
        bureau.certify(public(&bureau.office), Holder::Office, "office");
        bureau.certify(public(&bureau.log), Holder::Log, "log");
        let top = bureau.top;
        bureau.state_unit(top, None, UnitLevel::Banner);
        bureau
    }

    /// The root key that pictures name.
    pub fn root_key(&self) -> PublicKey {
        public(&self.root)
    }

    /// The realm.
    pub fn realm(&self) -> Realm {
        Realm::of(&self.root_key())
    }

    /// States a unit.
    pub fn state_unit(&mut self, unit: UnitId, parent: Option<UnitId>, level: UnitLevel) {
        let statement = Statement::Unit(UnitStatement {
            unit,
            parent,
            level,
            names: [("zh".to_owned(), "示例".to_owned())].into(),
            from: UnixMs(0),
        });
        self.state(&statement);
    }

    /// Certifies a phone, and says whose it is and where.
    pub fn enrol(&mut self, key: PublicKey, unit: UnitId, person: PersonId) {
        let device = key.device_id();
        self.certify(key, Holder::Phone, "phone");
        self.state(&Statement::Person(Person {
            person,
            name: format!("officer {}", person.as_bytes()[0]),
        }));
        self.state(&Statement::Membership(Membership {
            person,
            unit,
            role: Role::Officer,
            from: UnixMs(0),
            until: None,
            campaign: None,
        }));
        self.assign(device, unit, person, UnixMs(0));
    }

    /// Moves a phone to a unit from a date on.
    pub fn assign(&mut self, device: DeviceId, unit: UnitId, person: PersonId, from: UnixMs) {
        self.state(&Statement::Assignment(Assignment {
            device,
            unit,
            person: Some(person),
            from,
        }));
    }

    /// Revokes a device with these cuts.
    pub fn revoke(&mut self, device: DeviceId, cuts: Vec<Cut>, at: UnixMs) -> Envelope {
        let body = Revocation {
            device,
            at,
            reason: "lost".into(),
            cuts,
        };
        self.office_says(Kind::Revocation, None, body.to_bytes())
    }

    /// Has the root certify a second office; returns its device.
    pub fn appoint_deputy(&mut self) -> DeviceId {
        let key = public(&self.deputy);
        let device = key.device_id();
        self.certify(key, Holder::Office, "deputy");
        device
    }

    /// Has the second office revoke a device altogether.
    pub fn deputy_revokes(&mut self, device: DeviceId) -> Envelope {
        let deputy = self.deputy.clone();
        self.revokes(&deputy, device, Vec::new())
    }

    /// Has the root revoke a device with these cuts.
    pub fn root_revokes(&mut self, device: DeviceId, cuts: Vec<Cut>) -> Envelope {
        let root = self.root.clone();
        self.revokes(&root, device, cuts)
    }

    fn revokes(&mut self, key: &SigningKey, device: DeviceId, cuts: Vec<Cut>) -> Envelope {
        let body = Revocation {
            device,
            at: UnixMs(0),
            reason: "lost".into(),
            cuts,
        };
        let said = self.says(key, Kind::Revocation, None, body.to_bytes());
        self.statements.push(said.clone());
        said
    }

    /// Something the office says in the field's audience of the top unit.
    pub fn office_says(&mut self, kind: Kind, object: Option<ObjectId>, body: Vec<u8>) -> Envelope {
        let office = self.office.clone();
        let envelope = self.says(&office, kind, object, body);
        self.statements.push(envelope.clone());
        envelope
    }

    /// Publishes a version of a registry: its name and its signed form.
    pub fn publish(&self, registry: &AnyRegistry, deputy: bool) -> (Digest, Vec<u8>) {
        let key = if deputy { &self.deputy } else { &self.office };
        let draft = Draft::new(registry, &public(key), UnixMs(1_000));
        let signature = key.sign(&draft.bytes_to_sign(&self.realm()));
        let signed = draft.signed(Signature::from_bytes(signature.to_bytes()));
        let signed = signed.expect("a publication");
        (signed.hash(), signed.to_bytes())
    }

    fn certify(&mut self, key: PublicKey, holder: Holder, name: &str) {
        self.serial += 1;
        let statement = Statement::Key(KeyStatement {
            key,
            holder,
            serial: self.serial,
            from: UnixMs(0),
            until: None,
            name: name.to_owned(),
        });
        let by_root = holder != Holder::Phone;
        let writer = if by_root {
            self.root.clone()
        } else {
            self.office.clone()
        };
        let envelope = self.says(&writer, Kind::Certificate, None, statement.to_bytes());
        self.statements.push(envelope);
    }

    fn state(&mut self, statement: &Statement) {
        self.office_says(Kind::Certificate, None, statement.to_bytes());
    }

    fn says(
        &mut self,
        key: &SigningKey,
        kind: Kind,
        object: Option<ObjectId>,
        body: Vec<u8>,
    ) -> Envelope {
        let feed = FeedKey {
            unit: self.top,
            audience: Audience::Field,
            device: public(key).device_id(),
            epoch: 0,
            lane: Lane::Record,
        };
        let head = self.heads.get(&feed).copied();
        let header = Header {
            feed,
            person: None,
            seq: head.map_or(1, |(seq, _)| seq + 1),
            prev: head.map(|(_, id)| id),
            kind,
            object,
            times: DeviceTimes::default(),
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        };
        let unsigned = Unsigned::new(header, body).expect("short");
        self.heads
            .insert(feed, (unsigned.header().seq, unsigned.id()));
        let message = self
            .realm()
            .bytes_to_sign(SignatureAlg::Ed25519, unsigned.header_bytes());
        let signature = Signature::from_bytes(key.sign(&message).to_bytes());
        unsigned.signed(SignatureAlg::Ed25519, signature)
    }
}

/// The public half.
pub(super) fn public(key: &SigningKey) -> PublicKey {
    PublicKey::ed25519(key.verifying_key().as_bytes()).expect("a sound key")
}
