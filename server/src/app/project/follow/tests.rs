mod restored;
mod wider;

use std::sync::Arc;

use tala_protocol::body::{MediaBody, Ruling, TrackBody, VerdictBody};
use tala_protocol::cert::{Cut, Revocation};
use tala_protocol::doc::IncidentEdit;
use tala_protocol::envelope::{Audience, Envelope, Kind, Lane};
use tala_protocol::event::Sos;
use tala_protocol::fix::Fix;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::time::{DeviceTimes, UnixMs};
use tala_protocol::track::{Segment, encode};
use tala_protocol::transport::Transport;

use crate::app::commit::Draft;
use crate::store::projections::{IncidentRow, PatrolRow, PositionRow, RowKind};
use crate::store::sqlite::SqliteStore;
use crate::store::{QuarantineReason, read};
use crate::testing::{BEGIN, STATION, TestCentre, TestIncident, TestPhone};

/// Runs a scenario on both stores.
fn on_both(scenario: impl Fn(TestCentre)) {
    scenario(TestCentre::new());
    let folder = tempfile::tempdir().expect("a folder");
    let store = SqliteStore::open(&folder.path().join("tala.sqlite")).expect("opens");
    scenario(TestCentre::on(Arc::new(store)));
}

const PATROL: ObjectId = ObjectId::from_bytes([0x71; 16]);

/// The `n`th part of a ride: ten fixes to the east.
fn part(phone: &mut TestPhone, n: i32) -> Envelope {
    let fix = |i: i32| {
        let at = UnixMs(BEGIN.0 + i64::from(n * 10 + i) * 1_000);
        Fix::at(at, 436_000_000, 1_160_000_000 + (n * 10 + i) * 1_000).expect("a fix")
    };
    let segment = encode(&Segment {
        boot: None,
        time_source: Default::default(),
        triples: Vec::new(),
        fixes: (0..10).map(fix).collect(),
        gaps: Vec::new(),
        unknown: Vec::new(),
    });
    let body = TrackBody {
        leg: 1,
        transport: Transport::Horse,
        segment: segment.expect("encodes"),
    };
    let (lane, kind) = (Lane::Track, Kind::Track);
    phone.says_in(lane, Audience::Field, kind, Some(PATROL), &body.to_bytes())
}

fn call_for_help(phone: &mut TestPhone) -> Envelope {
    let sos = Sos {
        nonce: [3; 16],
        place: None,
        pressed: DeviceTimes::default(),
        battery_pct: None,
        note: None,
        repeat: 0,
        newer: Default::default(),
    };
    phone.says_in(
        Lane::Urgent,
        Audience::Field,
        Kind::Sos,
        None,
        &sos.to_bytes(),
    )
}

fn photo(phone: &mut TestPhone, of: ObjectId) -> Envelope {
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
    let (lane, kind) = (Lane::Media, Kind::Media);
    phone.says_in(lane, Audience::Field, kind, Some(of), &described.to_bytes())
}

fn titled(title: &str) -> IncidentEdit {
    IncidentEdit {
        title: title.to_owned().into(),
        ..IncidentEdit::default()
    }
}

fn say(centre: &TestCentre, draft: Draft) {
    centre.centre.writer().say(vec![draft]).expect("said");
    centre.centre.settle().expect("settles");
}

/// Everything derived, which is the same when it is made again.
fn dump(centre: &TestCentre) -> String {
    centre.centre.settle().expect("settles");
    let before = centre.centre.dump().expect("dumps");
    centre.centre.rebuild().expect("is made again");
    assert_eq!(centre.centre.dump().expect("dumps"), before);
    before
}

/// How many rows of a kind there are.
fn rows(centre: &TestCentre, kind: RowKind) -> usize {
    let found = read(centre.store.as_ref(), |reads| reads.all_rows(kind));
    found.expect("reads").len()
}

fn row<T: serde::de::DeserializeOwned>(centre: &TestCentre, kind: RowKind, key: &[u8]) -> T {
    let found = read(centre.store.as_ref(), |reads| reads.row(kind, key));
    let row = found.expect("reads").expect("is there");
    super::super::parsed(&row).expect("reads")
}

fn patrol(centre: &TestCentre) -> PatrolRow {
    row(centre, RowKind::Patrol, PATROL.as_bytes())
}

fn release(centre: &TestCentre, envelope: &Envelope) {
    let verdict = VerdictBody {
        envelope: envelope.id(),
        ruling: Ruling::Release,
        reason: 0,
        note: String::new(),
    };
    say(
        centre,
        Draft::verdict(envelope.header(), envelope.id(), &verdict),
    );
}

#[test]
fn what_a_revocation_cuts_off_leaves_every_row_and_comes_back_when_released() {
    on_both(|centre| {
        let mut bayar = centre.phone("Bayar");
        let mut incident = TestIncident::default();
        let begun = incident.write(&mut bayar, &titled("begun"));
        let changed = incident.write(&mut bayar, &titled("changed"));
        let parts = [0, 1, 2].map(|n| part(&mut bayar, n));
        let (sos, photo) = (call_for_help(&mut bayar), photo(&mut bayar, begun.object()));
        let mut said = vec![begun.clone(), changed.clone(), sos.clone(), photo.clone()];
        said.extend(parts.iter().cloned());
        bayar.syncs(&centre, &said);
        let whole = dump(&centre);
        let cut = |envelope: &Envelope, last_seq| Cut {
            feed: envelope.header().feed,
            last_seq,
        };
        let revocation = Revocation {
            device: bayar.device(),
            at: centre.centre.now(),
            reason: "lost".into(),
            cuts: vec![
                cut(&begun, 1),
                cut(&parts[0], 2),
                cut(&sos, 0),
                cut(&photo, 0),
            ],
        };
        let body = revocation.to_bytes();
        say(&centre, Draft::statement(STATION, Kind::Revocation, body));
        dump(&centre);
        assert_eq!(patrol(&centre).track.segments, 2);
        let alone = |n: u32| 9_u64.saturating_mul(u64::from(n)) * 8;
        assert!((alone(1)..alone(3)).contains(&patrol(&centre).track.distance_m));
        let position: PositionRow = row(&centre, RowKind::Position, bayar.device().as_bytes());
        assert_eq!(position.at, BEGIN.0 + 19_000);
        let counts = [RowKind::Alert, RowKind::Media, RowKind::Change];
        // The call for help stays: whoever calls is looked for first and doubted later.
        assert_eq!(counts.map(|kind| rows(&centre, kind)), [1, 0, 1]);
        let listed: IncidentRow = row(&centre, RowKind::Incident, begun.object().as_bytes());
        assert_eq!(listed.title.as_deref(), Some("begun"));
        for envelope in [&parts[2], &sos, &photo, &changed] {
            release(&centre, envelope);
            dump(&centre);
        }
        assert_eq!(dump(&centre), whole);
    });
}
