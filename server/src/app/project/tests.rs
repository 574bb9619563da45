mod alerts;
mod in_force;
mod sharing;

use std::sync::Arc;

use tala_protocol::body::{Beacon, ChangeBody, MediaBody, TrackBody};
use tala_protocol::cert::{Person, Role, Statement};
use tala_protocol::doc::{Geometry, IncidentEdit, MeasuredArea, Set, Shape, Source, Vertex};
use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::fix::{Fix, GapCause};
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, PersonId};
use tala_protocol::measure::SquareMetres;
use tala_protocol::time::UnixMs;
use tala_protocol::track::{Gap, Segment, encode};
use tala_protocol::transport::Transport;

use crate::app::AppError;
use crate::app::access::{Grant, Verb};
use crate::app::live::Missed;
use crate::app::reader::{AlertQuery, IncidentQuery, PatrolQuery, QuarantineQuery, TrackQuery};
use crate::app::sync::NOT_READABLE;
use crate::store::QuarantineReason;
use crate::store::projections::{AlertKind, AlertRow, BoxE7};
use crate::store::sqlite::SqliteStore;
use crate::testing::{
    BANNER, BEGIN, OTHER_STATION, STATION, TestCentre, TestIncident, TestPhone, membership,
};

/// Runs a scenario on both stores.
fn on_both(scenario: impl Fn(TestCentre)) {
    scenario(TestCentre::new());
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
    scenario(TestCentre::on(Arc::new(store)));
}

/// A person with a role in the banner, and what that person may see.
fn staff(centre: &TestCentre, n: u8, role: Role) -> Grant {
    let person = PersonId::from_bytes([n; 16]);
    let name = format!("staff {n}");
    centre.state(
        BANNER,
        &[
            Statement::Person(Person { person, name }),
            Statement::Membership(membership(person, BANNER, role)),
        ],
    );
    let verb = match role {
        Role::Administrator => Verb::SeeQuarantine,
        _ => Verb::SeeIncidents,
    };
    centre.may(person, verb).expect("allowed")
}

/// The newest alerts.
fn alerts(centre: &TestCentre, grant: &Grant, open: Option<bool>) -> Vec<AlertRow> {
    let query = AlertQuery {
        open,
        limit: 10,
        ..AlertQuery::default()
    };
    let found = centre.centre.alerts(grant, &query).expect("reads");
    found.into_iter().map(|(alert, _)| alert).collect()
}

/// The same person, for another verb.
fn may(centre: &TestCentre, who: &Grant, verb: Verb) -> Grant {
    centre.may(who.asker().person, verb).expect("allowed")
}

fn sees(centre: &TestCentre, person: PersonId) -> Grant {
    centre.may(person, Verb::SeeIncidents).expect("allowed")
}

fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}

fn all() -> IncidentQuery {
    IncidentQuery {
        limit: 100,
        ..IncidentQuery::default()
    }
}

fn finding(words: &str) -> IncidentQuery {
    IncidentQuery {
        words: Some(words.to_owned()),
        ..all()
    }
}

/// Ten fixes to the east from a place.
fn ride(phone: &mut TestPhone, patrol: ObjectId, begin_ms: i64, lat: i32, lon: i32) -> Vec<u8> {
    ride_after(None, phone, patrol, begin_ms, (lat, lon))
}

/// The same, perhaps behind a gap.
fn ride_after(
    gap: Option<GapCause>,
    phone: &mut TestPhone,
    patrol: ObjectId,
    begin_ms: i64,
    (lat, lon): (i32, i32),
) -> Vec<u8> {
    let fixes = (0..10)
        .map(|n| Fix::at(UnixMs(begin_ms + n * 1_000), lat, lon + n as i32 * 1_000).expect("fix"));
    let segment = Segment {
        boot: None,
        time_source: Default::default(),
        triples: Vec::new(),
        fixes: fixes.collect(),
        gaps: gap
            .map(|cause| Gap { index: 0, cause })
            .into_iter()
            .collect(),
        unknown: Vec::new(),
    };
    let segment = match encode(&segment) {
        Ok(bytes) => bytes,
        Err(error) => panic!("{error} for {patrol} of {}", phone.device()),
    };
    TrackBody {
        leg: 1,
        transport: Transport::Horse,
        segment,
    }
    .to_bytes()
}

