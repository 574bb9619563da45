//! Who may say what, played through with a small bureau.

mod order;

use ed25519_dalek::{Signer as _, SigningKey};

use super::*;
use crate::envelope::{Audience, Envelope, Header, Kind, Lane, Unsigned};
use crate::feed::FeedKey;
use crate::hash::Digest;
use crate::id::{PersonId, UnitId};
use crate::key::{PublicKey, Signature, SignatureAlg};
use crate::time::{DeviceTimes, UnixMs};

struct Key(SigningKey);

impl Key {
    fn new(seed: u8) -> Self {
        Self(SigningKey::from_bytes(&[seed; 32]))
    }

    fn public(&self) -> PublicKey {
        PublicKey::ed25519(self.0.verifying_key().as_bytes()).expect("good key")
    }

    fn says(&self, directory: &Directory, kind: Kind, seq: u64, body: Vec<u8>) -> Envelope {
        self.says_at(directory, kind, seq, 0, body)
    }

    fn says_at(
        &self,
        directory: &Directory,
        kind: Kind,
        seq: u64,
        wall: i64,
        body: Vec<u8>,
    ) -> Envelope {
        let header = Header {
            feed: FeedKey {
                unit: unit(1),
                audience: Audience::Field,
                device: self.public().device_id(),
                epoch: 0,
                lane: Lane::Record,
            },
            person: None,
            seq,
            prev: (seq > 1).then(|| Digest::sha256(b"before")),
            kind,
            object: None,
            times: DeviceTimes {
                wall: UnixMs(wall),
                ..DeviceTimes::default()
            },
            body_len: 0,
            body_hash: Digest::sha256(b""),
            after: Vec::new(),
            desk: None,
        };
        let unsigned = Unsigned::new(header, body).expect("short");
        let bytes = directory
            .realm()
            .bytes_to_sign(SignatureAlg::Ed25519, unsigned.header_bytes());
        unsigned.signed(
            SignatureAlg::Ed25519,
            Signature::from_bytes(self.0.sign(&bytes).to_bytes()),
        )
    }

    fn states(&self, directory: &Directory, statement: &Statement) -> Envelope {
        self.says(directory, Kind::Certificate, 1, statement.to_bytes())
    }
}

fn unit(n: u8) -> UnitId {
    UnitId::from_bytes([n; 16])
}

fn key_statement(key: &Key, holder: Holder) -> Statement {
    Statement::Key(KeyStatement {
        key: key.public(),
        holder,
        serial: 1,
        from: UnixMs(100),
        until: Some(UnixMs(200)),
        name: "Bayar's phone".into(),
    })
}

fn bureau() -> (Directory, Key, Key, Key) {
    let (root, office, phone) = (Key::new(1), Key::new(2), Key::new(3));
    let mut directory = Directory::new(root.public());
    let statement = root.states(&directory, &key_statement(&office, Holder::Office));
    directory
        .admit(&statement)
        .expect("root certifies the office");
    let statement = office.states(&directory, &key_statement(&phone, Holder::Phone));
    directory
        .admit(&statement)
        .expect("office certifies the phone");
    (directory, root, office, phone)
}

#[test]
fn the_chain_holds_from_root_to_phone() {
    let (directory, _, _, phone) = bureau();
    let said = phone.says(&directory, Kind::Message, 1, b"hello".to_vec());
    assert_eq!(
        directory.verify(&said).expect("known phone"),
        Standing::Good
    );
    let stranger = Key::new(50).says(&directory, Kind::Message, 1, b"hello".to_vec());
    assert!(matches!(
        directory.verify(&stranger),
        Err(CertError::UnknownDevice(_))
    ));
}

#[test]
fn expiry_ends_sign_in_and_not_the_past() {
    let (directory, _, _, phone) = bureau();
    let id = phone.public().device_id();
    let may = |at| directory.may_sign_in(id, UnixMs(at));
    assert_eq!(
        [may(99), may(100), may(199), may(200)],
        [false, true, true, false]
    );
    let late = phone.says(&directory, Kind::Message, 1, b"late".to_vec());
    assert_eq!(
        directory.verify(&late).expect("still admitted"),
        Standing::Good
    );
}

