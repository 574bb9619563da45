//! Phones: enrolment and sync over HTTP.

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::json;
use tala_protocol::cert::{Directory, Role};
use tala_protocol::envelope::Realm;
use tala_protocol::id::LogId;
use tala_protocol::sync::enrol::{EnrolReply, EnrolRequest, EnrolmentCode, bytes_to_sign};
use tala_protocol::sync::{Outcome, SyncReply, SyncRequest, Versions, frame};

use super::office::{Office, PASSWORD, Staff, titled};
use crate::app::{Signer as _, SoftwareKey};
use crate::testing::{BANNER, STATION, TestIncident, TestPhone};

const SYNC: &str = "/api/v1/device/sync";

async fn code(office: &Office, admin: &Staff, person: &Staff) -> EnrolmentCode {
    let (unit, carrier) = (STATION.to_string(), person.person.to_string());
    let asked = json!({ "unit": unit, "person": carrier, "device_name": "Pixel" });
    let answer = office.post(admin, "/api/v1/enrolments", asked).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    assert!(
        answer.json()["qr_svg"]
            .as_str()
            .expect("svg")
            .starts_with("<svg")
    );
    answer.json()["code"]
        .as_str()
        .expect("text")
        .parse()
        .expect("a code")
}

async fn enrols(office: &Office, key: &SoftwareKey, code: &EnrolmentCode) -> super::office::Answer {
    let realm = Realm::of(office.centre.centre.directory().root());
    let proof = key
        .sign(&bytes_to_sign(&realm, &code.code, key.public()))
        .expect("signs");
    let request = EnrolRequest {
        code: code.code,
        key: key.public().clone(),
        proof,
        name: "Pixel".into(),
    };
    let body = Body::from(frame::close(&request.to_bytes()));
    let request = Request::post("/api/v1/device/enrol")
        .body(body)
        .expect("request");
    office.send(request).await
}

#[tokio::test]
async fn a_code_makes_one_phone_known() {
    let mut office = Office::new();
    let admin = office.with(Role::Administrator, BANNER);
    let officer = office.with(Role::Officer, STATION);
    let code = code(&office, &admin, &officer).await;
    let key = SoftwareKey::from_seed(&[0x77; 32]).expect("key");
    let answer = enrols(&office, &key, &code).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let reply = frame::open(&answer.body, 1 << 22).expect("frame");
    let reply = EnrolReply::from_bytes(&reply).expect("reply");
    assert_eq!(reply.root.fingerprint(), code.root);
    assert_eq!((reply.unit, reply.person), (STATION, Some(officer.person)));
    assert!(!reply.scopes.is_empty());
    let mut directory = Directory::new(reply.root);
    for run in reply.statements {
        for statement in run.unpack().expect("runs") {
            directory.admit(&statement).expect("verifies in its order");
        }
    }
    let device = key.public().device_id();
    assert!(directory.may_sign_in(device, office.front.now()));

    assert_eq!(
        enrols(&office, &key, &code).await.status,
        200,
        "its own answer was lost"
    );
    let thief = SoftwareKey::from_seed(&[0x78; 32]).expect("key");
    assert_eq!(enrols(&office, &thief, &code).await.status, 404, "used");
}

#[tokio::test]
async fn late_and_invented_codes_are_unknown() {
    let mut office = Office::new();
    let admin = office.with(Role::Administrator, BANNER);
    let officer = office.with(Role::Officer, STATION);
    let key = SoftwareKey::from_seed(&[0x77; 32]).expect("key");
    let mut invented = code(&office, &admin, &officer).await;
    invented.code = [1; 16];
    assert_eq!(enrols(&office, &key, &invented).await.status, 404);
    let late = code(&office, &admin, &officer).await;
    office.centre.effects.pass_ms(15 * 60_000);
    assert_eq!(enrols(&office, &key, &late).await.status, 404);
}

