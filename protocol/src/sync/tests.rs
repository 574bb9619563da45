//! Sync messages: every field survives, nothing else does, and an idle sync is small.

use proptest::prelude::*;

use super::*;
use crate::envelope::Audience;
use crate::hash::Digest;
use crate::id::{LogId, UnitId};
use crate::time::UnixMs;

fn scope() -> impl Strategy<Value = Scope> {
    (any::<[u8; 16]>(), 0..3u8).prop_map(|(unit, audience)| Scope {
        unit: UnitId::from_bytes(unit),
        audience: [Audience::Field, Audience::Command, Audience::Crime][usize::from(audience)],
    })
}

fn cursors() -> impl Strategy<Value = Vec<Cursor>> {
    proptest::collection::vec(
        (scope(), any::<u64>()).prop_map(|(scope, position)| Cursor { scope, position }),
        0..4,
    )
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    let outcome = prop_oneof![
        any::<u64>().prop_map(|first_leaf| Outcome::Stored { first_leaf }),
        any::<u64>().prop_map(|first_leaf| Outcome::Known { first_leaf }),
        (1..9u8).prop_map(|code| Outcome::Refused(Refusal::from_code(code))),
        Just(Outcome::Later),
    ];
    proptest::collection::vec(
        (any::<u32>(), outcome).prop_map(|(count, outcome)| Span { count, outcome }),
        0..4,
    )
}

prop_compose! {
    fn request()(
        features in any::<u64>(),
        log in proptest::option::of(any::<[u8; 16]>()),
        cursors in cursors(),
        ranges in proptest::collection::vec((any::<u64>(), any::<u64>()), 0..3),
        proof_from in proptest::option::of(any::<u64>()),
        budget_bytes in any::<u32>(),
        beacon in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..50)),
    ) -> SyncRequest {
        SyncRequest {
            versions: Versions::CURRENT,
            features,
            log: log.map(LogId::from_bytes),
            cursors,
            runs: Vec::new(),
            prove: ranges.into_iter().map(|(first, count)| LeafRange { first, count }).collect(),
            proof_from,
            budget_bytes,
            beacon,
        }
    }
}

prop_compose! {
    fn reply()(
        log in proptest::option::of(any::<[u8; 16]>()),
        spans in spans(),
        ack in proptest::option::of(proptest::collection::vec(any::<u8>(), 0..120)),
        receipts in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..50), 0..3),
        cursors in cursors(),
        more in any::<bool>(),
        backed_up_to in proptest::option::of(any::<u64>()),
        wanted in proptest::collection::vec(any::<u8>(), 0..3),
        server_time in proptest::option::of(any::<i64>()),
        scopes in proptest::option::of(cursors()),
    ) -> SyncReply {
        SyncReply {
            spans,
            ack,
            receipts,
            cursors,
            more,
            backed_up_to,
            consistency: more.then(|| ("note".into(), vec![Digest::sha256(b"x")])),
            restored: more.then(|| vec![1, 2]),
            restored_before: if more { vec![vec![3]] } else { Vec::new() },
            wanted: wanted.into_iter().map(|n| Digest::sha256(&[n])).collect(),
            server_time: server_time.map(UnixMs),
            scopes,
            log: log.map(LogId::from_bytes),
            ..SyncReply::empty()
        }
    }
}

proptest! {
    #[test]
    fn requests_round_trip_and_no_prefix_of_one_is_one(request in request()) {
        let bytes = request.to_bytes();
        prop_assert_eq!(SyncRequest::from_bytes(&bytes).expect("own bytes"), request);
        for cut in 0..bytes.len() {
            prop_assert!(SyncRequest::from_bytes(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn replies_round_trip_and_no_prefix_of_one_is_one(reply in reply()) {
        let bytes = reply.to_bytes();
        prop_assert_eq!(SyncReply::from_bytes(&bytes).expect("own bytes"), reply);
        for cut in 0..bytes.len() {
            prop_assert!(SyncReply::from_bytes(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let read = SyncRequest::from_bytes(&bytes).map(|r| r.to_bytes());
        prop_assert!(read.is_err() || read.is_ok_and(|b| b == bytes));
        let read = SyncReply::from_bytes(&bytes).map(|r| r.to_bytes());
        prop_assert!(read.is_err() || read.is_ok_and(|b| b == bytes));
    }
}

#[test]
fn an_idle_sync_is_under_two_hundred_bytes_both_ways() {
    let scope = Scope {
        unit: UnitId::from_bytes([3; 16]),
        audience: Audience::Field,
    };
    let request = SyncRequest {
        versions: Versions::CURRENT,
        features: 0,
        log: Some(LogId::from_bytes([1; 16])),
        cursors: vec![Cursor {
            scope,
            position: 1_000_000,
        }],
        runs: Vec::new(),
        prove: Vec::new(),
        proof_from: None,
        budget_bytes: 256 * 1024,
        beacon: None,
    };
    let reply = SyncReply::empty();
    let bytes = frame::close(&request.to_bytes()).len() + frame::close(&reply.to_bytes()).len();
    assert!(bytes <= 60, "{bytes} bytes");
}

#[test]
fn versions_meet_at_the_newest_common_one() {
    let v = |min, max| Versions { min, max };
    assert_eq!(v(1, 3).common(v(2, 5)), Some(3));
    assert_eq!(v(1, 3).common(v(3, 5)), Some(3));
    assert_eq!(v(1, 2).common(v(3, 5)), None);
}
