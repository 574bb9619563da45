//! Segments to be handed over: riders with the calibrated noise, who begin at the corners of zones.

use serde_json::Value;
use tala_fixtures::rider::{RiderOptions, ride};
use tala_protocol::body::TrackBody;
use tala_protocol::time::{BootId, MonoMs, UnixMs};
use tala_protocol::track::import::Imported;
use tala_protocol::track::{ClockedFix, FixClocks, SEGMENT_FIXES_MAX, TimeSource, encode};
use tala_protocol::transport::Transport;

use super::BenchError;

/// Segments of one patrol.
pub(super) const PATROL_SEGMENTS: usize = 96;

/// The bodies of the segments of one patrol after another, each of 300 fixes.
pub(super) fn patrols(count: usize) -> Result<Vec<Vec<Vec<u8>>>, BenchError> {
    let corners = corners()?;
    (0..count)
        .map(|number| {
            let corner = corners.get(number % corners.len().max(1));
            let options = RiderOptions {
                start_deg: corner.copied(),
                ..RiderOptions::new(Transport::Horse, u64::try_from(number).unwrap_or(0) + 9_000)
            };
            bodies(options)
        })
        .collect()
}

fn bodies(options: RiderOptions) -> Result<Vec<Vec<u8>>, BenchError> {
    let fixes = ride(options, PATROL_SEGMENTS * SEGMENT_FIXES_MAX);
    let start = fixes.first().map_or(0, |fix| fix.time.0);
    let clocked = fixes.into_iter().map(|fix| {
        let since = fix.time.0.wrapping_sub(start);
        let clocks = FixClocks {
            gnss: Some(fix.time),
            wall: Some(UnixMs(fix.time.0.wrapping_add(850 + since / 50_000))),
            mono: Some(MonoMs(since.wrapping_add(7_200_000))),
        };
        ClockedFix { fix, clocks }
    });
    let track = Imported {
        fixes: clocked.collect(),
        ..Imported::default()
    };
    let segments = track.segments(Some(BootId(1)), TimeSource::Gnss);
    let bodies = segments.iter().map(|segment| {
        let body = TrackBody {
            leg: 1,
            transport: Transport::Horse,
            segment: encode(segment).map_err(BenchError::protocol)?,
        };
        Ok(body.to_bytes())
    });
    bodies.collect()
}

/// Latitude and longitude of the first corner of every zone.
fn corners() -> Result<Vec<(f64, f64)>, BenchError> {
    let zones: Value =
        serde_json::from_str(tala_fixtures::zones::ZONES_GEOJSON).map_err(BenchError::protocol)?;
    let features = zones["features"].as_array().into_iter().flatten();
    let corners = features.filter_map(|feature| {
        let corner = &feature["geometry"]["coordinates"][0][0];
        Some((corner[1].as_f64()?, corner[0].as_f64()?))
    });
    Ok(corners.collect())
}
