//! `Fix` rows of Google's GnssLogger for Android.

use super::number::{bearing, optional, scaled, whole};
use super::{ImportError, Imported, SkipReason, lines, within_size};
use crate::fix::{Fix, Provider};
use crate::time::{MonoMs, UnixMs};
use crate::track::{ClockedFix, FixClocks};

/// Where the fields stand; files say so in a comment line, older ones have fewer fields.
#[derive(Clone, Copy)]
struct Layout {
    speed: usize,
    accuracy: usize,
    bearing: usize,
    time: usize,
    elapsed: Option<usize>,
    mock: Option<usize>,
}

/// The layout of version 3.
const USUAL: Layout = Layout {
    speed: 5,
    accuracy: 6,
    bearing: 7,
    time: 8,
    elapsed: Some(11),
    mock: Some(13),
};

/// Reads the `Fix` rows of one provider, or of all in the order of the file. Rows of other kinds (raw
/// measurements, status) are not fixes and are passed over.
pub fn gnss_logger(bytes: &[u8], wanted: Option<Provider>) -> Result<Imported, ImportError> {
    within_size(bytes)?;
    let mut out = Imported::default();
    let mut layout = USUAL;
    for (number, line) in lines(bytes) {
        let Some(line) = line else {
            out.skip(number, SkipReason::Shape);
            continue;
        };
        if let Some(names) = line.strip_prefix("# Fix,") {
            layout = layout_of(names);
        }
        if !line.starts_with("Fix,") {
            continue;
        }
        let fields: Vec<&str> = line.splitn(32, ',').collect();
        out.take(number, fix(&fields, &layout, wanted))?;
    }
    out.finished()
}

fn layout_of(names: &str) -> Layout {
    let at = |wanted: &str| {
        names
            .split(',')
            .position(|name| name.trim() == wanted)
            .map(|i| i + 1)
    };
    Layout {
        speed: at("SpeedMps").unwrap_or(USUAL.speed),
        accuracy: at("AccuracyMeters").unwrap_or(USUAL.accuracy),
        bearing: at("BearingDegrees").unwrap_or(USUAL.bearing),
        time: at("UnixTimeMillis").unwrap_or(USUAL.time),
        elapsed: at("elapsedRealtimeNanos"),
        mock: at("MockLocation"),
    }
}

fn fix(
    fields: &[&str],
    layout: &Layout,
    wanted: Option<Provider>,
) -> Result<ClockedFix, SkipReason> {
    let field = |at: usize| fields.get(at).copied();
    let needed = |at: usize| field(at).ok_or(SkipReason::Shape);
    let provider = match needed(1)?.to_ascii_uppercase().as_str() {
        "GPS" => Provider::Gnss,
        "FLP" | "FUSED" => Provider::Fused,
        "NLP" | "NETWORK" => Provider::Network,
        _ => return Err(SkipReason::Field("provider")),
    };
    if wanted.is_some_and(|wanted| wanted != provider) {
        return Err(SkipReason::OtherProvider);
    }
    let time = whole(needed(layout.time)?, "time")?.ok_or(SkipReason::NoTime)?;
    let lat_e7 = scaled(needed(2)?, 1e7, "latitude")?;
    let lon_e7 = scaled(needed(3)?, 1e7, "longitude")?;
    let mut fix = Fix::at(UnixMs(time), lat_e7, lon_e7)?;
    fix.provider = provider;
    fix.alt_dm = optional(field(4), 10.0, "altitude")?;
    fix.speed_cms = optional(field(layout.speed), 100.0, "speed")?;
    fix.acc_dm = optional(field(layout.accuracy), 10.0, "accuracy")?;
    fix.bearing_deg = bearing(field(layout.bearing))?;
    fix.mock = layout
        .mock
        .and_then(field)
        .is_some_and(|mock| mock.trim() == "1");
    let elapsed = layout.elapsed.and_then(field).unwrap_or("");
    let elapsed_ns: Option<i64> = whole(elapsed, "elapsedRealtimeNanos")?;
    let clocks = FixClocks {
        gnss: (provider == Provider::Gnss).then_some(fix.time),
        wall: None,
        mono: elapsed_ns.map(|ns| MonoMs(ns.div_euclid(1_000_000))),
    };
    Ok(ClockedFix {
        fix: fix.checked()?,
        clocks,
    })
}
