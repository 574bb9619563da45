//! The verbs of the officer's pages: what lists and pages tell, what is measured, what is kept.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::{Value, json};

use super::handset::{at, fix, handset, ok, on_horse, reopened, syncs, titled};
use super::{centre, phone};
use crate::drafts::{DRAFT_BYTES_MAX, DRAFTS_MAX};
use crate::handset::ask::{FileIn, PatrolIn};
use crate::handset::message::{Message, handle};

/// The verbs that the pages' contract names, read from its text.
fn contract() -> BTreeSet<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../web/field/src/core/field-core.ts");
    let text = std::fs::read_to_string(path).expect("reads the contract");
    let (_, verbs) = text
        .split_once("export interface CoreVerbs {")
        .expect("has verbs");
    let (verbs, _) = verbs.split_once("\n}").expect("ends");
    let named = verbs.lines().filter_map(|line| {
        let (verb, rest) = line.strip_prefix("  ")?.split_once(": ")?;
        rest.starts_with("{ ask:").then(|| verb.to_owned())
    });
    named.collect()
}

/// The verbs that messages know, as the reader itself names them.
fn known() -> BTreeSet<String> {
    let unread = serde_json::from_str::<Message>(r#"{"do":"fly"}"#);
    let named = unread.expect_err("no such verb").to_string();
    let (_, expected) = named.split_once("expected one of ").expect("names them");
    let verbs = expected.split('`').skip(1).step_by(2);
    verbs.map(str::to_owned).collect()
}

#[test]
fn every_verb_of_the_contract_is_a_message_and_no_message_is_unknown_there() {
    assert_eq!(known(), contract());
}

#[test]
fn a_file_that_is_withdrawn_stays_with_its_reason() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let report = json!({ "do": "report", "incident": { "title": "开垦" } });
    let id = ok(&handset, &report);
    let id = id.as_str().expect("is text");
    let file = FileIn {
        media_type: "image/jpeg".into(),
        ..FileIn::default()
    };
    let hash = handset.attach(id, &file, b"a photo").expect("attaches");
    let withdraw = |hash: &str, reason: &str| -> Value {
        let mut ask = json!({ "do": "withdraw_file", "id": id });
        ask["hash"] = hash.into();
        ask["reason"] = reason.into();
        ask
    };
    let no_reason = handle(&handset, &withdraw(&hash, " ").to_string());
    assert!(no_reason.contains("\"input\""), "{no_reason}");
    let other = tala_protocol::hash::Digest::sha256(b"other").to_string();
    let unknown = handle(&handset, &withdraw(&other, "x").to_string());
    assert!(unknown.contains("\"unknown\""), "{unknown}");
    ok(&handset, &withdraw(&hash, "手指挡住镜头"));
    let page = ok(&handset, &json!({ "do": "incident", "id": id }));
    assert_eq!(page["files"][0]["withdrawn"], "手指挡住镜头");
    assert_eq!(page["files"][0]["held"], true);
}

#[test]
fn the_list_and_the_page_of_an_incident_say_what_was_written() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let ask = json!({ "do": "report", "incident": {
        "category": "reclamation", "title": "开垦", "severity": "high", "occurred_ms": 1_789_000_000_000i64,
        "shape": { "kind": "point", "source": "typed", "corners": [at(43.6, 116.0)] },
        "offset": { "from": at(43.5, 116.0), "bearing_deg": 359.96, "distance_m": 800.0 },
        "heads": [{ "species": "sheep", "count": 120, "estimated": true }],
    } });
    let id = ok(&handset, &ask);
    let file = FileIn {
        media_type: "image/jpeg".into(),
        ..FileIn::default()
    };
    let id_text = id.as_str().expect("is text");
    handset
        .attach(id_text, &file, b"a photo")
        .expect("attaches");
    let line = &ok(&handset, &json!({ "do": "incidents" }))[0];
    let expected = json!({ "id": id, "title": "开垦", "own": true, "whereabouts": "waiting_for_key",
        "category": "reclamation", "severity": "high", "occurred_ms": 1_789_000_000_000i64,
        "place": at(43.6, 116.0), "files": 1, "conflicts": 0 });
    assert_eq!(line, &expected);
    let page = ok(&handset, &json!({ "do": "incident", "id": id }));
    let heads = json!([{ "species": "sheep", "count": 120, "estimated": true }]);
    assert_eq!(page["heads"], heads);
    let offset = json!({ "from": at(43.5, 116.0), "bearing_deg": 0.0, "distance_m": 800.0 });
    assert_eq!(page["offset"], offset);
    assert_eq!(page["whereabouts"], "waiting_for_key");
    assert_eq!(page["taken"], Value::Null);
    syncs(&handset, &centre);
    let page = ok(&handset, &json!({ "do": "incident", "id": id }));
    assert_eq!(page["whereabouts"], "at_centre");
}

#[test]
fn a_list_counts_the_conflicts_that_a_page_shows() {
    let (centre, unit) = centre();
    let (a, b) = (
        handset(phone(1, &centre, unit)),
        handset(phone(2, &centre, unit)),
    );
    let id = a.report(&titled("开垦")).expect("is saved");
    syncs(&a, &centre);
    syncs(&b, &centre);
    a.edit_incident(&id, &titled("开垦甲")).expect("is saved");
    b.edit_incident(&id, &titled("开垦乙")).expect("is saved");
    syncs(&a, &centre);
    syncs(&b, &centre);
    let shown = b.incident(&id).expect("reads").conflicts.len();
    let line = b.incidents().expect("reads").remove(0);
    assert_eq!((shown, line.conflicts), (1, 1));
}

