//! What officers do with an incident.

use std::collections::BTreeMap;

use automerge::transaction::Transactable;
use automerge::{ObjType, ROOT};

use super::*;
use crate::gate::kit::Phone;
use crate::hash::Digest;
use crate::id::ObjectId;
use crate::measure::SquareMetres;
use crate::registry::Code;
use crate::time::UnixMs;

fn entry(n: u8) -> EntryId {
    EntryId::from_bytes([n; 16])
}

fn write(phone: &mut Phone, edit: &IncidentEdit) {
    let change = edit.change(&phone.document, phone.actor, UnixMs(1_780_000_000_000));
    if let Some(bytes) = change.expect("an edit") {
        phone.send(bytes);
    }
}

fn read(phone: &Phone) -> IncidentView {
    IncidentView::read(&phone.document).0
}

fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}

fn meet(a: &mut Phone, b: &mut Phone) {
    for sent in a.sent.clone() {
        b.receive(&sent);
    }
    for sent in b.sent.clone() {
        a.receive(&sent);
    }
}

/// Two phones that both hold an incident called "old".
fn two_phones() -> (Phone, Phone) {
    let (mut bataar, mut wang) = (Phone::of(1), Phone::of(2));
    write(&mut bataar, &titled("old"));
    meet(&mut bataar, &mut wang);
    (bataar, wang)
}

pub(super) fn full_incident() -> IncidentEdit {
    let corner = |lat, lon| Vertex::new(lat, lon).expect("on the globe");
    let ring = vec![
        corner(436_000_000, 1_160_000_000),
        corner(436_010_000, 1_160_000_000),
        corner(436_010_000, 1_160_010_000),
    ];
    let facts = EvidenceFacts {
        hash: Digest::sha256(b"photo"),
        size: 1_234_567,
        taken_at: UnixMs(1_780_000_000_000),
        place: Some(corner(436_000_001, 1_160_000_001)),
        media_type: "image/jpeg".to_owned(),
    };
    let photo = EvidenceEdit {
        facts: facts.into(),
        title: "车辙".to_owned().into(),
        ..Default::default()
    };
    let sheep = HeadCountEdit {
        species: "sheep".parse::<Code>().expect("a code").into(),
        count: Count {
            count: 312,
            source: Source::Typed,
        }
        .into(),
    };
    let area = MeasuredArea::from_m2(
        SquareMetres(14_000.0),
        SquareMetres(420.0),
        Source::MeasuredGnss,
    );
    IncidentEdit {
        category: "mining".parse::<Code>().expect("a code").into(),
        registry_version: 7.into(),
        title: "开垦草原".to_owned().into(),
        narrative: "Two tractors ploughed the wet meadow north of the winter camp."
            .to_owned()
            .into(),
        geometry: Geometry::new(Shape::Polygon(vec![ring]), Source::MeasuredGnss)
            .expect("a shape")
            .into(),
        area: area.into(),
        length: MeasuredLength {
            length_cm: 50_000,
            error_cm: 900,
            source: Source::Drawn,
        }
        .into(),
        offset: OffsetSighting {
            observer: corner(435_990_000, 1_160_000_000),
            bearing_ddeg: 1_234,
            distance_dm: 9_000,
            source: Source::Typed,
        }
        .into(),
        severity: Severity::High.into(),
        campaign: ObjectId::from_bytes([8; 16]).into(),
        occurred_at: UnixMs(1_779_999_000_000).into(),
        patrol: ObjectId::from_bytes([9; 16]).into(),
        evidence: BTreeMap::from([(entry(1), photo)]),
        heads: BTreeMap::from([(entry(2), sheep)]),
    }
}

