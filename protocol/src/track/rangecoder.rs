//! A binary range coder: 32-bit range, carries resolved in a cache byte. Integers only.
//!
//! The one trait serves writer and reader, so that the model is written once and cannot differ between
//! them: a writer is handed the true bit, a reader ignores what it is handed and returns what it read.

/// Something that codes bits with a stated probability.
pub(super) trait BitCoder {
    /// Codes one bit; `p16` is the probability of `true` in 1/65536, 1 ..= 65535.
    fn bit(&mut self, bit: bool, p16: u32) -> bool;

    /// Codes the low `count` bits of `value` (at most 64) as they are.
    fn raw(&mut self, value: u64, count: u32) -> u64;
}

/// Below this the range is shifted up by a byte.
const RANGE_MIN: u32 = 1 << 24;
/// How many raw bits go out in one step.
const RAW_STEP: u32 = 12;

/// Writes.
pub(super) struct Encoder {
    low: u64,
    range: u32,
    cache: u8,
    pending: u64,
    started: bool,
    out: Vec<u8>,
}

impl Encoder {
    pub(super) fn new() -> Self {
        Self {
            low: 0,
            range: u32::MAX,
            cache: 0,
            pending: 0,
            started: false,
            out: Vec::with_capacity(2048),
        }
    }

    fn shift(&mut self) {
        if self.low < 0xFF00_0000 || self.low > 0xFFFF_FFFF {
            let carry = u8::from(self.low > 0xFFFF_FFFF);
            if self.started {
                self.out.push(self.cache.wrapping_add(carry));
            }
            // The first cache byte is always zero and is not written; no carry can reach it.
            self.started = true;
            for _ in 0..self.pending {
                self.out.push(0xFF_u8.wrapping_add(carry));
            }
            self.pending = 0;
            self.cache = ((self.low >> 24) & 0xFF) as u8;
        } else {
            self.pending += 1;
        }
        self.low = (self.low & 0x00FF_FFFF) << 8;
    }

    #[inline]
    fn renormalise(&mut self) {
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.shift();
        }
    }

    /// Ends the stream with as few bytes as tell the last interval; zeros at the end are left out,
    /// because a reader takes zeros beyond the end.
    pub(super) fn finish(mut self) -> Vec<u8> {
        let top = self.low + u64::from(self.range) - 1;
        let mut value = self.low;
        for zeros in (1..=32).rev() {
            let mask = (1_u64 << zeros) - 1;
            let candidate = (self.low + mask) & !mask;
            if candidate <= top {
                value = candidate;
                break;
            }
        }
        self.low = value;
        for _ in 0..5 {
            self.shift();
        }
        while self.out.last() == Some(&0) {
            self.out.pop();
        }
        self.out
    }
}

impl BitCoder for Encoder {
    #[inline]
    fn bit(&mut self, bit: bool, p16: u32) -> bool {
        let split = ((u64::from(self.range) * u64::from(p16)) >> 16) as u32;
        if bit {
            self.range = split;
        } else {
            self.low += u64::from(split);
            self.range -= split;
        }
        self.renormalise();
        bit
    }

    fn raw(&mut self, value: u64, count: u32) -> u64 {
        let mut left = count;
        while left > 0 {
            let step = left.min(RAW_STEP);
            left -= step;
            let part = (value >> left) & ((1 << step) - 1);
            self.range >>= step;
            self.low += part * u64::from(self.range);
            self.renormalise();
        }
        value
    }
}

/// Reads.
pub(super) struct Decoder<'a> {
    range: u32,
    code: u32,
    bytes: &'a [u8],
    position: usize,
}

impl<'a> Decoder<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        let mut decoder = Self {
            range: u32::MAX,
            code: 0,
            bytes,
            position: 0,
        };
        for _ in 0..4 {
            decoder.code = (decoder.code << 8) | decoder.next();
        }
        decoder
    }

    /// Whether every byte was looked at. An honest stream has none left over.
    pub(super) fn is_spent(&self) -> bool {
        self.position >= self.bytes.len()
    }

    #[inline]
    fn next(&mut self) -> u32 {
        let byte = self.bytes.get(self.position).copied().unwrap_or(0);
        self.position += 1;
        u32::from(byte)
    }

    #[inline]
    fn renormalise(&mut self) {
        while self.range < RANGE_MIN {
            self.range <<= 8;
            self.code = (self.code << 8) | self.next();
        }
    }
}

impl BitCoder for Decoder<'_> {
    #[inline]
    fn bit(&mut self, _bit: bool, p16: u32) -> bool {
        let split = ((u64::from(self.range) * u64::from(p16)) >> 16) as u32;
        let bit = self.code < split;
        if bit {
            self.range = split;
        } else {
            self.code -= split;
            self.range -= split;
        }
        self.renormalise();
        bit
    }

    fn raw(&mut self, _value: u64, count: u32) -> u64 {
        let mut left = count;
        let mut value = 0_u64;
        while left > 0 {
            let step = left.min(RAW_STEP);
            left -= step;
            self.range >>= step;
            // Only a stream that no writer made can point beyond the range.
            let part = (self.code / self.range).min((1 << step) - 1);
            self.code = self.code.wrapping_sub(part.wrapping_mul(self.range));
            value = (value << step) | u64::from(part);
            self.renormalise();
        }
        value
    }
}
