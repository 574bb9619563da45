//! Each format on a small file, and on rubbish.

use proptest::prelude::{Just, prop, prop_assert, prop_oneof, proptest};

use super::*;
use crate::time::{MonoMs, UnixMs};

const GPX: &str = r#"<?xml version="1.0"?>
<gpx version="1.0" creator="x" xmlns="http://www.topografix.com/GPX/1/0">
<wpt lat="46" lon="13"><name>hut</name></wpt>
<trk><trkseg></trkseg></trk>
<trk><trkseg>
<trkpt lat="46.434981000" lon="13.748273000"><ele>1614.678</ele>
<time>1901-12-13T20:45:52.2073437Z</time></trkpt>
<trkpt lat="46.43489" lon="13.748193"><ele>-1.26</ele><time>2020-05-01T10:00:00+08:00</time><speed>1.5</speed>
<course>359.7</course></trkpt>
<trkpt lat="46.5" lon="13.7"></trkpt>
<trkpt lat="146.5" lon="13.7"><time>2020-05-01T10:00:00Z</time></trkpt>
</trkseg><trkseg>
<trkpt lat="46.6" lon="13.8"><time>2020-05-01T02:00:01</time>
<extensions><a:speed xmlns:a="urn:a">2</a:speed></extensions></trkpt>
</trkseg></trk></gpx>"#;

#[test]
fn gpx_keeps_odd_times_and_lists_what_it_leaves_out() {
    let track = super::any("x.gpx", GPX.as_bytes()).unwrap();
    let times: Vec<i64> = track.fixes.iter().map(|f| f.fix.time.0).collect();
    assert_eq!(
        times,
        [-2_147_483_647_793, 1_588_298_400_000, 1_588_298_401_000]
    );
    let [first, second, third] = [0, 1, 2].map(|i| track.fixes[i].fix);
    assert_eq!(
        (first.lat_e7, first.lon_e7, first.alt_dm),
        (464_349_810, 137_482_730, Some(16_147))
    );
    assert_eq!(
        (second.alt_dm, second.speed_cms, second.bearing_deg),
        (Some(-13), Some(150), Some(0))
    );
    assert_eq!(third.speed_cms, Some(200));
    assert_eq!(
        track.gaps,
        [ImportedGap {
            index: 2,
            cause: GapCause::Imported
        }]
    );
    let reasons: Vec<(usize, SkipReason)> =
        track.skipped.iter().map(|s| (s.line, s.reason)).collect();
    assert_eq!(
        reasons[..2],
        [(3, SkipReason::NotATrack), (10, SkipReason::NoTime)]
    );
    assert!(matches!(
        reasons[2],
        (11, SkipReason::Range(FixError::Latitude(_)))
    ));
}

#[test]
fn gpx_that_is_not_well_formed_is_refused_with_its_line() {
    let crossed = GPX.replacen("</ele>", "</x>", 1);
    let refused = gpx(crossed.as_bytes());
    assert!(
        matches!(refused, Err(ImportError::Xml { line: 6, .. })),
        "{refused:?}"
    );
    let cut = &GPX[..GPX.len() - 20];
    assert!(matches!(gpx(cut.as_bytes()), Err(ImportError::Xml { .. })));
}

#[test]
fn gpx_nested_without_end_is_refused_before_it_costs_memory() {
    let deep = "<a>".repeat(100_000);
    let refused = gpx(deep.as_bytes());
    assert!(matches!(refused, Err(ImportError::Xml { what, .. }) if what.contains("deep")));
}

#[test]
fn nmea_pairs_course_and_place_and_counts_bad_lines() {
    let text = "$GNRMC,021417.00,A,3725.58362,N,12205.61915,W,0.028,65.13,070220,13.06,E,F,V*4A\r\n\
        $GNGGA,021417.00,3725.58362,N,12205.61915,W,5,12,0.76,4.4,M,-30.0,M,0.0,2000*52\r\n\
        $GNGGA,021417.00,3725.58363,N,12205.61915,W,5,12,0.76,4.4,M,-30.0,M,0.0,2000*52\r\n\
        garbage\r\n$GPGSV,1,1,00*79\r\n";
    let track = super::any("log.txt", text.as_bytes()).unwrap();
    assert_eq!(track.fixes.len(), 1);
    let fix = track.fixes[0].fix;
    assert_eq!(fix.time, UnixMs(1_581_041_657_000));
    assert_eq!((fix.lat_e7, fix.lon_e7), (374_263_937, -1_220_936_525));
    assert_eq!(
        (fix.alt_dm, fix.acc_dm, fix.satellites),
        (Some(44), Some(30), Some(12))
    );
    assert_eq!((fix.speed_cms, fix.bearing_deg), (Some(1), Some(65)));
    assert_eq!(
        track.skipped,
        [Skipped {
            line: 3,
            reason: SkipReason::Checksum
        }]
    );
}

