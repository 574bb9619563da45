//! Published registries: listed and handed out, to desks and phones alike.

use axum::http::{Method, header};
use serde_json::json;
use tala_protocol::cert::Role;
use tala_protocol::hash::Digest;

use super::office::Office;
use crate::testing::STATION;

const TYPES: &str = include_str!("../../../../fixtures/registry/incident-types.json");

#[tokio::test]
async fn desks_and_phones_are_given_the_same_versions_and_bytes() {
    let mut office = Office::new();
    let phone = office.centre.phone("Batu");
    let staff = office.with(Role::Auxiliary, STATION);
    let published = office.centre.centre.publish_registry(TYPES);
    let version = published.expect("is published").version;
    let name = version.hash.to_string();
    let listed = json!({ "items": [{
        "kind": "incident_types",
        "number": version.number,
        "hash": name,
        "effective_from": version.effective_from,
        "published_at": crate::http::wire::time::rfc3339(version.published_at),
    }] });
    assert_eq!(
        office.get(&staff, "/api/v1/registries").await.json(),
        listed
    );
    let asked = office.signed(&phone, Method::GET, "/api/v1/device/registries", b"");
    assert_eq!(office.send(asked).await.json(), listed);

    let path = format!("/api/v1/device/registries/{name}");
    let asked = office.signed(&phone, Method::GET, &path, b"");
    let for_phones = office.send(asked).await;
    let path = format!("/api/v1/registries/{name}");
    let for_desks = office.get(&staff, &path).await;
    for answer in [for_phones, for_desks] {
        assert_eq!(answer.body, version.publication);
        let said = |name| answer.headers.get(name).and_then(|it| it.to_str().ok());
        let media_type = "application/vnd.tala.registry+cbor";
        assert_eq!(said(header::CONTENT_TYPE), Some(media_type));
        let caching = "private, max-age=31536000, immutable";
        assert_eq!(said(header::CACHE_CONTROL), Some(caching));
    }
    let absent = format!("/api/v1/registries/{}", Digest::sha256(b"absent"));
    assert_eq!(office.get(&staff, &absent).await.status, 404);
}

#[tokio::test]
async fn a_phone_fetches_zones_by_what_they_say() {
    let mut office = Office::new();
    let phone = office.centre.phone("Batu");
    let asked = office.signed(&phone, Method::GET, "/api/v1/device/zones", b"");
    let named = office.send(asked).await.json();
    let hash = named["hash"].as_str().expect("has a name").to_owned();
    let path = format!("/api/v1/device/zones/{hash}");
    let asked = office.signed(&phone, Method::GET, &path, b"");
    let zones = office.send(asked).await;
    assert_eq!(Digest::sha256(&zones.body).to_string(), hash);
    assert_eq!(named["size"], zones.body.len());
    assert_eq!(zones.json()["type"], "FeatureCollection");
    let path = format!("/api/v1/device/zones/{}", Digest::sha256(b"others"));
    let asked = office.signed(&phone, Method::GET, &path, b"");
    assert_eq!(office.send(asked).await.status, 404);
}
