//! Golden files of envelopes, bodies, statements and sync messages: version 1, frozen.
//!
//! Each file under `fixtures/golden/` is the hex of bytes that some release wrote. They are read and
//! written again for ever. To add a file, run with `TALA_BLESS=1`; a file that exists is never
//! overwritten that way.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "helpers of tests fail by panicking"
)]

use std::collections::BTreeMap;
use std::path::PathBuf;

use data_encoding::HEXLOWER;
use ed25519_dalek::{Signer as _, SigningKey};
use tala_protocol::body::{
    Beacon, ChangeBody, Grant, MediaBody, Ruling, TrackBody, VerdictBody, chunk_root,
};
use tala_protocol::cbor;
use tala_protocol::cert::{
    Assignment, Cut, Holder, KeyStatement, Membership, Names, Person, Revocation, Role, Statement,
    UnitLevel, UnitStatement,
};
use tala_protocol::envelope::{
    Audience, Desk, Envelope, Header, Kind, Lane, Realm, SignIn, Unsigned, signed, wire::Run,
};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::{LogId, ObjectId, PersonId, RowId, UnitId};
use tala_protocol::key::{PublicKey, Signature, SignatureAlg};
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest, EnrolmentCode, bytes_to_sign};
use tala_protocol::sync::peer::{FeedProgress, PeerFrontier, PeerHello, PeerOffer};
use tala_protocol::sync::{
    Cursor, LeafRange, Outcome, Refusal, Scope, Span, SyncReply, SyncRequest, Versions,
};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};
use tala_protocol::transport::Transport;

fn check(name: &str, bytes: &[u8]) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../fixtures/golden")
        .join(name);
    if !path.exists() && std::env::var_os("TALA_BLESS").is_some() {
        std::fs::write(&path, format!("{}\n", HEXLOWER.encode(bytes))).expect("writable fixtures");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{name}: {e}"));
    assert_eq!(
        HEXLOWER.encode(bytes),
        golden.trim(),
        "{name} changed: version 1 is frozen"
    );
}

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    PublicKey::ed25519(key(seed).verifying_key().as_bytes()).expect("good key")
}

fn realm() -> Realm {
    Realm::of(&public(1))
}

fn unit(n: u8) -> UnitId {
    UnitId::from_bytes([n; 16])
}

fn object(n: u8) -> ObjectId {
    ObjectId::from_bytes([n; 16])
}

fn sign(seed: u8, message: &[u8]) -> Signature {
    Signature::from_bytes(key(seed).sign(message).to_bytes())
}

fn feed(seed: u8, lane: Lane) -> FeedKey {
    FeedKey {
        unit: unit(0x11),
        audience: Audience::Field,
        device: public(seed).device_id(),
        epoch: 2,
        lane,
    }
}

