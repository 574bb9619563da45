//! Columns 2 to 4: provider, satellites, mock. Each is left out where every fix has the default.
//!
//! All three are bytes that rarely change: coded as "the same", "one up", "one down", or anew, by counters
//! that learn within the segment.

use super::chance::Chance;
use super::rangecoder::{BitCoder, Decoder, Encoder};
use crate::fix::{Fix, Provider};

/// One of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Provider,
    Satellites,
    Mock,
}

/// Why a side column cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SideError {
    /// A number that the column does not hold.
    #[error("value {0} is not one of column {1}")]
    Value(u16, u16),
    /// Bytes that no fix needed.
    #[error("bytes left over in column {0}")]
    LeftOver(u16),
}

impl Side {
    pub(super) const ALL: [Self; 3] = [Side::Provider, Side::Satellites, Side::Mock];

    pub(super) const fn id(self) -> u16 {
        match self {
            Side::Provider => 2,
            Side::Satellites => 3,
            Side::Mock => 4,
        }
    }

    /// 0 is the default of each column.
    fn get(self, fix: &Fix) -> u16 {
        match self {
            Side::Provider => u16::from(fix.provider.code()),
            Side::Satellites => fix.satellites.map_or(0, |n| u16::from(n) + 1),
            Side::Mock => u16::from(fix.mock),
        }
    }

    fn set(self, fix: &mut Fix, value: u16) -> Result<(), SideError> {
        let wrong = SideError::Value(value, self.id());
        let byte = |value: u16| u8::try_from(value).ok().ok_or(wrong);
        match self {
            Side::Provider => fix.provider = Provider::from_code(byte(value)?),
            Side::Satellites => {
                fix.satellites = value.checked_sub(1).map(byte).transpose()?;
            }
            Side::Mock if value < 2 => fix.mock = value == 1,
            Side::Mock => return Err(wrong),
        }
        Ok(())
    }

    /// The column's bytes, or `None` where all fixes have the default.
    pub(super) fn encode(self, fixes: &[Fix]) -> Option<Vec<u8>> {
        if fixes.iter().all(|fix| self.get(fix) == 0) {
            return None;
        }
        let mut coder = Encoder::new();
        let mut values = Values::new();
        for fix in fixes {
            values.code(&mut coder, self.get(fix));
        }
        Some(coder.finish())
    }

    /// Puts the column into fixes.
    pub(super) fn decode(self, fixes: &mut [Fix], bytes: &[u8]) -> Result<(), SideError> {
        let mut coder = Decoder::new(bytes);
        let mut values = Values::new();
        for fix in fixes {
            let value = values.code(&mut coder, 0);
            self.set(fix, value)?;
        }
        if !coder.is_spent() {
            return Err(SideError::LeftOver(self.id()));
        }
        Ok(())
    }
}

/// How much a counter sees before it stops slowing down.
const LIMIT: u16 = 60;

struct Values {
    last: u16,
    was_same: bool,
    same: [Chance; 2],
    near: Chance,
    up: Chance,
}

impl Values {
    fn new() -> Self {
        Self {
            last: 0,
            was_same: true,
            same: [Chance::UNKNOWN; 2],
            near: Chance::UNKNOWN,
            up: Chance::UNKNOWN,
        }
    }

    fn code(&mut self, coder: &mut impl BitCoder, value: u16) -> u16 {
        let same = &mut self.same[usize::from(self.was_same)];
        self.was_same = same.code(coder, value == self.last, LIMIT);
        if self.was_same {
            return self.last;
        }
        let near = value.abs_diff(self.last) == 1;
        self.last = if self.near.code(coder, near, LIMIT) {
            let up = self.up.code(coder, value > self.last, LIMIT);
            let step = if up { 1 } else { u16::MAX };
            self.last.wrapping_add(step)
        } else {
            coder.raw(u64::from(value), 9) as u16
        };
        self.last
    }
}
