//! Every refusal, triggered once.

use automerge::legacy::{ElementId, Key, ObjectId, OpType};
use automerge::transaction::Transactable;
use automerge::{ChangeHash, ObjType, ROOT, ScalarValue};

use super::kit::{Forgery, Phone, RawChange, actor, chunk, op_id, prop, refusal};
use super::*;
use crate::doc::Value;
use crate::time::UnixMs;

fn phone() -> Phone {
    Phone::of(1)
}

/// A phone that has put a counter `c`, a list `l` of one element, a map `m` and a text value `t`.
/// Operations 1 to 5, by actor 1.
fn phone_with_everything() -> Phone {
    let mut phone = phone();
    phone.edit_freely(|tx| {
        tx.put(ROOT, "c", ScalarValue::counter(1)).expect("put");
        let list = tx.put_object(ROOT, "l", ObjType::List).expect("list");
        tx.insert(&list, 0, 7).expect("insert");
        tx.put_object(ROOT, "m", ObjType::Map).expect("map");
        tx.put(ROOT, "t", "text").expect("put");
    });
    assert_eq!(phone.ledger.admitted().len(), 1);
    phone
}

fn over(what: &str) -> impl Fn(&GateRefusal) -> bool + '_ {
    move |refusal| matches!(refusal, GateRefusal::OverLimit { what: found, .. } if *found == what)
}

#[test]
fn the_plain_raw_change_of_these_tests_is_admitted() {
    let bytes = RawChange::by(1).bytes();
    let candidate = Candidate {
        bytes: &bytes,
        expected_actor: actor(1),
        expected_hash: None,
        author_previous: None,
    };
    assert!(matches!(
        check(&DocIndex::default(), &candidate),
        Verdict::Admit(_)
    ));
}

#[test]
fn whatever_is_too_many_or_too_large_is_over_a_limit() {
    let phone = phone();
    let raw = |raw: RawChange| refusal(&phone, &raw.bytes());
    assert!(over("change bytes")(&refusal(&phone, &vec![0; 70_000])));
    assert!(over("ancestors")(&raw(RawChange {
        deps: 65,
        ..RawChange::by(1)
    })));
    assert!(over("message bytes")(&raw(RawChange {
        message: vec![b'a'; 257],
        ..RawChange::by(1)
    })));
    let others = vec![vec![9; 16]; 256];
    assert!(over("other actors")(&raw(RawChange {
        others,
        ..RawChange::by(1)
    })));
    let long_key = [&[0x7f, 0x81, 0x02][..], &[b'k'; 257]].concat();
    assert!(over("key bytes")(&raw(
        RawChange::by(1).column(0x15, &long_key)
    )));
    let many = [0x80, 0x80, 0x80, 0x80, 0x04];
    let run = |value: u8| [&many[..], &[value]].concat();
    assert!(over("operations")(&raw(
        RawChange::by(1).column(0x42, &run(1))
    )));
    assert!(over("rows of the value column")(&raw(
        RawChange::by(1).column(0x56, &run(0))
    )));
    assert!(over("rows of the insert column")(&raw(
        RawChange::by(1).column(0x34, &many)
    )));
    assert!(over("predecessors")(&raw(
        RawChange::by(1).column(0x70, &[0x7f, 0xff, 0x7f])
    )));
    assert!(over("object counter")(&raw(
        RawChange::by(1).column(0x02, &[0x7f, 0xff, 0xff, 0x7f])
    )));
    assert!(over("operation counter")(&raw(
        RawChange::by(1).column(0x13, &[50, 0xff, 0xff, 0x3f])
    )));
}

#[test]
fn times_and_counters_near_the_ends_of_64_bits_are_over_a_limit() {
    let mut phone = phone_with_everything();
    let mut late = Forgery::by(&phone).put("x", vec![]);
    late.0.time = i64::MAX;
    assert!(over("time")(&refusal(&phone, &late.bytes())));
    let huge = OpType::Increment(i64::MIN);
    let huge = Forgery::by(&phone).op(ObjectId::Root, prop("c"), huge, vec![op_id(1, 1)]);
    assert!(over("counter")(&refusal(&phone, &huge.bytes())));
    let huge = OpType::Put(ScalarValue::counter(1 << 41));
    let huge = Forgery::by(&phone).op(ObjectId::Root, prop("d"), huge, vec![]);
    assert!(over("counter")(&refusal(&phone, &huge.bytes())));

    // An honest phone whose clock is mad writes all the same.
    let edit = phone
        .document
        .edit(phone.actor, UnixMs(i64::MIN), |editor| {
            editor.put_raw("x", &Value::Null)
        });
    phone.send(edit.expect("an edit").expect("a change"));
    assert_eq!(phone.ledger.admitted().len(), 2);
}

