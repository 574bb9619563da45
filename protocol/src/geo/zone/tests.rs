use proptest::prelude::*;

use super::*;
use crate::time::UnixMs;

const LAT: i32 = 436_000_000;
const LON: i32 = 1_160_000_000;

/// A place on a grid of 0.001 degree around a spot on the steppe.
fn place(east: f64, north: f64) -> Point {
    let e7 = |base: i32, steps: f64| base + (steps * 10_000.0).round() as i32;
    Point::new(e7(LAT, north), e7(LON, east)).expect("a place")
}

fn ring(corners: &[(f64, f64)]) -> Ring {
    let places: Vec<Point> = corners.iter().map(|&(e, n)| place(e, n)).collect();
    Ring::new(&places).expect("a ring")
}

fn square() -> Zone {
    Zone::new(
        &ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]),
        &[],
    )
    .expect("a zone")
}

fn run(points: &[(i64, f64, f64)]) -> Vec<TrackPoint> {
    points
        .iter()
        .map(|&(at, e, n)| TrackPoint {
            at: UnixMs(at),
            place: place(e, n),
        })
        .collect()
}

fn stay(from: Bound, until: Bound) -> Stay {
    Stay { from, until }
}

fn crossed(at: i64) -> Bound {
    Bound::Crossed(UnixMs(at))
}

fn unknown(at: i64) -> Bound {
    Bound::Unknown(UnixMs(at))
}

#[test]
fn the_boundary_belongs_to_the_zone() {
    let zone = square();
    for (east, north, position) in [
        (5.0, 5.0, Position::Inside),
        (0.0, 0.0, Position::Boundary),
        (5.0, 10.0, Position::Boundary),
        (10.0, 3.3, Position::Boundary),
        (10.001, 3.3, Position::Outside),
        (-5.0, 5.0, Position::Outside),
    ] {
        assert_eq!(
            zone.position(place(east, north)),
            position,
            "{east} {north}"
        );
    }
    assert!(zone.contains(place(10.0, 10.0)));
}

