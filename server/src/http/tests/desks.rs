//! Desks: lists, pages, edits.

use axum::http::{Method, header};
use serde_json::{Value, json};
use tala_protocol::cert::Role;
use tala_protocol::id::ObjectId;

use super::office::{Answer, Office, Staff, asks, titled};
use crate::testing::{OTHER_STATION, STATION};

async fn edit(
    office: &Office,
    staff: &Staff,
    id: ObjectId,
    tag: &str,
    key: &str,
    body: Value,
) -> Answer {
    let path = format!("/api/v1/incidents/{id}");
    let mut request = asks(Method::PATCH, &path, Some(&staff.cookie), body);
    let headers = request.headers_mut();
    headers.insert(header::IF_MATCH, tag.parse().expect("tag"));
    headers.insert("idempotency-key", key.parse().expect("key"));
    office.send(request).await
}

#[tokio::test]
async fn a_desk_edit_is_signed_for_the_person_once_and_never_over_anothers() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let (id, _) = office.incident(&mut phone, &titled("Before"));
    let path = format!("/api/v1/incidents/{id}");
    let read = office.get(&chief, &path).await;
    let tag = read.header("etag").to_owned();
    let body = json!({ "fields": { "title": "After", "severity": "high" } });
    let edited = edit(&office, &chief, id, &tag, "k1", body.clone()).await;
    assert_eq!(edited.status, 200, "{:?}", edited.json());
    assert_eq!(
        (&edited.json()["title"], &edited.json()["severity"]),
        (&json!("After"), &json!("high"))
    );
    let history = edited.json()["history"].clone();
    assert_eq!(history[0]["person"]["id"], chief.person.to_string());
    assert_eq!(history.as_array().map(Vec::len), Some(2));

    let again = edit(&office, &chief, id, &tag, "k1", body.clone()).await;
    assert_eq!(
        (again.status, &again.body),
        (edited.status, &edited.body),
        "the same answer"
    );
    assert_eq!(again.header("etag"), edited.header("etag"));
    let other = edit(
        &office,
        &chief,
        id,
        &tag,
        "k1",
        json!({ "fields": { "title": "Other" } }),
    )
    .await;
    assert_eq!(other.status, 422, "one key, one request");
    let stale = edit(&office, &chief, id, &tag, "k2", body).await;
    assert_eq!(
        (stale.status.as_u16(), stale.problem()),
        (412, "changed-since".into())
    );
    let strange = json!({ "fields": { "area": 7 } });
    let strange = edit(&office, &chief, id, edited.header("etag"), "k3", strange).await;
    assert_eq!(strange.status, 422, "not written at the desk");
}

#[tokio::test]
async fn lists_page_without_holes_and_cursors_are_nobody_elses() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let second = office.with(Role::StationChief, STATION);
    for n in 0..7 {
        office.incident(&mut phone, &titled(&format!("Incident {n}")));
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/incidents?limit=3".to_owned();
    loop {
        let page = office.get(&chief, &path).await.json();
        seen.extend(page["items"].as_array().expect("items").clone());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        assert!(!next.contains('{') && next.len() > 20, "opaque: {next}");
        let foreign = format!("/api/v1/incidents?limit=3&cursor={next}");
        assert_eq!(
            office.get(&second, &foreign).await.status,
            422,
            "another reader's cursor"
        );
        path = foreign;
    }
    let mut titles: Vec<_> = seen.iter().map(|it| it["title"].to_string()).collect();
    titles.sort();
    titles.dedup();
    assert_eq!((seen.len(), titles.len()), (7, 7));
}

#[tokio::test]
async fn search_and_filters_stay_inside_what_the_reader_sees() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    office.incident(&mut phone, &titled("夜间非法开垦"));
    let found = |it: &Answer| it.json()["items"].as_array().map_or(0, Vec::len);
    let q = "/api/v1/incidents?q=%E5%BC%80%E5%9E%A6";
    assert_eq!(found(&office.get(&chief, q).await), 1);
    assert_eq!(found(&office.get(&other, q).await), 0);
    assert_eq!(
        found(&office.get(&chief, "/api/v1/incidents?q=mining").await),
        0
    );
    let there = format!("/api/v1/incidents?unit={OTHER_STATION}");
    assert_eq!(found(&office.get(&chief, &there).await), 0);
    assert_eq!(
        office.get(&chief, "/api/v1/incidents?zebra=1").await.status,
        422
    );
}

#[tokio::test]
async fn a_ride_is_a_patrol_a_track_and_a_position() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let patrol = office.ride(&mut phone, 436_000_000, 1_160_000_000);
    let list = office
        .get(&chief, "/api/v1/patrols?state=out&transport=horse")
        .await
        .json();
    let item = &list["items"][0];
    assert_eq!(
        (&item["id"], &item["fixes"]),
        (&json!(patrol.to_string()), &json!(10))
    );
    assert_eq!(item["bbox"][1], 43.6);
    let track = office
        .get(&chief, &format!("/api/v1/patrols/{patrol}/track"))
        .await
        .json();
    let line = &track["features"][0];
    assert_eq!(line["geometry"]["coordinates"][0], json!([116.0, 43.6]));
    assert_eq!(line["properties"]["transport"], "horse");
    let gpx = office
        .get(&chief, &format!("/api/v1/patrols/{patrol}/track.gpx"))
        .await;
    assert_eq!(gpx.header("content-type"), "application/gpx+xml");
    assert_eq!(
        String::from_utf8_lossy(&gpx.body).matches("<trkpt").count(),
        10
    );
    let inside = office
        .get(&chief, "/api/v1/tracks?bbox=115,43,117,44")
        .await
        .json();
    assert_eq!(
        inside["features"][0]["properties"]["patrol"],
        patrol.to_string()
    );
    let outside = office
        .get(&chief, "/api/v1/tracks?bbox=1,1,2,2")
        .await
        .json();
    assert_eq!(outside["features"], json!([]));
    let at = office.get(&chief, "/api/v1/positions").await.json();
    assert_eq!(
        (&at["items"][0]["source"], &at["items"][0]["lat"]),
        (&json!("segment"), &json!(43.6))
    );
    let units = office.get(&chief, "/api/v1/units").await.json();
    assert_eq!(units["items"][0]["officers_out"], 1);
    let few = office
        .get(
            &chief,
            &format!("/api/v1/patrols/{patrol}/track?max_points=3"),
        )
        .await
        .json();
    assert!(
        few["features"][0]["geometry"]["coordinates"]
            .as_array()
            .expect("line")
            .len()
            <= 4
    );
}
