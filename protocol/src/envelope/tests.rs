//! The envelope layer as its users see it: written, sent, rebuilt, verified, tampered with.

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

use super::wire::Run;
use super::*;
use crate::cbor;
use crate::feed::FeedKey;
use crate::hash::Digest;
use crate::id::{DeviceId, ObjectId, PersonId, RowId, UnitId};
use crate::key::{PublicKey, Signature, SignatureAlg};
use crate::time::{BootId, DeviceTimes, MonoMs, UnixMs};

struct Writer {
    key: SigningKey,
    realm: Realm,
    prev: Option<Digest>,
    seq: u64,
}

impl Writer {
    fn new(seed: u8) -> Self {
        let root = public(&SigningKey::from_bytes(&[99; 32]));
        Self {
            key: SigningKey::from_bytes(&[seed; 32]),
            realm: Realm::of(&root),
            prev: None,
            seq: 0,
        }
    }

    fn says(&mut self, plan: &Plan) -> Envelope {
        self.seq += 1;
        let header = Header {
            feed: FeedKey {
                unit: UnitId::from_bytes([1; 16]),
                audience: Audience::Case(ObjectId::from_bytes([8; 16])),
                device: public(&self.key).device_id(),
                epoch: 3,
                lane: Lane::Record,
            },
            person: plan.person.map(|n| PersonId::from_bytes([n; 16])),
            seq: self.seq,
            prev: self.prev,
            kind: Kind::from_code(plan.kind),
            object: plan.object.map(|n| ObjectId::from_bytes([n; 16])),
            times: DeviceTimes {
                wall: UnixMs(plan.wall),
                mono: MonoMs(plan.mono),
                boot: BootId(plan.boot),
                gnss: plan.gnss.map(UnixMs),
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: (0..plan.after).map(|n| Digest::sha256(&[n])).collect(),
            desk: plan.desk.then_some(Desk {
                role: 4,
                session: RowId::from_bytes([7; 16]),
                sign_in: SignIn::PasswordAgain,
            }),
        };
        let unsigned = Unsigned::new(header, plan.body.clone()).expect("short body");
        let to_sign = self
            .realm
            .bytes_to_sign(SignatureAlg::Ed25519, unsigned.header_bytes());
        let signature = Signature::from_bytes(self.key.sign(&to_sign).to_bytes());
        self.prev = Some(unsigned.id());
        unsigned.signed(SignatureAlg::Ed25519, signature)
    }
}

#[derive(Debug, Clone)]
struct Plan {
    person: Option<u8>,
    kind: u16,
    object: Option<u8>,
    wall: i64,
    mono: i64,
    boot: u32,
    gnss: Option<i64>,
    after: u8,
    desk: bool,
    body: Vec<u8>,
    withheld: bool,
}

fn public(key: &SigningKey) -> PublicKey {
    PublicKey::ed25519(key.verifying_key().as_bytes()).expect("good key")
}

fn plan() -> impl Strategy<Value = Plan> {
    (
        (
            proptest::option::of(1..3u8),
            1..20u16,
            proptest::option::of(1..3u8),
        ),
        (
            any::<i64>(),
            any::<i64>(),
            0..3u32,
            proptest::option::of(any::<i64>()),
        ),
        (
            0..3u8,
            any::<bool>(),
            proptest::collection::vec(any::<u8>(), 0..80),
            any::<bool>(),
        ),
    )
        .prop_map(
            |((person, kind, object), (wall, mono, boot, gnss), (after, desk, body, withheld))| {
                Plan {
                    person,
                    kind,
                    object,
                    wall,
                    mono,
                    boot,
                    gnss,
                    after,
                    desk,
                    body,
                    withheld,
                }
            },
        )
}

fn simple(body: &[u8]) -> Plan {
    Plan {
        person: None,
        kind: 1,
        object: Some(1),
        wall: 1_780_000_000_000,
        mono: 5_000,
        boot: 7,
        gnss: Some(1_780_000_000_040),
        after: 0,
        desk: false,
        body: body.to_vec(),
        withheld: false,
    }
}

proptest! {
    #[test]
    fn what_is_sent_is_rebuilt_bit_for_bit(plans in proptest::collection::vec(plan(), 1..12)) {
        let mut writer = Writer::new(5);
        let sent: Vec<Envelope> = plans
            .iter()
            .map(|p| {
                let envelope = writer.says(p);
                if p.withheld { envelope.without_body() } else { envelope }
            })
            .collect();
        let run = Run::pack(&sent).expect("one feed");
        let bytes = cbor::to_vec(&run);
        let read: Run = cbor::from_slice("run", &bytes, 1 << 20).expect("own run");
        let rebuilt = read.unpack().expect("own envelopes");
        prop_assert_eq!(&rebuilt, &sent);
        for envelope in &rebuilt {
            prop_assert!(envelope.verify(&writer.realm, &public(&writer.key)).is_ok());
            let alone = signed::encode(envelope);
            let read = signed::decode(&alone, envelope.body().map(<[u8]>::to_vec));
            prop_assert_eq!(&read.expect("own form"), envelope);
        }
    }

    #[test]
    fn any_changed_bit_of_a_signed_form_is_noticed(at in 0..4_000usize, bit in 0..8u8) {
        let mut writer = Writer::new(5);
        let envelope = writer.says(&simple(b"segment"));
        let mut bytes = signed::encode(&envelope);
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let holds = signed::decode(&bytes, None)
            .is_ok_and(|e| e.verify(&writer.realm, &public(&writer.key)).is_ok());
        prop_assert!(!holds);
    }
}

#[test]
fn an_independent_cose_library_verifies_the_signed_form() {
    use coset::TaggedCborSerializable as _;
    let mut writer = Writer::new(5);
    let envelope = writer.says(&simple(b"segment"));
    let cose = coset::CoseSign1::from_tagged_slice(&signed::encode(&envelope)).expect("COSE");
    let external = cbor::to_vec(&("tala/1", writer.realm.root));
    let checked = cose.verify_signature(&external, |signature, message| {
        let signature = ed25519_dalek::Signature::from_slice(signature)?;
        writer
            .key
            .verifying_key()
            .verify_strict(message, &signature)
    });
    assert!(checked.is_ok());
    assert_eq!(cose.payload.as_deref(), Some(envelope.header_bytes()));
}

#[test]
fn nothing_can_be_replayed_into_another_bureau() {
    let mut writer = Writer::new(5);
    let envelope = writer.says(&simple(b"segment"));
    let training = Realm::of(&public(&SigningKey::from_bytes(&[98; 32])));
    let got = envelope.verify(&training, &public(&writer.key));
    assert!(matches!(got, Err(EnvelopeError::Signature(_))));
}

#[test]
fn a_body_can_be_withheld_put_back_and_not_exchanged() {
    let mut writer = Writer::new(5);
    let envelope = writer.says(&simple(b"segment"));
    let bare = envelope.clone().without_body();
    assert_eq!(
        bare.clone()
            .with_body(b"segment".to_vec())
            .expect("same body"),
        envelope
    );
    let other = bare.with_body(b"Segment".to_vec());
    assert!(matches!(other, Err(EnvelopeError::BodyMismatch)));
}

#[test]
fn another_devices_key_does_not_verify() {
    let mut writer = Writer::new(5);
    let envelope = writer.says(&simple(b"segment"));
    let other = public(&SigningKey::from_bytes(&[6; 32]));
    assert!(matches!(
        envelope.verify(&writer.realm, &other),
        Err(EnvelopeError::OtherDevice)
    ));
    assert_ne!(other.device_id(), DeviceId::from_bytes([0; 16]));
}

#[test]
fn a_wire_run_costs_little_per_envelope() {
    let mut writer = Writer::new(5);
    let body = vec![9; 1_000];
    let sent: Vec<Envelope> = (0..100)
        .map(|n| {
            let wall = 1_780_000_000_000 + n * 300_000;
            writer.says(&Plan {
                wall,
                mono: 5_000 + n * 300_000,
                gnss: Some(wall - 40),
                ..simple(&body)
            })
        })
        .collect();
    let run = cbor::to_vec(&Run::pack(&sent).expect("one feed"));
    let per_envelope = (run.len() - 100 * 1_000) / 100;
    assert!(per_envelope <= 84, "{per_envelope} bytes beside the body");
}