#[test]
fn everything_that_was_written_is_read() {
    let mut phone = Phone::of(1);
    let edit = full_incident();
    write(&mut phone, &edit);
    let (view, newer) = IncidentView::read(&phone.document);
    assert_eq!(newer, []);
    assert_eq!(
        view.title
            .as_ref()
            .and_then(FieldValue::get)
            .map(String::as_str),
        Some("开垦草原")
    );
    let geometry = view.geometry.as_ref().and_then(FieldValue::get).cloned();
    assert_eq!(geometry.map(Set::To), Some(edit.geometry.clone()));
    let area = view.area.as_ref().and_then(FieldValue::get).copied();
    assert_eq!(area.map(|area| area.source), Some(Source::MeasuredGnss));
    let photo = view.evidence.get(&entry(1)).expect("the photo");
    let facts = photo.facts.as_ref().and_then(FieldValue::get).cloned();
    assert_eq!(
        facts.map(Set::To),
        edit.evidence
            .get(&entry(1))
            .map(|photo| photo.facts.clone())
    );
    let sheep = view
        .heads
        .get(&entry(2))
        .and_then(|heads| heads.count.as_ref()?.get().copied());
    assert_eq!(
        sheep,
        Some(Count {
            count: 312,
            source: Source::Typed
        })
    );
}

#[test]
fn two_phones_editing_offline_merge_field_by_field() {
    let (mut bataar, mut wang) = two_phones();
    write(&mut bataar, &titled("ploughing"));
    write(
        &mut wang,
        &IncidentEdit {
            severity: Severity::High.into(),
            ..Default::default()
        },
    );
    meet(&mut bataar, &mut wang);
    assert_eq!(read(&bataar), read(&wang));
    let title = read(&wang).title.expect("a title");
    assert_eq!(
        (title.get().map(String::as_str), title.conflicts.len()),
        (Some("ploughing"), 0)
    );
    assert_eq!(title.shown.actor, bataar.actor);
    assert_eq!(
        read(&bataar)
            .severity
            .and_then(|field| field.get().copied()),
        Some(Severity::High)
    );
}

#[test]
fn two_values_of_one_field_are_both_shown_until_somebody_chooses() {
    let (mut bataar, mut wang) = two_phones();
    write(&mut bataar, &titled("ploughing"));
    write(&mut wang, &titled("mining"));
    meet(&mut bataar, &mut wang);
    let title = read(&bataar).title.expect("a title");
    assert_eq!(read(&wang).title.as_ref(), Some(&title));
    let writers: Vec<_> = title.conflicts.iter().map(|other| other.actor).collect();
    assert_eq!(
        (title.shown.actor, writers),
        (wang.actor, vec![bataar.actor])
    );

    // Writing the shown value again is a choice, and a change.
    write(&mut bataar, &titled("mining"));
    meet(&mut bataar, &mut wang);
    let title = read(&wang).title.expect("a title");
    assert_eq!(
        (title.get().map(String::as_str), title.conflicts.len()),
        (Some("mining"), 0)
    );
    assert_eq!(title.shown.actor, bataar.actor);
    let last = history(&wang.document).pop().expect("a change");
    let chosen = Value::Text("mining".to_owned());
    assert_eq!(
        last.touched,
        [Touch {
            path: "t".to_owned(),
            value: Some(chosen)
        }]
    );
}

#[test]
fn equal_values_written_at_the_same_time_are_listed_with_both_writers() {
    let (mut bataar, mut wang) = two_phones();
    write(&mut bataar, &titled("ploughing"));
    write(&mut wang, &titled("ploughing"));
    meet(&mut bataar, &mut wang);
    let title = read(&bataar).title.expect("a title");
    assert_eq!(title.conflicts.len(), 1);
    assert_ne!(
        title.conflicts.first().map(|other| other.actor),
        Some(title.shown.actor)
    );
}

#[test]
fn writing_the_value_that_stands_makes_no_change() {
    let (mut bataar, _) = two_phones();
    let again = titled("old").change(&bataar.document, bataar.actor, UnixMs(5));
    assert_eq!(again.expect("an edit"), None);
    let cleared = IncidentEdit {
        title: Set::Clear,
        ..Default::default()
    };
    write(&mut bataar, &cleared);
    assert_eq!(read(&bataar).title, None);
    let again = cleared.change(&bataar.document, bataar.actor, UnixMs(5));
    assert_eq!(again.expect("an edit"), None);
}