#[test]
fn a_document_nested_too_deep_is_over_a_limit() {
    let mut phone = phone();
    phone.edit_freely(|tx| {
        let mut object = ROOT;
        for _ in 0..17 {
            object = tx.put_object(&object, "m", ObjType::Map).expect("map");
        }
        tx.put(&object, "leaf", 1).expect("put");
    });
    let sent = phone.sent.first().expect("sent").clone();
    assert!(over("nesting")(&refusal(&phone, &sent.bytes)));
}

#[test]
fn what_cannot_be_read_is_malformed() {
    let phone = phone();
    let is_malformed =
        |bytes: &[u8]| matches!(refusal(&phone, bytes), GateRefusal::Malformed { .. });
    let good = RawChange::by(1).bytes();
    assert!(is_malformed(&[]) && is_malformed(&good[..8]) && is_malformed(&good[..40]));
    for (spec, column) in [
        (0x15, &[0x7f, 50, b'k'][..]), // a key longer than its column
        (0x15, &[0x7f, 1, 0xff]),      // not UTF-8
        (0x42, &[0, 1]),               // no action
        (0x56, &[0x7f, 0x16]),         // a value of one byte, and no value column
        (0x13, &[0x7f, 0x41]),         // a negative counter
        (0x02, &[0x7f, 3]),            // an object without an actor
        (0x70, &[0, 1]),               // no predecessor count
    ] {
        assert!(
            is_malformed(&RawChange::by(1).column(spec, column).bytes()),
            "column {spec:#x}"
        );
    }
}

#[test]
fn chunks_that_are_not_one_plain_change_are_refused() {
    let phone = phone();
    assert_eq!(
        refusal(&phone, &chunk(0, &[1; 40])),
        GateRefusal::NotAChange { chunk_type: 0 }
    );
    assert_eq!(
        refusal(&phone, &chunk(3, &[1; 40])),
        GateRefusal::NotAChange { chunk_type: 3 }
    );
    assert_eq!(
        refusal(&phone, &chunk(2, &[1; 40])),
        GateRefusal::Compressed
    );
    assert_eq!(
        refusal(&phone, b"hello, world!"),
        GateRefusal::NotAChange { chunk_type: 255 }
    );
    let deflated = RawChange::by(1).column(0x1d, &[1]).bytes();
    assert_eq!(refusal(&phone, &deflated), GateRefusal::Compressed);
    let mut wrong = RawChange::by(1).bytes();
    wrong[4] ^= 1;
    assert_eq!(refusal(&phone, &wrong), GateRefusal::Checksum);
}

#[test]
fn what_no_tala_build_writes_is_refused_by_kind() {
    let phone = phone();
    let raw = |raw: RawChange| refusal(&phone, &raw.bytes());
    let short = RawChange {
        actor: vec![1; 15],
        ..RawChange::by(1)
    };
    assert_eq!(raw(short), GateRefusal::ActorLength { found: 15 });
    assert_eq!(
        raw(RawChange::by(1).column(0x25, &[])),
        GateRefusal::Column { spec: 0x25 }
    );
    assert_eq!(
        raw(RawChange::by(1).column(0x01, &[0x7f, 1])),
        GateRefusal::ActorIndex { found: 1 }
    );
    assert_eq!(
        raw(RawChange::by(1).column(0x56, &[0x7f, 0x0a])),
        GateRefusal::ValueType { code: 10 }
    );
    assert_eq!(
        raw(RawChange::by(1).column(0x42, &[0x7f, 6])),
        GateRefusal::Action { code: 6 }
    );
    assert_eq!(
        raw(RawChange::by(1).column(0x42, &[0x7f, 7])),
        GateRefusal::Mark
    );
    assert_eq!(
        raw(RawChange::by(1).column(0xa5, &[0x7f, 1, b'b'])),
        GateRefusal::Mark
    );
    let author = RawChange {
        footer: vec![1, 3, b'e', b'v', b'e'],
        ..RawChange::by(1)
    };
    assert_eq!(raw(author), GateRefusal::Author);
    let trailing = RawChange {
        footer: vec![0; 5],
        ..RawChange::by(1)
    };
    assert_eq!(raw(trailing), GateRefusal::Trailing { bytes: 5 });
    assert_eq!(raw(RawChange::by(1).column(0x42, &[])), GateRefusal::Empty);
}

