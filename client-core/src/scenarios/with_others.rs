//! A handset among others: who is there, where they were, what command says and what is answered.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use tala_protocol::body::{ChangeBody, Grant};
use tala_protocol::doc::{
    ActorId, DocType, Document, EntryId, Geometry, PlanEdit, PlannedPlaceEdit, Set, Shape, Source,
    TaskEdit, Vertex,
};
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::event::{AckBody, AckWhat, Message, Recipient};
use tala_protocol::fields::Fields;
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, PersonId, UnitId};
use tala_protocol::time::UnixMs;

use super::handset::{Shown, fix, handset, ok, on_horse, syncs, titled};
use super::{centre, phone};
use crate::handset::message::handle;
use crate::testing::Centre;

/// Has the office say something, and the centre list it.
fn office_says(
    centre: &Rc<RefCell<Centre>>,
    kind: Kind,
    object: Option<ObjectId>,
    body: Vec<u8>,
) -> Digest {
    let mut centre = centre.borrow_mut();
    let said = centre.bureau.office_says(kind, object, body);
    centre.take_statements();
    said.id()
}

fn office_writes(centre: &Rc<RefCell<Centre>>, text: &str, to: Vec<Recipient>) -> Digest {
    let body = Message {
        nonce: [3; 16],
        text: text.to_owned(),
        to,
        reply_to: None,
        newer: Fields::new(),
    };
    office_says(centre, Kind::Message, None, body.to_bytes())
}

fn messages(handset: &Shown) -> Vec<Value> {
    let lines = ok(handset, &json!({ "do": "messages" }));
    lines.as_array().expect("a list").clone()
}

fn code(handset: &Shown, message: &Value) -> Value {
    let answer = handle(handset, &message.to_string());
    let answer: Value = serde_json::from_str(&answer).expect("is JSON");
    answer["error"]["code"].clone()
}

#[test]
fn people_of_the_unit_are_named_and_the_own_officer_is_marked() {
    let (centre, unit) = centre();
    let first = phone(1, &centre, unit);
    let elsewhere = UnitId::from_bytes([0x55; 16]);
    {
        let mut centre = centre.borrow_mut();
        let level = tala_protocol::cert::UnitLevel::Station;
        centre.bureau.state_unit(elsewhere, Some(unit), level);
    }
    phone(2, &centre, unit);
    phone(3, &centre, elsewhere);
    let handset = handset(first);
    syncs(&handset, &centre);
    let people = handset.people().expect("reads");
    let shown: Vec<(&str, bool)> = people.iter().map(|p| (p.name.as_str(), p.own)).collect();
    assert_eq!(shown, [("officer 1", true), ("officer 2", false)]);
}

#[test]
fn the_team_is_where_its_tracks_end_as_far_as_they_are_here() {
    let (centre, unit) = centre();
    let (a, b) = (
        handset(phone(1, &centre, unit)),
        handset(phone(2, &centre, unit)),
    );
    syncs(&b, &centre);
    assert!(b.team().expect("reads").is_empty());
    let started = a.start_patrol(&on_horse()).expect("starts");
    for n in 0..20 {
        a.deliver(&fix(n)).expect("records");
    }
    a.pause().expect("seals");
    syncs(&a, &centre);
    syncs(&b, &centre);
    let seen = b.team().expect("reads");
    assert_eq!(seen.len(), 1);
    let last = a.recording().expect("reads").expect("goes on").last;
    let last = last.expect("has one");
    assert_eq!((seen[0].lat, seen[0].at_ms), (last.lat, last.time_ms));
    assert_eq!(seen[0].name.as_deref(), Some("officer 1"));
    assert_eq!(seen[0].transport.as_deref(), Some("horse"));
    assert_eq!(seen[0].patrol.as_ref(), Some(&started.patrol));
    assert!(
        a.team().expect("reads").is_empty(),
        "nobody is in the own team twice"
    );
}

