//! A call for help. It goes before everything else and is repeated until somebody acknowledges it.

use super::place::{self, Place};
use super::{MAX_BODY_BYTES, MAX_TEXT_BYTES, Nonce};
use crate::fields::{Fields, FieldsError, Raw};
use crate::time::{BootId, DeviceTimes, MonoMs, UnixMs};

/// The body of an `sos` envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sos {
    /// Random bytes; a repeat has its own.
    pub nonce: Nonce,
    /// The last place known, if there is one.
    pub place: Option<Place>,
    /// The clocks when the button was pressed; the same in every repeat.
    pub pressed: DeviceTimes,
    /// Battery, percent.
    pub battery_pct: Option<u8>,
    /// What the officer had time to say.
    pub note: Option<String>,
    /// 0 for the first call, then 1, 2, ...
    pub repeat: u32,
    /// Fields of a newer version.
    pub newer: Fields,
}

impl Sos {
    /// The canonical form.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut body = self.newer.clone();
        body.set(0, 1u64)
            .set(1, Raw::bytes(&self.nonce))
            .set_opt(2, self.place.map(Place::to_raw))
            .set(3, times_to_raw(&self.pressed))
            .set_opt(4, self.battery_pct.map(u64::from))
            .set_opt(5, self.note.as_ref())
            .set(6, u64::from(self.repeat));
        body.to_bytes()
    }

    /// Reads the canonical form.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, FieldsError> {
        let mut body = Fields::parse(bytes, MAX_BODY_BYTES)?;
        body.take_format(1)?;
        let percent = |raw: &Raw| u8::try_from(raw.as_u64()?).ok().filter(|p| *p <= 100);
        Ok(Self {
            nonce: body.take_array(1, "nonce")?,
            place: place::take_opt(&mut body, 2)?,
            pressed: body.take(3, "times", times_from_raw)?,
            battery_pct: body.take_opt(4, "battery", percent)?,
            note: body.take_text_opt(5, "note", MAX_TEXT_BYTES)?,
            repeat: body.take(6, "repeat", |raw| u32::try_from(raw.as_u64()?).ok())?,
            newer: body,
        })
    }
}

/// `[wall, monotonic, boot, gnss or null]`.
fn times_to_raw(times: &DeviceTimes) -> Raw {
    Raw::array(&[
        Raw::from(times.wall.0),
        Raw::from(times.mono.0),
        Raw::from(u64::from(times.boot.0)),
        times.gnss.map_or_else(Raw::null, |gnss| Raw::from(gnss.0)),
    ])
}

fn times_from_raw(raw: &Raw) -> Option<DeviceTimes> {
    let items = raw.as_array()?;
    let [wall, mono, boot, gnss] = items.as_slice() else {
        return None;
    };
    Some(DeviceTimes {
        wall: UnixMs(wall.as_i64()?),
        mono: MonoMs(mono.as_i64()?),
        boot: BootId(u32::try_from(boot.as_u64()?).ok()?),
        gnss: if gnss.is_null() {
            None
        } else {
            Some(UnixMs(gnss.as_i64()?))
        },
    })
}