#[test]
fn an_incident_is_listed_with_its_facts_and_found_by_its_words() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let place = Vertex::new(436_000_000, 1_160_000_000).expect("a place");
        let edit = IncidentEdit {
            narrative: "车牌蒙H·12345，газар хагалах，ᠨᠤᠲᠤᠭ".to_owned().into(),
            geometry: Set::To(
                Geometry::new(Shape::Point(place), Source::MeasuredGnss).expect("a point"),
            ),
            area: Set::To(MeasuredArea::from_m2(
                SquareMetres::from_mu(25.0),
                SquareMetres::from_mu(1.0),
                Source::MeasuredGnss,
            )),
            ..titled("发现非法开垦")
        };
        let said = TestIncident::default().write(&mut bayar, &edit);
        bayar.syncs(&centre, std::slice::from_ref(&said));
        centre.centre.settle().expect("settles");
        let rows = centre.centre.incidents(&duty, &all()).expect("reads");
        assert_eq!(rows.len(), 1);
        let row = &rows[0].0;
        assert_eq!(row.title.as_deref(), Some("发现非法开垦"));
        assert_eq!(row.point_e7, Some((1_160_000_000, 436_000_000)));
        assert_eq!(row.reporter.person, Some(bayar.person));
        for words in ["开垦", "蒙H·12345", "Хагалах", "ᠨᠤᠲᠤᠭ"] {
            let found = centre.centre.incidents(&duty, &finding(words));
            assert_eq!(found.expect("reads").len(), 1, "{words}");
        }
        let none = centre.centre.incidents(&duty, &finding("采矿"));
        assert!(none.expect("reads").is_empty());
        let history = centre.centre.incident_history(&duty, said.object());
        assert_eq!(history.expect("reads").len(), 1);
    });
}

#[test]
fn what_two_people_wrote_at_once_is_both_shown() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let (mut his, mut hers) = (TestIncident::default(), TestIncident::default());
        let begun = his.write(&mut bayar, &titled("fire"));
        hers.joins(&bayar, std::slice::from_ref(&begun));
        let one = his.write(&mut bayar, &titled("grass fire"));
        let other = hers.write(&mut naran, &titled("smoke"));
        naran.syncs(&centre, std::slice::from_ref(&other));
        bayar.syncs(&centre, &[begun.clone(), one]);
        centre.centre.settle().expect("settles");
        let row = centre.centre.incident(&duty, begun.object());
        let row = row.expect("is there");
        assert_eq!(row.conflicts, 1);
        let title = row.fields.iter().find(|f| f["path"] == "title");
        let conflicts = title.map(|f| f["conflicts"].clone()).expect("a title");
        assert_eq!(conflicts.as_array().map(Vec::len), Some(2));
        let chosen = centre.centre.edit_incident(
            &may(&centre, &duty, Verb::EditIncident),
            begun.object(),
            &row.heads,
            &titled("grass fire"),
        );
        assert!(chosen.expect("written").is_some());
        centre.centre.settle().expect("settles");
        let row = centre.centre.incident(&duty, begun.object());
        assert_eq!(row.expect("is there").conflicts, 0);
        let edits = may(&centre, &duty, Verb::EditIncident);
        let late = centre
            .centre
            .edit_incident(&edits, begun.object(), &[], &titled("x"));
        assert!(matches!(late, Err(AppError::Conflict(_))));
    });
}

#[test]
fn what_came_before_its_genesis_in_one_batch_is_not_missed() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let (mut his, mut hers) = (TestIncident::default(), TestIncident::default());
        let begun = his.write(&mut bayar, &titled("fire"));
        hers.joins(&bayar, std::slice::from_ref(&begun));
        let other = hers.write(&mut naran, &titled("smoke"));
        naran.syncs(&centre, &[other]);
        bayar.syncs(&centre, std::slice::from_ref(&begun));
        // Made again, all of it stands in one batch.
        centre.centre.rebuild().expect("is made again");
        centre.centre.settle().expect("settles");
        let row = centre.centre.incident(&duty, begun.object());
        assert_eq!(row.expect("is there").title.as_deref(), Some("smoke"));
    });
}

