//! Somebody who holds a certified key and does what no engine would; and somebody who holds none.

use std::collections::BTreeMap;

use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::body::ChangeBody;
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Envelope, Header, Kind, Lane, Realm, Unsigned};
use tala_protocol::feed::{FeedHead, FeedKey};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::key::{Signature, SignatureAlg};
use tala_protocol::sync::{SyncRequest, Versions, frame};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use super::SimError;
use super::centre::SimCentre;
use super::phone::{key_of, public_of};

/// What a rogue does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trick {
    /// Says two things at one place.
    Fork,
    /// Writes for a unit that it does not belong to.
    Foreign,
    /// Signs a change that is none.
    Garbage,
    /// Signs somebody else's change as its own.
    Stolen,
}

/// A certified key without an engine.
pub struct Rogue {
    /// Its id.
    pub device: DeviceId,
    key: SigningKey,
    person: PersonId,
    unit: UnitId,
    realm: Realm,
    heads: BTreeMap<FeedKey, FeedHead>,
    said: i64,
}

impl Rogue {
    /// A rogue of a unit.
    pub fn new(
        seed: u64,
        unit: UnitId,
        person: PersonId,
        centre: &SimCentre,
    ) -> Result<Self, SimError> {
        let key = key_of(seed);
        Ok(Self {
            device: public_of(&key)?.device_id(),
            key,
            person,
            unit,
            realm: Realm::of(&centre.root()),
            heads: BTreeMap::new(),
            said: 0,
        })
    }

    /// Does a trick about an object; what it hands over.
    pub fn trick(
        &mut self,
        trick: Trick,
        elsewhere: UnitId,
        object: ObjectId,
        stolen: Option<Vec<u8>>,
        now_ms: i64,
    ) -> Result<Vec<Envelope>, SimError> {
        let garbage = ChangeBody {
            change: vec![0x85, 0x6f, 0x4a, 0x83, 1, 2, 3, 4],
            genesis: None,
        };
        let body = match (trick, stolen) {
            (Trick::Stolen, Some(stolen)) => stolen,
            _ => garbage.to_bytes(),
        };
        let unit = if trick == Trick::Foreign {
            elsewhere
        } else {
            self.unit
        };
        let lane = if trick == Trick::Fork {
            Lane::Urgent
        } else {
            Lane::Record
        };
        let feed = FeedKey {
            unit,
            audience: Audience::Field,
            device: self.device,
            epoch: 0,
            lane,
        };
        let before = self.heads.get(&feed).copied();
        let first = self.say(feed, before, object, body.clone(), now_ms)?;
        self.heads.insert(
            feed,
            FeedHead {
                seq: first.header().seq,
                hash: first.id(),
            },
        );
        if trick == Trick::Fork {
            return Ok(vec![first, self.say(feed, before, object, body, now_ms)?]);
        }
        Ok(vec![first])
    }

    fn say(
        &mut self,
        feed: FeedKey,
        before: Option<FeedHead>,
        object: ObjectId,
        body: Vec<u8>,
        now_ms: i64,
    ) -> Result<Envelope, SimError> {
        self.said += 1;
        let times = DeviceTimes {
            wall: UnixMs(now_ms.saturating_add(self.said)),
            mono: MonoMs(self.said),
            boot: BootId(1),
            gnss: None,
        };
        let unsigned = saying(feed, before, self.person, object, body, times)?;
        Ok(seal(unsigned, &self.realm, &self.key))
    }
}

/// An envelope that carries a phone's name and place in its feed, signed with some key.
pub fn forge(
    feed: FeedKey,
    before: Option<FeedHead>,
    person: PersonId,
    realm: &Realm,
    key: &SigningKey,
    now_ms: i64,
) -> Result<Envelope, SimError> {
    let times = DeviceTimes {
        wall: UnixMs(now_ms),
        ..DeviceTimes::default()
    };
    let object = ObjectId::from_bytes([0xee; 16]);
    let unsigned = saying(feed, before, person, object, b"forged".to_vec(), times)?;
    Ok(seal(unsigned, realm, key))
}

/// A frame that hands over envelopes and asks for nothing.
pub fn handing_over(envelopes: &[Envelope]) -> Vec<u8> {
    let request = SyncRequest {
        versions: Versions::CURRENT,
        features: 0,
        log: None,
        cursors: Vec::new(),
        runs: Run::pack_all(envelopes),
        prove: Vec::new(),
        proof_from: None,
        budget_bytes: 8 * 1024,
        beacon: None,
    };
    frame::close(&request.to_bytes())
}

fn saying(
    feed: FeedKey,
    before: Option<FeedHead>,
    person: PersonId,
    object: ObjectId,
    body: Vec<u8>,
    times: DeviceTimes,
) -> Result<Unsigned, SimError> {
    let header = Header {
        feed,
        person: Some(person),
        seq: before.map_or(1, |head| head.seq.saturating_add(1)),
        prev: before.map(|head| head.hash),
        kind: Kind::Change,
        object: Some(object),
        times,
        body_len: 0,
        body_hash: Digest::sha256(b""),
        after: Vec::new(),
        desk: None,
    };
    Ok(Unsigned::new(header, body)?)
}

fn seal(unsigned: Unsigned, realm: &Realm, key: &SigningKey) -> Envelope {
    let alg = SignatureAlg::Ed25519;
    let message = realm.bytes_to_sign(alg, unsigned.header_bytes());
    let signature = Signature::from_bytes(key.sign(&message).to_bytes());
    unsigned.signed(alg, signature)
}
