//! Command plans, the field does, command sees.

use axum::http::Method;
use serde_json::{Value, json};
use tala_protocol::cert::Role;
use tala_protocol::envelope::Kind;

use super::office::{Answer, Office, Staff, asks};
use crate::testing::{OTHER_STATION, STATION};

async fn makes(office: &Office, staff: &Staff, body: &Value) -> Answer {
    let request = asks(
        Method::POST,
        "/api/v1/plans",
        Some(&staff.cookie),
        body.clone(),
    );
    office.send(request).await
}

fn plan(unit: String) -> Value {
    json!({
        "unit": unit, "title": "冬季巡护", "starts_at": "2026-11-23T00:00:00.000Z",
        "expected_silence_min": 120,
        "routes": [{ "name": "北线",
            "geometry": { "type": "LineString", "coordinates": [[116.0, 43.6], [116.1, 43.7]] } }],
        "areas": [{ "geometry": { "type": "Polygon", "coordinates":
            [[[116.0, 43.6], [116.1, 43.6], [116.1, 43.7], [116.0, 43.6]]] } }],
        "tasks": [{ "text": "看围栏", "due_at": "2026-11-23T10:00:00.000Z" }],
    })
}

#[tokio::test]
async fn a_plan_reaches_the_phones_of_its_unit_and_is_listed_as_it_was_made() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let mut foreign = office.centre.phone_of(OTHER_STATION, "Saran");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let asked = plan(STATION.to_string());
    let made = makes(&office, &chief, &asked).await;
    assert_eq!(made.status, 200, "{:?}", made.json());
    let item = made.json();
    for field in ["title", "starts_at", "expected_silence_min", "unit"] {
        assert_eq!(item[field], asked[field], "{field}");
    }
    let line = &item["routes"][0];
    assert_eq!(line["name"], "北线");
    assert_eq!(line["geometry"], asked["routes"][0]["geometry"]);
    assert_eq!(item["areas"][0]["geometry"], asked["areas"][0]["geometry"]);
    assert_eq!(item["tasks"][0]["text"], "看围栏");
    assert_eq!(item["tasks"][0]["done_at"], Value::Null);

    let holds = |pulled: Vec<tala_protocol::envelope::Envelope>| {
        let changes = pulled.iter().filter(|it| it.header().kind == Kind::Change);
        changes
            .map(|it| it.object().to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        holds(phone.pulls(&office.centre)),
        [item["id"].as_str().expect("an id")]
    );
    assert!(holds(foreign.pulls(&office.centre)).is_empty());
    let listed = office.get(&chief, "/api/v1/plans").await.json();
    assert_eq!(listed["items"], json!([item]));
    let elsewhere = office.get(&other, "/api/v1/plans").await.json();
    assert_eq!(elsewhere["items"], json!([]));
    let before = office.centre.centre.dump().expect("dumps");
    office.centre.centre.rebuild().expect("rebuilds");
    assert_eq!(office.centre.centre.dump().expect("dumps"), before);
}

#[tokio::test]
async fn what_is_no_plan_or_not_for_the_asker_to_make_is_refused() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let officer = office.with(Role::Officer, STATION);
    let own = plan(STATION.to_string());
    let with = |field: &str, value: Value| {
        let mut changed = own.clone();
        changed[field] = value;
        changed
    };
    let point = json!([{ "geometry": { "type": "Point", "coordinates": [116.0, 43.6] } }]);
    let off = json!([{ "text": "x", "geometry": { "type": "Point", "coordinates": [0.0, 91.0] } }]);
    let tries = [
        (&officer, own.clone(), 403),
        (&chief, plan(OTHER_STATION.to_string()), 404),
        (&chief, with("unit", json!("zz")), 422),
        (&chief, with("starts_at", json!("tomorrow")), 422),
        (&chief, with("routes", point), 422),
        (&chief, with("tasks", off), 422),
    ];
    for (staff, body, status) in tries {
        let answer = makes(&office, staff, &body).await;
        assert_eq!(answer.status, status, "{body} {:?}", answer.json());
    }
    let listed = office.get(&chief, "/api/v1/plans").await.json();
    assert_eq!(listed["items"], json!([]));
}
