//! Bodies: every field survives, every prefix is refused, and a beacon speaks for its own device.

use ed25519_dalek::{Signer as _, SigningKey};
use proptest::prelude::*;

use super::*;
use crate::envelope::{Audience, Realm};
use crate::hash::Digest;
use crate::id::{ObjectId, UnitId};
use crate::key::{PublicKey, Signature};
use crate::time::UnixMs;
use crate::transport::Transport;

proptest! {
    #[test]
    fn track_and_change_bodies_round_trip(
        leg in any::<u16>(),
        code in any::<u16>(),
        bytes in proptest::collection::vec(any::<u8>(), 0..200),
        genesis in proptest::option::of((any::<u16>(), any::<[u8; 16]>())),
    ) {
        let track = TrackBody { leg, transport: Transport::from_code(code), segment: bytes.clone() };
        prop_assert_eq!(TrackBody::from_bytes(&track.to_bytes()).expect("own bytes"), track);
        let change = ChangeBody { change: bytes, genesis };
        prop_assert_eq!(ChangeBody::from_bytes(&change.to_bytes()).expect("own bytes"), change);
    }

    #[test]
    fn verdicts_and_grants_round_trip(ruling in any::<u8>(), reason in any::<u16>(), over in any::<bool>()) {
        let verdict = VerdictBody {
            envelope: Digest::sha256(b"x"),
            ruling: Ruling::from_code(ruling),
            reason,
            note: "放行".into(),
        };
        let bytes = verdict.to_bytes();
        prop_assert_eq!(VerdictBody::from_bytes(&bytes).expect("own bytes"), verdict);
        prop_assert!(VerdictBody::from_bytes(&bytes[..bytes.len() - 1]).is_err());
        let grant = Grant {
            object: ObjectId::from_bytes([1; 16]),
            unit: UnitId::from_bytes([2; 16]),
            audience: Audience::Crime,
            hand_over: over,
        };
        prop_assert_eq!(Grant::from_bytes(&grant.to_bytes()).expect("own bytes"), grant);
    }

    #[test]
    fn media_bodies_round_trip(
        len in 1..MEDIA_LEN_MAX,
        thumb in any::<bool>(),
        place in any::<(i32, i32)>(),
    ) {
        let media = MediaBody {
            hash: Digest::sha256(b"photo"),
            len,
            media_type: "image/jpeg".into(),
            chunk_root: chunk_root(&[[1; 32], [2; 32]]),
            thumb: thumb.then(|| (Digest::sha256(b"thumb"), 9_000)),
            taken_at: Some(UnixMs(5)),
            place_e7: Some(place),
        };
        prop_assert_eq!(MediaBody::from_bytes(&media.to_bytes()).expect("own bytes"), media);
    }
}

#[test]
fn the_chunk_root_depends_on_order_and_number() {
    let (a, b) = ([1; 32], [2; 32]);
    let roots = [
        chunk_root(&[a, b]),
        chunk_root(&[b, a]),
        chunk_root(&[a]),
        chunk_root(&[]),
    ];
    for (n, root) in roots.iter().enumerate() {
        assert!(roots[n + 1..].iter().all(|other| other != root));
    }
}

#[test]
fn a_beacon_speaks_only_for_its_own_device_and_bureau() {
    let key = SigningKey::from_bytes(&[4; 32]);
    let public = PublicKey::ed25519(key.verifying_key().as_bytes()).expect("good key");
    let realm = Realm {
        root: Digest::sha256(b"root"),
    };
    let sign = |beacon: &Beacon| {
        let signature = key
            .sign(&beacon.bytes_to_sign(&realm, public.device_id()))
            .to_bytes();
        beacon.signed(Signature::from_bytes(signature)).to_bytes()
    };
    let beacon = Beacon {
        patrol: Some(ObjectId::from_bytes([1; 16])),
        at: UnixMs(1_780_000_000_000),
        lat_e7: 437_000_000,
        lon_e7: 1_166_000_000,
        acc_dm: Some(36),
        speed_cms: Some(180),
        bearing_deg: Some(270),
        battery_pct: Some(64),
        transport: Some(Transport::Horse),
    };
    let sent = sign(&beacon);
    assert!(sent.len() <= 130, "{} bytes", sent.len());
    let read = SignedBeacon::from_bytes(&sent).expect("own bytes");
    assert_eq!(read.verify(&realm, &public).expect("own signature"), beacon);
    let training = Realm {
        root: Digest::sha256(b"training"),
    };
    assert!(matches!(
        read.verify(&training, &public),
        Err(BeaconError::Signature(_))
    ));
    let other = SigningKey::from_bytes(&[5; 32]);
    let other = PublicKey::ed25519(other.verifying_key().as_bytes()).expect("good key");
    assert!(matches!(
        read.verify(&realm, &other),
        Err(BeaconError::Signature(_))
    ));
    let for_other = beacon.bytes_to_sign(&realm, other.device_id());
    let borrowed = Signature::from_bytes(key.sign(&for_other).to_bytes());
    let read = SignedBeacon::from_bytes(&beacon.signed(borrowed).to_bytes()).expect("well formed");
    assert!(read.verify(&realm, &public).is_err());
}
