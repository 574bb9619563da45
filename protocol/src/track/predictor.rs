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

    /// Moves the weights by `1 / 2^slowness` of what would have hit.
    #[inline]
    pub(super) fn learn(&mut self, inputs: &[i32; N], energy: i64, error: i64, slowness: u32) {
        let error = error.clamp(-INPUT_MAX, INPUT_MAX);
        // Both at most 2^26 * 2^26 * N, far below 2^63.
        let gain = (error << (32 - slowness)) / energy.max(1);
        for (weight, input) in self.weights.iter_mut().zip(inputs) {
            let step = ((gain * i64::from(*input)) >> 16).clamp(-4_096, 4_096);
            *weight = (i64::from(*weight) + step).clamp(-(8 << 16), 8 << 16) as i32;
        }
    }
}

/// Sum of squares of the inputs.
#[inline]
pub(super) fn energy<const N: usize>(inputs: &[i32; N]) -> i64 {
    inputs.iter().map(|x| i64::from(*x) * i64::from(*x)).sum()
}
