//! Which signed requests were seen: each is taken once.
//!
//! Every device has a memory of its own, as large as what its rate lets through while a request is in time:
//! a device that is within its rate never fills it, and one that fills it is told to wait while all others go
//! on. A nonce is looked for among the requests of the minute that the device signed, because a request that
//! is sent again says the same time; minutes outside the window are forgotten whole.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use tala_protocol::id::DeviceId;
use tala_protocol::sync::http_signature::SignatureParams;
use tala_protocol::time::UnixMs;

/// How far `created` may be from the centre's clock.
pub const WINDOW_S: i64 = 600;
/// Minutes that a request may be in time, with the burst that a rate allows and the one that has begun.
const MINUTES_MAX: usize = 22;
/// After how many seconds a device that has filled its memory may ask again: a minute is forgotten by then.
pub const FULL_RETRY_S: u32 = 60;

/// What became of a signed request's time and nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Freshness {
    /// In time and never seen.
    Fresh,
    /// Too far from the centre's clock.
    ClockOff,
    /// Seen before.
    Replayed,
    /// The memory of this device is full; nothing can be promised, so nothing of it is taken.
    Full,
}

/// The memory. It holds only what is still inside the window.
#[derive(Debug)]
pub struct Nonces {
    seen: Mutex<HashMap<DeviceId, Seen>>,
    max_per_device: usize,
}

/// What one device signed, by minute.
#[derive(Debug, Default)]
struct Seen {
    minutes: BTreeMap<i64, HashSet<u128>>,
}

impl Nonces {
    /// For devices that may ask so often a minute.
    pub fn for_rate(device_per_minute: u32) -> Self {
        let per_minute = usize::try_from(device_per_minute).unwrap_or(usize::MAX);
        Self {
            seen: Mutex::default(),
            max_per_device: per_minute.saturating_mul(MINUTES_MAX),
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
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let seen = all.entry(params.device).or_default();
        seen.forget_before(now_s.saturating_sub(WINDOW_S));
        seen.take(params.created_s, nonce, self.max_per_device)
    }

    /// Forgets devices of which nothing is in time any more. To be called now and then.
    pub fn sweep(&self, now: UnixMs) {
        let oldest_s = now.0.div_euclid(1_000).saturating_sub(WINDOW_S);
        let mut all = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, seen| {
            seen.forget_before(oldest_s);
            !seen.minutes.is_empty()
        });
    }
}

impl Seen {
    fn take(&mut self, created_s: i64, nonce: u128, max: usize) -> Freshness {
        let minute = created_s.div_euclid(60);
        let known = self.minutes.get(&minute);
        if known.is_some_and(|known| known.contains(&nonce)) {
            return Freshness::Replayed;
        }
        let held: usize = self.minutes.values().map(HashSet::len).sum();
        if held >= max {
            return Freshness::Full;
        }
        self.minutes.entry(minute).or_default().insert(nonce);
        Freshness::Fresh
    }

    /// Forgets minutes that ended before this second.
    fn forget_before(&mut self, oldest_s: i64) {
        let oldest = oldest_s.div_euclid(60);
        while let Some(minute) = self.minutes.first_entry()
            && *minute.key() < oldest
        {
            minute.remove();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PER_MINUTE: u32 = 600;

    fn request(device: u8, created_s: i64, nonce: u64) -> SignatureParams {
        SignatureParams {
            created_s,
            nonce: format!("{nonce:032x}"),
            device: DeviceId::from_bytes([device; 16]),
        }
    }

    fn at(seconds: i64) -> UnixMs {
        UnixMs(seconds * 1_000)
    }

    fn held(nonces: &Nonces) -> usize {
        let all = nonces.seen.lock().expect("lock");
        let sets = all.values().flat_map(|seen| seen.minutes.values());
        sets.map(HashSet::len).sum()
    }

    #[test]
    fn a_request_is_taken_once_and_forgotten_only_outside_the_window() {
        let nonces = Nonces::for_rate(PER_MINUTE);
        let take = |created_s, nonce, now_s| nonces.take(&request(1, created_s, nonce), at(now_s));
        assert_eq!(take(1_000, 1, 1_000), Freshness::Fresh);
        assert_eq!(take(1_000, 1, 1_600), Freshness::Replayed);
        assert_eq!(take(1_000, 1, 1_601), Freshness::ClockOff);
        assert_eq!(take(2_601, 1, 2_001), Freshness::Fresh);
        assert_eq!(held(&nonces), 1);
        nonces.sweep(at(3_300));
        assert!(nonces.seen.lock().expect("lock").is_empty());
    }

    #[test]
    fn whatever_the_second_a_request_in_time_is_never_taken_twice() {
        for created_s in 6_000..6_060 {
            let nonces = Nonces::for_rate(PER_MINUTE);
            let take = |now_s| nonces.take(&request(1, created_s, 7), at(now_s));
            assert_eq!(take(created_s - WINDOW_S), Freshness::Fresh);
            assert_eq!(take(created_s + WINDOW_S), Freshness::Replayed);
        }
    }

    #[test]
    fn a_device_at_its_full_rate_never_fills_its_memory_whatever_its_clock_says() {
        let nonces = Nonces::for_rate(PER_MINUTE);
        // A minute's worth at once, then ten a second for longer than anything is in time.
        let bursts = std::iter::once((0, 600)).chain((0..3 * WINDOW_S).map(|second| (second, 10)));
        let mut nonce = 0;
        for (second, requests) in bursts {
            for _ in 0..requests {
                nonce += 1;
                let signed = request(1, second + WINDOW_S, nonce);
                assert_eq!(nonces.take(&signed, at(second)), Freshness::Fresh);
            }
        }
        assert!(held(&nonces) <= nonces.max_per_device);
    }

    #[test]
    fn two_thousand_requests_a_second_of_all_devices_fill_nothing() {
        // Fifty devices at their full rate, more than half a million requests in time at once.
        let nonces = Nonces::for_rate(40 * 60);
        for second in 0..260 {
            for n in 0..2_000 {
                let device = u8::try_from(n % 50).expect("small");
                let nonce = u64::try_from(second).expect("positive") * 2_000 + n;
                let signed = request(device, second, nonce);
                assert_eq!(nonces.take(&signed, at(second)), Freshness::Fresh);
            }
        }
        assert_eq!(held(&nonces), 520_000);
    }

    #[test]
    fn a_device_that_floods_fills_its_own_memory_and_never_opens_a_gap() {
        let nonces = Nonces::for_rate(1);
        for nonce in 0..22 {
            assert_eq!(nonces.take(&request(1, 0, nonce), at(0)), Freshness::Fresh);
        }
        assert_eq!(nonces.take(&request(1, 0, 99), at(0)), Freshness::Full);
        assert_eq!(nonces.take(&request(1, 0, 0), at(0)), Freshness::Replayed);
        assert_eq!(nonces.take(&request(2, 0, 99), at(0)), Freshness::Fresh);
        assert_eq!(nonces.take(&request(1, 661, 99), at(661)), Freshness::Fresh);
    }
}