/// A genesis, a follow-up and a desk envelope: every optional field appears once.
fn envelopes() -> Vec<Envelope> {
    let mut prev = None;
    let mut out = Vec::new();
    for seq in 1..=3u64 {
        let wall = 1_780_000_000_000 + i64::try_from(seq).expect("small") * 1_000;
        let header = Header {
            feed: feed(3, Lane::Record),
            person: (seq != 2).then_some(PersonId::from_bytes([0x55; 16])),
            seq,
            prev,
            kind: if seq == 3 {
                Kind::Newer(99)
            } else {
                Kind::Change
            },
            object: (seq > 1).then_some(object(0x22)),
            times: DeviceTimes {
                wall: UnixMs(wall),
                mono: MonoMs(77_000 + wall % 10_000),
                boot: BootId(0xB007),
                gnss: (seq < 3).then_some(UnixMs(wall - 40)),
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: if seq == 2 {
                vec![Digest::sha256(b"urgent")]
            } else {
                vec![]
            },
            desk: (seq == 3).then_some(Desk {
                role: Role::DutyOfficer.code(),
                session: RowId::from_bytes([0x77; 16]),
                sign_in: SignIn::PasswordAgain,
            }),
        };
        let unsigned = Unsigned::new(header, format!("body {seq}").into_bytes()).expect("short");
        let to_sign = realm().bytes_to_sign(SignatureAlg::Ed25519, unsigned.header_bytes());
        prev = Some(unsigned.id());
        out.push(unsigned.signed(SignatureAlg::Ed25519, sign(3, &to_sign)));
    }
    out
}

#[test]
fn envelopes_are_frozen() {
    for (n, envelope) in envelopes().iter().enumerate() {
        check(
            &format!("envelope/signed-{}.hex", n + 1),
            &signed::encode(envelope),
        );
    }
    let mut sent = envelopes();
    sent[1] = sent[1].clone().without_body();
    let run = Run::pack(&sent).expect("one feed");
    check("envelope/run.hex", &cbor::to_vec(&run));
    for envelope in run.unpack().expect("own run") {
        envelope
            .verify(&realm(), &public(3))
            .expect("rebuilt bit for bit");
    }
}

#[test]
fn bodies_are_frozen() {
    let track = TrackBody {
        leg: 2,
        transport: Transport::Horse,
        segment: vec![1, 2, 3],
    };
    check("envelope/body-track.hex", &track.to_bytes());
    let change = ChangeBody {
        change: vec![4, 5],
        genesis: Some((2, [9; 16])),
    };
    check("envelope/body-change-genesis.hex", &change.to_bytes());
    check(
        "envelope/body-change.hex",
        &ChangeBody {
            genesis: None,
            ..change
        }
        .to_bytes(),
    );
    let media = MediaBody {
        hash: Digest::sha256(b"photo"),
        len: 70_000,
        media_type: "image/jpeg".into(),
        chunk_root: chunk_root(&[[1; 32], [2; 32]]),
        thumb: Some((Digest::sha256(b"thumb"), 9_000)),
        taken_at: Some(UnixMs(1_780_000_000_000)),
        place_e7: Some((437_000_000, 1_166_000_000)),
    };
    check("envelope/body-media.hex", &media.to_bytes());
    let verdict = VerdictBody {
        envelope: Digest::sha256(b"envelope"),
        ruling: Ruling::Release,
        reason: 7,
        note: "looked at".into(),
    };
    check("envelope/body-verdict.hex", &verdict.to_bytes());
    let grant = Grant {
        object: object(1),
        unit: unit(2),
        audience: Audience::Crime,
        hand_over: true,
    };
    check("envelope/body-grant.hex", &grant.to_bytes());
    let beacon = Beacon {
        patrol: Some(object(3)),
        at: UnixMs(1_780_000_000_000),
        lat_e7: 437_000_000,
        lon_e7: 1_166_000_000,
        acc_dm: Some(36),
        speed_cms: Some(180),
        bearing_deg: None,
        battery_pct: Some(64),
        transport: Some(Transport::Horse),
    };
    let signed = beacon.signed(sign(
        3,
        &beacon.bytes_to_sign(&realm(), public(3).device_id()),
    ));
    check("envelope/beacon.hex", &signed.to_bytes());
}

fn statements() -> BTreeMap<&'static str, Statement> {
    let person = PersonId::from_bytes([0x55; 16]);
    let names = Names::from(
        [
            ("zh", "示例旗"),
            ("mn_cyrl", "Жишээ хошуу"),
            ("en", "Example Banner"),
        ]
        .map(|(lang, name)| (lang.to_owned(), name.to_owned())),
    );
    BTreeMap::from([
        (
            "key",
            Statement::Key(KeyStatement {
                key: public(3),
                holder: Holder::Phone,
                serial: 4,
                from: UnixMs(1),
                until: Some(UnixMs(2)),
                name: "phone".into(),
            }),
        ),
        (
            "unit",
            Statement::Unit(UnitStatement {
                unit: unit(1),
                parent: Some(unit(2)),
                level: UnitLevel::Banner,
                names,
                from: UnixMs(3),
            }),
        ),
        (
            "person",
            Statement::Person(Person {
                person,
                name: "巴雅尔".into(),
            }),
        ),
        (
            "membership",
            Statement::Membership(Membership {
                person,
                unit: unit(1),
                role: Role::Officer,
                from: UnixMs(4),
                until: Some(UnixMs(5)),
                campaign: Some(object(6)),
            }),
        ),
        (
            "assignment",
            Statement::Assignment(Assignment {
                device: public(3).device_id(),
                unit: unit(1),
                person: Some(person),
                from: UnixMs(6),
            }),
        ),
    ])
}