#[test]
fn gnss_logger_takes_one_provider_with_its_counter() {
    let text = "# Fix,Provider,LatitudeDegrees,LongitudeDegrees,AltitudeMeters,SpeedMps,AccuracyMeters,\
        BearingDegrees,UnixTimeMillis,SpeedAccuracyMps,BearingAccuracyDegrees,elapsedRealtimeNanos,\
        VerticalAccuracyMeters,MockLocation\n\
        Fix,GPS,37.4265079783,-122.1737079613,23.672,0.0,4.2366,,1699400582000,0.19,,16124559129000,3.0,0\n\
        Fix,FLP,37.4265084,-122.1737085,1.78,0.0324,4.139,12.2,1699400584473,0.19,,16126559152000,1.39,1\n\
        Fix,???,1,1,,,,,1,,,,,\n";
    let track = super::any("gnss_log.txt", text.as_bytes()).unwrap();
    assert_eq!(track.fixes.len(), 1);
    let ClockedFix { fix, clocks } = track.fixes[0];
    assert_eq!(
        (fix.lat_e7, fix.lon_e7, fix.acc_dm),
        (374_265_080, -1_221_737_080, Some(42))
    );
    assert_eq!(
        (fix.speed_cms, fix.bearing_deg, fix.mock),
        (Some(0), None, false)
    );
    assert_eq!(clocks.mono, Some(MonoMs(16_124_559)));
    assert_eq!(track.skipped_count, 2);
    let fused = gnss_logger(text.as_bytes(), Some(Provider::Fused))
        .unwrap()
        .fixes[0]
        .fix;
    assert_eq!(
        (fused.provider, fused.mock, fused.bearing_deg),
        (Provider::Fused, true, Some(12))
    );
}

#[test]
fn csv_takes_missing_fields_and_refuses_others() {
    let text = "t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg\n\
        5,1,-2,,3,,359\n5,1,-2,,-3,,\n5,1,-2,,3,,360\n,1,2,,,,\n5,1,2,,,,,\n";
    let track = super::any("a.csv", text.as_bytes()).unwrap();
    let fix = track.fixes[0].fix;
    assert_eq!(
        (fix.lon_e7, fix.alt_dm, fix.acc_dm, fix.bearing_deg),
        (-2, None, Some(3), Some(359))
    );
    assert_eq!((track.fixes.len(), track.skipped_count), (1, 4));
}

#[test]
fn a_file_becomes_segments_that_know_their_gaps() {
    let line = |i: i64| format!("{},1,2,,,,\n", i * 1_000);
    let text: String = (0..650).map(line).collect();
    let mut track = csv(text.as_bytes()).unwrap();
    track.gaps = [10, 300, 640]
        .map(|index| ImportedGap {
            index,
            cause: GapCause::Imported,
        })
        .to_vec();
    let segments = track.segments(None, TimeSource::Gnss);
    let gaps: Vec<Vec<u16>> = segments
        .iter()
        .map(|s| s.gaps.iter().map(|g| g.index).collect())
        .collect();
    assert_eq!(gaps, [vec![10], vec![0], vec![40]]);
    assert_eq!(
        segments.iter().map(|s| s.fixes.len()).collect::<Vec<_>>(),
        [300, 300, 50]
    );
}

proptest! {
    #[test]
    fn rubbish_is_refused_or_read_but_never_panics(
        start in prop_oneof![
            Just("<gpx><trk><trkseg><trkpt lat='1' lon='2'><time>"),
            Just("$GNRMC,"),
            Just("Fix,GPS,"),
            Just("1,2,3,"),
        ],
        rest in prop::collection::vec(proptest::num::u8::ANY, 0..200),
    ) {
        let mut bytes = start.as_bytes().to_vec();
        bytes.extend(rest);
        for reader in [gpx, nmea, csv] {
            if let Ok(track) = reader(&bytes) {
                prop_assert!(!track.fixes.is_empty());
            }
        }
        prop_assert!(gnss_logger(&bytes, None).map_or(true, |t| !t.fixes.is_empty()));
        prop_assert!(super::any("x", &bytes).map_or(true, |t| !t.fixes.is_empty()));
    }
}
