//! A phone without an engine: it keeps the ends of its feeds and signs what it is given to say.

use std::collections::BTreeMap;

use tala_protocol::cert::{
    Assignment, Holder, KeyStatement, Membership, Person, Role, Statement, UnitLevel, UnitStatement,
};
use tala_protocol::envelope::{Audience, Envelope, Header, Kind, Lane, Realm, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::key::Signature;
use tala_protocol::sync::Scope;
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tala_server::app::{Signer as _, SoftwareKey};

use super::BenchError;

/// The first moment that anybody writes about.
pub(super) const BEGIN: UnixMs = UnixMs(1_780_000_000_000);

/// One phone, alone in a station of its own.
pub(super) struct Author {
    number: usize,
    key: SoftwareKey,
    realm: Realm,
    unit: UnitId,
    person: PersonId,
    heads: BTreeMap<Lane, FeedHead>,
    said: i64,
}

impl Author {
    /// The phone of a number: the same key in every run, so that a filled store can be used again.
    pub(super) fn new(number: usize, realm: Realm) -> Result<Self, BenchError> {
        let seed = *Digest::sha256(format!("bench phone {number}").as_bytes()).bytes();
        let named = |what: &str| Digest::sha256(format!("{what} {number}").as_bytes()).prefix16();
        Ok(Self {
            number,
            key: SoftwareKey::from_seed(&seed).map_err(BenchError::protocol)?,
            realm,
            unit: UnitId::from_bytes(named("bench station")),
            person: PersonId::from_bytes(named("bench officer")),
            heads: BTreeMap::new(),
            said: 0,
        })
    }

    /// Its number among the phones of the bench.
    pub(super) fn number(&self) -> usize {
        self.number
    }

    /// Its id.
    pub(super) fn device(&self) -> DeviceId {
        self.key.public().device_id()
    }

    /// Its unit.
    pub(super) fn unit(&self) -> UnitId {
        self.unit
    }

    /// The list that it reads.
    pub(super) fn scope(&self) -> Scope {
        Scope {
            unit: self.unit,
            audience: Audience::Field,
        }
    }

    /// What the office states so that the phone may write: station, officer, key, assignment.
    pub(super) fn statements(&self, above: UnitId) -> [Statement; 5] {
        let name = format!("bench {}", self.number);
        [
            Statement::Unit(UnitStatement {
                unit: self.unit,
                parent: Some(above),
                level: UnitLevel::Station,
                names: [("en".to_owned(), name.clone())].into(),
                from: BEGIN,
            }),
            Statement::Person(Person {
                person: self.person,
                name: name.clone(),
            }),
            Statement::Membership(Membership {
                person: self.person,
                unit: self.unit,
                role: Role::Officer,
                from: BEGIN,
                until: None,
                campaign: None,
            }),
            Statement::Key(KeyStatement {
                key: self.key.public().clone(),
                holder: Holder::Phone,
                serial: 1,
                from: BEGIN,
                until: None,
                name,
            }),
            Statement::Assignment(Assignment {
                device: self.device(),
                unit: self.unit,
                person: Some(self.person),
                from: BEGIN,
            }),
        ]
    }

    /// Goes on behind what a store holds of it.
    pub(super) fn go_on(&mut self, feed: &FeedKey, head: FeedHead) {
        self.said += i64::try_from(head.seq).unwrap_or(i64::MAX);
        self.heads.insert(feed.lane, head);
    }

    /// Signs a message.
    pub(super) fn sign(&self, message: &[u8]) -> Result<Signature, BenchError> {
        self.key.sign(message).map_err(BenchError::protocol)
    }

    /// Says something at the end of a lane.
    pub(super) fn says(
        &mut self,
        lane: Lane,
        kind: Kind,
        object: Option<ObjectId>,
        body: Vec<u8>,
    ) -> Result<Envelope, BenchError> {
        self.said += 1;
        let head = self.heads.get(&lane).copied();
        let header = Header {
            feed: FeedKey {
                unit: self.unit,
                audience: Audience::Field,
                device: self.device(),
                epoch: 0,
                lane,
            },
            person: Some(self.person),
            seq: head.map_or(1, |head| head.seq + 1),
            prev: head.map(|head| head.hash),
            kind,
            object,
            times: DeviceTimes {
                wall: UnixMs(BEGIN.0 + self.said * 1_000),
                mono: MonoMs(self.said * 1_000),
                boot: BootId(1),
                gnss: None,
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        };
        let unsigned = Unsigned::new(header, body).map_err(BenchError::protocol)?;
        let alg = self.key.public().alg();
        let signature = self.sign(&self.realm.bytes_to_sign(alg, unsigned.header_bytes()))?;
        let envelope = unsigned.signed(alg, signature);
        let (seq, hash) = (envelope.header().seq, envelope.id());
        self.heads.insert(lane, FeedHead { seq, hash });
        Ok(envelope)
    }
}