#[test]
fn statements_are_frozen() {
    for (name, statement) in statements() {
        check(
            &format!("envelope/statement-{name}.hex"),
            &statement.to_bytes(),
        );
    }
    let revocation = Revocation {
        device: public(3).device_id(),
        at: UnixMs(7),
        reason: "lost".into(),
        cuts: vec![Cut {
            feed: feed(3, Lane::Track),
            last_seq: 40,
        }],
    };
    check("envelope/revocation.hex", &revocation.to_bytes());
}

fn request(cursors: &[Cursor], runs: &[Run]) -> SyncRequest {
    SyncRequest {
        versions: Versions::CURRENT,
        features: 0,
        log: Some(LogId::from_bytes([0x10; 16])),
        cursors: cursors.to_vec(),
        runs: runs.to_vec(),
        prove: vec![LeafRange { first: 5, count: 6 }],
        proof_from: Some(9),
        budget_bytes: 8_192,
        beacon: Some(vec![1, 2, 3]),
    }
}

fn reply(cursors: &[Cursor], runs: &[Run]) -> SyncReply {
    SyncReply {
        spans: vec![
            Span {
                count: 1,
                outcome: Outcome::Stored { first_leaf: 3 },
            },
            Span {
                count: 2,
                outcome: Outcome::Known { first_leaf: 1 },
            },
            Span {
                count: 3,
                outcome: Outcome::Refused(Refusal::Signature),
            },
            Span {
                count: 4,
                outcome: Outcome::Later,
            },
        ],
        ack: Some(vec![1]),
        receipts: vec![vec![2], vec![3]],
        cursors: cursors.to_vec(),
        runs: runs.to_vec(),
        more: true,
        backed_up_to: Some(2),
        consistency: Some(("checkpoint".into(), vec![Digest::sha256(b"node")])),
        restored: Some(vec![4]),
        wanted: vec![Digest::sha256(b"photo")],
        server_time: Some(UnixMs(1_780_000_000_000)),
        scopes: Some(cursors.to_vec()),
        log: Some(LogId::from_bytes([0x10; 16])),
        ..SyncReply::empty()
    }
}

#[test]
fn sync_messages_are_frozen() {
    let scope = Scope {
        unit: unit(0x11),
        audience: Audience::Case(object(1)),
    };
    let cursors = vec![Cursor {
        scope,
        position: 70_000,
    }];
    let runs = vec![Run::pack(&envelopes()).expect("one feed")];
    check("sync/request.hex", &request(&cursors, &runs).to_bytes());
    check("sync/reply.hex", &reply(&cursors, &runs).to_bytes());
    check("sync/reply-idle.hex", &SyncReply::empty().to_bytes());
    let progress = FeedProgress {
        feed: feed(3, Lane::Track),
        first_seq: 1,
        last_seq: 9,
    };
    let hello = PeerHello {
        versions: Versions::CURRENT,
        root: public(1).fingerprint(),
        scopes: vec![(scope, Digest::sha256(b"frontier"))],
    };
    check("sync/peer-hello.hex", &hello.to_bytes());
    check(
        "sync/peer-frontier.hex",
        &PeerFrontier {
            feeds: vec![progress],
        }
        .to_bytes(),
    );
    check(
        "sync/peer-offer.hex",
        &PeerOffer { runs, last: true }.to_bytes(),
    );
}

#[test]
fn enrolment_is_frozen() {
    let code = [0x0c; 16];
    let request = EnrolRequest {
        code,
        key: public(3),
        proof: sign(3, &bytes_to_sign(&realm(), &code, &public(3))),
        name: "phone".into(),
    };
    request.verify(&realm()).expect("own proof");
    check("sync/enrol-request.hex", &request.to_bytes());
    let reply = EnrolReply {
        root: public(1),
        log: LogId::from_bytes([0x10; 16]),
        unit: unit(0x11),
        person: None,
        statements: vec![Run::pack(&envelopes()).expect("one feed")],
        scopes: vec![],
    };
    check("sync/enrol-reply.hex", &reply.to_bytes());
    let picture = EnrolmentCode {
        url: "https://tala.example:8443".into(),
        root: public(1).fingerprint(),
        code,
    };
    check("sync/enrol-code.hex", picture.to_string().as_bytes());
}
