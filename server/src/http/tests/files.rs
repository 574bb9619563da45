//! Files: from a phone, chunk by chunk, to the desk that may read the record.

use std::collections::BTreeMap;

use axum::http::{Method, header};
use serde_json::{Value, json};
use tala_protocol::body::{CHUNK_LEN, MediaBody, chunk_root};
use tala_protocol::cert::Role;
use tala_protocol::doc::{EntryId, EvidenceEdit, EvidenceFacts, IncidentEdit};
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::office::{Answer, Office, asks, titled};
use crate::app::Uploads as _;
use crate::app::access::Verb;
use crate::media::UploadBook;
use crate::testing::{BEGIN, OTHER_STATION, STATION, TestPhone};

struct Photo {
    bytes: Vec<u8>,
    chunks: Vec<u8>,
    body: MediaBody,
}

fn photo(len: usize) -> Photo {
    let bytes: Vec<u8> = (0..len).map(|n| (n * 31 % 251) as u8).collect();
    let hashes: Vec<[u8; 32]> = bytes
        .chunks(CHUNK_LEN)
        .map(|chunk| *Digest::sha256(chunk).bytes())
        .collect();
    let body = MediaBody {
        hash: Digest::sha256(&bytes),
        len: len as u64,
        media_type: "image/jpeg".into(),
        chunk_root: chunk_root(&hashes),
        thumb: None,
        taken_at: None,
        place_e7: None,
    };
    Photo {
        bytes,
        chunks: hashes.concat(),
        body,
    }
}

fn describe(office: &Office, phone: &mut TestPhone, incident: ObjectId, photo: &Photo) {
    let body = photo.body.to_bytes();
    let said = phone.says_in(
        Lane::Media,
        Audience::Field,
        Kind::Media,
        Some(incident),
        &body,
    );
    office.hands_over(phone, &[said]);
}

async fn sends(
    office: &mut Office,
    phone: &TestPhone,
    method: Method,
    path: &str,
    offset: Option<usize>,
    body: &[u8],
) -> Answer {
    let mut request = office.signed(phone, method, path, body);
    if let Some(offset) = offset {
        request.headers_mut().insert("upload-offset", offset.into());
    }
    office.send(request).await
}

/// A photo that an incident of the first station cites and a phone has described.
async fn cited(office: &mut Office, phone: &mut TestPhone, photo: &Photo) -> (String, String) {
    let facts = EvidenceFacts {
        hash: photo.body.hash,
        size: photo.body.len,
        taken_at: BEGIN,
        place: None,
        media_type: photo.body.media_type.clone(),
    };
    let entry = EvidenceEdit {
        facts: facts.into(),
        ..EvidenceEdit::default()
    };
    let edit = IncidentEdit {
        evidence: BTreeMap::from([(EntryId::from_bytes([1; 16]), entry)]),
        ..titled("Sand pit")
    };
    let (incident, _) = office.incident(phone, &edit);
    describe(office, phone, incident, photo);
    let path = format!("/api/v1/device/media/{}", photo.body.hash);
    (path, format!("/api/v1/incidents/{incident}"))
}

#[tokio::test]
async fn pieces_that_were_not_described_are_refused() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let photo = photo(CHUNK_LEN * 2 + 100);
    let (path, _) = cited(&mut office, &mut phone, &photo).await;
    let (list, first) = (format!("{path}/chunks"), &photo.bytes[..CHUNK_LEN]);
    let early = sends(&mut office, &phone, Method::PATCH, &path, Some(0), first).await;
    assert_eq!(early.status, 409, "chunk hashes come first");
    let short = &photo.chunks[32..];
    let wrong = sends(&mut office, &phone, Method::PUT, &list, None, short).await;
    assert_eq!(wrong.status, 422, "another list");
    sends(&mut office, &phone, Method::PUT, &list, None, &photo.chunks).await;
    let shifted = &photo.bytes[1..=CHUNK_LEN];
    let bad = sends(&mut office, &phone, Method::PATCH, &path, Some(0), shifted).await;
    assert_eq!(bad.status, 422, "another chunk");
    let half = &photo.bytes[..1_000];
    let half = sends(&mut office, &phone, Method::PATCH, &path, Some(0), half).await;
    assert_eq!(half.status, 422, "half a chunk");
    let state = sends(&mut office, &phone, Method::HEAD, &path, None, b"").await;
    let upload = (
        state.header("upload-offset"),
        state.header("upload-complete"),
    );
    assert_eq!(upload, ("0", "?0"), "nothing of that was stored");
}

