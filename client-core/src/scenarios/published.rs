//! What the bureau publishes, on its way to a phone.

use std::cell::RefCell;
use std::rc::Rc;

use serde_json::{Value, json};
use tala_protocol::geo::Point;
use tala_protocol::hash::Digest;
use tala_protocol::registry::{AnyRegistry, Date};

use super::{centre, phone};
use crate::outbox::Link;
use crate::published::PublishedError;
use crate::store::memory::MemoryStore;
use crate::sync::{Summary, Why};
use crate::testing::{Bureau, Centre, MemoryLink, Phone};

const TYPES: &str = include_str!("../../../fixtures/registry/incident-types.json");
const DAY_MS: i64 = 24 * 3_600_000;

fn version(number: u64, from: &str) -> AnyRegistry {
    let mut file: Value = serde_json::from_str(TYPES).expect("is JSON");
    file["number"] = number.into();
    file["effective_from"] = from.into();
    AnyRegistry::from_json(&file.to_string()).expect("is a registry")
}

/// The centre publishes these versions, by its office or by the second one.
fn publishes(centre: &Rc<RefCell<Centre>>, versions: &[AnyRegistry], deputy: bool) -> Vec<Digest> {
    let mut centre = centre.borrow_mut();
    let signed: Vec<_> = versions
        .iter()
        .map(|it| centre.bureau.publish(it, deputy))
        .collect();
    let items: Vec<Value> = signed
        .iter()
        .map(|(hash, _)| json!({ "hash": hash.to_string() }))
        .collect();
    let list = json!({ "items": items }).to_string().into_bytes();
    centre.published.insert("registries".to_owned(), list);
    let mut names = Vec::new();
    for (hash, bytes) in signed {
        centre.published.insert(format!("registries/{hash}"), bytes);
        names.push(hash);
    }
    names
}

fn publishes_zones(centre: &Rc<RefCell<Centre>>, geojson: &Value) -> Digest {
    let text = geojson.to_string().into_bytes();
    let hash = Digest::sha256(&text);
    let named = json!({ "hash": hash.to_string(), "size": text.len() }).to_string();
    let mut centre = centre.borrow_mut();
    centre
        .published
        .insert("zones".to_owned(), named.into_bytes());
    centre.published.insert(format!("zones/{hash}"), text);
    hash
}

fn ban() -> Value {
    let ring = json!([
        [116.0, 43.6],
        [116.1, 43.6],
        [116.1, 43.7],
        [116.0, 43.7],
        [116.0, 43.6]
    ]);
    json!({ "type": "FeatureCollection", "features": [{
        "type": "Feature",
        "geometry": { "type": "Polygon", "coordinates": [ring] },
        "properties": { "id": "ban-1", "kind": "grazing_ban", "names": { "zh": "禁牧区" } },
    }] })
}

fn day(text: &str) -> Date {
    text.parse().expect("a day")
}

fn number_on(phone: &Phone<MemoryStore>, on: &str) -> Option<u64> {
    let found = phone
        .engine
        .registry_in_force("incident_types", day(on))
        .expect("reads");
    found.map(|it| it.frame().expect("has a frame").number)
}

fn syncs(phone: &mut Phone<MemoryStore>, link: &mut MemoryLink, why: Why) -> Summary {
    phone.sync_over(link, why, Link::Good).expect("syncs")
}

#[test]
fn versions_come_with_a_sync_and_hold_by_their_day() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    publishes(
        &centre,
        &[version(1, "2026-01-01"), version(2, "2026-06-01")],
        false,
    );
    let mut link = phone.link(&centre);
    assert_eq!(syncs(&mut phone, &mut link, Why::Periodic).published, 2);
    assert_eq!(number_on(&phone, "2026-05-31"), Some(1));
    assert_eq!(number_on(&phone, "2026-06-01"), Some(2));
    assert_eq!(
        number_on(&phone, "2025-01-01"),
        Some(1),
        "before the first begins"
    );
    let (phone, _) = phone.reopen(true).expect("opens");
    assert_eq!(number_on(&phone, "2026-06-01"), Some(2), "after a restart");
}