#[test]
fn columns_out_of_order_are_refused() {
    let mut raw = RawChange::by(1);
    raw.columns.swap(0, 1);
    assert_eq!(
        refusal(&phone(), &raw.bytes()),
        GateRefusal::Column { spec: 0x15 }
    );
}

#[test]
fn what_automerge_cannot_read_or_would_write_otherwise_is_refused() {
    let phone = phone();
    // A text value that is not UTF-8.
    let unreadable = RawChange::by(1)
        .column(0x56, &[0x7f, 0x16])
        .column(0x57, &[0xff]);
    assert_eq!(
        refusal(&phone, &unreadable.bytes()),
        GateRefusal::Unreadable
    );
    // A run of one instead of a literal.
    let other_form = RawChange::by(1).column(0x42, &[1, 1]);
    assert_eq!(
        refusal(&phone, &other_form.bytes()),
        GateRefusal::NotCanonical
    );
}

#[test]
fn a_change_by_another_or_with_another_hash_than_signed_is_refused() {
    let phone = phone();
    assert_eq!(
        refusal(&phone, &RawChange::by(2).bytes()),
        GateRefusal::Actor
    );
    let expected = Some(ChangeHash([0; 32]));
    let examined = examine(&RawChange::by(1).bytes(), actor(1), expected);
    assert_eq!(examined.err(), Some(GateRefusal::Hash));
}

#[test]
fn an_ancestor_named_twice_is_refused() {
    let twice = RawChange {
        deps: 2,
        ..RawChange::by(1)
    };
    assert_eq!(refusal(&phone(), &twice.bytes()), GateRefusal::DuplicateDep);
}

#[test]
fn a_change_out_of_its_authors_order_is_refused() {
    let phone = phone_with_everything();
    let mut skips = Forgery::by(&phone).put("x", vec![]);
    skips.0.seq = 3;
    assert_eq!(
        refusal(&phone, &skips.bytes()),
        GateRefusal::Sequence {
            expected: 2,
            found: 3
        }
    );
    let mut forks = Forgery::by(&phone).put("x", vec![]);
    forks.0.deps = vec![];
    assert_eq!(refusal(&phone, &forks.bytes()), GateRefusal::OwnPrevious);
    let mut jumps = Forgery::by(&phone).put("x", vec![]);
    jumps.0.start_op = 99.try_into().expect("not zero");
    assert_eq!(
        refusal(&phone, &jumps.bytes()),
        GateRefusal::StartOp {
            expected: 6,
            found: 99
        }
    );
}

#[test]
fn a_second_change_at_one_place_is_refused_by_a_bare_index() {
    let (phone, mut twin) = (phone_with_everything(), self::phone());
    let sent = twin
        .edit(|editor| editor.put_raw("other", &Value::Int(1)))
        .expect("a change");
    let verdict = check(phone.ledger.index(), &sent.candidate());
    assert!(matches!(
        verdict,
        Verdict::Refuse(GateRefusal::PositionTaken)
    ));
}

#[test]
fn operations_that_do_not_fit_the_document_are_refused_by_kind() {
    let phone = phone_with_everything();
    let list = || ObjectId::Id(op_id(2, 1));
    let map = || ObjectId::Id(op_id(4, 1));
    let put = || OpType::Put(ScalarValue::Int(1));
    let element = |counter| Key::Seq(ElementId::Id(op_id(counter, 1)));
    let forged = |forgery: Forgery| refusal(&phone, &forgery.bytes());
    let by = || Forgery::by(&phone);

    let nowhere = by().op(ObjectId::Id(op_id(5, 1)), prop("x"), put(), vec![]);
    assert_eq!(forged(nowhere), GateRefusal::UnknownObject { op: 0 });
    assert_eq!(
        forged(by().op(list(), prop("x"), put(), vec![])),
        GateRefusal::KeyKind { op: 0 }
    );
    assert_eq!(
        forged(by().insert(map(), Key::head(), vec![])),
        GateRefusal::KeyKind { op: 0 }
    );
    assert_eq!(
        forged(by().op(list(), Key::head(), put(), vec![])),
        GateRefusal::KeyKind { op: 0 }
    );
    let stray = by().op(list(), element(1), put(), vec![]);
    assert_eq!(forged(stray), GateRefusal::UnknownElement { op: 0 });
    let replacing = by().insert(list(), Key::head(), vec![op_id(3, 1)]);
    assert_eq!(forged(replacing), GateRefusal::InsertWithPred { op: 0 });
    let nothing = by().op(ObjectId::Root, prop("x"), OpType::Delete, vec![]);
    assert_eq!(forged(nothing), GateRefusal::DeleteWithoutPred { op: 0 });
    let no_counter = by().op(
        ObjectId::Root,
        prop("t"),
        OpType::Increment(1),
        vec![op_id(5, 1)],
    );
    assert_eq!(forged(no_counter), GateRefusal::Increment { op: 0 });
}

