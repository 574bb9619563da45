//! Signing in, and what every answer has.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::{Value, json};
use tala_protocol::cert::Role;

use super::office::{Office, PASSWORD, asks};
use crate::store_door::AuditAct;
use crate::testing::STATION;

async fn sign_in(office: &Office, login: &str, password: &str) -> super::office::Answer {
    let body = json!({ "login": login, "password": password });
    office
        .send(asks(Method::POST, "/api/v1/session", None, body))
        .await
}

#[tokio::test]
async fn a_sign_in_gives_a_cookie_that_browsers_keep_to_themselves() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let answer = sign_in(&office, &chief.login, PASSWORD).await;
    assert_eq!(answer.status, 200);
    let cookie = answer.header("set-cookie");
    for part in ["tala=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{part} in {cookie}");
    }
    let session = answer.json();
    assert_eq!(session["person"]["id"], chief.person.to_string());
    assert_eq!(session["unit"], STATION.to_string());
    assert_eq!(session["memberships"][0]["role"], "station_chief");
    let cookie = cookie.split(';').next().expect("a cookie").to_owned();
    let again = asks(Method::GET, "/api/v1/session", Some(&cookie), Value::Null);
    assert_eq!(office.send(again).await.status, 200);
    let out = asks(
        Method::DELETE,
        "/api/v1/session",
        Some(&cookie),
        Value::Null,
    );
    assert_eq!(office.send(out).await.status, 204);
    let again = asks(Method::GET, "/api/v1/session", Some(&cookie), Value::Null);
    assert_eq!(office.send(again).await.status, 401);
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_login_are_answered_alike_and_noted() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    for (login, password) in [
        (chief.login.as_str(), "wrong password"),
        ("nobody", PASSWORD),
    ] {
        let answer = sign_in(&office, login, password).await;
        assert_eq!(
            (answer.status.as_u16(), answer.problem()),
            (401, "wrong-password".into())
        );
        assert!(answer.headers.get("set-cookie").is_none());
    }
    let noted = office.front.door.count_audit(AuditAct::SignIn, false);
    assert_eq!(noted.expect("read"), 2);
}

#[tokio::test]
async fn guessing_is_slowed_down() {
    let office = Office::new();
    let per_minute = office.front.config.rates.door_per_minute;
    for _ in 0..per_minute {
        assert_eq!(sign_in(&office, "nobody", "guess guess").await.status, 401);
    }
    let refused = sign_in(&office, "nobody", "guess guess").await;
    assert_eq!(refused.status, 429);
    let seconds: u64 = refused.header("retry-after").parse().expect("seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
}

#[tokio::test]
async fn another_sites_page_cannot_write_with_our_cookie() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let mut request = asks(
        Method::DELETE,
        "/api/v1/session",
        Some(&chief.cookie),
        Value::Null,
    );
    request
        .headers_mut()
        .insert("sec-fetch-site", "cross-site".parse().expect("header"));
    let answer = office.send(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem()),
        (403, "forbidden".into())
    );
    assert_eq!(office.get(&chief, "/api/v1/session").await.status, 200);
}

#[tokio::test]
async fn every_answer_is_private_guarded_and_has_an_id() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    for path in [
        "/api/v1/session",
        "/api/v1/nothing",
        "/api/v1/incidents?limit=x",
    ] {
        let answer = office.get(&chief, path).await;
        assert_eq!(
            answer.header("cache-control"),
            "private, no-store",
            "{path}"
        );
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert!(
            answer
                .header("content-security-policy")
                .contains("worker-src 'self'"),
            "{path}"
        );
        assert_eq!(answer.header("x-request-id").len(), 36, "{path}");
        if !answer.status.is_success() {
            assert_eq!(
                answer.header("content-type"),
                "application/problem+json",
                "{path}"
            );
            assert_eq!(
                answer.json()["request_id"],
                answer.header("x-request-id"),
                "{path}"
            );
        }
    }
}

#[tokio::test]
async fn large_answers_are_packed_and_streams_never_are() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let pack = |path: &str| {
        let mut request = asks(Method::GET, path, Some(&chief.cookie), Value::Null);
        let headers = request.headers_mut();
        headers.insert(
            header::ACCEPT_ENCODING,
            "zstd, gzip".parse().expect("header"),
        );
        request
    };
    let packed = office.send(pack("/api/v1/openapi.json")).await;
    assert_eq!(packed.header("content-encoding"), "zstd");
    let stream = office.send(pack("/api/v1/live")).await;
    assert_eq!(stream.header("content-type"), "text/event-stream");
    assert_eq!(stream.header("content-encoding"), "");
    assert_eq!(stream.header("x-accel-buffering"), "no");
}

#[tokio::test]
async fn bodies_are_bounded_by_route() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let long = json!({ "login": "x".repeat(70_000), "password": "y" });
    let answer = office.post(&chief, "/api/v1/session", long).await;
    assert_eq!(
        (answer.status.as_u16(), answer.problem()),
        (413, "too-large".into())
    );
    let not_json = Request::post("/api/v1/session")
        .body(Body::from("{}"))
        .expect("request");
    assert_eq!(office.send(not_json).await.status, 415);
}

#[tokio::test]
async fn the_page_has_its_own_routes_and_absent_files_are_absent() {
    let office = Office::new();
    for (path, status) in [
        ("/", 200),
        ("/incidents/any", 200),
        ("/absent.js", 404),
        ("/api/v2/x", 404),
    ] {
        let answer = office
            .send(asks(Method::GET, path, None, Value::Null))
            .await;
        assert_eq!(answer.status.as_u16(), status, "{path}");
    }
    let ready = office
        .send(asks(Method::GET, "/readyz", None, Value::Null))
        .await;
    assert_eq!(ready.json()["is_writable"], true);
}
