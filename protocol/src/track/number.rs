//! Coding a signed remainder: how large, then the digits, then the sign.
//!
//! The size is told in half octaves by a walk that starts at the size expected from recent remainders,
//! so that the usual one takes two or three choices. Every choice is a mix of three counters that know
//! the expected size and, each, one thing more: its finer step, whether sizes are growing, and what the
//! caller knows (a speed class, a surprise in another field).

use super::chance::{Chance, Mixer};
use super::rangecoder::BitCoder;

/// Expected sizes told apart, in half octaves of 1/16.
const LEVELS: usize = 32;
/// Choices of the walk told apart: 10 upwards, 6 downwards.
const NODES: usize = 16;
const NODES_UP: usize = 10;
/// What a caller can tell apart.
pub(super) const SIDES: usize = 6;
const REFINED: usize = 2;
const TRENDS: usize = 3;
const DIGIT_ROWS: usize = 24 * 3;
/// What a caller can say about the sign.
pub(super) const HINTS: usize = 7;
/// The half octave of the largest remainder, 2^63.
const SIZE_MAX: u32 = 127;

/// The counters of one kind of number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Counters {
    refined: [Chance; LEVELS * REFINED * NODES],
    trend: [Chance; LEVELS * TRENDS * NODES],
    side: [Chance; LEVELS * SIDES * NODES],
    digits: [Chance; DIGIT_ROWS * 4],
    signs: [Chance; 3 * HINTS],
}

impl Counters {
    pub(super) const UNKNOWN: Self = Self {
        refined: [Chance::UNKNOWN; LEVELS * REFINED * NODES],
        trend: [Chance::UNKNOWN; LEVELS * TRENDS * NODES],
        side: [Chance::UNKNOWN; LEVELS * SIDES * NODES],
        digits: [Chance::UNKNOWN; DIGIT_ROWS * 4],
        signs: [Chance::UNKNOWN; 3 * HINTS],
    };

    /// All of them, in the order of the table file.
    pub(super) fn all(&self) -> impl Iterator<Item = &Chance> {
        let sizes = self.refined.iter().chain(&self.trend).chain(&self.side);
        sizes.chain(&self.digits).chain(&self.signs)
    }

    /// The same, to be set.
    pub(super) fn all_mut(&mut self) -> impl Iterator<Item = &mut Chance> {
        let sizes = self
            .refined
            .iter_mut()
            .chain(&mut self.trend)
            .chain(&mut self.side);
        sizes.chain(&mut self.digits).chain(&mut self.signs)
    }
}

/// How many mixers one kind of number takes.
pub(super) const MIXERS: usize = NODES;

/// The running sizes of one column's remainders, in 1/16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Scale {
    pub(super) fast: u32,
    pub(super) slow: u32,
    last_sign: i8,
}

/// What the caller knows beside the remainder itself.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Aside {
    /// Below [`SIDES`].
    pub(super) side: usize,
    /// Below [`HINTS`]; the middle one says nothing.
    pub(super) hint: usize,
}

impl Scale {
    pub(super) const fn starting_at(size_16: u32) -> Self {
        Self {
            fast: size_16,
            slow: size_16,
            last_sign: 0,
        }
    }

    #[inline]
    fn expected(&self) -> u32 {
        (self.fast * 2 + self.slow) / 3 + 1
    }

    /// How the last remainder stands to what was expected: 0 small, 1 usual, 2 large.
    #[inline]
    pub(super) fn surprise(&self, remainder: i64) -> usize {
        let size = remainder.unsigned_abs().min(1 << 26) << 4;
        let expected = u64::from(self.expected());
        usize::from(size * 2 > expected) + usize::from(size > expected * 2)
    }

    #[inline]
    fn learn(&mut self, remainder: i64) {
        let size = (remainder.unsigned_abs().min(1 << 22) << 4) as u32;
        self.fast = (self.fast * 3 + size + 2) >> 2;
        self.slow = (self.slow * 15 + size + 8) >> 4;
        self.last_sign = remainder.signum() as i8;
    }
}

/// Half octave of a size: 0, 1, 2, 3, 4-5, 6-7, 8-11, ...
#[inline]
fn bucket(size: u64) -> u32 {
    if size < 2 {
        return size as u32;
    }
    let octave = size.ilog2();
    2 * octave + ((size >> (octave - 1)) & 1) as u32
}

