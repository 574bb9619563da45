//! Linear prediction by weights that go on learning (normalised least mean squares), in integers.

/// One in the unit of weights.
pub(super) const WEIGHT_ONE: i32 = 65_536;
/// Inputs are kept within this, so that no sum of products can overflow.
pub(super) const INPUT_MAX: i64 = 1 << 26;

/// A predictor over `N` inputs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Predictor<const N: usize> {
    pub(super) weights: [i32; N],
}

/// Keeps an input in bounds.
#[inline]
pub(super) fn bounded(value: i64) -> i32 {
    value.clamp(-INPUT_MAX, INPUT_MAX) as i32
}

impl<const N: usize> Predictor<N> {
    /// The prediction, in the unit of the inputs.
    #[inline]
    pub(super) fn predict(&self, inputs: &[i32; N]) -> i64 {
        let mut sum = 0_i64;
        for (weight, input) in self.weights.iter().zip(inputs) {
            sum += i64::from(*weight) * i64::from(*input);
        }
        (sum + i64::from(WEIGHT_ONE / 2)) >> 16
    }

    /// Moves the weights by `1 / 2^slowness` of what would have hit. A segment's 300 steps cannot move a
    /// weight beyond 2^21, so sums of products stay far below 2^63.
    #[inline]
    pub(super) fn learn(&mut self, inputs: &[i32; N], energy: Energy, error: i64, slowness: u32) {
        let gain = energy.share(error.clamp(-INPUT_MAX, INPUT_MAX), slowness);
        for (weight, input) in self.weights.iter_mut().zip(inputs) {
            let step = ((gain * i64::from(*input)) >> 16).clamp(-4_096, 4_096);
            *weight = weight.wrapping_add(step as i32);
        }
    }
}

/// The sum of squares of inputs, prepared for dividing by it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Energy {
    octave: u32,
    /// 2^(16 + octave) / sum.
    inverse: i64,
}

impl Energy {
    #[inline]
    pub(super) fn of<const N: usize>(inputs: &[i32; N]) -> Self {
        let sum: i64 = inputs.iter().map(|x| i64::from(*x) * i64::from(*x)).sum();
        let sum = sum.max(1);
        let octave = sum.ilog2();
        // The upper 16 bits of the sum are enough, and make it a short division.
        let head = if octave > 15 {
            sum >> (octave - 15)
        } else {
            sum << (15 - octave)
        };
        Self {
            octave,
            inverse: i64::from((1_u32 << 31) / head as u32),
        }
    }

    /// error * 2^(32 - slowness) / sum.
    #[inline]
    fn share(self, error: i64, slowness: u32) -> i64 {
        let scaled = (error << (32 - slowness)) >> self.octave;
        // Beyond this every step is clamped anyway, and the product would not fit.
        (scaled.clamp(-(1 << 46), 1 << 46) * self.inverse) >> 16
    }
}
