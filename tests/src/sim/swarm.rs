//! Which faults a run has, and how many: drawn per seed, so that runs differ in kind and not only in detail.

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;

/// What a run is like.
#[derive(Debug, Clone, PartialEq)]
pub struct Swarm {
    /// Phones at the start.
    pub phones: usize,
    /// Stations that they belong to.
    pub stations: usize,
    /// Chance that a packet is lost.
    pub loss: f64,
    /// Chance that a packet arrives twice.
    pub duplication: f64,
    /// Longest delay of a packet, ms; delays differ, so packets overtake each other.
    pub delay_max_ms: i64,
    /// Chance that a meeting of two phones breaks off, per message.
    pub meeting_cut: f64,
    /// Whether phones run builds of several versions.
    pub are_builds_mixed: bool,
    /// Longest step, ms.
    pub step_max_ms: i64,
    /// How often each kind of event comes, beside the others.
    pub weights: Weights,
}

/// How often each kind of event comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Weights {
    /// Fixes, pauses, legs.
    pub track: u32,
    /// New incidents.
    pub report: u32,
    /// Edits.
    pub edit: u32,
    /// Descriptions of photos.
    pub photo: u32,
    /// Files fetched in pieces.
    pub fetch: u32,
    /// Pages opened and saved at desks.
    pub desk: u32,
    /// Syncs with the centre.
    pub sync: u32,
    /// Two phones meet.
    pub meet: u32,
    /// A phone's program dies.
    pub crash: u32,
    /// A phone goes back to a backup.
    pub restore_phone: u32,
    /// The centre's program dies, is backed up, or goes back to a backup.
    pub centre: u32,
    /// Clocks jump.
    pub clock: u32,
    /// Phones lose the network for a while.
    pub partition: u32,
    /// The office moves people, units and records, revokes and releases.
    pub office: u32,
    /// Somebody with a key, or without, does what no engine would.
    pub rogue: u32,
}

impl Swarm {
    /// Draws what a run is like.
    pub fn draw(rng: &mut ChaCha8Rng, steps: u64) -> Self {
        // One run in six is large; the others find more in the same time.
        let phones = if rng.random_ratio(1, 6) {
            rng.random_range(9..=20)
        } else {
            rng.random_range(3..=8)
        };
        let faulty = rng.random_bool(0.8);
        let often = |rng: &mut ChaCha8Rng, most: f64| {
            if faulty {
                rng.random_range(0.0..most)
            } else {
                0.0
            }
        };
        let days_ms: i64 = 20 * 86_400_000;
        let longest = days_ms / i64::try_from(steps.max(1)).unwrap_or(i64::MAX);
        Self {
            phones,
            stations: rng.random_range(2..=3),
            loss: often(rng, 0.3),
            duplication: often(rng, 0.3),
            delay_max_ms: rng.random_range(100..=3_600_000),
            meeting_cut: often(rng, 0.15),
            are_builds_mixed: rng.random_bool(0.6),
            step_max_ms: longest.clamp(1_000, 30 * 60_000),
            weights: Weights::draw(rng),
        }
    }
}

impl Weights {
    fn draw(rng: &mut ChaCha8Rng) -> Self {
        let mut some = |most: u32| {
            if rng.random_ratio(1, 5) {
                0
            } else {
                rng.random_range(1..=most)
            }
        };
        Self {
            track: some(30),
            photo: some(6),
            fetch: some(20),
            desk: some(12),
            meet: some(15),
            crash: some(12),
            restore_phone: some(4),
            centre: some(4),
            clock: some(6),
            partition: some(5),
            office: some(8),
            rogue: some(5),
            report: 6,
            edit: 20,
            sync: 30,
        }
    }
}
