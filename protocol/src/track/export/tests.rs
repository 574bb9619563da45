//! What is exported is read again, by us and by the `gpx` crate.

use super::*;
use crate::fix::{Fix, GapCause};
use crate::time::UnixMs;
use crate::track::import;

fn track() -> (Vec<Fix>, Vec<ImportedGap>) {
    let fix = |second: i64| {
        let mut fix = Fix::at(
            UnixMs(1_780_000_000_500 + second * 1_000),
            -5,
            1_069_123_456,
        )
        .unwrap();
        fix.alt_dm = Some(-3);
        fix.acc_dm = Some(36);
        fix.speed_cms = Some(180 + second as i32);
        fix.bearing_deg = Some(9);
        fix.satellites = Some(12);
        fix.provider = crate::fix::Provider::Imported;
        fix
    };
    let gap = ImportedGap {
        index: 2,
        cause: GapCause::Imported,
    };
    ((0..5).map(fix).collect(), vec![gap])
}

#[test]
fn gpx_comes_back_fix_for_fix_with_its_gap() {
    let (fixes, gaps) = track();
    let text = gpx("红旗 <巡逻> & 1", &fixes, &gaps);
    let back = import::gpx(text.as_bytes()).unwrap();
    assert_eq!(back.fixes.iter().map(|f| f.fix).collect::<Vec<_>>(), fixes);
    assert_eq!(back.gaps, gaps);
    assert_eq!(back.skipped_count, 0);
}

#[test]
fn another_reader_takes_our_gpx() {
    let (fixes, gaps) = track();
    let read = ::gpx::read(gpx("a", &fixes, &gaps).as_bytes()).unwrap();
    let points: Vec<usize> = read.tracks[0]
        .segments
        .iter()
        .map(|s| s.points.len())
        .collect();
    assert_eq!(points, [2, 3]);
    assert_eq!(read.tracks[0].segments[0].points[0].sat, Some(12));
}

#[test]
fn geojson_has_a_line_per_part() {
    let (fixes, gaps) = track();
    let collection = geojson(&fixes, &gaps);
    let text = collection.to_string();
    let back: ::geojson::FeatureCollection = text.parse().unwrap();
    assert_eq!(back.features.len(), 2);
    assert!(text.contains("[106.9123456,-5e-7,-0.3]"), "{text}");
    assert!(
        text.contains("\"times_ms\":[1780000000500,1780000001500]"),
        "{text}"
    );
}
