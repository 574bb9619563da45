//! The core stream: column 1, the seven numeric fields of every fix, coded jointly.

use super::model::{Model, Pace, Primed};
use super::rangecoder::{Decoder, Encoder};
use super::units::{Origin, Point, PointError, Units};
use super::varint::{Reader, VarintError};
use crate::fix::Fix;

/// How the core stream is coded. The writer tries and keeps the smallest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// The primed model as it is, code 0.
    Steady,
    /// The primed model that trusts its priming less and learns faster, code 1.
    Quick,
    /// Differences as plain numbers, for what no model understands, code 255.
    Plain,
}

impl Mode {
    /// The code that is stored.
    pub const fn code(self) -> u8 {
        match self {
            Mode::Steady => 0,
            Mode::Quick => 1,
            Mode::Plain => 255,
        }
    }

    /// Reads a stored code.
    pub const fn from_code(code: u8) -> Option<Self> {
        match code {
            0 => Some(Mode::Steady),
            1 => Some(Mode::Quick),
            255 => Some(Mode::Plain),
            _ => None,
        }
    }
}

/// Why a core stream cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CoreError {
    /// The units, or a plain number.
    #[error("number")]
    Number(#[from] VarintError),
    /// Coded numbers that are no fix.
    #[error("fix {index}")]
    Point {
        /// Which.
        index: usize,
        /// Why.
        #[source]
        source: PointError,
    },
    /// Bytes that no fix needed.
    #[error("bytes left over")]
    LeftOver,
}

pub(super) const STEADY: Pace = Pace {
    limit: 255,
    place_slowness: 8,
    column_slowness: 8,
};
pub(super) const QUICK: Pace = Pace {
    limit: 60,
    place_slowness: 5,
    column_slowness: 6,
};

pub(super) fn pace(mode: Mode) -> Option<Pace> {
    match mode {
        Mode::Steady => Some(STEADY),
        Mode::Quick => Some(QUICK),
        Mode::Plain => None,
    }
}

/// Codes by the model. `fixes` is not empty and its first is the origin.
pub(super) fn encode_modelled(
    primed: &Primed,
    pace: Pace,
    units: Units,
    origin: &Origin,
    fixes: &[Fix],
) -> Vec<u8> {
    let mut out = Vec::new();
    units.write(&mut out);
    let mut coder = Encoder::new();
    let mut model = Model::new(primed, pace, units, origin.lat_e7);
    for (index, fix) in fixes.iter().enumerate() {
        let point = units.point(origin, fix);
        if index == 0 {
            model.first(&mut coder, &point);
        } else {
            model.next(&mut coder, &point);
        }
    }
    out.extend(coder.finish());
    out
}

/// Reads what [`encode_modelled`] wrote. `count` is bounded by the caller.
pub(super) fn decode_modelled(
    primed: &Primed,
    pace: Pace,
    origin: &Origin,
    count: usize,
    bytes: &[u8],
) -> Result<Vec<Fix>, CoreError> {
    let mut reader = Reader::new(bytes);
    let units = Units::read(&mut reader)?;
    let mut coder = Decoder::new(reader.rest());
    let mut model = Model::new(primed, pace, units, origin.lat_e7);
    let mut fixes = Vec::with_capacity(count);
    let blank = Point::default();
    for index in 0..count {
        let point = if index == 0 {
            model.first(&mut coder, &blank)
        } else {
            model.next(&mut coder, &blank)
        };
        let fix = units.fix(origin, &point);
        fixes.push(fix.map_err(|source| CoreError::Point { index, source })?);
    }
    if !coder.is_spent() {
        return Err(CoreError::LeftOver);
    }
    Ok(fixes)
}
