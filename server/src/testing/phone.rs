//! A phone without an engine: it keeps its feeds' heads and signs what a test has it say.

use std::collections::HashMap;

use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Envelope, Header, Kind, Lane, Realm, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, LogId, ObjectId, PersonId, UnitId};
use tala_protocol::key::PublicKey;
use tala_protocol::sync::{Cursor, SyncReply, SyncRequest, Versions};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use super::{BEGIN, TestCentre};
use crate::app::{DeviceCtx, Signer as _, SoftwareKey};

/// A phone that says what a test wants.
pub struct TestPhone {
    key: SoftwareKey,
    realm: Realm,
    /// Its unit.
    pub unit: UnitId,
    /// Who carries it.
    pub person: PersonId,
    heads: HashMap<FeedKey, FeedHead>,
    said: i64,
    /// Where it stands in each list.
    pub cursors: Vec<Cursor>,
    /// The log its cursors belong to.
    pub log: Option<LogId>,
}

impl TestPhone {
    pub(super) fn new(seed: [u8; 32], unit: UnitId, person: PersonId, realm: &Realm) -> Self {
        Self {
            key: SoftwareKey::from_seed(&seed).unwrap(),
            realm: *realm,
            unit,
            person,
            heads: HashMap::new(),
            said: 0,
            cursors: Vec::new(),
            log: None,
        }
    }

    /// Its public key.
    pub fn public(&self) -> &PublicKey {
        self.key.public()
    }

    /// Its id.
    pub fn device(&self) -> DeviceId {
        self.key.public().device_id()
    }

    /// Who it is when it calls the centre.
    pub fn ctx(&self) -> DeviceCtx {
        DeviceCtx {
            device: self.device(),
        }
    }

    /// Signs a message.
    pub fn signature(&self, message: &[u8]) -> tala_protocol::key::Signature {
        self.key.sign(message).unwrap()
    }

    /// Says something in the record lane for its unit's field audience.
    pub fn says(&mut self, kind: Kind, object: Option<ObjectId>, body: &[u8]) -> Envelope {
        self.says_in(Lane::Record, Audience::Field, kind, object, body)
    }

    /// Says something in a lane for an audience.
    pub fn says_in(
        &mut self,
        lane: Lane,
        audience: Audience,
        kind: Kind,
        object: Option<ObjectId>,
        body: &[u8],
    ) -> Envelope {
        let feed = FeedKey {
            unit: self.unit,
            audience,
            device: self.device(),
            epoch: 0,
            lane,
        };
        let head = self.heads.get(&feed).copied();
        let envelope = self.seal(feed, head, kind, object, body);
        let head = FeedHead {
            seq: envelope.header().seq,
            hash: envelope.id(),
        };
        self.heads.insert(feed, head);
        envelope
    }

    /// Says something behind any head, as a broken or dishonest phone would.
    pub fn seal(
        &mut self,
        feed: FeedKey,
        head: Option<FeedHead>,
        kind: Kind,
        object: Option<ObjectId>,
        body: &[u8],
    ) -> Envelope {
        self.said += 1;
        let header = Header {
            feed,
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
        let unsigned = Unsigned::new(header, body.to_vec()).unwrap();
        let alg = self.key.public().alg();
        let signature = self.signature(&self.realm.bytes_to_sign(alg, unsigned.header_bytes()));
        unsigned.signed(alg, signature)
    }

    /// A request that hands over envelopes and asks for everything new.
    pub fn request(&self, envelopes: &[Envelope]) -> SyncRequest {
        SyncRequest {
            versions: Versions::CURRENT,
            features: 0,
            log: self.log,
            cursors: self.cursors.clone(),
            runs: Run::pack_all(envelopes),
            prove: Vec::new(),
            proof_from: None,
            budget_bytes: 256 * 1024,
            beacon: None,
        }
    }

    /// Syncs once and moves its cursors.
    pub fn syncs(&mut self, centre: &TestCentre, envelopes: &[Envelope]) -> SyncReply {
        let request = self.request(envelopes);
        let reply = centre.centre.sync(self.ctx(), request).expect("answered");
        self.follows(&reply);
        reply
    }

    /// Takes log, lists and positions from a reply.
    pub fn follows(&mut self, reply: &SyncReply) {
        if let Some(log) = reply.log.filter(|log| self.log != Some(*log)) {
            self.cursors.clear();
            self.log = Some(log);
        }
        let changed = reply.scopes.iter().flatten().chain(&reply.cursors);
        for cursor in changed {
            self.cursors.retain(|own| own.scope != cursor.scope);
            if cursor.position != crate::app::sync::NOT_READABLE {
                self.cursors.push(*cursor);
            }
        }
    }

    /// Syncs until nothing is left; returns all that came.
    pub fn pulls(&mut self, centre: &TestCentre) -> Vec<Envelope> {
        let mut got = Vec::new();
        loop {
            let reply = self.syncs(centre, &[]);
            let (more, new_lists) = (reply.more, reply.scopes.is_some());
            for run in reply.runs {
                got.extend(run.unpack().expect("own runs"));
            }
            if !more && !new_lists {
                return got;
            }
        }
    }
}
