//! The live stream: what comes, for whom, and how it ends.

use std::time::Duration;

use axum::body::BodyDataStream;
use axum::http::Method;
use futures_util::StreamExt as _;
use serde_json::Value;
use tala_protocol::cert::Role;
use tala_protocol::envelope::Audience;

use super::office::{Office, Staff, asks, titled};
use crate::app::access::Verb;
use crate::testing::{OTHER_STATION, STATION};

async fn opens(office: &Office, staff: &Staff, last: Option<&str>) -> BodyDataStream {
    let mut request = asks(
        Method::GET,
        "/api/v1/live",
        Some(&staff.cookie),
        Value::Null,
    );
    if let Some(last) = last {
        request
            .headers_mut()
            .insert("last-event-id", last.parse().expect("id"));
    }
    let response = office.open(request).await;
    assert_eq!(response.status(), 200);
    response.into_body().into_data_stream()
}

/// Reads until `end` was seen, or nothing came for so long.
async fn reads(stream: &mut BodyDataStream, end: &str, patience: Duration) -> String {
    let mut text = String::new();
    while !text.contains(end) {
        match tokio::time::timeout(patience, stream.next()).await {
            Ok(Some(Ok(bytes))) => text.push_str(&String::from_utf8_lossy(&bytes)),
            _ => break,
        }
    }
    text
}

const SOON: Duration = Duration::from_secs(5);

#[tokio::test]
async fn an_incident_appears_for_its_own_unit_only_and_a_lost_page_goes_on_where_it_was() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let mut own = opens(&office, &chief, None).await;
    let mut foreign = opens(&office, &other, None).await;
    office.incident(&mut phone, &titled("First seen"));
    let text = reads(&mut own, "First seen", SOON).await;
    assert!(
        text.contains("event: incident") && text.contains("First seen"),
        "{text}"
    );
    let quiet = reads(&mut foreign, "First seen", Duration::from_millis(300)).await;
    assert!(!quiet.contains("First seen"), "{quiet}");
    drop(own);

    let id = text
        .lines()
        .rev()
        .find_map(|line| line.strip_prefix("id: "))
        .expect("an id");
    office.incident(&mut phone, &titled("Seen meanwhile"));
    let mut resumed = opens(&office, &chief, Some(id)).await;
    let text = reads(&mut resumed, "Seen meanwhile", SOON).await;
    assert!(
        text.contains("Seen meanwhile") && !text.contains("First seen"),
        "{text}"
    );
    let mut strange = opens(&office, &chief, Some("of-another-life")).await;
    assert!(
        reads(&mut strange, "reset", SOON)
            .await
            .contains("event: reset")
    );
}

#[tokio::test]
async fn signing_out_and_stopping_end_streams_with_a_word() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let mut stream = opens(&office, &chief, None).await;
    let out = asks(
        Method::DELETE,
        "/api/v1/session",
        Some(&chief.cookie),
        Value::Null,
    );
    assert_eq!(office.send(out).await.status, 204);
    let text = reads(&mut stream, "signed_out", SOON).await;
    assert!(
        text.contains("event: bye") && text.contains("signed_out"),
        "{text}"
    );

    let again = office.session(chief.person, chief.login.clone());
    let mut stream = opens(&office, &again, None).await;
    office.front.stop.cancel();
    let text = reads(&mut stream, "shutdown", SOON).await;
    assert!(
        text.contains("event: bye") && text.contains("shutdown"),
        "{text}"
    );
}

#[tokio::test]
async fn whoever_was_granted_a_record_is_told_of_it_from_then_on() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let (id, mut incident) = office.incident(&mut phone, &titled("On the border"));
    let mut stream = opens(&office, &other, None).await;
    let shares = office.centre.may(chief.person, Verb::Share);
    let to = (OTHER_STATION, Audience::Field);
    let centre = &office.centre.centre;
    let shared = centre.share(&shares.expect("allowed"), id, to, false);
    shared.expect("shared");
    let text = reads(&mut stream, "On the border", SOON).await;
    assert!(text.contains("On the border"), "{text}");
    assert!(text.contains("\"unread\":true"), "{text}");
    let change = incident.write(&mut phone, &titled("Still on the border"));
    office.hands_over(&mut phone, &[change]);
    let text = reads(&mut stream, "Still on", SOON).await;
    assert!(text.contains("Still on the border"), "{text}");
}