#[test]
fn nobody_reads_what_role_and_tree_do_not_give() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let admin = staff(&centre, 8, Role::Administrator);
        let supervisor = staff(&centre, 7, Role::Supervisor);
        let mut temur = centre.phone_of(OTHER_STATION, "Temur");
        let neighbour = centre.phone("Bayar");
        let said = TestIncident::default().write(&mut temur, &titled("theirs"));
        temur.syncs(&centre, std::slice::from_ref(&said));
        centre.centre.settle().expect("settles");
        let id = said.object();
        assert!(centre.centre.incident(&duty, id).is_ok());
        assert!(centre.centre.incident(&supervisor, id).is_ok());
        for reader in [admin, sees(&centre, neighbour.person)] {
            let found = centre.centre.incident(&reader, id);
            assert!(matches!(found, Err(AppError::NotFound)));
            let listed = centre.centre.incidents(&reader, &all());
            assert!(listed.expect("reads").is_empty());
        }
        let heads = centre.centre.incident(&duty, id).expect("is there").heads;
        let person = supervisor.asker().person;
        assert!(centre.may(person, Verb::EditIncident).is_err());
        let written = centre
            .centre
            .edit_incident(&supervisor, id, &heads, &titled("x"));
        assert!(
            matches!(written, Err(AppError::Forbidden)),
            "seeing is not editing"
        );
    });
}

#[test]
fn a_grant_shows_a_record_with_all_that_verifies_it_to_another_unit() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let mut temur = centre.phone_of(OTHER_STATION, "Temur");
        let there = sees(&centre, temur.person);
        let mut incident = TestIncident::default();
        let first = incident.write(&mut bayar, &titled("on the border"));
        bayar.syncs(&centre, std::slice::from_ref(&first));
        centre.centre.settle().expect("settles");
        assert!(temur.pulls(&centre).iter().all(|e| e.id() != first.id()));
        assert!(centre.centre.incident(&there, first.object()).is_err());
        let to = (OTHER_STATION, Audience::Field);
        let shares = may(&centre, &duty, Verb::Share);
        let granted = centre.centre.share(&shares, first.object(), to, false);
        granted.expect("granted");
        let second = incident.write(&mut bayar, &titled("on the border, still"));
        bayar.syncs(&centre, std::slice::from_ref(&second));
        centre.centre.settle().expect("settles");
        let got = temur.pulls(&centre);
        assert!(got.contains(&first) && got.contains(&second));
        assert!(got.iter().any(|e| e.header().kind == Kind::Certificate));
        let seen = centre
            .centre
            .incident(&there, first.object())
            .expect("is seen");
        assert_eq!(seen.title.as_deref(), Some("on the border, still"));
        assert_eq!(
            centre
                .centre
                .incidents(&there, &all())
                .expect("reads")
                .len(),
            1
        );
        assert_eq!(
            centre
                .centre
                .incident_history(&there, first.object())
                .expect("reads")
                .len(),
            2
        );
        assert_eq!(
            centre
                .centre
                .incidents(&there, &finding("border"))
                .expect("reads")
                .len(),
            1
        );
    });
}

#[test]
fn what_the_gate_refuses_is_kept_apart_with_its_reason_and_said_once() {
    on_both(|centre| {
        let admin = staff(&centre, 8, Role::Administrator);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let body = ChangeBody {
            change: b"nothing that Automerge wrote".to_vec(),
            genesis: Some((2, [1; 16])),
        };
        let said = bayar.says(Kind::Change, None, &body.to_bytes());
        bayar.syncs(&centre, std::slice::from_ref(&said));
        centre.centre.settle().expect("settles");
        let query = QuarantineQuery {
            limit: 10,
            before: None,
        };
        let rows = centre.centre.quarantine(&admin, &query).expect("reads");
        assert_eq!(rows.len(), 1);
        assert!(matches!(rows[0].reason, QuarantineReason::Gate(_)));
        let verdicts = naran.pulls(&centre);
        let verdicts = verdicts.iter().filter(|e| e.header().kind == Kind::Verdict);
        assert_eq!(verdicts.count(), 1);
        let released =
            centre
                .centre
                .release(&may(&centre, &admin, Verb::Release), said.id(), "please");
        assert!(matches!(released, Err(AppError::Conflict(_))));
        centre.centre.rebuild().expect("rebuilds");
        let verdicts = naran.pulls(&centre);
        assert!(verdicts.is_empty());
    });
}