#[test]
fn two_photos_added_at_the_same_time_are_two() {
    let (mut bataar, mut wang) = two_phones();
    for (phone, n) in [(&mut bataar, 1), (&mut wang, 2)] {
        let photo = EvidenceEdit {
            title: "rut".to_owned().into(),
            ..Default::default()
        };
        write(
            phone,
            &IncidentEdit {
                evidence: BTreeMap::from([(entry(n), photo)]),
                ..Default::default()
            },
        );
    }
    meet(&mut bataar, &mut wang);
    let ids: Vec<_> = read(&bataar).evidence.into_keys().collect();
    assert_eq!(ids, [entry(1), entry(2)]);
}

#[test]
fn what_is_from_a_newer_version_is_listed_kept_and_not_overwritten() {
    let mut phone = Phone::of(1);
    phone.edit_freely(|tx| {
        tx.put(ROOT, "zz", 5).expect("an unknown key");
        tx.put(ROOT, "s", 99).expect("an unknown code");
        tx.put(ROOT, "t", true).expect("an unknown type");
        let map = tx
            .put_object(ROOT, "xm", ObjType::Map)
            .expect("an unknown object");
        tx.put(&map, "in", "side").expect("put");
        tx.put(ROOT, format!("ev/{}/q", entry(1)), 1)
            .expect("an unknown field of an entry");
    });
    let (view, newer) = IncidentView::read(&phone.document);
    let paths: Vec<_> = newer.iter().map(|newer| newer.path.clone()).collect();
    assert_eq!(paths, [&format!("ev/{}/q", entry(1)), "s", "t", "xm", "zz"]);
    let severity = view.severity.expect("something");
    assert_eq!(severity.shown.value, Known::Newer(Value::Int(99)));

    let overwrite = titled("mine").change(&phone.document, phone.actor, UnixMs(2));
    assert!(matches!(overwrite, Err(EditError::KeepNewer { path }) if path == "t"));
    let cleared = IncidentEdit {
        severity: Set::Clear,
        ..Default::default()
    };
    let cleared = cleared.change(&phone.document, phone.actor, UnixMs(2));
    assert!(matches!(cleared, Err(EditError::KeepNewer { .. })));
    let narrative = IncidentEdit {
        narrative: "seen".to_owned().into(),
        ..Default::default()
    };
    write(&mut phone, &narrative);
    assert_eq!(IncidentView::read(&phone.document).1, newer);
}

#[test]
fn history_says_who_wrote_what_upon_what() {
    let (mut bataar, mut wang) = two_phones();
    write(
        &mut wang,
        &IncidentEdit {
            title: Set::Clear,
            severity: Severity::Low.into(),
            ..Default::default()
        },
    );
    meet(&mut bataar, &mut wang);
    let history = history(&bataar.document);
    let who: Vec<_> = history
        .iter()
        .map(|entry| (entry.actor, entry.seq))
        .collect();
    assert_eq!(who, [(bataar.actor, 1), (wang.actor, 1)]);
    let last = history.last().expect("two entries");
    assert_eq!(last.at, UnixMs(1_780_000_000_000));
    assert_eq!(
        last.touched,
        [
            Touch {
                path: "t".to_owned(),
                value: None
            },
            Touch {
                path: "s".to_owned(),
                value: Some(Value::Int(1))
            },
        ]
    );
}

#[test]
fn a_cache_loads_to_the_same_document() {
    let (bataar, _) = two_phones();
    let loaded = Document::load_own_cache(&bataar.document.save()).expect("own cache");
    assert_eq!(loaded.heads(), bataar.document.heads());
    assert_eq!(export_json(&loaded), export_json(&bataar.document));
    assert!(Document::load_own_cache(b"nonsense").is_err());
}

#[test]
fn a_change_applied_before_its_ancestor_is_an_error_and_nothing_is_queued() {
    let (bataar, wang) = two_phones();
    let mut third = wang.clone();
    write(&mut third, &titled("new"));
    let last = third.ledger.admitted().last().expect("a change");
    let mut empty = Document::new();
    assert!(matches!(
        empty.apply([last]),
        Err(DocumentError::ApplyBeforeAncestor(_))
    ));
    assert_eq!(empty.heads(), []);
    empty.apply(third.ledger.admitted()).expect("in order");
    empty
        .apply(bataar.ledger.admitted())
        .expect("twice is once");
    assert_eq!(empty.heads(), third.document.heads());
}