#[test]
fn a_recording_says_when_it_began_and_what_was_declared_and_is_listed_with_the_others() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let patrol = PatrolIn {
        declared_return_ms: Some(1_790_020_000_000),
        ..on_horse()
    };
    let started = handset.start_patrol(&patrol).expect("starts");
    assert_eq!(started.declared_return_ms, Some(1_790_020_000_000));
    handset.deliver(&fix(0)).expect("records");
    let shown = handset.recording().expect("reads").expect("goes on");
    assert_eq!(shown.started_ms, started.started_ms);
    assert!(started.started_ms > 1_780_000_000_000);
    let lines = ok(&handset, &json!({ "do": "patrols" }));
    let expected = json!([{ "id": started.patrol, "title": "北线", "transport": "horse", "own": true,
        "started_ms": started.started_ms, "ended_ms": null, "whereabouts": "waiting_for_key" }]);
    assert_eq!(lines, expected);
    handset.stop_patrol().expect("stops");
    handset.start_patrol(&on_horse()).expect("starts again");
    let lines = handset.patrols().expect("reads");
    assert_eq!(lines.len(), 2);
    assert_eq!(lines[1].id, started.patrol, "the latest comes first");
    assert!(lines[1].ended_ms > lines[1].started_ms);
}

#[test]
fn a_shape_measures_the_same_before_it_is_saved_and_after() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let corners = [at(43.6, 116.0), at(43.6, 116.002), at(43.602, 116.002)];
    let shape = |kind: &str, acc: &[f64]| -> Value {
        json!({ "kind": kind, "source": "drawn", "corners": corners, "acc_m": acc })
    };
    for kind in ["polygon", "line"] {
        let shape = shape(kind, &[5.0, 5.0, 5.0]);
        let before = ok(&handset, &json!({ "do": "measure", "shape": shape }));
        let report = json!({ "do": "report", "incident": { "shape": shape } });
        let page = json!({ "do": "incident", "id": ok(&handset, &report) });
        let after = ok(&handset, &page);
        assert_eq!(before["area_m2"], after["area_m2"], "{kind}");
        assert_eq!(before["length_m"], after["length_m"], "{kind}");
        assert_eq!(before["area_m2"].is_null(), kind == "line");
        assert_eq!(before["length_m"].is_null(), kind == "polygon");
    }
    let unknown = json!({ "do": "measure", "shape": shape("polygon", &[]) });
    let nothing = json!({ "area_m2": null, "length_m": null });
    assert_eq!(ok(&handset, &unknown), nothing);
}

#[test]
fn a_bearing_and_a_distance_lead_somewhere() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let ask = |bearing: f64, distance: f64| {
        json!({ "do": "offset_place", "offset":
            { "from": at(43.6, 116.0), "bearing_deg": bearing, "distance_m": distance } })
    };
    let north = ok(&handset, &ask(0.0, 1_111.0));
    let lat = north["lat"].as_f64().expect("a number");
    assert!((43.6099..43.6101).contains(&lat), "{lat}");
    assert!((north["lon"].as_f64().expect("a number") - 116.0).abs() < 1e-6);
    let answer = handle(&handset, &ask(0.0, 100_001.0).to_string());
    assert!(answer.contains(r#""code":"input""#), "{answer}");
}

#[test]
fn drafts_survive_a_kill_and_are_bounded() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let save = |key: &str, value: Value| json!({ "do": "save_draft", "key": key, "value": value });
    assert_eq!(
        ok(&handset, &save("incident", json!({ "title": "开" }))),
        Value::Null
    );
    ok(&handset, &save("incident", json!({ "title": "开垦" })));
    let (handset, _) = reopened(handset);
    let drafts = ok(&handset, &json!({ "do": "drafts" }));
    assert_eq!(drafts.as_array().expect("a list").len(), 1);
    assert_eq!(drafts[0]["key"], "incident");
    assert_eq!(drafts[0]["value"], json!({ "title": "开垦" }));
    assert!(drafts[0]["saved_ms"].as_i64() > Some(1_780_000_000_000));

    let refused = |message: Value, code: &str| {
        let answer: Value =
            serde_json::from_str(&handle(&handset, &message.to_string())).expect("is JSON");
        assert_eq!(answer["error"]["code"], code);
    };
    refused(save("", json!(1)), "input");
    refused(save("long", json!("x".repeat(DRAFT_BYTES_MAX))), "too_long");
    for n in 1..DRAFTS_MAX {
        ok(&handset, &save(&format!("draft {n}"), json!(n)));
    }
    refused(save("one more", json!(1)), "full");
    ok(&handset, &save("incident", json!("again")));
    ok(&handset, &json!({ "do": "drop_draft", "key": "draft 1" }));
    ok(&handset, &save("one more", json!(1)));
    assert_eq!(handset.drafts().expect("reads").len(), DRAFTS_MAX);
    let (safe, drafts) = (handset.hand_over(), handset.drafts());
    assert!(
        safe.expect("reads").unproved,
        "nobody else has ever seen them"
    );
    for draft in drafts.expect("reads") {
        handset.drop_draft(&draft.key).expect("lets go");
    }
    assert!(!handset.hand_over().expect("reads").unproved);
}