#[test]
fn a_revoked_device_is_cut_off_and_a_release_brings_its_words_back() {
    on_both(|centre| {
        let admin = staff(&centre, 8, Role::Administrator);
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let mut incident = TestIncident::default();
        let before = incident.write(&mut bayar, &titled("before"));
        bayar.syncs(&centre, std::slice::from_ref(&before));
        let revokes = may(&centre, &admin, Verb::Revoke);
        let revoked = centre.centre.revoke(&revokes, bayar.device(), "lost");
        revoked.expect("revoked");
        let after = incident.write(&mut bayar, &titled("after"));
        let reply = bayar.syncs(&centre, std::slice::from_ref(&after));
        let open = reply
            .scopes
            .iter()
            .flatten()
            .filter(|c| c.position != NOT_READABLE);
        assert!(open.count() == 0 && reply.runs.is_empty());
        centre.centre.settle().expect("settles");
        let title = |centre: &TestCentre| {
            let row = centre.centre.incident(&duty, before.object());
            row.expect("is there").title
        };
        assert_eq!(title(&centre).as_deref(), Some("before"));
        assert!(!naran.pulls(&centre).contains(&after));
        let releases = may(&centre, &admin, Verb::Release);
        let released = centre.centre.release(&releases, after.id(), "it was him");
        released.expect("released");
        centre.centre.settle().expect("settles");
        assert_eq!(title(&centre).as_deref(), Some("after"));
        assert!(naran.pulls(&centre).contains(&after));
    });
}

#[test]
fn a_patrol_grows_with_its_segments_and_its_track_is_read_in_a_view() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let patrol = ObjectId::from_bytes([0x77; 16]);
        let mut said = Vec::new();
        for n in 0..3i64 {
            let begin = BEGIN.0 + n * 10_000;
            let lon = 1_160_000_000 + n as i32 * 10_000;
            let body = ride(&mut bayar, patrol, begin, 436_000_000, lon);
            said.push(bayar.says_in(
                Lane::Track,
                Audience::Field,
                Kind::Track,
                Some(patrol),
                &body,
            ));
        }
        for envelope in [&said[2], &said[0], &said[1], &said[0]] {
            bayar.syncs(&centre, std::slice::from_ref(envelope));
        }
        centre.centre.settle().expect("settles");
        let query = PatrolQuery {
            limit: 10,
            ..PatrolQuery::default()
        };
        let patrols = centre.centre.patrols(&duty, &query).expect("reads");
        assert_eq!(patrols.len(), 1);
        let track = &patrols[0].0.track;
        assert_eq!((track.segments, track.fixes), (3, 30));
        let parts = centre.centre.track(&duty, patrol).expect("reads");
        let first = parts[0].segment.as_ref().expect("fixes");
        assert_eq!((parts.len(), first.fixes.len()), (3, 10));
        let away = BoxE7 {
            west: 0,
            south: 0,
            east: 1,
            north: 1,
        };
        let near = BoxE7 {
            west: 1_160_000_000,
            south: 435_999_999,
            east: 1_160_000_001,
            north: 436_000_001,
        };
        for (within, found) in [(away, 0), (near, 1)] {
            let query = TrackQuery {
                within: Some(within),
                ..TrackQuery::default()
            };
            let parts = centre.centre.tracks(&duty, &query).expect("reads");
            assert_eq!(parts.len(), found);
        }
        let positions = centre
            .centre
            .positions(&duty, Some(STATION))
            .expect("reads");
        assert_eq!(positions[0].at, BEGIN.0 + 29_000);
        assert!(!positions[0].beacon);
    });
}

#[test]
fn a_beacon_moves_the_last_position_and_is_told_live() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        centre.centre.settle().expect("settles");
        let end = centre.centre.live_end().expect("reads");
        let mut listener = centre.centre.listen();
        let beacon = Beacon {
            patrol: None,
            at: UnixMs(BEGIN.0 + 5),
            lat_e7: 436_000_000,
            lon_e7: 1_160_000_000,
            acc_dm: Some(30),
            speed_cms: None,
            bearing_deg: None,
            battery_pct: Some(80),
            transport: Some(Transport::Horse),
        };
        let realm = *centre.centre.directory().realm();
        let to_sign = beacon.bytes_to_sign(&realm, bayar.device());
        let signed = beacon.signed(bayar.signature(&to_sign));
        let mut request = bayar.request(&[]);
        request.beacon = Some(signed.to_bytes());
        centre
            .centre
            .sync(bayar.ctx(), request.clone())
            .expect("answered");
        request.beacon = Some(beacon.signed(bayar.signature(b"other")).to_bytes());
        centre.centre.sync(bayar.ctx(), request).expect("answered");
        let said = bayar.says(
            Kind::Message,
            None,
            b"to be sure that the writer has passed",
        );
        bayar.syncs(&centre, &[said]);
        let positions = centre.centre.positions(&duty, None).expect("reads");
        assert_eq!(positions.len(), 1);
        assert_eq!(positions[0].battery_pct, Some(80));
        let told = listener.try_recv().expect("was told");
        assert_eq!(told.event, "position");
        assert!(duty.sees(&told.owner));
        let missed = centre.centre.live_since(end).expect("reads");
        assert_eq!(missed, Missed::Events(vec![(*told).clone()]));
        let nonsense = centre.centre.live_since(u64::MAX).expect("reads");
        assert!(matches!(nonsense, Missed::TooMuch(_)));
    });
}