struct Rows {
    start: u32,
    base: [usize; 3],
}

impl Rows {
    #[inline]
    fn new(scale: &Scale, side: usize) -> Self {
        let expected = scale.expected();
        let octave = expected.ilog2();
        let quarter = if octave >= 2 {
            (expected >> (octave - 2)) & 3
        } else {
            0
        };
        let level = ((octave * 2 + (quarter >> 1)) as usize).min(LEVELS - 1);
        let trend = if scale.fast * 2 > scale.slow * 3 {
            2
        } else {
            usize::from(scale.slow * 2 <= scale.fast * 3)
        };
        Self {
            start: bucket(u64::from(expected >> 4)),
            base: [
                (level * REFINED + (quarter & 1) as usize) * NODES,
                (level * TRENDS + trend) * NODES,
                (level * SIDES + side.min(SIDES - 1)) * NODES,
            ],
        }
    }
}

/// The counters of one kind of number, borrowed from the model's one block.
pub(super) struct Number<'m> {
    pub(super) counters: &'m mut Counters,
    pub(super) mixers: &'m mut [Mixer; MIXERS],
    pub(super) limit: u16,
}

impl Number<'_> {
    /// Codes `value` (ignored by a reader) and returns what was coded.
    pub(super) fn code(
        &mut self,
        coder: &mut impl BitCoder,
        scale: &mut Scale,
        aside: Aside,
        value: i64,
    ) -> i64 {
        let rows = Rows::new(scale, aside.side);
        let size = value.unsigned_abs();
        let coded = self.walk(coder, &rows, bucket(size));
        let size = self.digits(coder, &rows, coded, size);
        let mut remainder = size as i64;
        if size != 0 {
            let row = (scale.last_sign + 1) as usize * HINTS + aside.hint.min(HINTS - 1);
            let chance = &mut self.counters.signs[row];
            if chance.code(coder, value < 0, self.limit) {
                remainder = remainder.wrapping_neg();
            }
        }
        scale.learn(remainder);
        remainder
    }

    #[inline]
    fn choose(&mut self, coder: &mut impl BitCoder, rows: &Rows, node: usize, bit: bool) -> bool {
        let [a, b, c] = rows.base.map(|base| base + node);
        let Counters {
            refined,
            trend,
            side,
            ..
        } = &mut *self.counters;
        let chances = [&mut refined[a], &mut trend[b], &mut side[c]];
        self.mixers[node & (MIXERS - 1)].code(coder, bit, chances, self.limit)
    }

    #[inline]
    fn walk(&mut self, coder: &mut impl BitCoder, rows: &Rows, wanted: u32) -> u32 {
        let mut at = rows.start;
        if self.choose(coder, rows, 0, wanted > at) {
            at += 1;
            let mut node = 1;
            while at < SIZE_MAX && self.choose(coder, rows, node, wanted > at) {
                at += 1;
                node = (node + 1).min(NODES_UP - 1);
            }
            return at;
        }
        let mut node = NODES_UP;
        while at > 0 && self.choose(coder, rows, node, wanted < at) {
            at -= 1;
            node = (node + 1).min(NODES - 1);
        }
        at
    }

    /// The digits below the half octave: two are learnt, the others are noise.
    #[inline]
    fn digits(&mut self, coder: &mut impl BitCoder, rows: &Rows, coded: u32, size: u64) -> u64 {
        if coded < 4 {
            return u64::from(coded);
        }
        let octave = coded / 2;
        let low = octave - 1;
        let mut out = (2 | u64::from(coded & 1)) << low;
        let near = (coded + 1).saturating_sub(rows.start).min(2) as usize;
        let row = (near * 24 + (coded as usize).min(23)) * 4;
        let mut left = low;
        let mut path = 1;
        while left > 0 && path < 4 {
            left -= 1;
            let bit = (size >> left) & 1 == 1;
            let bit = self.counters.digits[row + path].code(coder, bit, self.limit);
            path = path * 2 + usize::from(bit);
            out |= u64::from(bit) << left;
        }
        if left > 0 {
            out |= coder.raw(size & ((1 << left) - 1), left);
        }
        out
    }
}
