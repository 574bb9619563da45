//! A phone whose owner puts two backups of one run back in the wrong order, the older first: from the second
//! on it writes again at places of a feed that it had written at before, without knowing.

use axum::http::Method;
use serde_json::Value;
use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::cert::Role;
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::feed::FeedHead;
use tala_protocol::sync::{Outcome, SyncReply, frame};

use super::office::{Office, Staff};
use crate::store::read;
use crate::testing::{BANNER, STATION, TestPhone};

const SYNC: &str = "/api/v1/device/sync";

/// What the phone says behind a place of its feed, as the store that was put back knows it.
fn goes_on(phone: &mut TestPhone, behind: &Envelope, words: &[&str]) -> Vec<Envelope> {
    let feed = behind.header().feed;
    let mut head = FeedHead {
        seq: behind.header().seq,
        hash: behind.id(),
    };
    let said = words.iter().map(|word| {
        let said = phone.seal(feed, Some(head), Kind::Message, None, word.as_bytes());
        head = FeedHead {
            seq: said.header().seq,
            hash: said.id(),
        };
        said
    });
    said.collect()
}

async fn pushes(office: &mut Office, phone: &TestPhone, said: &[Envelope]) -> SyncReply {
    let body = frame::close(&phone.request(said).to_bytes());
    let signed = office.signed(phone, Method::POST, SYNC, &body);
    let answer = office.send(signed).await;
    assert_eq!(answer.status, 200, "{:?}", answer.json());
    let message = frame::open(&answer.body, 1 << 22).expect("frame");
    SyncReply::from_bytes(&message).expect("reply")
}

async fn shown(office: &Office, admin: &Staff) -> Vec<(Value, Value)> {
    let list = office.get(admin, "/api/v1/quarantine").await.json();
    let items = list["items"].as_array().cloned().unwrap_or_default();
    let mut shown: Vec<_> = items
        .iter()
        .map(|item| (item["envelope"].clone(), item["reason"].clone()))
        .collect();
    // Newest first on the desk.
    shown.reverse();
    shown
}

fn stored(reply: &SyncReply) -> u32 {
    let spans = reply.spans.iter();
    let stored = spans.filter(|span| matches!(span.outcome, Outcome::Stored { .. }));
    stored.map(|span| span.count).sum()
}

#[tokio::test]
async fn two_backups_put_back_in_the_wrong_order_fork_a_feed_and_both_branches_are_kept() {
    let mut office = Office::new();
    let (mut bayar, mut naran) = (office.centre.phone("Bayar"), office.centre.phone("Naran"));
    let admin = office.with(Role::Administrator, BANNER);
    let common = bayar.says(Kind::Message, None, b"in both backups");
    // The older store was put back first and wrote on; then the newer one did, from the same place.
    let first = goes_on(&mut bayar, &common, &["from the older", "and more"]);
    let second = goes_on(&mut bayar, &common, &["from the newer", "and on", "and on"]);
    let told = [std::slice::from_ref(&common), &first].concat();
    assert_eq!(stored(&pushes(&mut office, &bayar, &told).await), 3);
    assert!(shown(&office, &admin).await.is_empty());

    let reply = pushes(&mut office, &bayar, &second).await;
    assert_eq!(stored(&reply), 3, "nothing is refused: it is evidence");
    let expected = ["fork", "frozen", "frozen"];
    let expected: Vec<_> = second
        .iter()
        .zip(expected)
        .map(|(said, why)| (Value::from(said.id().to_string()), Value::from(why)))
        .collect();
    assert_eq!(shown(&office, &admin).await, expected);
    // The branch that came first stands, all of it; the other is in the log, with its leaves.
    let kept = read(office.centre.store.as_ref(), |reads| {
        let all = first.iter().chain(&second);
        let found = all.map(|said| reads.lsn_of(&said.id()));
        found.collect::<Result<Vec<_>, _>>()
    });
    assert!(kept.expect("reads").iter().all(Option::is_some));
    let got = naran.pulls(&office.centre);
    assert!(told.iter().all(|said| got.contains(said)));
    assert!(second.iter().all(|said| !got.contains(said)));
    let verdicts = got.iter().filter(|e| e.header().kind == Kind::Verdict);
    let verdicts = verdicts.filter_map(|e| VerdictBody::from_bytes(e.body()?).ok());
    let refused = verdicts.filter(|it| it.ruling == Ruling::Refuse);
    let refused: Vec<_> = refused.map(|it| it.envelope).collect();
    let branch: Vec<_> = second.iter().map(Envelope::id).collect();
    assert_eq!(refused, branch, "every replica is told");

    // From here on the feed is frozen, whichever branch is written on; another epoch is not.
    let late = goes_on(&mut bayar, &first[1], &["still the old epoch"]);
    pushes(&mut office, &bayar, &late).await;
    assert_eq!(shown(&office, &admin).await.len(), 4);
    let mut feed = common.header().feed;
    feed.epoch = 1;
    let anew = bayar.seal(feed, None, Kind::Message, None, b"a new epoch");
    pushes(&mut office, &bayar, std::slice::from_ref(&anew)).await;
    assert!(naran.pulls(&office.centre).contains(&anew));
    assert_eq!(shown(&office, &admin).await.len(), 4);
    let outsider = office.with(Role::StationChief, STATION);
    let refused = office.get(&outsider, "/api/v1/quarantine").await;
    assert_eq!(refused.status, 403, "it is the administrator's to see");
}
