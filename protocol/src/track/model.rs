//! The joint model of the seven numeric fields of a fix: what the core stream is coded by.
//!
//! Per fix, in this order: time, which fields are there, speed, bearing, place, altitude, accuracy. Speed
//! and bearing go first because together they say most of where the next fix lies.

use super::axis::{Axis, INPUTS};
use super::bank::{BANKS, Guess};
use super::chance::{Chance, Mixer};
use super::column::{Column, LAGS};
use super::number::{Aside, Counters, HINTS, MIXERS, Number, Scale};
use super::rangecoder::BitCoder;
use super::trig;
use super::units::{Point, Units};

/// The kinds of number; latitude and longitude share one.
pub(super) const KINDS: usize = 6;
const TIME: usize = 0;
const SPEED: usize = 1;
const BEARING: usize = 2;
const PLACE: usize = 3;
const ALTITUDE: usize = 4;
const ACCURACY: usize = 5;

/// Counters outside numbers: presence, standstill, and the lengths of first values.
pub(super) const FLAGS: usize = 8 + 16 + 8 + 4 * FIRST_LENGTHS;
const FLAG_ZERO: usize = 8;
const FLAG_BEARING: usize = FLAG_ZERO + 8;
const FLAG_FIRST: usize = FLAG_BEARING + 16;
const FIRST_LENGTHS: usize = 64;

/// What a mode changes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// How much a counter has to see before it stops slowing down.
    pub(super) limit: u16,
    /// How slowly weights of the place move, as a power of two.
    pub(super) place_slowness: u32,
    /// How slowly weights of the other columns move.
    pub(super) column_slowness: u32,
}

/// Everything that is learnt beforehand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Primed {
    pub(super) counters: Box<[Counters; KINDS]>,
    pub(super) mixers: [[Mixer; MIXERS]; KINDS],
    pub(super) flags: [Chance; FLAGS],
    /// Start weights of latitude and longitude.
    pub(super) place_weights: [[[i32; INPUTS]; BANKS]; 2],
    /// Start weights of speed, bearing, altitude, accuracy.
    pub(super) column_weights: [[[i32; LAGS]; BANKS]; 4],
    /// Start sizes of the remainders of each kind, 1/16.
    pub(super) sizes_16: [u32; KINDS],
}

/// The model at work on one segment.
pub(super) struct Model {
    primed: Primed,
    pace: Pace,
    units: Units,
    /// Units of latitude and longitude in a centimetre, 1/65536.
    per_cm: [i64; 2],
    time_scale: Scale,
    intervals: [i64; 3],
    place_scales: [Scale; 2],
    pub(super) axes: [Axis; 2],
    pub(super) speed: Column,
    pub(super) bearing: Column,
    pub(super) altitude: Column,
    pub(super) accuracy: Column,
    was_zero: [bool; 2],
    before: Point,
}

impl Model {
    /// A model at the start of a segment.
    pub(super) fn new(primed: &Primed, pace: Pace, units: Units, lat_e7: i32) -> Self {
        let cosine = trig::cosine_of_latitude(lat_e7).max(trig::ONE / 64);
        let [lat, lon] = units.place_per_cm_65536();
        let size = |kind: usize| primed.sizes_16[kind];
        let column = |at: usize, kind: usize| Column::new(primed.column_weights[at], size(kind));
        Self {
            primed: primed.clone(),
            pace,
            units,
            per_cm: [lat, lon * trig::ONE / cosine],
            time_scale: Scale::starting_at(size(TIME)),
            intervals: [units.usual_interval(); 3],
            place_scales: [Scale::starting_at(size(PLACE)); 2],
            axes: [0, 1].map(|axis| Axis::new(primed.place_weights[axis])),
            speed: column(0, SPEED),
            bearing: column(1, BEARING),
            altitude: column(2, ALTITUDE),
            accuracy: column(3, ACCURACY),
            was_zero: [false; 2],
            before: Point::default(),
        }
    }

    /// What was learnt, for training.
    pub(super) fn into_primed(self) -> Primed {
        self.primed
    }

    /// Codes the first fix, whose time and place are the origin.
    pub(super) fn first(&mut self, coder: &mut impl BitCoder, point: &Point) -> Point {
        let mut out = Point::default();
        let given = [point.altitude, point.accuracy, point.speed, point.bearing];
        let mut read = [None; 4];
        for (field, value) in given.into_iter().enumerate() {
            if coder.raw(u64::from(value.is_some()), 1) == 1 {
                read[field] = Some(self.first_value(coder, field, value.unwrap_or(0)));
            }
        }
        [out.altitude, out.accuracy, out.speed, out.bearing] = read;
        self.altitude.last = out.altitude;
        self.accuracy.last = out.accuracy;
        self.speed.last = out.speed;
        self.bearing.last = out.bearing;
        self.before = out;
        out
    }