#[test]
fn a_message_of_command_is_heard_answered_and_replied_to() {
    let (centre, unit) = centre();
    let (a, b) = (
        handset(phone(1, &centre, unit)),
        handset(phone(2, &centre, unit)),
    );
    let to_unit = office_writes(&centre, "回来", vec![Recipient::Unit(unit)]);
    let second = Recipient::Person(PersonId::from_bytes([2; 16]));
    office_writes(&centre, "只给乙", vec![second]);
    let gone = Recipient::Unit(UnitId::from_bytes([0x77; 16]));
    office_writes(&centre, "别的单位", vec![gone]);
    syncs(&a, &centre);
    syncs(&b, &centre);
    let texts = |handset: &Shown| -> Vec<Value> {
        let lines = messages(handset).into_iter();
        lines.map(|line| line["text"].clone()).collect()
    };
    assert_eq!(texts(&a), ["回来"]);
    assert_eq!(texts(&b), ["回来", "只给乙"]);

    let id = to_unit.to_string();
    let seen = json!({ "do": "ack_message", "id": id, "what": "seen" });
    ok(&a, &seen);
    ok(&a, &seen);
    assert_eq!(messages(&a)[0]["answered"], "seen");
    let ask = json!({ "do": "send_message", "text": " 半小时到 ", "reply_to": id });
    let reply = ok(&a, &ask);
    let line = messages(&a)[1].clone();
    assert_eq!(line["id"], reply);
    assert_eq!(line["text"], "半小时到");
    assert_eq!(
        (&line["own"], &line["at_centre"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(line["reply_to"], json!(id));
    syncs(&a, &centre);
    syncs(&b, &centre);
    assert_eq!(messages(&a)[1]["at_centre"], true);
    let heard = messages(&b);
    let answers = heard[0]["answers"].as_array().expect("a list");
    assert_eq!(answers.len(), 1, "the same is said once");
    assert_eq!(answers[0]["by"], "officer 1");
    assert_eq!(heard[0]["answered"], Value::Null);
    assert_eq!(heard[2]["by"], "officer 1");
    assert_eq!(heard[2]["own"], false);
}

#[test]
fn what_is_no_message_or_no_answer_is_refused() {
    let (centre, unit) = centre();
    let a = handset(phone(1, &centre, unit));
    let nobody = Digest::sha256(b"nothing").to_string();
    for (message, expected) in [
        (json!({ "do": "send_message", "text": "  " }), "input"),
        (
            json!({ "do": "send_message", "text": "长".repeat(6_000) }),
            "input",
        ),
        (
            json!({ "do": "send_message", "text": "好", "reply_to": nobody }),
            "unknown",
        ),
        (
            json!({ "do": "ack_message", "id": nobody, "what": "seen" }),
            "unknown",
        ),
        (
            json!({ "do": "ack_message", "id": nobody, "what": "heard" }),
            "input",
        ),
        (
            json!({ "do": "task_done", "plan": "zz", "task": "zz" }),
            "input",
        ),
    ] {
        assert_eq!(code(&a, &message), expected, "{message}");
    }
    assert!(messages(&a).is_empty());
}

/// A plan of the office for its unit, with one route and one task for a person.
fn office_plans(centre: &Rc<RefCell<Centre>>, unit: UnitId, person: PersonId) -> ObjectId {
    let at = |lat, lon| Vertex::new(lat, lon).expect("a place");
    let way = Shape::Line(vec![
        at(436_000_000, 1_160_000_000),
        at(437_000_000, 1_160_000_000),
    ]);
    let mut edit = PlanEdit {
        title: "冬季巡护".to_owned().into(),
        starts_at: UnixMs(1_790_000_000_000).into(),
        ends_at: UnixMs(1_790_030_000_000).into(),
        expected_silence_min: 120.into(),
        ..PlanEdit::default()
    };
    let route = PlannedPlaceEdit {
        name: "北线".to_owned().into(),
        geometry: Geometry::new(way, Source::Drawn).expect("a line").into(),
        notes: Set::Keep,
    };
    edit.routes.insert(EntryId::from_bytes([1; 16]), route);
    let task = TaskEdit {
        text: "看围栏".to_owned().into(),
        person: person.into(),
        due_at: UnixMs(1_790_020_000_000).into(),
        ..TaskEdit::default()
    };
    edit.tasks.insert(EntryId::from_bytes([2; 16]), task);
    let office = {
        let centre = centre.borrow();
        let last = centre.bureau.statements.last().expect("has spoken");
        last.header().device()
    };
    let actor = ActorId::derive(office, unit, 0, None);
    let change = edit.change(&Document::new(), actor, UnixMs(1_789_000_000_000));
    let body = ChangeBody {
        change: change.expect("is made").expect("says something"),
        genesis: Some((DocType::Plan.code(), [9; 16])),
    };
    let said = office_says(centre, Kind::Change, None, body.to_bytes());
    ObjectId::from_bytes(said.prefix16())
}

#[test]
fn a_plan_is_shown_and_its_task_is_done_for_everybody() {
    let (centre, unit) = centre();
    let (a, b) = (
        handset(phone(1, &centre, unit)),
        handset(phone(2, &centre, unit)),
    );
    let plan = office_plans(&centre, unit, PersonId::from_bytes([1; 16]));
    syncs(&a, &centre);
    let plans = ok(&a, &json!({ "do": "plans" }));
    let shown = &plans[0];
    assert_eq!(shown["id"], plan.to_string());
    assert_eq!(shown["title"], "冬季巡护");
    assert_eq!(shown["expected_silence_min"], 120);
    assert_eq!(shown["routes"][0]["name"], "北线");
    let place = shown["routes"][0]["geojson"].as_str().expect("is text");
    assert!(place.contains("LineString"), "{place}");
    let task = &shown["tasks"][0];
    assert_eq!(
        (&task["text"], &task["own"]),
        (&json!("看围栏"), &json!(true))
    );
    assert_eq!(
        (&task["person"], &task["done_ms"]),
        (&json!("officer 1"), &Value::Null)
    );
    let done = |task: &Value| -> Value {
        let plan = plan.to_string();
        json!({ "do": "task_done", "plan": plan, "task": task, "outcome": "完好" })
    };
    assert_eq!(code(&a, &done(&json!("ff"))), "unknown");
    ok(&a, &done(&task["id"]));
    syncs(&a, &centre);
    syncs(&b, &centre);
    let plans = b.plans().expect("reads");
    let task = &plans[0].tasks[0];
    assert!(task.done_ms.is_some() && !task.own);
    assert_eq!(task.outcome.as_deref(), Some("完好"));
}

#[test]
fn repeats_of_a_call_are_one_press_and_an_answer_to_any_answers_it() {
    let (centre, unit) = centre();
    let a = handset(phone(1, &centre, unit));
    let mut b = phone(2, &centre, unit);
    let earlier = a.sos(None, 0).expect("calls");
    let call = a.sos(Some("坠马".into()), 0).expect("calls");
    let again = a.sos(None, 1).expect("repeats");
    assert_ne!(call, again);
    syncs(&a, &centre);
    b.sync(&centre).expect("syncs");
    for of in [&call, &again] {
        let of = Digest::from_hex(of).expect("is a hash");
        let said = b.engine.acknowledge(of, AckWhat::Taken, None, b.now);
        said.expect("answers");
    }
    b.sync(&centre).expect("syncs");
    syncs(&a, &centre);
    let calls = a.sos_calls().expect("reads");
    let ids: Vec<&String> = calls.iter().map(|call| &call.id).collect();
    assert_eq!(ids, [&call, &earlier], "the newest first");
    assert_eq!(calls[0].answers.len(), 1);
    assert_eq!(calls[0].answers[0].by.as_deref(), Some("officer 2"));
    assert!(calls[0].at_ms > calls[1].at_ms && calls[1].answers.is_empty());
    assert_eq!(a.sos_state(&again).expect("reads"), calls[0]);
}

#[test]
fn a_page_says_what_the_office_did_with_an_incident() {
    let (centre, unit) = centre();
    let a = handset(phone(1, &centre, unit));
    let id = a.report(&titled("开垦")).expect("is saved");
    syncs(&a, &centre);
    let object: ObjectId = id.parse().expect("an id");
    let grant = Grant {
        object,
        unit,
        audience: Audience::Crime,
        hand_over: true,
    };
    office_says(&centre, Kind::Grant, Some(object), grant.to_bytes());
    syncs(&a, &centre);
    let taken = a.incident(&id).expect("reads").taken.expect("is told");
    assert_eq!(taken.what, "handed_over");
    let ack = AckBody {
        of: Digest::sha256(b"the incident"),
        what: AckWhat::Taken,
        note: Some("环食药侦已受理".into()),
        about: Some(object),
        newer: Fields::new(),
    };
    office_says(&centre, Kind::Ack, None, ack.to_bytes());
    syncs(&a, &centre);
    let taken = a.incident(&id).expect("reads").taken.expect("is told");
    assert_eq!(taken.what, "taken");
    assert_eq!(taken.note.as_deref(), Some("环食药侦已受理"));
}
