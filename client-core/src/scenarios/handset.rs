//! A handset as a screen meets it: by its verbs, and by messages.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use serde_json::{Value, json};
use tala_protocol::hash::Digest;
use tala_protocol::time::DeviceTimes;

use super::{centre, phone};
use crate::handset::ask::{FixIn, IncidentIn, PatrolIn};
use crate::handset::message::handle;
use crate::handset::{Handset, HandsetError, Platform};
use crate::media::MemoryBlobs;
use crate::outbox::Link;
use crate::store::memory::MemoryStore;
use crate::sync::{SyncOptions, Why};
use crate::testing::{Centre, Dice, KeyMood, MemoryLink, Phone, TestSigner, block_on};
use crate::transport::{Transport, TransportError, UploadState};

/// A test phone's surroundings, as a platform.
pub(super) struct Pocket {
    key: TestSigner,
    now: Cell<DeviceTimes>,
    dice: RefCell<Dice>,
}

pub(super) type Shown = Handset<MemoryStore, Pocket>;

impl Platform for Pocket {
    type Key = TestSigner;
    type Files = MemoryBlobs;

    fn now(&self) -> DeviceTimes {
        let mut now = self.now.get();
        now.wall.0 += 1_000;
        now.mono.0 += 1_000;
        self.now.set(now);
        now
    }

    fn random16(&self) -> [u8; 16] {
        crate::entropy::Entropy::bytes16(&mut *self.dice.borrow_mut())
    }

    fn key(&self) -> &TestSigner {
        &self.key
    }

    fn battery_pct(&self) -> Option<u8> {
        Some(71)
    }
}

pub(super) fn handset(phone: Phone<MemoryStore>) -> Shown {
    let (store, marker) = phone.engine.into_parts();
    let pocket = Pocket {
        key: phone.signer,
        now: Cell::new(phone.now),
        dice: RefCell::new(phone.dice),
    };
    let (handset, _) = Handset::open(store, marker, phone.blobs, pocket).expect("opens");
    handset
}

fn link(handset: &Shown, centre: &Rc<RefCell<Centre>>) -> MemoryLink {
    let asked = handset.identity().expect("is whole");
    MemoryLink::new(asked.device, Rc::clone(centre))
}

pub(super) fn syncs(handset: &Shown, centre: &Rc<RefCell<Centre>>) {
    let mut link = link(handset, centre);
    let done = block_on(handset.sync(&mut link, OFFICER, |_| {}));
    done.expect("syncs");
}

const OFFICER: SyncOptions = SyncOptions {
    why: Why::Officer,
    link: Link::Good,
    originals: true,
};

const OFF_THE_GLOBE: &str = concat!(
    r#"{"do":"report","incident":{"shape":{"kind":"point","source":"gnss","#,
    r#""corners":[{"lat":91,"lon":0}]}}}"#
);

pub(super) fn on_horse() -> PatrolIn {
    PatrolIn {
        transport: "horse".into(),
        title: Some("北线".into()),
        team: vec!["巴特尔".into()],
        ..PatrolIn::default()
    }
}

pub(super) fn fix(n: i64) -> FixIn {
    FixIn {
        time_ms: 1_790_000_000_000 + n * 1_000,
        lat: 43.6 + n as f64 * 9e-5,
        lon: 116.0,
        alt_m: Some(1_200.0),
        acc_m: Some(4.2),
        speed_ms: Some(2.4),
        bearing_deg: Some(359.7),
        provider: 0,
        satellites: Some(9),
        mock: false,
        mono_ms: None,
    }
}

/// A link during whose requests the officer rides on.
struct Riding<'a> {
    below: MemoryLink,
    handset: &'a Shown,
    rode: i64,
}

impl Transport for Riding<'_> {
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.rode += 1;
        let taken = self.handset.deliver(&fix(100 + self.rode));
        assert_eq!(taken.expect("is taken during a request").durable, 1);
        self.below.sync(frame).await
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.below.enrol(frame).await
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.below.media_state(hash).await
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        self.below.media_chunks(hash, hashes).await
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        self.below.media_append(hash, offset, bytes).await
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        self.below.media_read(hash, from, len).await
    }
}

