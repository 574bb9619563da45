//! Our own CSV: `t_ms,lat_e7,lon_e7,alt_dm,acc_dm,speed_cms,bearing_deg`, empty for missing.

use super::number::whole;
use super::{ImportError, Imported, SkipReason, lines, within_size};
use crate::fix::Fix;
use crate::time::UnixMs;
use crate::track::{ClockedFix, FixClocks};

/// Fields in a line.
pub(super) const COLUMNS: usize = 7;

/// Reads CSV; a header line may be there. Fixes count as computed from satellites.
pub fn csv(bytes: &[u8]) -> Result<Imported, ImportError> {
    within_size(bytes)?;
    let mut out = Imported::default();
    for (number, line) in lines(bytes) {
        match line {
            Some("") => {}
            Some(line) if number == 1 && line.starts_with("t_ms") => {}
            Some(line) => out.take(number, fix(line))?,
            None => out.skip(number, SkipReason::Shape),
        }
    }
    out.finished()
}

fn fix(line: &str) -> Result<ClockedFix, SkipReason> {
    let mut fields = line.split(',');
    let mut next = || fields.next().ok_or(SkipReason::Shape);
    let time = whole(next()?, "time")?.ok_or(SkipReason::NoTime)?;
    let lat_e7 = whole(next()?, "latitude")?.ok_or(SkipReason::NoPlace)?;
    let lon_e7 = whole(next()?, "longitude")?.ok_or(SkipReason::NoPlace)?;
    let mut fix = Fix::at(UnixMs(time), lat_e7, lon_e7)?;
    fix.alt_dm = whole(next()?, "altitude")?;
    fix.acc_dm = whole(next()?, "accuracy")?;
    fix.speed_cms = whole(next()?, "speed")?;
    fix.bearing_deg = whole(next()?, "bearing")?;
    if fields.next().is_some() {
        return Err(SkipReason::Shape);
    }
    Ok(ClockedFix {
        fix: fix.checked()?,
        clocks: FixClocks::UNKNOWN,
    })
}