#[test]
fn a_phone_looks_once_a_day_or_when_its_officer_asks() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    publishes(&centre, &[version(1, "2026-01-01")], false);
    let mut link = phone.link(&centre);
    syncs(&mut phone, &mut link, Why::Periodic);
    let looks = |link: &MemoryLink| {
        link.asked
            .iter()
            .filter(|path| *path == "registries")
            .count()
    };
    assert_eq!(looks(&link), 1);
    syncs(&mut phone, &mut link, Why::Periodic);
    syncs(&mut phone, &mut link, Why::Officer);
    assert_eq!(looks(&link), 1, "it has just looked");
    phone.wait_ms(6 * 60_000);
    syncs(&mut phone, &mut link, Why::Officer);
    assert_eq!(looks(&link), 2, "the officer asked");
    phone.wait_ms(DAY_MS);
    syncs(&mut phone, &mut link, Why::Periodic);
    assert_eq!(looks(&link), 3, "a day later");
    phone.wait_ms(-90 * DAY_MS);
    syncs(&mut phone, &mut link, Why::Periodic);
    assert_eq!(
        looks(&link),
        4,
        "a clock that was set back does not put it off"
    );
    let fetched = link
        .asked
        .iter()
        .filter(|path| path.starts_with("registries/"))
        .count();
    assert_eq!(fetched, 1, "a version comes once");
}

#[test]
fn what_no_office_signed_is_not_kept_and_spoils_nothing() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let names = publishes(
        &centre,
        &[version(1, "2026-01-01"), version(2, "2026-06-01")],
        false,
    );
    let (_, forged) = Bureau::new(99).publish(&version(2, "2026-06-01"), false);
    assert!(phone.engine.take_publication(&forged).is_err());
    let path = format!("registries/{}", names[1]);
    centre.borrow_mut().published.insert(path, forged);
    let mut link = phone.link(&centre);
    assert_eq!(syncs(&mut phone, &mut link, Why::Officer).published, 1);
    assert_eq!(number_on(&phone, "2026-06-01"), Some(1));
}

#[test]
fn a_version_of_a_revoked_office_counts_again_when_another_signs_it() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let deputy = centre.borrow_mut().bureau.appoint_deputy();
    publishes(&centre, &[version(1, "2026-01-01")], true);
    let mut link = phone.link(&centre);
    centre.borrow_mut().take_statements();
    syncs(&mut phone, &mut link, Why::Officer);
    assert_eq!(number_on(&phone, "2026-06-01"), Some(1));
    centre.borrow_mut().bureau.root_revokes(deputy, Vec::new());
    centre.borrow_mut().take_statements();
    syncs(&mut phone, &mut link, Why::Officer);
    assert_eq!(
        number_on(&phone, "2026-06-01"),
        None,
        "its office is revoked"
    );
    publishes(&centre, &[version(1, "2026-01-01")], false);
    phone.wait_ms(DAY_MS);
    assert_eq!(syncs(&mut phone, &mut link, Why::Periodic).published, 1);
    assert_eq!(number_on(&phone, "2026-06-01"), Some(1));
}

#[test]
fn a_look_that_fails_spoils_no_sync_and_is_tried_again() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let list = b"{\"items\":7".to_vec();
    centre
        .borrow_mut()
        .published
        .insert("registries".to_owned(), list);
    let mut link = phone.link(&centre);
    assert_eq!(syncs(&mut phone, &mut link, Why::Officer).published, 0);
    publishes(&centre, &[version(1, "2026-01-01")], false);
    publishes_zones(&centre, &ban());
    phone.wait_ms(16 * 60_000);
    assert_eq!(syncs(&mut phone, &mut link, Why::Periodic).published, 2);
}

#[test]
fn zones_come_once_and_say_where_a_rider_stands() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    publishes(&centre, &[], false);
    publishes_zones(&centre, &ban());
    let mut link = phone.link(&centre);
    assert_eq!(syncs(&mut phone, &mut link, Why::Officer).published, 1);
    phone.wait_ms(DAY_MS);
    assert_eq!(syncs(&mut phone, &mut link, Why::Officer).published, 0);
    let mut stands = |lat_e7, lon_e7, within_m| {
        let at = Point::new(lat_e7, lon_e7).expect("a place");
        let near = phone.engine.areas_near(at, within_m).expect("reads");
        near.into_iter()
            .map(|(area, away_m)| (area.id, away_m > 0.0))
            .collect::<Vec<_>>()
    };
    let id = || "ban-1".to_owned();
    assert_eq!(stands(436_500_000, 1_160_500_000, 0.0), [(id(), false)]);
    assert_eq!(stands(435_900_000, 1_160_500_000, 2_000.0), [(id(), true)]);
    assert_eq!(stands(430_000_000, 1_160_500_000, 2_000.0), []);
}

#[test]
fn zones_that_are_something_else_are_not_kept() {
    let (centre, unit) = centre();
    let mut phone = phone(1, &centre, unit);
    let text = ban().to_string().into_bytes();
    let other = phone.engine.take_zones(Digest::sha256(b"other"), &text);
    assert!(matches!(other, Err(PublishedError::Other(_))), "{other:?}");
    let form = phone.engine.take_zones(Digest::sha256(b"[1]"), b"[1]");
    assert!(matches!(form, Err(PublishedError::Form(_))), "{form:?}");
    assert_eq!(phone.engine.zones_hash().expect("reads"), None);
}