#[test]
fn a_call_for_help_and_a_ride_into_a_zone_raise_alerts() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let zones = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
            "properties":{"id":"ban-1","kind":"grazing_ban","names":{"zh":"禁牧区"}},
            "geometry":{"type":"Polygon","coordinates":[[[116.0003,43.5],[116.0006,43.5],
            [116.0006,43.7],[116.0003,43.7],[116.0003,43.5]]]}}]}"#;
        centre.centre.import_zones(zones).expect("imports");
        let patrol = ObjectId::from_bytes([0x78; 16]);
        let body = ride(&mut bayar, patrol, BEGIN.0, 436_000_000, 1_160_000_000);
        let track = bayar.says_in(
            Lane::Track,
            Audience::Field,
            Kind::Track,
            Some(patrol),
            &body,
        );
        let sos = centre.call_for_help(&mut bayar, 0);
        bayar.syncs(&centre, &[track, sos]);
        centre.centre.settle().expect("settles");
        let alerts = alerts(&centre, &duty, Some(true));
        let has = |kind| alerts.iter().filter(|alert| alert.kind == kind).count();
        assert_eq!(has(AlertKind::Sos), 1);
        assert_eq!(
            (has(AlertKind::ZoneEntry), has(AlertKind::ZoneExit)),
            (1, 1)
        );
    });
}

#[test]
fn a_file_is_known_to_the_device_that_described_it() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let incident = TestIncident::default().write(&mut bayar, &titled("with a photo"));
        let hash = Digest::sha256(b"photo");
        let described = MediaBody {
            hash,
            len: 5,
            media_type: "image/jpeg".into(),
            chunk_root: hash,
            thumb: None,
            taken_at: None,
            place_e7: None,
        };
        let media = bayar.says_in(
            Lane::Media,
            Audience::Field,
            Kind::Media,
            Some(incident.object()),
            &described.to_bytes(),
        );
        let id = incident.object();
        bayar.syncs(&centre, &[incident, media]);
        centre.centre.settle().expect("settles");
        let found = |device| centre.centre.described(device, &hash).expect("reads");
        assert_eq!(found(bayar.device()).map(|row| row.object), Some(id));
        assert_eq!(found(naran.device()), None);
        let files = centre.centre.media_of(&duty, id).expect("reads");
        assert_eq!(files.len(), 1);
    });
}

#[test]
fn rebuilding_gives_the_same_dump() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let (mut naran, patrol) = (centre.phone("Naran"), ObjectId::from_bytes([0x79; 16]));
        let mut his = TestIncident::default();
        for n in 0..6i64 {
            let written = his.write(&mut bayar, &titled(&format!("title {n}")));
            let begin = BEGIN.0 + n * 10_000;
            let body = ride(&mut bayar, patrol, begin, 436_000_000, 1_160_000_000);
            let track = bayar.says_in(
                Lane::Track,
                Audience::Field,
                Kind::Track,
                Some(patrol),
                &body,
            );
            bayar.syncs(&centre, &[written, track]);
        }
        let garbage = naran.says(Kind::Change, his.id, b"not a change");
        naran.syncs(&centre, &[garbage]);
        centre.centre.settle().expect("settles");
        let before = centre.centre.dump().expect("dumps");
        assert!(before.lines().count() > 10);
        centre.centre.rebuild().expect("rebuilds");
        assert_eq!(centre.centre.dump().expect("dumps"), before);
    });
}
