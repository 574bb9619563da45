//! Version 1 of the four documents, frozen in `fixtures/golden/doc/`. `TALA_BLESS=1` writes the
//! files anew.

use std::collections::BTreeMap;
use std::path::PathBuf;

use data_encoding::HEXLOWER;

use super::incident_tests::full_incident;
use super::*;
use crate::gate::kit::Phone;
use crate::id::{ObjectId, PersonId};
use crate::time::UnixMs;
use crate::transport::Transport;

const AT: UnixMs = UnixMs(1_780_000_000_000);

fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

/// Compares the change and the export of a document with its files.
fn check(name: &str, make: impl FnOnce(&Document, ActorId) -> Result<Option<Vec<u8>>, EditError>) {
    let mut phone = Phone::of(1);
    let bytes = make(&phone.document, phone.actor)
        .expect("an edit")
        .expect("a change");
    phone.send(bytes.clone());
    assert_eq!(phone.ledger.admitted().len(), 1, "{name} is not admitted");
    compare(
        &format!("{name}.change.hex"),
        HEXLOWER.encode(&bytes).as_bytes(),
    );
    compare(&format!("{name}.json"), &export_json(&phone.document));
}

fn compare(file: &str, found: &[u8]) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fixtures/golden/doc");
    let path = folder.join(file);
    let found = [found, b"\n"].concat();
    if std::env::var_os("TALA_BLESS").is_some() {
        std::fs::write(&path, &found).expect("writes");
    }
    let frozen = std::fs::read(&path).expect("a golden file");
    assert!(frozen == found, "{file} has changed: version 1 is frozen");
}

#[test]
fn the_incident_is_frozen() {
    check("incident", |document, actor| {
        full_incident().change(document, actor, AT)
    });
}

#[test]
fn the_patrol_is_frozen() {
    let member = TeamMemberEdit {
        person: PersonId::from_bytes([4; 16]).into(),
        name: "巴特尔".to_owned().into(),
        role: TeamRole::Leader.into(),
        absent: false.into(),
    };
    let leg = LegEdit {
        number: 1.into(),
        transport: Transport::Horse.into(),
        started_at: UnixMs(5).into(),
        ended_at: UnixMs(6).into(),
    };
    let edit = PatrolEdit {
        title: "Bayan valley".to_owned().into(),
        transport: Transport::Horse.into(),
        purpose: "禁牧".to_owned().into(),
        campaign: ObjectId::from_bytes([8; 16]).into(),
        plan: ObjectId::from_bytes([7; 16]).into(),
        started_at: UnixMs(5).into(),
        ended_at: UnixMs(6).into(),
        declared_return_at: UnixMs(9).into(),
        notes: "Snow in the north.".to_owned().into(),
        team: BTreeMap::from([(entry(1), member)]),
        legs: BTreeMap::from([(entry(2), leg)]),
    };
    check("patrol", |document, actor| edit.change(document, actor, AT));
}

#[test]
fn the_parties_are_frozen() {
    let text = |text: &str| Set::To(text.to_owned());
    let person = PersonEdit {
        name: text("张三"),
        role: PartyRole::Suspect.into(),
        id_number: text("0000"),
        phone: text("1"),
        address: text("somewhere"),
        notes: text("tall"),
    };
    let vehicle = VehicleEdit {
        plate: text("蒙H00000"),
        kind: 2.into(),
        description: text("red tractor"),
        owner: entry(1).into(),
        notes: text("no lights"),
    };
    let informant = InformantEdit {
        alias: text("crane"),
        contact: text("through the station"),
        told: text("ploughing at night"),
        notes: text("afraid"),
    };
    let edit = PartiesEdit {
        incident: ObjectId::from_bytes([6; 16]).into(),
        notes: text("all from one camp"),
        persons: BTreeMap::from([(entry(1), person)]),
        vehicles: BTreeMap::from([(entry(2), vehicle)]),
        informants: BTreeMap::from([(entry(3), informant)]),
    };
    check("parties", |document, actor| {
        edit.change(document, actor, AT)
    });
}

#[test]
fn the_plan_is_frozen() {
    let text = |text: &str| Set::To(text.to_owned());
    let here = Vertex::new(436_000_000, 1_160_000_000).expect("on the globe");
    let there = Vertex::new(436_010_000, 1_160_000_000).expect("on the globe");
    let place = |shape| PlannedPlaceEdit {
        name: text("north"),
        geometry: Geometry::new(shape, Source::Drawn).expect("a shape").into(),
        notes: text("look for ruts"),
    };
    let task = TaskEdit {
        text: text("Look at the mine"),
        geometry: Geometry::new(Shape::Point(here), Source::Imported)
            .expect("a shape")
            .into(),
        person: PersonId::from_bytes([4; 16]).into(),
        due_at: UnixMs(7).into(),
        done_at: UnixMs(8).into(),
        outcome: text("nothing new"),
    };
    let ring = vec![
        here,
        there,
        Vertex::new(436_010_000, 1_160_010_000).expect("on the globe"),
    ];
    let edit = PlanEdit {
        title: text("North in June"),
        campaign: ObjectId::from_bytes([8; 16]).into(),
        starts_at: UnixMs(5).into(),
        ends_at: UnixMs(6).into(),
        expected_silence_min: 240.into(),
        notes: text("take water"),
        routes: BTreeMap::from([(entry(1), place(Shape::Line(vec![here, there])))]),
        areas: BTreeMap::from([(entry(2), place(Shape::Polygon(vec![ring])))]),
        tasks: BTreeMap::from([(entry(3), task)]),
    };
    check("plan", |document, actor| edit.change(document, actor, AT));
}
