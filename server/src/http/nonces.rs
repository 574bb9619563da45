//! Which signed requests were seen: each is taken once.

use std::collections::{BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use tala_protocol::id::DeviceId;
use tala_protocol::sync::http_signature::SignatureParams;
use tala_protocol::time::UnixMs;

/// How far `created` may be from the centre's clock.
pub const WINDOW_S: i64 = 600;
/// Most requests remembered, about 60 bytes each.
const SEEN_MAX: usize = 500_000;

/// What became of a signed request's time and nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// In time and never seen.
    Fresh,
    /// Too far from the centre's clock.
    ClockOff,
    /// Seen before.
    Replayed,
    /// The memory is full; nothing can be promised, so nothing is taken.
    Full,
}

/// The memory. It holds only what is still inside the window.
#[derive(Debug)]
pub struct Nonces {
    seen: Mutex<Seen>,
    max: usize,
}

#[derive(Debug, Default)]
struct Seen {
    known: HashSet<(DeviceId, u128)>,
    by_time: BTreeSet<(i64, DeviceId, u128)>,
}

impl Default for Nonces {
    fn default() -> Self {
        Self::with_room_for(SEEN_MAX)
    }
}

impl Nonces {
    /// With another size.
    pub fn with_room_for(max: usize) -> Self {
        Self {
            seen: Mutex::new(Seen::default()),
            max,
        }
    }

    /// Looks at a request whose signature holds, and remembers it.
    pub fn take(&self, params: &SignatureParams, now: UnixMs) -> Freshness {
        let now_s = now.0.div_euclid(1_000);
        if params.created_s.abs_diff(now_s) > WINDOW_S.unsigned_abs() {
            return Freshness::ClockOff;
        }
        let Ok(nonce) = u128::from_str_radix(&params.nonce, 16) else {
            return Freshness::Replayed;
        };
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.forget_before(now_s.saturating_sub(WINDOW_S));
        if seen.known.contains(&(params.device, nonce)) {
            return Freshness::Replayed;
        }
        if seen.known.len() >= self.max {
            return Freshness::Full;
        }
        seen.known.insert((params.device, nonce));
        seen.by_time
            .insert((params.created_s, params.device, nonce));
        Freshness::Fresh
    }
}

impl Seen {
    fn forget_before(&mut self, oldest_s: i64) {
        while let Some(&(created_s, device, nonce)) = self.by_time.first()
            && created_s < oldest_s
        {
            self.by_time.pop_first();
            self.known.remove(&(device, nonce));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(created_s: i64, nonce: u8) -> SignatureParams {
        SignatureParams {
            created_s,
            nonce: format!("{nonce:02x}").repeat(16),
            device: DeviceId::from_bytes([1; 16]),
        }
    }

    fn at(seconds: i64) -> UnixMs {
        UnixMs(seconds * 1_000)
    }

    #[test]
    fn a_request_is_taken_once_and_forgotten_only_outside_the_window() {
        let nonces = Nonces::default();
        assert_eq!(nonces.take(&request(1_000, 1), at(1_000)), Freshness::Fresh);
        assert_eq!(
            nonces.take(&request(1_000, 1), at(1_600)),
            Freshness::Replayed
        );
        assert_eq!(
            nonces.take(&request(1_000, 1), at(1_601)),
            Freshness::ClockOff
        );
        assert_eq!(nonces.take(&request(2_601, 1), at(2_001)), Freshness::Fresh);
        assert_eq!(nonces.seen.lock().expect("lock").known.len(), 1);
    }

    #[test]
    fn the_memory_is_bounded_and_never_opens_a_gap() {
        let nonces = Nonces::with_room_for(2);
        for nonce in 0..2 {
            assert_eq!(nonces.take(&request(0, nonce), at(0)), Freshness::Fresh);
        }
        assert_eq!(nonces.take(&request(0, 9), at(0)), Freshness::Full);
        assert_eq!(nonces.take(&request(0, 0), at(0)), Freshness::Replayed);
    }
}
