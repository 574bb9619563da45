//! Alerts, what is unread, and records that another unit was granted.

use axum::http::Method;
use serde_json::{Value, json};
use tala_protocol::cert::Role;

use super::office::{Answer, Office, PASSWORD, Staff, asks, titled};
use crate::testing::{OTHER_STATION, STATION};

async fn open_alerts(office: &Office, staff: &Staff) -> Vec<Value> {
    let answer = office.get(staff, "/api/v1/alerts?state=open").await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    answer.json()["items"].as_array().expect("items").clone()
}

async fn acknowledges(office: &Office, staff: &Staff, alert: &str, body: Value) -> Answer {
    let path = format!("/api/v1/alerts/{alert}/ack");
    let mut request = asks(Method::POST, &path, Some(&staff.cookie), body);
    let key = "one press".parse().expect("key");
    request.headers_mut().insert("idempotency-key", key);
    office.send(request).await
}

#[tokio::test]
async fn an_alert_is_open_for_its_unit_until_it_is_acknowledged() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let alert = office.calls_for_help(&mut phone);
    let open = open_alerts(&office, &chief).await;
    assert_eq!(
        (&open[0]["id"], &open[0]["kind"]),
        (&json!(alert), &json!("sos"))
    );
    assert_eq!(open[0]["acknowledged"], Value::Null);
    assert!(open_alerts(&office, &other).await.is_empty());
    let foreign = acknowledges(&office, &other, &alert, Value::Null).await;
    assert_eq!(foreign.status, 404);

    let note = json!({ "note": "two riders are on their way" });
    let done = acknowledges(&office, &chief, &alert, note.clone()).await;
    assert_eq!(done.status, 200, "{:?}", done.json());
    let by = &done.json()["acknowledged"];
    assert_eq!(by["by"]["id"], chief.person.to_string());
    assert_eq!(by["note"], note["note"]);
    let again = acknowledges(&office, &chief, &alert, note).await;
    assert_eq!(again.body, done.body, "the same answer");
    assert!(open_alerts(&office, &chief).await.is_empty());
    let bad = office.get(&chief, "/api/v1/alerts?state=shut").await;
    assert_eq!(bad.status, 422);
}

async fn unread(office: &Office, staff: &Staff) -> Value {
    let list = office.get(staff, "/api/v1/incidents").await.json();
    list["items"][0]["unread"].clone()
}

#[tokio::test]
async fn an_incident_is_unread_for_each_person_until_opened_and_again_after_a_change() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let second = office.with(Role::StationChief, STATION);
    let (id, mut incident) = office.incident(&mut phone, &titled("First"));
    assert_eq!(unread(&office, &chief).await, true);
    let path = format!("/api/v1/incidents/{id}");
    let detail = office.get(&chief, &path).await.json();
    assert_eq!(detail["unread"], false, "it is being read");
    assert_eq!(detail["history"][0]["receipt"], "proved");
    assert_eq!(unread(&office, &chief).await, false);
    assert_eq!(
        unread(&office, &second).await,
        true,
        "nobody reads for another"
    );

    let change = incident.write(&mut phone, &titled("Second"));
    office.hands_over(&mut phone, &[change]);
    assert_eq!(
        unread(&office, &chief).await,
        true,
        "changed after it was read"
    );
    let tag = office.get(&chief, &path).await.header("etag").to_owned();
    let body = json!({ "fields": { "title": "Third" } });
    let mut request = asks(Method::PATCH, &path, Some(&chief.cookie), body);
    request
        .headers_mut()
        .insert("if-match", tag.parse().expect("tag"));
    assert_eq!(office.send(request).await.status, 200);
    assert_eq!(
        unread(&office, &chief).await,
        false,
        "the own change is known"
    );
}

#[tokio::test]
async fn an_incident_that_is_handed_over_is_open_to_the_other_unit() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let (id, _) = office.incident(&mut phone, &titled("On the border"));
    let path = format!("/api/v1/incidents/{id}");
    assert_eq!(office.get(&other, &path).await.status, 404);
    let mut asked = json!({
        "unit": OTHER_STATION.to_string(), "audience": "field", "hand_over": true,
        "password": "not the password",
    });
    let grants = format!("{path}/grants");
    let refused = office.post(&chief, &grants, asked.clone()).await;
    assert_eq!(refused.problem(), "password-needed");
    asked["password"] = json!(PASSWORD);
    let done = office.post(&chief, &grants, asked.clone()).await;
    assert_eq!(done.status, 204, "{:?}", done.json());
    let theirs = office.get(&other, &path).await.json();
    assert_eq!(theirs["unit"], OTHER_STATION.to_string());
    assert_eq!(
        office.get(&chief, &path).await.status,
        200,
        "it is still seen"
    );
    let again = office.post(&chief, &grants, asked).await;
    assert_eq!(again.status, 403, "but no longer theirs to give");
}
