//! The network between phones and the centre: packets are lost, doubled, late and overtaken.

use std::collections::{BTreeMap, BTreeSet};

use rand::RngExt as _;
use rand_chacha::ChaCha8Rng;
use tala_protocol::id::UnitId;

use super::swarm::Swarm;

/// Something under way.
#[derive(Debug, Clone)]
pub struct Packet {
    /// The phone at one end; the centre is at the other.
    pub phone: usize,
    /// Which request this is, or answers.
    pub request: u64,
    /// The bytes.
    pub frame: Vec<u8>,
    /// For an answer: the units that the phone might read when it was given.
    pub answer: Option<BTreeSet<UnitId>>,
}

/// Packets under way, by when they arrive.
#[derive(Debug, Default)]
pub struct Network {
    queue: BTreeMap<(i64, u64), Packet>,
    sent: u64,
    cut_until: BTreeMap<usize, i64>,
    /// Packets that never arrive.
    pub lost: u64,
    /// Packets that arrive twice.
    pub doubled: u64,
    /// Packets that arrive before one that was sent earlier.
    pub overtaken: u64,
    last_arrived: u64,
}

impl Network {
    /// Sends a packet: it may arrive never, once or twice.
    pub fn send(&mut self, rng: &mut ChaCha8Rng, swarm: &Swarm, now_ms: i64, packet: &Packet) {
        let copies = 1 + usize::from(rng.random_bool(swarm.duplication));
        let before = self.sent;
        for _ in 0..copies {
            let delay = rng.random_range(20..=swarm.delay_max_ms.max(21));
            if !rng.random_bool(swarm.loss) {
                self.sent += 1;
                self.queue
                    .insert((now_ms.saturating_add(delay), self.sent), packet.clone());
            }
        }
        match self.sent.saturating_sub(before) {
            0 => self.lost += 1,
            2 => self.doubled += 1,
            _ => {}
        }
    }

    /// Takes the next packet that has arrived. What meets a cut is lost.
    pub fn arrived(&mut self, now_ms: i64) -> Option<Packet> {
        loop {
            let entry = self.queue.first_entry()?;
            if entry.key().0 > now_ms {
                return None;
            }
            let number = entry.key().1;
            let packet = entry.remove();
            if self.is_cut(packet.phone, now_ms) {
                self.lost += 1;
            } else {
                self.overtaken += u64::from(number < self.last_arrived);
                self.last_arrived = self.last_arrived.max(number);
                return Some(packet);
            }
        }
    }

    /// Cuts a phone off until a time.
    pub fn cut(&mut self, phone: usize, until_ms: i64) {
        self.cut_until.insert(phone, until_ms);
    }

    /// Whether a phone is cut off.
    pub fn is_cut(&self, phone: usize, now_ms: i64) -> bool {
        self.cut_until
            .get(&phone)
            .is_some_and(|until| *until > now_ms)
    }

    /// Everything under way is lost and nothing is cut off any more.
    pub fn heal(&mut self) {
        self.queue.clear();
        self.cut_until.clear();
    }
}
