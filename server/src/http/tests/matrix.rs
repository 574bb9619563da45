//! The authorization matrix: every route of the OpenAPI document, tried by everybody, in one golden file.
//!
//! A route that [`Tries::of`] does not know fails the test: whoever adds one says here how it is asked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::{Method, Request};
use serde_json::{Value, json};
use tala_protocol::cert::{Revocation, Role};
use tala_protocol::envelope::Kind;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};

use super::golden;
use super::office::{Answer, Office, asks, titled};
use crate::app::commit::Draft;
use crate::http::routes;
use crate::testing::{BANNER, OTHER_STATION, STATION, TestPhone};

/// Somebody, or something, that asks.
enum Principal {
    Anonymous,
    /// A cookie that no session has.
    BadSession,
    /// A session that was ended.
    EndedSession(PersonId),
    Staff(PersonId),
    Phone(Box<TestPhone>),
}

/// What the paths of the document are filled with: things of the first station.
struct Tries {
    incident: ObjectId,
    patrol: ObjectId,
    device: DeviceId,
    alert: String,
    absent: String,
}

impl Tries {
    /// Path and body for a route; none for one that nobody has thought about.
    fn of(&self, method: &Method, route: &str) -> Option<(String, Value)> {
        let body = match (method.as_str(), route) {
            ("POST", "/api/v1/session") => json!({ "login": "nobody", "password": "nothing" }),
            ("PATCH", "/api/v1/incidents/{id}") => json!({ "fields": { "title": "x" } }),
            ("PUT", "/api/v1/zones") => json!({ "type": "FeatureCollection", "features": [] }),
            ("POST", "/api/v1/enrolments") => {
                json!({ "unit": STATION.to_string(), "device_name": "phone" })
            }
            ("POST", "/api/v1/messages") => {
                json!({ "text": "x", "to": [{ "unit": STATION.to_string() }] })
            }
            ("POST", "/api/v1/plans") => json!({ "unit": STATION.to_string(), "title": "x" }),
            ("POST", "/api/v1/quarantine/{envelope}/release" | "/api/v1/devices/{id}/revoke") => {
                json!({ "reason": "try", "password": "not the password" })
            }
            ("POST", "/api/v1/device/enrol" | "/api/v1/device/sync")
            | ("PATCH" | "HEAD" | "GET", "/api/v1/device/media/{hash}")
            | ("GET", "/api/v1/device/registries" | "/api/v1/device/registries/{hash}")
            | ("GET", "/api/v1/device/zones" | "/api/v1/device/zones/{hash}")
            | ("PUT", "/api/v1/device/media/{hash}/chunks") => Value::Null,
            ("POST", "/api/v1/incidents/{id}/grants") => json!({
                "unit": OTHER_STATION.to_string(), "audience": "field", "hand_over": true,
                "password": "not the password",
            }),
            ("DELETE", "/api/v1/session") | ("POST", "/api/v1/alerts/{id}/ack") => Value::Null,
            ("GET", _) if KNOWN_READS.contains(&route) => Value::Null,
            _ => return None,
        };
        let id = match route {
            it if it.starts_with("/api/v1/incidents/") => self.incident.to_string(),
            it if it.starts_with("/api/v1/alerts/") => self.alert.clone(),
            it if it.starts_with("/api/v1/devices/") => self.device.to_string(),
            _ => self.patrol.to_string(),
        };
        let path = route
            .replace("{id}", &id)
            .replace("{hash}", &self.absent)
            .replace("{envelope}", &self.absent);
        Some((path, body))
    }
}

const KNOWN_READS: [&str; 25] = [
    "/healthz",
    "/readyz",
    "/basemap.pmtiles",
    "/api/v1/session",
    "/api/v1/units",
    "/api/v1/alerts",
    "/api/v1/messages",
    "/api/v1/patrols",
    "/api/v1/plans",
    "/api/v1/patrols/{id}",
    "/api/v1/patrols/{id}/track",
    "/api/v1/patrols/{id}/track.gpx",
    "/api/v1/tracks",
    "/api/v1/positions",
    "/api/v1/incidents",
    "/api/v1/incidents/{id}",
    "/api/v1/incidents/{id}/media/{hash}",
    "/api/v1/incidents/{id}/media/{hash}/thumb",
    "/api/v1/incident-types",
    "/api/v1/registries",
    "/api/v1/registries/{hash}",
    "/api/v1/quarantine",
    "/api/v1/devices",
    "/api/v1/live",
    "/api/v1/zones",
];

