//! Predicting one axis of the place.
//!
//! Inputs are what speed and bearing say (now and for three fixes back) and the displacements of the
//! last five fixes, all scaled to the time that passes now, so that uneven sampling does not matter.
//! Everything is in 1/16 of the segment's unit.

use super::bank::{BANKS, Bank, Guess};
use super::predictor::bounded;

/// Inputs: four from speed and bearing, five past displacements.
pub(super) const INPUTS: usize = SPEEDS + PAST;
const SPEEDS: usize = 4;
const PAST: usize = 5;

/// The state of one axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Axis {
    pub(super) bank: Bank<INPUTS>,
    /// Past displacements per ms, in 2^-16.
    velocities: [i64; PAST],
    /// Past speed vectors per ms, in 2^-16.
    speeds: [i64; SPEEDS],
    dt_ms: i64,
}

impl Axis {
    pub(super) fn new(weights: [[i32; INPUTS]; BANKS]) -> Self {
        Self {
            bank: Bank::new(weights),
            velocities: [0; PAST],
            speeds: [0; SPEEDS],
            dt_ms: 1,
        }
    }

    /// Expects a displacement after `dt_ms` (1 ..= 2^17), given what speed and bearing make of it.
    #[inline]
    pub(super) fn guess(&mut self, dt_ms: i64, by_speed_16: i64) -> Guess {
        self.dt_ms = dt_ms;
        self.speeds.rotate_right(1);
        self.speeds[0] = per_ms(by_speed_16, dt_ms);
        let (by_speed, past) = self.bank.inputs.split_at_mut(SPEEDS);
        let rates = self.speeds.iter().zip(by_speed);
        for (rate, input) in rates.chain(self.velocities.iter().zip(past)) {
            *input = bounded((rate * dt_ms + 32_768) >> 16);
        }
        self.bank.inputs[0] = bounded(by_speed_16);
        self.bank.guess()
    }

    /// Takes in what really happened.
    #[inline]
    pub(super) fn learn(&mut self, displacement_16: i64, slowness: u32) {
        self.bank.learn(displacement_16, slowness);
        self.velocities.rotate_right(1);
        self.velocities[0] = per_ms(displacement_16, self.dt_ms);
    }
}

#[inline]
fn per_ms(displacement_16: i64, dt_ms: i64) -> i64 {
    (i64::from(bounded(displacement_16)) << 16) / dt_ms
}