#[test]
fn nobody_certifies_above_himself() {
    let (mut directory, _, office, phone) = bureau();
    let grab = office.states(&directory, &key_statement(&Key::new(9), Holder::Office));
    assert!(matches!(
        directory.admit(&grab),
        Err(CertError::NotEntitled(_))
    ));
    let grab = phone.states(&directory, &key_statement(&Key::new(9), Holder::Phone));
    assert!(matches!(
        directory.admit(&grab),
        Err(CertError::NotEntitled(_))
    ));
    let chat = phone.says(&directory, Kind::Message, 1, b"hello".to_vec());
    assert!(matches!(directory.admit(&chat), Err(CertError::OtherKind)));
}

#[test]
fn a_revocation_cuts_each_feed_where_it_says() {
    let (mut directory, _, office, phone) = bureau();
    let device = phone.public().device_id();
    let feed = phone
        .says(&directory, Kind::Message, 1, vec![])
        .header()
        .feed;
    let revocation = Revocation {
        device,
        at: UnixMs(150),
        reason: "lost at the river".into(),
        cuts: vec![Cut { feed, last_seq: 4 }],
    };
    let order = office.says(&directory, Kind::Revocation, 1, revocation.to_bytes());
    directory.admit(&order).expect("office revokes");
    let at = |seq| {
        let said = phone.says(&directory, Kind::Message, seq, vec![1]);
        directory.verify(&said).expect("still verified")
    };
    assert_eq!(at(4), Standing::Good);
    assert_eq!(at(5), Standing::Revoked);
    assert!(!directory.may_sign_in(device, UnixMs(150)));
    let mut other_feed = phone
        .says(&directory, Kind::Message, 1, vec![])
        .header()
        .feed;
    other_feed.lane = Lane::Track;
    assert!(!revocation.stands(&other_feed, 1));
}

#[test]
fn memberships_are_dated_and_several() {
    let (mut directory, _, office, _) = bureau();
    let person = PersonId::from_bytes([5; 16]);
    for (n, role, from, until) in [
        (1, Role::Officer, 0, None),
        (2, Role::Investigator, 10, Some(20)),
    ] {
        let statement = Statement::Membership(Membership {
            person,
            unit: unit(n),
            role,
            from: UnixMs(from),
            until: until.map(UnixMs),
            campaign: None,
        });
        let said = office.states(&directory, &statement);
        directory.admit(&said).expect("office states membership");
    }
    let roles = |at| {
        directory
            .memberships(person, UnixMs(at))
            .map(|m| m.role)
            .collect::<Vec<_>>()
    };
    assert_eq!(roles(5), [Role::Officer]);
    assert_eq!(roles(15), [Role::Officer, Role::Investigator]);
    assert_eq!(roles(20), [Role::Officer]);
    assert!(directory.has_role(person, unit(2), Role::Investigator, UnixMs(19)));
}

#[test]
fn statements_round_trip_and_newer_types_are_left_alone() {
    let names = Names::from([
        ("zh".into(), "示例旗".into()),
        ("mn_cyrl".into(), "Жишээ".into()),
    ]);
    let statements = [
        key_statement(&Key::new(4), Holder::Log),
        Statement::Unit(UnitStatement {
            unit: unit(1),
            parent: Some(unit(2)),
            level: UnitLevel::Banner,
            names,
            from: UnixMs(-1),
        }),
        Statement::Person(Person {
            person: PersonId::from_bytes([5; 16]),
            name: "巴雅尔".into(),
        }),
    ];
    for statement in statements {
        let bytes = statement.to_bytes();
        assert_eq!(
            Statement::from_bytes(&bytes).expect("own bytes"),
            Some(statement)
        );
        for cut in 0..bytes.len() {
            assert!(Statement::from_bytes(&bytes[..cut]).is_err());
        }
    }
    let newer = [0x83, 0x01, 0x18, 0x63, 0xa0];
    assert_eq!(Statement::from_bytes(&newer).expect("carried"), None);
}
