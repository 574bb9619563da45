//! One scalar column of the core stream: a value that may be missing, predicted from its own past.

use super::bank::{BANKS, Bank, Guess};
use super::number::Scale;
use super::predictor::bounded;

/// Past changes looked at.
pub(super) const LAGS: usize = 6;

/// The state of one column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Column {
    /// Inputs: the last changes, newest first, in 1/16.
    pub(super) bank: Bank<LAGS>,
    pub(super) scale: Scale,
    /// The last value that was there.
    pub(super) last: Option<i64>,
}

impl Column {
    pub(super) fn new(weights: [[i32; LAGS]; BANKS], size_16: u32) -> Self {
        Self {
            bank: Bank::new(weights),
            scale: Scale::starting_at(size_16),
            last: None,
        }
    }

    /// The change expected.
    #[inline]
    pub(super) fn guess(&mut self) -> Guess {
        self.bank.guess()
    }

    /// Takes in the change that happened.
    #[inline]
    pub(super) fn learn(&mut self, change: i64, slowness: u32) {
        let change_16 = change.saturating_mul(16);
        self.bank.learn(change_16, slowness);
        self.bank.inputs.rotate_right(1);
        self.bank.inputs[0] = bounded(change_16);
    }
}