/// Every route of the document.
fn all_routes() -> Vec<(Method, String)> {
    let mut all = Vec::new();
    for (path, item) in routes::document().paths.paths {
        let methods = [
            (Method::GET, item.get.is_some()),
            (Method::HEAD, item.head.is_some()),
            (Method::POST, item.post.is_some()),
            (Method::PUT, item.put.is_some()),
            (Method::PATCH, item.patch.is_some()),
            (Method::DELETE, item.delete.is_some()),
        ];
        for (method, is_there) in methods {
            if is_there {
                all.push((method, path.clone()));
            }
        }
    }
    all.sort_by(|a, b| (&a.1, a.0.as_str()).cmp(&(&b.1, b.0.as_str())));
    all
}

fn everybody(office: &mut Office) -> Vec<(String, Principal)> {
    let mut all = vec![
        ("anonymous".to_owned(), Principal::Anonymous),
        ("bad-session".to_owned(), Principal::BadSession),
    ];
    let places: [(&str, UnitId); 3] = [
        ("own", STATION),
        ("other", OTHER_STATION),
        ("above", BANNER),
    ];
    for role in Role::ALL {
        for (place, unit) in places {
            let staff = office.with(role, unit);
            all.push((
                format!("{}@{place}", role.word()),
                Principal::Staff(staff.person),
            ));
        }
    }
    let gone = office.with(Role::StationChief, STATION);
    all.push((
        "ended-session".to_owned(),
        Principal::EndedSession(gone.person),
    ));
    all
}

async fn ask(
    office: &mut Office,
    who: &Principal,
    method: &Method,
    path: &str,
    body: &Value,
) -> Answer {
    let request = match who {
        Principal::Anonymous => asks(method.clone(), path, None, body.clone()),
        Principal::BadSession => asks(method.clone(), path, Some("tala=AAAA"), body.clone()),
        Principal::Staff(person) => {
            let staff = office.session(*person, String::new());
            with_tag(asks(
                method.clone(),
                path,
                Some(&staff.cookie),
                body.clone(),
            ))
        }
        Principal::EndedSession(person) => {
            let staff = office.session(*person, String::new());
            let ended = office.front.sessions.end_all(*person, office.front.now());
            ended.expect("ended");
            with_tag(asks(
                method.clone(),
                path,
                Some(&staff.cookie),
                body.clone(),
            ))
        }
        Principal::Phone(phone) => {
            let body = match body {
                Value::Null if path.ends_with("/sync") => {
                    tala_protocol::sync::frame::close(&phone.request(&[]).to_bytes())
                }
                Value::Null => Vec::new(),
                body => body.to_string().into_bytes(),
            };
            let mut request = office.signed(phone, method.clone(), path, &body);
            request.headers_mut().insert("upload-offset", 0.into());
            request
        }
    };
    office.send(request).await
}

fn with_tag(mut request: Request<Body>) -> Request<Body> {
    request
        .headers_mut()
        .insert("if-match", "\"stale\"".parse().expect("tag"));
    request
}

fn revoke(office: &Office, device: DeviceId) {
    let body = Revocation {
        device,
        at: office.front.now(),
        reason: "lost".into(),
        cuts: Vec::new(),
    };
    let draft = Draft::statement(STATION, Kind::Revocation, body.to_bytes());
    office
        .centre
        .centre
        .writer()
        .say(vec![draft])
        .expect("said");
}

#[tokio::test]
async fn every_route_says_who_may() {
    // Doors count by address, and everybody here comes from one.
    let mut office = Office::knocked_at(1_000_000);
    let mut phone = office.centre.phone("Batu");
    let (incident, _) = office.incident(&mut phone, &titled("An incident of the first station"));
    let patrol = office.ride(&mut phone, 436_000_000, 1_160_000_000);
    let alert = office.calls_for_help(&mut phone);
    let revoked = office.centre.phone("Temur");
    let mut everybody = everybody(&mut office);
    revoke(&office, revoked.device());
    let tries = Tries {
        incident,
        patrol,
        device: phone.device(),
        alert,
        absent: tala_protocol::hash::Digest::sha256(b"absent").to_string(),
    };
    everybody.push(("device".to_owned(), Principal::Phone(Box::new(phone))));
    everybody.push((
        "revoked-device".to_owned(),
        Principal::Phone(Box::new(revoked)),
    ));

    let mut text = String::from(
        "# Who may what. Made by `every_route_says_who_may`; things asked for belong to the station `own`.\n",
    );
    for (method, route) in all_routes() {
        let asked = tries.of(&method, &route);
        let (path, body) = asked.unwrap_or_else(|| panic!("{method} {route} is in no matrix"));
        let mut answers: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (name, who) in &everybody {
            let answer = ask(&mut office, who, &method, &path, &body).await;
            let line = format!("{} {}", answer.status.as_u16(), answer.problem());
            answers
                .entry(line.trim().to_owned())
                .or_default()
                .push(name);
        }
        let _ = writeln!(text, "\n{method} {route}");
        for (answer, names) in answers {
            let _ = writeln!(text, "  {answer:<24} {}", names.join(" "));
        }
    }
    golden::check("tests/golden/authz-matrix.txt", &text);
}
