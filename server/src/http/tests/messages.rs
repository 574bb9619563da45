//! Command speaks to the field, and sees who heard it.

use axum::http::Method;
use serde_json::{Value, json};
use tala_protocol::cert::Role;
use tala_protocol::envelope::{Audience, Envelope, Kind, Lane};
use tala_protocol::event::{AckBody, AckWhat, Message, Recipient};
use tala_protocol::id::ObjectId;

use super::office::{Answer, Office, Staff, asks};
use crate::testing::{OTHER_STATION, STATION, TestPhone};

async fn says(office: &Office, staff: &Staff, body: Value) -> Answer {
    let mut request = asks(Method::POST, "/api/v1/messages", Some(&staff.cookie), body);
    let key = "one press".parse().expect("key");
    request.headers_mut().insert("idempotency-key", key);
    office.send(request).await
}

async fn listed(office: &Office, staff: &Staff) -> Vec<Value> {
    let answer = office.get(staff, "/api/v1/messages").await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    answer.json()["items"].as_array().expect("items").clone()
}

/// What a phone hears with its next pull.
fn hears(office: &Office, phone: &mut TestPhone) -> Vec<(Envelope, Message)> {
    let pulled = phone.pulls(&office.centre).into_iter();
    let messages = pulled.filter(|it| it.header().kind == Kind::Message);
    let read = messages.map(|it| {
        let message = it.body().map(Message::from_bytes);
        let message = message.expect("a body").expect("reads");
        (it, message)
    });
    read.collect()
}

fn answers(phone: &mut TestPhone, message: &Envelope, what: AckWhat) -> Envelope {
    let ack = AckBody {
        of: message.id(),
        what,
        note: Some("好".into()),
        about: None,
        newer: Default::default(),
    };
    let (lane, audience) = (Lane::Urgent, Audience::Field);
    phone.says_in(lane, audience, Kind::Ack, None, &ack.to_bytes())
}

#[tokio::test]
async fn a_message_reaches_the_phones_of_its_unit_and_shows_who_heard_it() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let mut foreign = office.centre.phone_of(OTHER_STATION, "Saran");
    let chief = office.with(Role::StationChief, STATION);
    let other = office.with(Role::StationChief, OTHER_STATION);
    let say = json!({ "text": " 回来 ", "to": [{ "unit": STATION.to_string() }] });
    let said = says(&office, &chief, say.clone()).await;
    assert_eq!(said.status, 200, "{:?}", said.json());
    let item = said.json()["items"][0].clone();
    assert_eq!(
        (&item["text"], &item["unit"]),
        (&json!("回来"), &json!(STATION.to_string()))
    );
    assert_eq!(item["by"]["id"], chief.person.to_string());
    let again = says(&office, &chief, say).await;
    assert_eq!(again.body, said.body, "the same answer, and said once");

    let heard = hears(&office, &mut phone);
    assert_eq!(heard.len(), 1);
    assert_eq!(heard[0].1.to, [Recipient::Unit(STATION)]);
    assert_eq!(heard[0].0.header().person, Some(chief.person));
    assert!(heard[0].0.header().desk.is_some(), "signed for a desk");
    assert!(hears(&office, &mut foreign).is_empty());

    let ack = answers(&mut phone, &heard[0].0, AckWhat::Seen);
    office.hands_over(&mut phone, &[ack]);
    let listed_now = listed(&office, &chief).await;
    assert_eq!(listed_now.len(), 1);
    let answer = &listed_now[0]["answers"][0];
    assert_eq!(
        (&answer["what"], &answer["note"]),
        (&json!("seen"), &json!("好"))
    );
    assert_eq!(answer["by"]["name"], "Batu");
    assert!(answer["at"].is_string());
    assert!(listed(&office, &other).await.is_empty());
    let before = office.centre.centre.dump().expect("dumps");
    office.centre.centre.rebuild().expect("rebuilds");
    assert_eq!(office.centre.centre.dump().expect("dumps"), before);
}

#[tokio::test]
async fn a_person_is_spoken_to_where_they_carry_a_phone_and_a_reply_comes_back() {
    let mut office = Office::new();
    let mut phone = office.centre.phone("Batu");
    let chief = office.with(Role::StationChief, STATION);
    let person = phone.person.to_string();
    let say = json!({ "text": "还有多少羊？", "to": [{ "person": person }] });
    let said = says(&office, &chief, say).await;
    assert_eq!(said.status, 200, "{:?}", said.json());
    let heard = hears(&office, &mut phone);
    let reply = Message {
        nonce: [1; 16],
        text: "两百只".into(),
        to: Vec::new(),
        reply_to: Some(heard[0].0.id()),
        newer: Default::default(),
    };
    let reply = phone.says(Kind::Message, None, &reply.to_bytes());
    office.hands_over(&mut phone, &[reply]);
    let items = listed(&office, &chief).await;
    assert_eq!(items.len(), 2);
    let reply = items.iter().find(|it| it["text"] == "两百只");
    let reply = reply.expect("is listed");
    assert_eq!(reply["reply_to"], said.json()["items"][0]["id"]);
    assert_eq!(reply["by"]["name"], "Batu");
}

#[tokio::test]
async fn who_is_out_of_reach_is_not_found_and_nobody_is_no_recipient() {
    let mut office = Office::new();
    let chief = office.with(Role::StationChief, STATION);
    let officer = office.with(Role::Officer, STATION);
    let absent = ObjectId::from_bytes([9; 16]).to_string();
    let station = json!([{ "unit": STATION.to_string() }]);
    let tries = [
        (
            &chief,
            json!({ "text": "x", "to": [{ "unit": OTHER_STATION.to_string() }] }),
            404,
        ),
        (
            &chief,
            json!({ "text": "x", "to": [{ "person": absent }] }),
            404,
        ),
        (
            &chief,
            json!({ "text": "x", "to": station, "reply_to": absent }),
            404,
        ),
        (&chief, json!({ "text": " ", "to": station }), 422),
        (&chief, json!({ "text": "x", "to": [] }), 422),
        (&officer, json!({ "text": "x", "to": station }), 403),
    ];
    for (staff, body, status) in tries {
        let request = asks(
            Method::POST,
            "/api/v1/messages",
            Some(&staff.cookie),
            body.clone(),
        );
        assert_eq!(office.send(request).await.status, status, "{body}");
    }
    assert!(listed(&office, &chief).await.is_empty());
}
