//! Alerts: calls for help, crossings between segments, and who takes them on.

use tala_protocol::envelope::{Audience, Envelope, Kind, Lane};
use tala_protocol::event::{AckBody, AckWhat};
use tala_protocol::fix::GapCause;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;

use super::{alerts, may, on_both, ride_after, staff};
use crate::app::access::Verb;
use crate::store::projections::{AlertKind, AlertRow};
use crate::testing::{BEGIN, TestCentre, TestPhone};
use tala_protocol::cert::Role;

fn id_of(alert: &AlertRow) -> ObjectId {
    alert.id.parse().expect("an id")
}

/// The envelopes that acknowledgements in a pull answer.
fn answered(pulled: &[Envelope]) -> Vec<Digest> {
    let acks = pulled.iter().filter(|it| it.header().kind == Kind::Ack);
    acks.map(|it| {
        assert_eq!(it.header().feed.lane, Lane::Urgent);
        let body = it.body().map(AckBody::from_bytes);
        let body = body.expect("a body").expect("reads");
        assert_eq!(body.what, AckWhat::Taken);
        body.of
    })
    .collect()
}

#[test]
fn a_call_for_help_is_open_until_somebody_takes_it_on_and_the_phone_hears_of_it() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let mut bayar = centre.phone("Bayar");
        let calls: Vec<_> = (0..2)
            .map(|n| centre.call_for_help(&mut bayar, n))
            .collect();
        bayar.syncs(&centre, &calls);
        centre.centre.settle().expect("settles");
        let open = alerts(&centre, &duty, Some(true));
        assert_eq!(open.len(), 1, "a repeat is the same alert");
        let acks = may(&centre, &duty, Verb::AckAlert);
        let id = id_of(&open[0]);
        let said = centre.centre.acknowledge(&acks, id, Some("car is coming"));
        assert!(said.expect("said").is_some());
        assert!(alerts(&centre, &duty, Some(true)).is_empty());
        let taken = alerts(&centre, &duty, Some(false));
        let ack = taken[0].acknowledged.as_ref().expect("taken on");
        assert_eq!(ack.person, Some(duty.asker().person));
        let heard = answered(&bayar.pulls(&centre));
        assert_eq!(
            heard,
            [calls[0].id(), calls[1].id()],
            "whichever it waits for"
        );

        let again = centre.centre.acknowledge(&acks, id, None);
        assert_eq!(again.expect("answered"), None, "once is enough");
        let third = centre.call_for_help(&mut bayar, 2);
        bayar.syncs(&centre, &[third]);
        centre.centre.settle().expect("settles");
        assert!(
            alerts(&centre, &duty, Some(true)).is_empty(),
            "still taken on"
        );
        let before = centre.centre.dump().expect("dumps");
        centre.centre.rebuild().expect("rebuilds");
        assert_eq!(centre.centre.dump().expect("dumps"), before);
    });
}

#[test]
fn a_colleague_may_take_it_on_from_the_phone_and_nobody_answers_the_own_call() {
    on_both(|centre| {
        let duty = staff(&centre, 9, Role::DutyOfficer);
        let (mut bayar, mut naran) = (centre.phone("Bayar"), centre.phone("Naran"));
        let call = centre.call_for_help(&mut bayar, 0);
        let ack = AckBody {
            of: call.id(),
            what: AckWhat::Taken,
            note: None,
            about: None,
            newer: Default::default(),
        };
        let answers = |phone: &mut TestPhone| {
            let (lane, audience) = (Lane::Urgent, Audience::Field);
            phone.says_in(lane, audience, Kind::Ack, None, &ack.to_bytes())
        };
        let own = answers(&mut bayar);
        bayar.syncs(&centre, &[call, own]);
        centre.centre.settle().expect("settles");
        assert_eq!(alerts(&centre, &duty, Some(true)).len(), 1);
        let hers = answers(&mut naran);
        naran.syncs(&centre, &[hers]);
        centre.centre.settle().expect("settles");
        assert!(alerts(&centre, &duty, Some(true)).is_empty());
    });
}

/// A zone that lies wholly between the end of one ride and the beginning of the next.
const BETWEEN: &str = r#"{"type":"FeatureCollection","features":[{"type":"Feature",
    "properties":{"id":"ban-2","kind":"grazing_ban","names":{"zh":"禁牧区"}},
    "geometry":{"type":"Polygon","coordinates":[[[116.0011,43.5],[116.0016,43.5],
    [116.0016,43.7],[116.0011,43.7],[116.0011,43.5]]]}}]}"#;

/// Two rides of one patrol, the second perhaps behind a gap.
fn two_rides(phone: &mut TestPhone, gap: Option<GapCause>) -> [Envelope; 2] {
    let patrol = ObjectId::from_bytes([0x78; 16]);
    let legs = [(None, 0, 1_160_000_000), (gap, 10_000, 1_160_020_000)];
    legs.map(|(gap, after_ms, lon)| {
        let place = (436_000_000, lon);
        let body = ride_after(gap, phone, patrol, BEGIN.0 + after_ms, place);
        let (lane, audience) = (Lane::Track, Audience::Field);
        phone.says_in(lane, audience, Kind::Track, Some(patrol), &body)
    })
}

fn crossings(centre: &TestCentre, gap: Option<GapCause>, order: [usize; 2]) -> Vec<AlertRow> {
    let duty = staff(centre, 9, Role::DutyOfficer);
    centre.centre.import_zones(BETWEEN).expect("imports");
    let mut bayar = centre.phone("Bayar");
    let rides = two_rides(&mut bayar, gap);
    for at in order {
        bayar.syncs(centre, std::slice::from_ref(&rides[at]));
    }
    centre.centre.settle().expect("settles");
    alerts(centre, &duty, None)
}

#[test]
fn a_zone_between_two_segments_of_a_patrol_was_crossed_in_whichever_order_they_come() {
    for order in [[0, 1], [1, 0]] {
        on_both(|centre| {
            let found = crossings(&centre, None, order);
            let at = |kind| {
                found
                    .iter()
                    .find(|it| it.kind == kind)
                    .map(|it| it.at - BEGIN.0)
            };
            let entry = at(AlertKind::ZoneEntry).expect("entered");
            let exit = at(AlertKind::ZoneExit).expect("left");
            assert!(
                9_000 < entry && entry < exit && exit < 10_000,
                "{entry} {exit}"
            );
            assert_eq!(found.len(), 2);
            let before = centre.centre.dump().expect("dumps");
            centre.centre.rebuild().expect("rebuilds");
            assert_eq!(centre.centre.dump().expect("dumps"), before);
        });
    }
}

#[test]
fn nothing_is_said_of_the_time_in_a_gap_between_two_segments() {
    for order in [[0, 1], [1, 0]] {
        on_both(|centre| {
            assert!(crossings(&centre, Some(GapCause::Paused), order).is_empty());
        });
    }
}
