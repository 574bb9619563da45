//! What the log may hold: ids, routes, times. Never places, names, words of records, or secrets.

use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::http::Method;
use serde_json::{Value, json};
use tala_protocol::cert::Role;
use tracing_subscriber::fmt::MakeWriter;

use super::office::{Office, PASSWORD, asks, titled};
use crate::testing::STATION;

/// Words that stand for everything private. Places are those of the ride.
const CANARIES: [&str; 9] = [
    "CANARYTITLE",
    "CANARYNAME",
    "CANARYQUERY",
    "CANARYSECRET",
    PASSWORD,
    "437654321",
    "43.7654321",
    "1165432109",
    "116.5432109",
];

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("lock").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Kept {
    type Writer = Kept;

    fn make_writer(&'a self) -> Kept {
        self.clone()
    }
}

#[tokio::test]
async fn no_place_no_name_and_no_secret_reaches_the_log() {
    let kept = Kept::default();
    let lines = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(kept.clone())
        .finish();
    tracing::subscriber::set_global_default(lines).expect("the only log of this process");
    let mut office = Office::new();
    let mut phone = office.centre.phone("CANARYNAME");
    let chief = office.with(Role::StationChief, STATION);
    let patrol = office.ride(&mut phone, 437_654_321, 1_165_432_109);
    let (incident, _) = office.incident(&mut phone, &titled("CANARYTITLE"));
    for path in [
        "/api/v1/incidents?q=CANARYQUERY".to_owned(),
        "/api/v1/incidents?CANARYQUERY=1".to_owned(),
        format!("/api/v1/incidents/{incident}"),
        format!("/api/v1/patrols/{patrol}/track"),
        "/api/v1/tracks?bbox=116.5432109,43.7654321,117,44".to_owned(),
        "/api/v1/positions".to_owned(),
        "/CANARYQUERY".to_owned(),
    ] {
        office.get(&chief, &path).await;
    }
    for (login, password) in [
        ("CANARYNAME", "CANARYSECRET"),
        (chief.login.as_str(), PASSWORD),
    ] {
        let body = json!({ "login": login, "password": password });
        office.post(&chief, "/api/v1/session", body).await;
    }
    let bad = json!({ "fields": { "title": ["CANARYTITLE"] } });
    let path = format!("/api/v1/incidents/{incident}");
    let mut edit = asks(Method::PATCH, &path, Some(&chief.cookie), bad);
    edit.headers_mut()
        .insert("if-match", "\"x\"".parse().expect("tag"));
    office.send(edit).await;
    let mistyped = json!({ "login": 1, "password": "CANARYSECRET" });
    office
        .send(asks(Method::POST, "/api/v1/session", None, mistyped))
        .await;
    office
        .send(asks(
            Method::GET,
            "/api/v1/session",
            Some("tala=CANARYSECRET"),
            Value::Null,
        ))
        .await;
    let mut signed = office.signed(&phone, Method::POST, "/api/v1/device/sync", b"CANARYSECRET");
    signed
        .headers_mut()
        .insert("x-canary", "CANARYSECRET".parse().expect("header"));
    office.send(signed).await;

    let log = String::from_utf8(kept.0.lock().expect("lock").clone()).expect("text");
    assert!(log.lines().count() >= 12, "the log was on: {log}");
    for canary in CANARIES {
        assert!(!log.contains(canary), "{canary} in {log}");
    }
}