#[test]
fn a_hole_is_not_in_the_zone_but_its_edge_is() {
    let outer = ring(&[(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]);
    let hole = ring(&[(4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0)]);
    let zone = Zone::new(&outer, std::slice::from_ref(&hole)).expect("a zone");
    assert!(matches!(
        Zone::new(&hole, &[outer]),
        Err(ZoneError::Holes(_))
    ));
    assert_eq!(zone.position(place(5.0, 5.0)), Position::Outside);
    assert_eq!(zone.position(place(4.0, 5.0)), Position::Boundary);
    let through = run(&[(0, -10.0, 5.0), (30_000, 20.0, 5.0)]);
    assert_eq!(
        zone.stays(&through),
        [
            stay(crossed(10_000), crossed(14_000)),
            stay(crossed(16_000), crossed(20_000))
        ]
    );
}

#[test]
fn riding_through_between_two_fixes_is_seen() {
    let zone = square();
    let through = run(&[(0, -10.0, 5.0), (30_000, 20.0, 5.0)]);
    assert_eq!(
        zone.stays(&through),
        [stay(crossed(10_000), crossed(20_000))]
    );
    let corner = run(&[(0, -1.0, 1.0), (2_000, 1.0, -1.0)]);
    assert_eq!(
        zone.stays(&corner),
        [],
        "touching a corner in passing is no stay"
    );
    let beside = run(&[(0, -10.0, 11.0), (30_000, 20.0, 11.0)]);
    assert_eq!(zone.stays(&beside), []);
}

#[test]
fn a_run_that_begins_or_ends_inside_does_not_say_when_it_came() {
    let zone = square();
    let track = run(&[
        (0, 5.0, 5.0),
        (10_000, 15.0, 5.0),
        (20_000, 5.0, 5.0),
        (21_000, 5.0, 6.0),
    ]);
    assert_eq!(
        zone.stays(&track),
        [
            stay(unknown(0), crossed(5_000)),
            stay(crossed(15_000), unknown(21_000))
        ]
    );
    // The same two fixes with a gap between them: nothing is said of the crossing.
    let (before, after) = (&track[..1], &track[1..2]);
    assert_eq!(zone.stays(before), [stay(unknown(0), unknown(0))]);
    assert_eq!(zone.stays(after), []);
    assert_eq!(zone.stays(&[]), []);
}

#[test]
fn riding_along_the_fence_is_inside() {
    let zone = square();
    let along = run(&[(0, -5.0, 0.0), (20_000, 15.0, 0.0)]);
    assert_eq!(zone.stays(&along), [stay(crossed(5_000), crossed(15_000))]);
    let stands = run(&[
        (0, -5.0, 5.0),
        (1_000, 0.0, 5.0),
        (9_000, 0.0, 5.0),
        (10_000, -5.0, 5.0),
    ]);
    assert_eq!(zone.stays(&stands), [stay(crossed(1_000), crossed(9_000))]);
}

#[test]
fn time_that_does_not_go_forward_says_nothing_of_the_way() {
    let zone = square();
    let back = run(&[(10_000, -5.0, 5.0), (10_000, 5.0, 5.0), (5_000, 15.0, 5.0)]);
    assert_eq!(zone.stays(&back), [stay(unknown(10_000), crossed(10_000))]);
    let extreme = run(&[(i64::MIN, -5.0, 5.0), (i64::MAX, 15.0, 5.0)]);
    assert_eq!(zone.stays(&extreme).len(), 1);
}

proptest! {
    /// Whatever the track: stays are in order and apart, every fix inside lies in one, none outside does.
    #[test]
    fn stays_hold_exactly_the_fixes_inside(
        steps in proptest::collection::vec((1i64..500, -1.5f64..1.5, -1.5f64..1.5), 0..200),
    ) {
        let zone = Zone::new(
            &ring(&[(0.0, 0.0), (10.0, 0.0), (3.0, 3.0), (0.0, 10.0)]),
            &[ring(&[(1.0, 1.0), (2.0, 1.0), (1.0, 2.0)])],
        )
        .expect("a zone");
        let (mut now, mut at) = (0, (5.0, 1.0));
        let track: Vec<TrackPoint> = steps
            .into_iter()
            .map(|(wait, e, n)| {
                now += wait;
                at = (at.0 + e, at.1 + n);
                TrackPoint { at: UnixMs(now), place: place(at.0, at.1) }
            })
            .collect();
        let stays = zone.stays(&track);
        for block in [1, 2, 7] {
            prop_assert_eq!(&zone.stays_by(&track, block), &stays);
        }
        for pair in stays.windows(2) {
            prop_assert!(pair[0].until.at() <= pair[1].from.at());
        }
        for fix in &track {
            let within = |stay: &&Stay| stay.from.at() <= fix.at && fix.at <= stay.until.at();
            let inside = stays.iter().find(within);
            if zone.contains(fix.place) {
                prop_assert!(inside.is_some());
            } else if let Some(stay) = inside {
                // Rounded to a ms, a crossing may fall on the fix just outside.
                let edge = fix.at == stay.from.at() || fix.at == stay.until.at();
                prop_assert!(edge);
            }
        }
    }
}

#[test]
fn how_far_a_zone_is_is_counted_to_its_nearest_edge() {
    let zone = square();
    assert_eq!(zone.distance(place(5.0, 5.0)), Metres(0.0));
    assert_eq!(zone.distance(place(0.0, 3.0)), Metres(0.0));
    let south = zone.distance(place(5.0, -2.0)).0;
    assert!((south - distance(place(5.0, -2.0), place(5.0, 0.0)).0).abs() < 0.1);
    let corner = zone.distance(place(13.0, 14.0)).0;
    assert!((corner - distance(place(13.0, 14.0), place(10.0, 10.0)).0).abs() < 0.1);
}

proptest! {
    #[test]
    fn no_corner_is_nearer_than_the_zone(east in -30.0..30.0f64, north in -30.0..30.0f64) {
        let at = place(east, north);
        let away = square().distance(at).0;
        for corner in [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)] {
            prop_assert!(away <= distance(at, place(corner.0, corner.1)).0 + 0.1);
        }
    }
}
