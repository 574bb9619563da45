//! What has been learnt about a binary choice: single counters, and a logistic mix of several of them.

use super::logistic::{DOMAIN_MAX, squash, stretch};
use super::rangecoder::BitCoder;

/// A counter: the probability of `true` in 1/65536 and how much has been seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Chance {
    pub(super) p16: u16,
    pub(super) seen: u16,
}

/// A counter goes on learning at the speed of one that saw this much.
pub(super) const SEEN_MAX: u16 = 255;

/// 65536 / (n + 1.6), the share of the error that the n-th observation corrects.
static RATE: [u16; SEEN_MAX as usize + 1] = rate_table();

const fn rate_table() -> [u16; SEEN_MAX as usize + 1] {
    let mut table = [0; SEEN_MAX as usize + 1];
    let mut n = 0;
    while n < table.len() {
        table[n] = (655_360 / (10 * n as u32 + 16)) as u16;
        n += 1;
    }
    table
}

impl Chance {
    pub(super) const UNKNOWN: Self = Self {
        p16: 32_768,
        seen: 0,
    };

    #[inline]
    pub(super) fn learn(&mut self, bit: bool, limit: u16) {
        let rate = i32::from(RATE[usize::from(self.seen.min(SEEN_MAX))]);
        let target = if bit { 65_535 } else { 0 };
        let step = ((target - i32::from(self.p16)) * rate) >> 16;
        self.p16 = (i32::from(self.p16) + step).clamp(0, 65_535) as u16;
        if self.seen < limit {
            self.seen += 1;
        }
    }

    /// Codes a bit by this counter alone.
    #[inline]
    pub(super) fn code(&mut self, coder: &mut impl BitCoder, bit: bool, limit: u16) -> bool {
        let p16 = u32::from(self.p16).clamp(24, 65_512);
        let bit = coder.bit(bit, p16);
        self.learn(bit, limit);
        bit
    }
}

/// Weights over three counters, in 1/65536.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mixer {
    pub(super) weights: [i32; 3],
}

/// How fast weights move; found by trial on the training set.
const MIXER_SHIFT: u32 = 14;

impl Mixer {
    pub(super) const EVEN: Self = Self {
        weights: [24_000; 3],
    };

    /// Codes a bit by three counters, and teaches all of them and the weights.
    #[inline]
    pub(super) fn code(
        &mut self,
        coder: &mut impl BitCoder,
        bit: bool,
        chances: [&mut Chance; 3],
        limit: u16,
    ) -> bool {
        let inputs = [
            stretch(u32::from(chances[0].p16)),
            stretch(u32::from(chances[1].p16)),
            stretch(u32::from(chances[2].p16)),
        ];
        let mut dot = 0_i64;
        for (weight, input) in self.weights.iter().zip(inputs) {
            dot += i64::from(*weight) * i64::from(input);
        }
        let x = (dot >> 16).clamp(-i64::from(DOMAIN_MAX), i64::from(DOMAIN_MAX)) as i32;
        let p16 = squash(x);
        let bit = coder.bit(bit, p16);
        let error = (if bit { 65_536 } else { 0 }) - p16 as i32;
        for (weight, input) in self.weights.iter_mut().zip(inputs) {
            let step =
                (i64::from(input) * i64::from(error) + (1 << (MIXER_SHIFT - 1))) >> MIXER_SHIFT;
            *weight = (*weight + step as i32).clamp(-(4 << 16), 4 << 16);
        }
        for chance in chances {
            chance.learn(bit, limit);
        }
        bit
    }
}