#[test]
fn a_predecessor_must_be_a_live_value_of_the_same_key() {
    let mut phone = phone_with_everything();
    let forged = |phone: &Phone, forgery: Forgery| refusal(phone, &forgery.bytes());
    let pred = |op| GateRefusal::Pred { op };
    let by = |phone: &Phone| Forgery::by(phone);
    assert_eq!(
        forged(&phone, by(&phone).put("t", vec![op_id(77, 1)])),
        pred(0)
    ); // unknown
    assert_eq!(
        forged(&phone, by(&phone).put("t", vec![op_id(5, 9)])),
        pred(0)
    ); // unknown actor
    assert_eq!(
        forged(&phone, by(&phone).put("x", vec![op_id(5, 1)])),
        pred(0)
    ); // another key
    let twice = by(&phone).put("t", vec![op_id(5, 1), op_id(5, 1)]);
    assert_eq!(forged(&phone, twice), pred(0));
    let own_dead = by(&phone)
        .put("t", vec![op_id(5, 1)])
        .put("t", vec![op_id(5, 1)]);
    assert_eq!(forged(&phone, own_dead), pred(1));
    phone
        .edit(|editor| editor.put_raw("t", &Value::Int(2)))
        .expect("a change");
    assert_eq!(
        forged(&phone, by(&phone).put("t", vec![op_id(5, 1)])),
        pred(0)
    ); // replaced
}

#[test]
fn what_is_live_is_asked_at_the_changes_own_ancestors() {
    let base = phone_with_everything();
    let (mut here, mut there) = (Phone::of(2), Phone::of(3));
    for sent in &base.sent {
        here.receive(sent);
        there.receive(sent);
    }
    // Both replace operation 5, neither knowing of the other.
    let first = here
        .edit(|editor| editor.put_raw("t", &Value::Int(1)))
        .expect("a change");
    let second = there
        .edit(|editor| editor.put_raw("t", &Value::Int(2)))
        .expect("a change");
    here.receive(&second);
    there.receive(&first);
    assert_eq!(
        here.ledger.standing(&second.envelope),
        Some(Standing::Admitted)
    );
    assert_eq!(here.document.values("t").len(), 2);
    assert_eq!(here.document.heads(), there.document.heads());
}

#[test]
fn codes_run_from_one_and_words_are_each_used_once() {
    let op = 0;
    let all = [
        GateRefusal::OverLimit {
            what: "",
            found: 0,
            limit: 0,
        },
        GateRefusal::Malformed { what: "" },
        GateRefusal::NotAChange { chunk_type: 0 },
        GateRefusal::Checksum,
        GateRefusal::Compressed,
        GateRefusal::ActorLength { found: 0 },
        GateRefusal::Column { spec: 0 },
        GateRefusal::ActorIndex { found: 0 },
        GateRefusal::ValueType { code: 0 },
        GateRefusal::Action { code: 0 },
        GateRefusal::Mark,
        GateRefusal::Author,
        GateRefusal::Trailing { bytes: 0 },
        GateRefusal::Empty,
        GateRefusal::Hash,
        GateRefusal::Actor,
        GateRefusal::Unreadable,
        GateRefusal::NotCanonical,
        GateRefusal::DuplicateDep,
        GateRefusal::Sequence {
            expected: 0,
            found: 0,
        },
        GateRefusal::OwnPrevious,
        GateRefusal::StartOp {
            expected: 0,
            found: 0,
        },
        GateRefusal::UnknownObject { op },
        GateRefusal::KeyKind { op },
        GateRefusal::UnknownElement { op },
        GateRefusal::Pred { op },
        GateRefusal::InsertWithPred { op },
        GateRefusal::DeleteWithoutPred { op },
        GateRefusal::Increment { op },
        GateRefusal::PositionTaken,
        GateRefusal::Trial { what: "" },
    ];
    let codes: Vec<u16> = all.iter().map(GateRefusal::code).collect();
    assert_eq!(codes, (1..=31).collect::<Vec<u16>>());
    let words: std::collections::BTreeSet<_> = all.iter().map(GateRefusal::word).collect();
    assert_eq!(words.len(), all.len());
    // The page that freezes them names each with its code.
    let page = include_str!("../../../docs/formats/gate.md");
    for refusal in &all {
        let row = format!("| {} | `{}` |", refusal.code(), refusal.word());
        assert!(page.contains(&row), "docs/formats/gate.md lacks {row}");
    }
}
