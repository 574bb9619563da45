use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

use super::*;
use crate::cert::{KeyStatement, Revocation, Statement};
use crate::envelope::{Audience, Envelope, Header, Kind, Lane, Unsigned, signed};
use crate::feed::FeedKey;
use crate::fields::{Fields, Raw};
use crate::id::UnitId;
use crate::time::DeviceTimes;

const TYPES: &str = include_str!("../../../../fixtures/registry/incident-types.json");
const AT: UnixMs = UnixMs(1_780_000_000_000);

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> PublicKey {
    PublicKey::ed25519(key(seed).verifying_key().as_bytes()).expect("good key")
}

fn sign(seed: u8, message: &[u8]) -> Signature {
    Signature::from_bytes(key(seed).sign(message).to_bytes())
}

fn says(seed: u8, directory: &Directory, kind: Kind, body: Vec<u8>) -> Envelope {
    let header = Header {
        feed: FeedKey {
            unit: UnitId::from_bytes([1; 16]),
            audience: Audience::Field,
            device: public(seed).device_id(),
            epoch: 0,
            lane: Lane::Record,
        },
        person: None,
        seq: 1,
        prev: None,
        kind,
        object: None,
        times: DeviceTimes::default(),
        body_len: 0,
        body_hash: Digest::sha256(b""),
        after: Vec::new(),
        desk: None,
    };
    let unsigned = Unsigned::new(header, body).expect("short");
    let alg = SignatureAlg::Ed25519;
    let to_sign = directory
        .realm()
        .bytes_to_sign(alg, unsigned.header_bytes());
    unsigned.signed(alg, sign(seed, &to_sign))
}

fn certifies(directory: &mut Directory, by: u8, seed: u8, holder: Holder) {
    let statement = Statement::Key(KeyStatement {
        key: public(seed),
        holder,
        serial: u64::from(seed),
        from: UnixMs(AT.0 - 1_000),
        until: Some(UnixMs(AT.0 + 1_000)),
        name: "key".into(),
    });
    let envelope = says(by, directory, Kind::Certificate, statement.to_bytes());
    directory.admit(&envelope).expect("is entitled");
}

/// Root 1, offices 2 and 5, phone 3; 4 is nobody.
fn bureau() -> Directory {
    let mut directory = Directory::new(public(1));
    certifies(&mut directory, 1, 2, Holder::Office);
    certifies(&mut directory, 1, 5, Holder::Office);
    certifies(&mut directory, 2, 3, Holder::Phone);
    directory
}

fn published(seed: u8, at: UnixMs) -> Publication {
    let registry = AnyRegistry::from_json(TYPES).expect("the fixture reads");
    let draft = Draft::new(&registry, &public(seed), at);
    let signature = sign(seed, &draft.bytes_to_sign(bureau().realm()));
    draft.signed(signature).expect("a publication")
}

fn small() -> Publication {
    let mut fields = Fields::new();
    fields
        .set(0, 1u64)
        .set(1, "later_kind")
        .set(2, 3u64)
        .set(3, "2026-01-01")
        .set(4, "test")
        .set(5, Raw::array(&[]));
    let registry = AnyRegistry::from_bytes(&fields.to_bytes()).expect("kept");
    let draft = Draft::new(&registry, &public(2), AT);
    let signature = sign(2, &draft.bytes_to_sign(bureau().realm()));
    draft.signed(signature).expect("a publication")
}

#[test]
fn the_golden_publications_are_still_read_and_written() {
    for (name, made) in [
        ("registry/publication.cbor", published(2, AT)),
        ("registry/publication-newer-kind.cbor", small()),
    ] {
        let golden = crate::golden::check(name, &made.to_bytes());
        let read = Publication::from_bytes(&golden).expect("reads");
        assert_eq!(read, made);
        assert_eq!(read.verify(&bureau()).expect("holds"), made.registry());
        assert_eq!(read.hash(), Digest::sha256(&made.registry().to_bytes()));
        assert_eq!(
            (read.office(), read.published_at()),
            (public(2).device_id(), AT)
        );
    }
    assert_eq!(small().frame().kind, "later_kind");
    assert_eq!(published(2, AT).frame().number, 1);
}