#[test]
fn a_sync_under_way_does_not_hold_up_a_fix() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    handset.start_patrol(&on_horse()).expect("starts");
    for n in 0..10 {
        handset.deliver(&fix(n)).expect("records");
    }
    let mut riding = Riding {
        below: link(&handset, &centre),
        handset: &handset,
        rode: 0,
    };
    let heard = Cell::new(0);
    let progress = |_: &_| heard.set(heard.get() + 1);
    block_on(handset.sync(&mut riding, OFFICER, progress)).expect("syncs");
    assert!(riding.rode > 0 && heard.get() > 0);
    let shown = handset.recording().expect("reads").expect("goes on");
    assert_eq!(shown.fixes, 10 + u64::try_from(riding.rode).expect("few"));
    assert_eq!(shown.last.expect("has one").lat, fix(100 + riding.rode).lat);
}

#[test]
fn a_locked_key_does_not_stop_work_and_what_waits_is_signed_later() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    handset.platform().key().set_mood(KeyMood::Locked);
    let incident = handset.report(&IncidentIn::default()).expect("is saved");
    let (signed, stopped) = block_on(handset.sign_waiting()).expect("tries");
    assert!(signed == 0 && stopped.is_some());
    let page = handset.hand_over().expect("reads");
    assert_eq!(page.records[0].whereabouts, "waiting_for_key");
    assert!(page.unproved);
    handset.platform().key().set_mood(KeyMood::Quick);
    syncs(&handset, &centre);
    let page = handset.hand_over().expect("reads");
    assert_eq!((&page.records[0].id, page.unproved), (&incident, false));
}

#[test]
fn an_incident_stands_where_the_officer_stands_and_its_ring_has_an_area_with_error() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    handset.start_patrol(&on_horse()).expect("starts");
    handset.deliver(&fix(0)).expect("records");
    let ask = json!({ "do": "report", "incident": { "category": "reclamation" } });
    let id = ok(&handset, &ask);
    let page = ok(&handset, &json!({ "do": "incident", "id": id }));
    let place = page["geojson"].as_str().expect("is text");
    let place: Value = serde_json::from_str(place).expect("JSON");
    assert_eq!(
        place,
        json!({ "type": "Point", "coordinates": [116.0, 43.6] })
    );
    let ring = json!({ "kind": "polygon", "source": "gnss", "acc_m": [3.0, 3.0, 3.0, 3.0],
        "corners": [at(43.6, 116.0), at(43.6, 116.002), at(43.602, 116.002), at(43.602, 116.0)] });
    let ask = json!({ "do": "edit_incident", "id": id, "incident": { "shape": ring } });
    assert_eq!(ok(&handset, &ask), Value::Null);
    let page = ok(&handset, &json!({ "do": "incident", "id": id }));
    let area = page["area_m2"]["value"].as_f64().expect("is a number");
    let error = page["area_m2"]["error_95"].as_f64().expect("is a number");
    // 0.002 degree: 222.2 m north to south, 161.4 m east to west at this latitude.
    assert!((35_600.0..36_100.0).contains(&area), "{area}");
    assert!((100.0..4_000.0).contains(&error), "{error}");
}

#[test]
fn a_person_chooses_between_two_values() {
    let (centre, unit) = centre();
    let (a, b) = (
        handset(phone(1, &centre, unit)),
        handset(phone(2, &centre, unit)),
    );
    let id = a.report(&titled("开垦")).expect("is saved");
    syncs(&a, &centre);
    syncs(&b, &centre);
    a.edit_incident(&id, &titled("开垦甲")).expect("is saved");
    b.edit_incident(&id, &titled("开垦乙")).expect("is saved");
    for _ in 0..2 {
        syncs(&a, &centre);
        syncs(&b, &centre);
    }
    let page = a.incident(&id).expect("reads");
    let conflict = &page.conflicts[0];
    let own = conflict.values.iter().position(|value| value.own);
    a.choose(&id, &conflict.field, own.expect("one is ours"))
        .expect("chooses");
    let again = a.choose(&id, &conflict.field, 0);
    assert!(matches!(again, Err(HandsetError::NoConflict(_))));
    syncs(&a, &centre);
    syncs(&b, &centre);
    let page = b.incident(&id).expect("reads");
    assert_eq!(page.title.as_deref(), Some("开垦甲"));
    assert!(page.conflicts.is_empty());
}

