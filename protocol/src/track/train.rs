//! Making the priming tables. For whoever makes a new version of the format; nothing else calls it.
//!
//! Start weights come from least squares over the training tracks (floating point is allowed here: the
//! result is a table of integers), counters from coding the tracks once with these weights.

use super::axis::INPUTS;
use super::bank::{BANKS, Bank};
use super::column::LAGS;
use super::core::STEADY;
use super::model::{Model, Primed};
use super::rangecoder::BitCoder;
use super::tables;
use super::units::{Origin, Units};
use crate::fix::Fix;

/// One training track and which bank of start weights it teaches.
pub struct Lesson {
    /// Below 3.
    pub bank: usize,
    /// Cut into segments here.
    pub fixes: Vec<Fix>,
}

/// Makes the bytes of a table file from tracks, in segments of `segment_fixes`.
pub fn train(lessons: &[Lesson], segment_fixes: usize) -> Vec<u8> {
    let mut primed = Primed::blank();
    weigh(&mut primed, lessons, segment_fixes);
    for _ in 0..2 {
        primed = drill(primed, lessons, segment_fixes);
    }
    tables::write(&primed)
}

/// A coder that writes nothing: the model learns from the true bits.
struct Listener;

impl BitCoder for Listener {
    #[inline]
    fn bit(&mut self, bit: bool, _p16: u32) -> bool {
        bit
    }

    fn raw(&mut self, value: u64, _count: u32) -> u64 {
        value
    }
}

/// Codes every segment in turn, one of each track after the other, and keeps what the counters learnt.
fn drill(mut primed: Primed, lessons: &[Lesson], segment_fixes: usize) -> Primed {
    let longest = lessons
        .iter()
        .map(|l| l.fixes.len().div_ceil(segment_fixes))
        .max();
    for turn in 0..longest.unwrap_or(0) {
        for lesson in lessons {
            if let Some(segment) = lesson.fixes.chunks(segment_fixes).nth(turn) {
                primed = listen(&primed, segment, |_, _| {}).unwrap_or(primed);
            }
        }
    }
    primed
}

fn listen(
    primed: &Primed,
    segment: &[Fix],
    mut seen: impl FnMut(&mut Model, usize),
) -> Option<Primed> {
    let first = segment.first()?;
    let origin = Origin {
        time: first.time,
        lat_e7: first.lat_e7,
        lon_e7: first.lon_e7,
    };
    let units = Units::of(segment);
    let mut model = Model::new(primed, STEADY, units, origin.lat_e7);
    for (index, fix) in segment.iter().enumerate() {
        let point = units.point(&origin, fix);
        if index == 0 {
            model.first(&mut Listener, &point);
        } else {
            model.next(&mut Listener, &point);
        }
        seen(&mut model, index);
    }
    Some(model.into_primed())
}

/// Weighted least squares of one predictor.
struct Sums<const N: usize> {
    products: [[f64; N]; N],
    targets: [f64; N],
}

impl<const N: usize> Sums<N> {
    const NONE: Self = Self {
        products: [[0.0; N]; N],
        targets: [0.0; N],
    };

    fn add(&mut self, bank: &Bank<N>, inputs: &[i32; N]) {
        let error = bank.least_error_16() as f64;
        let weight = 1.0 / (64.0 + error * error);
        let target = bank.happened_16 as f64;
        let x = inputs.map(f64::from);
        for i in 0..N {
            for j in 0..N {
                self.products[i][j] += weight * x[i] * x[j];
            }
            self.targets[i] += weight * x[i] * target;
        }
    }

    /// Gaussian elimination with a ridge; weights in 1/65536.
    fn solve(&self, fallback: [i32; N]) -> [i32; N] {
        let mut a = self.products;
        let mut b = self.targets;
        let mean = (0..N).map(|i| a[i][i]).sum::<f64>() / N as f64;
        if mean <= 0.0 {
            return fallback;
        }
        for (i, row) in a.iter_mut().enumerate() {
            row[i] += mean * 1e-5;
        }
        for i in 0..N {
            let pivot = a[i];
            for j in i + 1..N {
                let factor = a[j][i] / pivot[i];
                for k in i..N {
                    a[j][k] -= factor * pivot[k];
                }
                b[j] -= factor * b[i];
            }
        }
        let mut x = [0.0; N];
        for i in (0..N).rev() {
            let known: f64 = (i + 1..N).map(|j| a[i][j] * x[j]).sum();
            x[i] = (b[i] - known) / a[i][i];
        }
        x.map(|w| (w * 65_536.0).round().clamp(-400_000.0, 400_000.0) as i32)
    }
}

fn weigh(primed: &mut Primed, lessons: &[Lesson], segment_fixes: usize) {
    let mut places = [const { [const { Sums::<INPUTS>::NONE }; BANKS] }; 2];
    let mut columns = [const { [const { Sums::<LAGS>::NONE }; BANKS] }; 4];
    for lesson in lessons {
        for segment in lesson.fixes.chunks(segment_fixes) {
            let start = primed.clone();
            let mut before = [[0; LAGS]; 4];
            listen(&start, segment, |model, index| {
                let now = [
                    &model.speed,
                    &model.bearing,
                    &model.altitude,
                    &model.accuracy,
                ];
                if index > 0 {
                    for (axis, sums) in model.axes.iter().zip(&mut places) {
                        sums[lesson.bank].add(&axis.bank, &axis.bank.inputs);
                    }
                    for ((sums, column), inputs) in columns.iter_mut().zip(now).zip(&before) {
                        sums[lesson.bank].add(&column.bank, inputs);
                    }
                }
                before = now.map(|column| column.bank.inputs);
            });
        }
    }
    for (weights, sums) in primed.place_weights.iter_mut().zip(&places) {
        for (weights, sums) in weights.iter_mut().zip(sums) {
            *weights = sums.solve(*weights);
        }
    }
    for (weights, sums) in primed.column_weights.iter_mut().zip(&columns) {
        for (weights, sums) in weights.iter_mut().zip(sums) {
            *weights = sums.solve(*weights);
        }
    }
}