    /// Codes one of the other fixes.
    pub(super) fn next(&mut self, coder: &mut impl BitCoder, point: &Point) -> Point {
        let mut out = Point::default();
        let interval = self.interval(coder, point.time.wrapping_sub(self.before.time));
        out.time = self.before.time.wrapping_add(interval);
        let present = self.presence(coder, point);
        if present[2] {
            out.speed = Some(self.speed_value(coder, point.speed.unwrap_or(0)));
        }
        if self.bearing_presence(coder, point.bearing.is_some(), out.speed) {
            out.bearing = Some(self.bearing_value(coder, point.bearing.unwrap_or(0), out.speed));
        }
        let surprise = self.place(coder, point, &mut out, interval);
        if present[0] {
            let side = surprise;
            let value = point.altitude.unwrap_or(0);
            out.altitude = Some(self.column_value(coder, ALTITUDE, side, value));
        }
        if present[1] {
            let value = point.accuracy.unwrap_or(0);
            out.accuracy = Some(self.column_value(coder, ACCURACY, surprise, value));
        }
        self.before = out;
        out
    }

    fn number(&mut self, kind: usize) -> Number<'_> {
        Number {
            counters: &mut self.primed.counters[kind],
            mixers: &mut self.primed.mixers[kind],
            limit: self.pace.limit,
        }
    }

    /// Length in bits, then the bits below the highest.
    fn first_value(&mut self, coder: &mut impl BitCoder, field: usize, value: i64) -> i64 {
        let folded = ((value << 1) ^ (value >> 63)) as u64;
        let length = 64 - folded.leading_zeros();
        let base = FLAG_FIRST + field * FIRST_LENGTHS;
        let mut path = 1_usize;
        for bit in (0..6).rev() {
            let chance = &mut self.primed.flags[base + (path & 63)];
            let bit = chance.code(coder, (length >> bit) & 1 == 1, self.pace.limit);
            path = path * 2 + usize::from(bit);
        }
        let length = (path & 63) as u32;
        if length == 0 {
            return 0;
        }
        let low = length - 1;
        let folded = (1_u64 << low) | coder.raw(folded & ((1 << low) - 1), low);
        (folded >> 1) as i64 ^ -((folded & 1) as i64)
    }

    fn interval(&mut self, coder: &mut impl BitCoder, interval: i64) -> i64 {
        let [a, b, c] = self.intervals;
        let usual = a.max(b).min(a.min(b).max(c));
        let mut scale = self.time_scale;
        let rest = interval.wrapping_sub(usual);
        let rest = self
            .number(TIME)
            .code(coder, &mut scale, Aside::default(), rest);
        self.time_scale = scale;
        let interval = usual.wrapping_add(rest);
        self.intervals.rotate_right(1);
        self.intervals[0] = interval;
        interval
    }

    /// Altitude, accuracy and speed mostly come and go together.
    fn presence(&mut self, coder: &mut impl BitCoder, point: &Point) -> [bool; 3] {
        let before = self.before.presence();
        let now = point.presence();
        let limit = self.pace.limit;
        let context = before
            .iter()
            .fold(0, |sum, there| sum * 2 + usize::from(*there));
        if !self.primed.flags[context].code(coder, now != before, limit) {
            return before;
        }
        now.map(|there| coder.raw(u64::from(there), 1) == 1)
    }

    fn speed_value(&mut self, coder: &mut impl BitCoder, value: i64) -> i64 {
        let last = self.speed.last.unwrap_or(0);
        let slow = last.saturating_mul(self.units.speed) < 60;
        let context = usize::from(self.was_zero[0]) * 4
            + usize::from(self.was_zero[1]) * 2
            + usize::from(slow);
        let limit = self.pace.limit;
        let zero = self.primed.flags[FLAG_ZERO + context].code(coder, value == 0, limit);
        self.was_zero = [zero, self.was_zero[0]];
        if zero {
            self.speed.guess();
            self.speed
                .learn(last.wrapping_neg(), self.pace.column_slowness);
            self.speed.last = Some(0);
            return 0;
        }
        let side = speed_class(Some(last.saturating_mul(self.units.speed)));
        self.column_value(coder, SPEED, side, value)
    }

    fn bearing_presence(
        &mut self,
        coder: &mut impl BitCoder,
        there: bool,
        speed: Option<i64>,
    ) -> bool {
        let class = match speed.map(|s| s.saturating_mul(self.units.speed)) {
            None => 0,
            Some(0) => 1,
            Some(s) if s < 40 => 2,
            Some(_) => 3,
        };
        let before = usize::from(self.before.bearing.is_some());
        let limit = self.pace.limit;
        self.primed.flags[FLAG_BEARING + before * 4 + class].code(coder, there, limit)
    }

    /// The change of bearing, the short way round.
    fn bearing_value(&mut self, coder: &mut impl BitCoder, value: i64, speed: Option<i64>) -> i64 {
        let last = self.bearing.last.unwrap_or(0);
        let expected = self.bearing.guess();
        let guess = last + ((expected.value_16 + 8) >> 4).clamp(-180, 180);
        let rest = around(value - guess);
        let side = speed_class(speed.map(|s| s.saturating_mul(self.units.speed)));
        let mut scale = self.bearing.scale;
        let hint = hint(&scale, expected);
        let rest = self
            .number(BEARING)
            .code(coder, &mut scale, Aside { side, hint }, rest);
        self.bearing.scale = scale;
        let out = guess.wrapping_add(rest).rem_euclid(360);
        self.bearing
            .learn(around(out - last), self.pace.column_slowness);
        self.bearing.last = Some(out);
        out
    }

    /// Codes both axes; returns how surprising they were, 0 ..= 4.
    fn place(
        &mut self,
        coder: &mut impl BitCoder,
        point: &Point,
        out: &mut Point,
        interval: i64,
    ) -> usize {
        let dt_ms = interval.saturating_mul(self.units.time).clamp(1, 120_000);
        let by_speed = self.by_speed(out, dt_ms);
        let wanted = [
            point.lat.wrapping_sub(self.before.lat),
            point.lon.wrapping_sub(self.before.lon),
        ];
        let mut moved = [0; 2];
        let mut surprise = 0;
        for axis in 0..2 {
            let guess = self.axes[axis].guess(dt_ms, by_speed[axis]);
            let whole = (guess.value_16 + 8) >> 4;
            let mut scale = self.place_scales[axis];
            let aside = Aside {
                side: axis * 3 + surprise,
                hint: hint(&scale, guess),
            };
            let rest = wanted[axis].wrapping_sub(whole);
            let before = scale;
            let rest = self.number(PLACE).code(coder, &mut scale, aside, rest);
            self.place_scales[axis] = scale;
            surprise += before.surprise(rest);
            moved[axis] = whole.wrapping_add(rest);
            self.axes[axis].learn(moved[axis].saturating_mul(16), self.pace.place_slowness);
        }
        out.lat = self.before.lat.wrapping_add(moved[0]);
        out.lon = self.before.lon.wrapping_add(moved[1]);
        surprise
    }

    /// What speed and bearing make of the displacement, 1/16 unit.
    fn by_speed(&self, point: &Point, dt_ms: i64) -> [i64; 2] {
        let (Some(speed), Some(bearing)) = (point.speed, point.bearing) else {
            return [0; 2];
        };
        let speed_cms = speed.saturating_mul(self.units.speed).clamp(0, 1 << 17);
        let cm_16 = (speed_cms * dt_ms * 16 / 1_000).min(1 << 24);
        let degrees = bearing as i32;
        [
            (cm_16 * trig::cosine(degrees) * self.per_cm[0]) >> 32,
            (cm_16 * trig::sine(degrees) * self.per_cm[1]) >> 32,
        ]
    }

    fn column_value(
        &mut self,
        coder: &mut impl BitCoder,
        kind: usize,
        side: usize,
        value: i64,
    ) -> i64 {
        let slowness = self.pace.column_slowness;
        let column = self.column(kind);
        let last = column.last.unwrap_or(0);
        let expected = column.guess();
        let mut scale = column.scale;
        let guess = last.wrapping_add((expected.value_16 + 8) >> 4);
        let hint = hint(&scale, expected);
        let rest = value.wrapping_sub(guess);
        let rest = self
            .number(kind)
            .code(coder, &mut scale, Aside { side, hint }, rest);
        let out = guess.wrapping_add(rest);
        let column = self.column(kind);
        column.scale = scale;
        column.learn(out.wrapping_sub(last), slowness);
        column.last = Some(out);
        out
    }

    fn column(&mut self, kind: usize) -> &mut Column {
        match kind {
            SPEED => &mut self.speed,
            ALTITUDE => &mut self.altitude,
            _ => &mut self.accuracy,
        }
    }
}

/// -180 ..= 179.
fn around(degrees: i64) -> i64 {
    (degrees + 180).rem_euclid(360) - 180
}

fn speed_class(speed_cms: Option<i64>) -> usize {
    match speed_cms {
        None | Some(..50) => 0,
        Some(..120) => 1,
        Some(..240) => 2,
        Some(..450) => 3,
        Some(..900) => 4,
        Some(_) => 5,
    }
}

/// Which way rounding went: a guess of 3.4 that was rounded to 3 makes +1 likelier than -1.
fn fraction_hint(guess_16: i64) -> usize {
    let cut = guess_16 - (((guess_16 + 8) >> 4) << 4);
    ((cut + 8) * HINTS as i64 / 16) as usize
}

/// For small remainders which way rounding went, for others which way the odd one out points.
fn hint(scale: &Scale, guess: Guess) -> usize {
    if scale.slow < 48 {
        return fraction_hint(guess.value_16);
    }
    let apart = (guess.other_16 - guess.value_16) * 8;
    let slow = i64::from(scale.slow);
    let steps = [-6, -3, -1, 1, 3, 6];
    steps.iter().filter(|step| apart > slow * **step).count()
}