#[tokio::test]
async fn a_photo_arrives_in_pieces_and_is_seen_only_when_it_is_whole() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let photo = photo(CHUNK_LEN * 2 + 100);
    let (path, incident) = cited(&mut office, &mut phone, &photo).await;
    let seen = format!("{incident}/media/{}", photo.body.hash);
    let (first, rest) = photo.bytes.split_at(CHUNK_LEN);
    let list = format!("{path}/chunks");
    let listed = sends(&mut office, &phone, Method::PUT, &list, None, &photo.chunks).await;
    assert_eq!(listed.status, 204);

    let book = UploadBook::new(office.front.door.clone());
    book.attach(&office.centre.centre);
    assert_eq!(book.wanted(phone.device()), [photo.body.hash]);
    let stored = sends(&mut office, &phone, Method::PATCH, &path, Some(0), first).await;
    assert_eq!(
        (stored.status.as_u16(), stored.header("upload-offset")),
        (204, "65536")
    );
    let again = sends(&mut office, &phone, Method::PATCH, &path, Some(0), first).await;
    assert_eq!(
        (again.status.as_u16(), again.header("upload-offset")),
        (409, "65536")
    );
    assert_eq!(office.get(&chief, &seen).await.status, 404, "not whole yet");
    let shown = office.get(&chief, &incident).await.json()["evidence"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["received"]),
        (&json!("partial"), &json!(65_536))
    );

    let done = sends(
        &mut office,
        &phone,
        Method::PATCH,
        &path,
        Some(CHUNK_LEN),
        rest,
    )
    .await;
    assert_eq!(
        (done.status.as_u16(), done.header("upload-complete")),
        (204, "?1")
    );
    assert_eq!(book.wanted(phone.device()), []);
    let shown = office.get(&chief, &incident).await.json()["evidence"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["href"]),
        (&json!("complete"), &json!(seen))
    );
    let original = office.get(&chief, &seen).await;
    assert_eq!(
        (original.status.as_u16(), &original.body[..]),
        (200, &photo.bytes[..])
    );
    assert_eq!(office.get(&other, &seen).await.status, 404, "another unit");
    let mut part = asks(Method::GET, &seen, Some(&chief.cookie), Value::Null);
    let range = "bytes=10-19".parse().expect("range");
    part.headers_mut().insert(header::RANGE, range);
    let part = office.send(part).await;
    assert_eq!(
        (part.status.as_u16(), &part.body[..]),
        (206, &photo.bytes[10..20])
    );
}

#[tokio::test]
async fn citing_a_file_that_another_phone_has_sent_gives_no_access() {
    let mut office = Office::new();
    let mut owner = office.centre.phone("Batu");
    let mut copier = office.centre.phone_of(OTHER_STATION, "Temur");
    let chief = office.with(Role::StationChief, OTHER_STATION);
    let photo = photo(1_000);
    let (incident, _) = office.incident(&mut owner, &titled("Theirs"));
    describe(&office, &mut owner, incident, &photo);
    let path = format!("/api/v1/device/media/{}", photo.body.hash);
    let foreign = sends(&mut office, &copier, Method::HEAD, &path, None, b"").await;
    assert_eq!(foreign.status, 404, "not described by this phone");
    let done = sends(
        &mut office,
        &owner,
        Method::PATCH,
        &path,
        Some(0),
        &photo.bytes,
    )
    .await;
    assert_eq!(
        done.header("upload-complete"),
        "?1",
        "a single chunk is its own list"
    );

    let (mine, _) = office.incident(&mut copier, &titled("Ours"));
    describe(&office, &mut copier, mine, &photo);
    let seen = format!("/api/v1/incidents/{mine}/media/{}", photo.body.hash);
    assert_eq!(office.get(&chief, &seen).await.status, 404);
    let get = sends(&mut office, &copier, Method::GET, &path, None, b"").await;
    assert_eq!(get.status, 404);
    sends(
        &mut office,
        &copier,
        Method::PATCH,
        &path,
        Some(0),
        &photo.bytes,
    )
    .await;
    assert_eq!(
        office.get(&chief, &seen).await.status,
        200,
        "now it has handed it over itself"
    );
    let absent = format!(
        "/api/v1/incidents/{mine}/media/{}",
        Digest::sha256(b"absent")
    );
    assert_eq!(office.get(&chief, &absent).await.status, 404);
}

#[tokio::test]
async fn a_phone_reads_the_file_of_a_record_that_was_shown_to_its_unit_later() {
    let mut office = Office::new();
    let mut owner = office.centre.phone("Batu");
    let other = office.centre.phone_of(OTHER_STATION, "Temur");
    let chief = office.with(Role::StationChief, STATION);
    let photo = photo(1_000);
    let (path, _) = cited(&mut office, &mut owner, &photo).await;
    let bytes = &photo.bytes;
    sends(&mut office, &owner, Method::PATCH, &path, Some(0), bytes).await;
    let early = sends(&mut office, &other, Method::GET, &path, None, b"").await;
    assert_eq!(early.status, 404, "nobody has shown it to them");

    let described = office.front.behind.descriptions(&photo.body.hash);
    let record = described.expect("described").first().expect("one").object;
    let shares = office.centre.may(chief.person, Verb::Share).expect("may");
    let to = (OTHER_STATION, Audience::Field);
    let centre = office.centre.centre.clone();
    centre.share(&shares, record, to, false).expect("shared");
    centre.settle().expect("settled");
    let shown = sends(&mut office, &other, Method::GET, &path, None, b"").await;
    assert_eq!(shown.status, 200, "their list holds its description");
    assert_eq!(shown.body.as_ref(), bytes.as_slice());
}
