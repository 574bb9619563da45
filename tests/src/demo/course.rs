//! The fixes of a ride: along a way over the land, at a gait that wanders, seen by a receiver that drifts.

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use tala_fixtures::banner::frame::{LAT_DEGREE_M, LON_DEGREE_M};
use tala_fixtures::terrain::Terrain;
use tala_protocol::fix::{Fix, Provider};
use tala_protocol::time::UnixMs;

use super::cast::{Member, speed_ms};

/// How long a patrol stays where it found something, s.
const STAY_S: f64 = 60.0;
/// Slow error of a receiver, m, and how slow it is, s.
const DRIFT_M: f64 = 3.5;
const DRIFT_S: f64 = 60.0;
/// White noise of a receiver, m.
const WHITE_M: f64 = 0.12;
/// How far a rider strays from the way, m, and how slowly, s.
const STRAY_M: f64 = 9.0;
const STRAY_S: f64 = 90.0;

/// One fix, and what is found there.
#[derive(Debug, Clone)]
pub struct Step {
    /// The fix.
    pub fix: Fix,
    /// Number of the find, the first time the rider stands at it.
    pub finds: Vec<usize>,
}

/// A ride under way: an iterator of steps that ends at the end of the way.
#[derive(Debug)]
pub struct Course {
    member: Member,
    rng: ChaCha8Rng,
    along_m: f64,
    time_ms: i64,
    interval_s: f64,
    stay_s: f64,
    next_find: usize,
    gait: f64,
    stray_m: f64,
    drift_m: [f64; 3],
    replayed: usize,
}

impl Course {
    /// Begins at the start of the member's part of the way.
    pub fn new(member: Member, seed: u64, start: UnixMs, interval_s: f64) -> Self {
        let (from_m, _) = member.part_m;
        let passed = member
            .finds
            .iter()
            .filter(|(along_m, _)| *along_m < from_m)
            .count();
        Self {
            rng: ChaCha8Rng::seed_from_u64(seed),
            along_m: from_m,
            time_ms: start.0,
            interval_s,
            stay_s: 0.0,
            next_find: passed,
            gait: 1.0,
            stray_m: 0.0,
            drift_m: [0.0; 3],
            replayed: 0,
            member,
        }
    }

    /// The next fix of the real recording, on this day's clock.
    fn replay(&mut self) -> Option<Step> {
        let fixes = self.member.recording.as_ref()?;
        let first = fixes.first()?;
        let fix = fixes.get(self.replayed)?;
        self.replayed += 1;
        let time = UnixMs(self.time_ms + (fix.time.0 - first.time.0));
        // Half-way along, what the patrol would have found on its way.
        let is_half_way = self.replayed == fixes.len() / 2;
        Some(Step {
            fix: Fix { time, ..*fix },
            finds: if is_half_way { vec![0] } else { Vec::new() },
        })
    }

    fn ride(&mut self) -> Option<Step> {
        let (_, end_m) = self.member.part_m;
        if self.along_m >= end_m {
            return None;
        }
        let dt = self.interval_s;
        self.time_ms += (dt * 1_000.0) as i64;
        self.wander(dt);
        let speed = if self.stay_s > 0.0 {
            self.stay_s -= dt;
            0.0
        } else {
            speed_ms(&self.member.plan) * self.gait
        };
        self.along_m += speed * dt;
        let mut finds = Vec::new();
        while let Some((along_m, _)) = self.member.finds.get(self.next_find) {
            if *along_m > self.along_m {
                break;
            }
            finds.push(self.next_find);
            self.next_find += 1;
            self.stay_s = STAY_S;
        }
        Some(Step {
            fix: self.fix(speed),
            finds,
        })
    }

    /// Gait, straying and drift move on.
    fn wander(&mut self, dt: f64) {
        self.gait += (1.0 - self.gait) * dt / 40.0 + 0.05 * self.normal() * dt.sqrt();
        self.gait = self.gait.clamp(0.4, 1.7);
        let pull = (-dt / STRAY_S).exp();
        self.stray_m = self.stray_m * pull + STRAY_M * (1.0 - pull * pull).sqrt() * self.normal();
        let pull = (-dt / DRIFT_S).exp();
        for axis in 0..self.drift_m.len() {
            let push = DRIFT_M * (1.0 - pull * pull).sqrt() * self.normal();
            if let Some(drift) = self.drift_m.get_mut(axis) {
                *drift = *drift * pull + push;
            }
        }
    }

    fn fix(&mut self, speed: f64) -> Fix {
        let guide = &self.member.guide;
        let (lat, lon) = guide.at(self.along_m);
        let (next_lat, next_lon) = guide.at(self.along_m + 20.0);
        let east = (next_lon - lon) * LON_DEGREE_M;
        let north = (next_lat - lat) * LAT_DEGREE_M;
        let heading = east.atan2(north);
        let [drift_east, drift_north, drift_up] = self.drift_m;
        let east_m = heading.cos() * self.stray_m + drift_east + WHITE_M * self.normal();
        let north_m = -heading.sin() * self.stray_m + drift_north + WHITE_M * self.normal();
        let (lat, lon) = (lat + north_m / LAT_DEGREE_M, lon + east_m / LON_DEGREE_M);
        let height_m = Terrain::shared().elevation_m(lat, lon) + 1.6 * drift_up;
        let speed = (speed + 0.06 * self.normal()).max(0.0);
        let accuracy_m = 3.6 + 0.4 * self.normal().abs();
        let bearing = heading.to_degrees() + 2.0 * self.normal();
        Fix {
            time: UnixMs(self.time_ms),
            lat_e7: (lat * 1e7).round() as i32,
            lon_e7: (lon * 1e7).round() as i32,
            alt_dm: Some((height_m * 10.0).round() as i32),
            acc_dm: Some((accuracy_m * 10.0).round() as i32),
            speed_cms: Some((speed * 100.0).round() as i32),
            bearing_deg: (speed > 0.4).then(|| bearing.rem_euclid(360.0).floor() as u16 % 360),
            provider: Provider::Gnss,
            satellites: Some(9 + self.rng.random_range(0..6)),
            mock: false,
        }
    }

    fn normal(&mut self) -> f64 {
        let u1 = self.rng.random::<f64>().max(1e-300);
        let u2 = self.rng.random::<f64>();
        (-2.0 * u1.ln()).sqrt() * (std::f64::consts::TAU * u2).cos()
    }
}

impl Iterator for Course {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        match self.member.recording {
            Some(_) => self.replay(),
            None => self.ride(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast::cast;

    #[test]
    fn a_smoke_ride_passes_its_find_once_and_keeps_to_the_way() {
        let member = cast(true).expect("a cast").remove(0);
        let guide = member.guide.clone();
        let steps: Vec<Step> = Course::new(member, 1, UnixMs(0), 1.0).collect();
        assert!((200..900).contains(&steps.len()), "{} fixes", steps.len());
        let found: Vec<usize> = steps.iter().flat_map(|step| step.finds.clone()).collect();
        assert_eq!(found.first(), Some(&0));
        for pair in steps.windows(2) {
            assert!(pair[0].fix.time < pair[1].fix.time);
        }
        for Step { fix, .. } in &steps {
            let (lat, lon) = (f64::from(fix.lat_e7) / 1e7, f64::from(fix.lon_e7) / 1e7);
            assert!(guide.closest(lat, lon).aside_m < 80.0);
            assert!(fix.checked().is_ok());
        }
    }
}