#[test]
fn only_an_office_whose_key_held_then_and_was_not_revoked_publishes() {
    let directory = bureau();
    let verdict = |seed, at| published(seed, at).verify(&directory).map(|_| ());
    assert!(matches!(verdict(2, AT), Ok(())));
    assert!(matches!(
        verdict(4, AT),
        Err(PublicationError::UnknownKey(_))
    ));
    assert!(matches!(
        verdict(3, AT),
        Err(PublicationError::NotAnOffice(_))
    ));
    assert!(matches!(
        verdict(1, AT),
        Err(PublicationError::NotAnOffice(_))
    ));
    for far in [-10_000, 1_000, 10_000] {
        let at = UnixMs(AT.0 + far);
        assert!(
            matches!(verdict(2, at), Err(PublicationError::NotThen)),
            "{far}"
        );
    }
    let revocation = Revocation {
        device: public(2).device_id(),
        at: UnixMs(AT.0 + 500),
        reason: "stolen".into(),
        cuts: Vec::new(),
    };
    let mut after = directory.clone();
    let envelope = says(1, &after, Kind::Revocation, revocation.to_bytes());
    after.admit(&envelope).expect("the root revokes");
    let verdict = published(2, AT).verify(&after).map(|_| ());
    assert!(matches!(verdict, Err(PublicationError::Revoked(_))));
    let again = published(5, AT);
    assert!(again.verify(&after).is_ok());
    assert_eq!(
        again.hash(),
        published(2, AT).hash(),
        "one version, two signatures"
    );
}

#[test]
fn another_bureau_does_not_take_it() {
    let mut other = Directory::new(public(9));
    certifies(&mut other, 9, 2, Holder::Office);
    let verdict = published(2, AT).verify(&other).map(|_| ());
    assert!(matches!(verdict, Err(PublicationError::Signature(_))));
}

#[test]
fn a_publication_is_no_envelope_and_an_envelope_no_publication() {
    let directory = bureau();
    let publication = published(2, AT);
    assert!(signed::decode(&publication.to_bytes(), None).is_err());
    let envelope = says(2, &directory, Kind::Message, b"hello".to_vec());
    assert!(Publication::from_bytes(&signed::encode(&envelope)).is_err());

    // Nor does a signature that was made for one stand under the other.
    let registry = publication.registry().clone();
    let draft = Draft::new(&registry, &public(2), AT);
    let as_envelope = directory
        .realm()
        .bytes_to_sign(SignatureAlg::Ed25519, &registry.to_bytes());
    let wrong = draft.signed(sign(2, &as_envelope)).expect("well formed");
    let verdict = wrong.verify(&directory).map(|_| ());
    assert!(matches!(verdict, Err(PublicationError::Signature(_))));
}

#[test]
fn every_flipped_bit_is_refused() {
    let (directory, bytes) = (bureau(), small().to_bytes());
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut flipped = bytes.clone();
            flipped[at] ^= 1 << bit;
            let read = Publication::from_bytes(&flipped);
            assert!(
                read.is_err() || read.is_ok_and(|read| read.verify(&directory).is_err()),
                "byte {at}, bit {bit}"
            );
        }
    }
}

#[test]
fn what_is_too_long_is_refused_unread() {
    let long = vec![0xd2; MAX_PUBLICATION_BYTES + 1];
    let read = Publication::from_bytes(&long);
    assert!(matches!(
        read,
        Err(PublicationError::Form(CborError::TooLong { .. }))
    ));
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_refused_or_written_alike(
        bytes in proptest::collection::vec(any::<u8>(), 0..300),
        cut in 0usize..200,
    ) {
        // Half of it from a true one, so that more than the first byte is reached.
        let mut mixed = small().to_bytes();
        mixed.truncate(cut);
        mixed.extend(&bytes);
        for bytes in [bytes, mixed] {
            if let Ok(read) = Publication::from_bytes(&bytes) {
                prop_assert_eq!(read.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn any_version_goes_round(number: u64, second in -1_000_000_000_000i64..1_000_000_000_000) {
        let mut fields = Fields::parse(&small().registry().to_bytes(), 1_000).expect("a map");
        fields.set(2, number);
        let registry = AnyRegistry::from_bytes(&fields.to_bytes()).expect("kept");
        let draft = Draft::new(&registry, &public(2), UnixMs(second * 1_000 + 7));
        let signature = sign(2, &draft.bytes_to_sign(bureau().realm()));
        let made = draft.signed(signature).expect("a publication");
        prop_assert_eq!(made.published_at(), UnixMs(second * 1_000));
        prop_assert_eq!(made.frame().number, number);
        prop_assert_eq!(Publication::from_bytes(&made.to_bytes()).expect("reads"), made);
    }
}