fn reply(answer: &super::office::Answer) -> SyncReply {
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let message = frame::open(&answer.body, 1 << 22).expect("frame");
    SyncReply::from_bytes(&message).expect("reply")
}

fn request(phone: &TestPhone, envelopes: &[tala_protocol::envelope::Envelope]) -> Vec<u8> {
    frame::close(&phone.request(envelopes).to_bytes())
}

#[tokio::test]
async fn a_signed_push_is_stored_and_seen_by_desks() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let said = TestIncident::default().write(&mut phone, &titled("Ploughed meadow"));
    let signed = office.signed(&phone, Method::POST, SYNC, &request(&phone, &[said]));
    let stored = reply(&office.send(signed).await);
    assert!(matches!(stored.spans[0].outcome, Outcome::Stored { .. }));
    office.centre.centre.settle().expect("settles");
    let list = office.get(&chief, "/api/v1/incidents").await.json();
    assert_eq!(list["items"][0]["title"], "Ploughed meadow");
}

#[tokio::test]
async fn a_request_is_taken_once_and_only_as_it_was_signed() {
    let mut office = Office::new();
    let phone = office.centre.phone("Batu");
    let body = request(&phone, &[]);
    let once = office.signed(&phone, Method::POST, SYNC, &body);
    let (parts, _) = once.into_parts();
    let send = |body: Vec<u8>| Request::from_parts(parts.clone(), Body::from(body));
    assert_eq!(
        office.send(send(b"other".to_vec())).await.status,
        401,
        "another body"
    );
    assert_eq!(office.send(send(body.clone())).await.status, 200);
    let again = office.send(send(body)).await;
    assert_eq!(
        (again.status.as_u16(), again.problem()),
        (401, "not-signed".into())
    );
}

#[tokio::test]
async fn a_phone_whose_clock_is_off_learns_the_centres() {
    let mut office = Office::new();
    let phone = office.centre.phone("Batu");
    let now_s = office.front.now().0 / 1_000;
    for (off_s, status) in [(-601, 401), (601, 401), (-599, 200), (599, 200)] {
        let body = request(&phone, &[]);
        let signed = office.signed_at(&phone, now_s + off_s, Method::POST, SYNC, &body);
        let answer = office.send(signed).await;
        assert_eq!(answer.status.as_u16(), status, "{off_s}");
        if status == 401 {
            assert_eq!(answer.problem(), "clock-off");
            assert!(answer.json()["server_time"].is_string());
        }
    }
}

#[tokio::test]
async fn a_revoked_phone_still_hands_over_and_gets_nothing() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let admin = office.with(Role::Administrator, BANNER);
    let path = format!("/api/v1/devices/{}/revoke", phone.device());
    let given = |password| json!({ "reason": "lost in the river", "password": password });
    let wrong = office.post(&admin, &path, given("not the password")).await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.problem()),
        (403, "password-needed".into())
    );
    assert_eq!(
        office.post(&admin, &path, given(PASSWORD)).await.status,
        204
    );
    let said = TestIncident::default().write(&mut phone, &titled("After the cut"));
    let signed = office.signed(&phone, Method::POST, SYNC, &request(&phone, &[said]));
    let stored = reply(&office.send(signed).await);
    assert!(matches!(stored.spans[0].outcome, Outcome::Stored { .. }));
    assert!(stored.runs.is_empty());
    office.centre.centre.settle().expect("settles");
    let apart = office.get(&admin, "/api/v1/quarantine").await.json();
    assert_eq!(apart["items"][0]["reason"], "revoked");
}

#[tokio::test]
async fn phones_from_another_age_are_told_so() {
    let mut office = Office::new();
    let phone = office.centre.phone("Batu");
    let future = SyncRequest {
        versions: Versions { min: 200, max: 201 },
        log: Some(LogId::from_bytes([1; 16])),
        ..phone.request(&[])
    };
    let body = frame::close(&future.to_bytes());
    let signed = office.signed(&phone, Method::POST, SYNC, &body);
    assert_eq!(office.send(signed).await.status, 426);
}
