//! Several predictors side by side over the same inputs; each counts as much as it has lately been right.

use super::predictor::{Energy, Predictor, bounded};

/// Start weights run side by side: of a rider's phone, of a track of places only, of a steady receiver.
pub(super) const BANKS: usize = 3;

/// Errors count up to this, in 1/16 of 1/16; 24 bits times 15 fit 32.
const ERROR_MAX: u32 = (1 << 19) - 1;

/// The predictors of one number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bank<const N: usize> {
    predictors: [Predictor<N>; BANKS],
    pub(super) inputs: [i32; N],
    guesses_16: [i64; BANKS],
    errors_16: [u32; BANKS],
    /// What happened last, for training.
    pub(super) happened_16: i64,
}

/// What is expected of a number, in 1/16.
#[derive(Debug, Clone, Copy)]
pub(super) struct Guess {
    pub(super) value_16: i64,
    /// The guess that is least like the mix, for telling the sign.
    pub(super) other_16: i64,
}

impl<const N: usize> Bank<N> {
    pub(super) fn new(weights: [[i32; N]; BANKS]) -> Self {
        Self {
            predictors: weights.map(|weights| Predictor { weights }),
            inputs: [0; N],
            guesses_16: [0; BANKS],
            errors_16: [64; BANKS],
            happened_16: 0,
        }
    }

    /// Guesses from the inputs, weighing by the inverse fourth power of recent errors.
    #[inline]
    pub(super) fn guess(&mut self) -> Guess {
        let [a, b, c] = self.errors_16;
        let least = a.min(b).min(c);
        let (mut sum, mut total) = (0_i64, 0_u32);
        for (slot, predictor) in self.predictors.iter().enumerate() {
            let guess = predictor.predict(&self.inputs);
            self.guesses_16[slot] = guess;
            let error = self.errors_16[slot];
            let share = if error == least {
                256
            } else {
                (least << 8) / error
            };
            let share = (share * share) >> 8;
            let share = (share * share) >> 8;
            sum += guess * i64::from(share);
            total += share;
        }
        let value_16 = (sum * i64::from((1_u32 << 24) / total.max(1)) + (1 << 23)) >> 24;
        let [a, b, c] = self.guesses_16.map(|guess| (guess - value_16, guess));
        let farther = if a.0.abs() >= b.0.abs() { a } else { b };
        let farthest = if farther.0.abs() >= c.0.abs() {
            farther
        } else {
            c
        };
        Guess {
            value_16,
            other_16: farthest.1,
        }
    }

    /// Takes in what really happened.
    #[inline]
    pub(super) fn learn(&mut self, happened_16: i64, slowness: u32) {
        let happened_16 = i64::from(bounded(happened_16));
        let energy = Energy::of(&self.inputs);
        for slot in 0..BANKS {
            let miss = happened_16 - self.guesses_16[slot];
            let size = miss.unsigned_abs().min(u64::from(ERROR_MAX)) as u32;
            let error = (self.errors_16[slot] * 15 + (size << 4) + 8) >> 4;
            self.errors_16[slot] = error.max(16);
            self.predictors[slot].learn(&self.inputs, energy, miss, slowness);
        }
        self.happened_16 = happened_16;
    }

    /// How wrong the best predictor lately was, for training.
    pub(super) fn least_error_16(&self) -> i64 {
        i64::from(self.errors_16.iter().copied().min().unwrap_or(0) >> 4)
    }
}
