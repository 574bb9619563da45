//! Files: from a phone, chunk by chunk, to the desk that may read the record.

use axum::http::{Method, header};
use serde_json::Value;
use tala_protocol::body::{CHUNK_LEN, MediaBody, chunk_root};
use tala_protocol::cert::Role;
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::office::{Answer, Office, asks, titled};
use crate::testing::{OTHER_STATION, STATION, TestPhone};

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

#[tokio::test]
async fn a_photo_arrives_in_pieces_and_is_seen_only_when_it_is_whole() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let (incident, _) = office.incident(&mut phone, &titled("Sand pit"));
    let photo = photo(CHUNK_LEN * 2 + 100);
    describe(&office, &mut phone, incident, &photo);
    let path = format!("/api/v1/device/media/{}", photo.body.hash);
    let seen = format!("/api/v1/incidents/{incident}/media/{}", photo.body.hash);

    let state = sends(&mut office, &phone, Method::HEAD, &path, None, b"").await;
    assert_eq!(
        (
            state.header("upload-offset"),
            state.header("upload-complete")
        ),
        ("0", "?0")
    );
    let first = &photo.bytes[..CHUNK_LEN];
    let early = sends(&mut office, &phone, Method::PATCH, &path, Some(0), first).await;
    assert_eq!(early.status, 409, "chunk hashes come first");
    let list = format!("{path}/chunks");
    let wrong = sends(
        &mut office,
        &phone,
        Method::PUT,
        &list,
        None,
        &photo.chunks[32..],
    )
    .await;
    assert_eq!(wrong.status, 422);
    let right = sends(&mut office, &phone, Method::PUT, &list, None, &photo.chunks).await;
    assert_eq!(right.status, 204);

    let bad = sends(
        &mut office,
        &phone,
        Method::PATCH,
        &path,
        Some(0),
        &photo.bytes[1..=CHUNK_LEN],
    )
    .await;
    assert_eq!(bad.status, 422, "a chunk that was not described");
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

    let rest = &photo.bytes[CHUNK_LEN..];
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
    let original = office.get(&chief, &seen).await;
    assert_eq!(original.status, 200);
    assert_eq!(original.body, photo.bytes);
    assert_eq!(office.get(&other, &seen).await.status, 404, "another unit");
    let mut part = asks(Method::GET, &seen, Some(&chief.cookie), Value::Null);
    part.headers_mut()
        .insert(header::RANGE, "bytes=10-19".parse().expect("range"));
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