#[test]
fn a_call_for_help_shows_who_answered() {
    let (centre, unit) = centre();
    let a = handset(phone(1, &centre, unit));
    let mut b = phone(2, &centre, unit);
    let call = a.sos(Some("坠马".into()), 0).expect("is saved");
    assert!(!a.sos_state(&call).expect("reads").at_centre);
    syncs(&a, &centre);
    b.sync(&centre).expect("syncs");
    let taken = tala_protocol::event::AckWhat::Taken;
    let of = Digest::from_hex(&call).expect("is a hash");
    b.engine
        .acknowledge(of, taken, Some("半小时到".into()), b.now)
        .expect("answers");
    b.sync(&centre).expect("syncs");
    syncs(&a, &centre);
    let state = a.sos_state(&call).expect("reads");
    assert!(state.at_centre);
    assert_eq!(state.answers[0].what, "taken");
    assert_eq!(state.answers[0].note.as_deref(), Some("半小时到"));
}

#[test]
fn what_is_no_message_is_answered_in_words_and_changes_nothing() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let before = handset.version().expect("is whole");
    for (message, code) in [
        ("", "unread"),
        ("[]", "unread"),
        (r#"{"do":"fly"}"#, "unread"),
        (r#"{"do":"pause"}"#, "no_patrol"),
        (
            r#"{"do":"start_patrol","patrol":{"transport":"broom"}}"#,
            "input",
        ),
        (r#"{"do":"incident","id":"zz"}"#, "input"),
        (OFF_THE_GLOBE, "input"),
        (
            r#"{"do":"report","incident":{"shape":{"kind":"line","source":"gnss","corners":[]}}}"#,
            "input",
        ),
    ] {
        let answer: Value = serde_json::from_str(&handle(&handset, message)).expect("is JSON");
        assert_eq!(answer["error"]["code"], code, "{message}");
        assert_ne!(answer["error"]["message"], "", "{message}");
    }
    assert!(handset.hand_over().expect("reads").records.is_empty());
    assert!(handset.version().expect("is whole") >= before);
}

#[test]
fn a_handset_that_rests_is_not_taken_for_one_that_was_killed() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    handset.start_patrol(&on_horse()).expect("starts");
    handset.deliver(&fix(0)).expect("records");
    let killed = reopened(handset);
    assert!(killed.1, "the gap is noted");
    killed.0.rest().expect("rests");
    assert!(!reopened(killed.0).1);
}

#[test]
fn the_receiver_is_asked_for_fixes_only_while_something_is_recorded() {
    let (centre, unit) = centre();
    let handset = handset(phone(1, &centre, unit));
    let wanted = |handset: &Shown| handset.wants_fixes_every_ms().expect("is whole");
    assert_eq!(wanted(&handset), None);
    handset.start_patrol(&on_horse()).expect("starts");
    assert_eq!(wanted(&handset), Some(1_000));
    handset.pause().expect("pauses");
    assert_eq!(wanted(&handset), None);
    handset.resume().expect("goes on");
    let (handset, _) = reopened(handset);
    assert_eq!(
        wanted(&handset),
        Some(1_000),
        "a patrol goes on over a kill"
    );
    handset.stop_patrol().expect("stops");
    assert_eq!(wanted(&handset), None);
}

pub(super) fn reopened(handset: Shown) -> (Shown, bool) {
    let (store, marker, files, pocket) = handset.into_parts().expect("is whole");
    let (handset, opening) = Handset::open(store, marker, files, pocket).expect("opens");
    (handset, opening.interrupted.is_some())
}

pub(super) fn at(lat: f64, lon: f64) -> Value {
    json!({ "lat": lat, "lon": lon })
}

pub(super) fn titled(title: &str) -> IncidentIn {
    IncidentIn {
        title: Some(title.to_owned()),
        ..IncidentIn::default()
    }
}

pub(super) fn ok(handset: &Shown, message: &Value) -> Value {
    let answer: Value = serde_json::from_str(&handle(handset, &message.to_string())).expect("JSON");
    assert!(answer.get("ok").is_some(), "{answer}");
    answer["ok"].clone()
}
