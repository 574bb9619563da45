//! Files that the centre could not take, and from when on each is tried again.
//!
//! Other files go on meanwhile. Kept in memory only: a phone that is opened anew tries at once.

use std::collections::BTreeMap;

use tala_protocol::hash::Digest;
use tala_protocol::time::UnixMs;

use crate::transport::retry::{BACK_OFF_MAX_MS, back_off_ms};

/// Files that wait for another try.
#[derive(Debug, Default)]
pub(crate) struct PutOff(BTreeMap<Digest, Again>);

#[derive(Debug, Clone, Copy)]
struct Again {
    tries: u32,
    /// Not before this; `None`: now.
    until: Option<UnixMs>,
}

impl PutOff {
    /// Puts a file off once more, for longer each time. Its own hash spreads the tries of many phones.
    pub(crate) fn put_off(&mut self, hash: Digest, now: UnixMs) {
        let again = self.0.entry(hash).or_insert(Again {
            tries: 0,
            until: None,
        });
        again.tries = again.tries.saturating_add(1);
        let [a, b, c, d, e, f, g, h, ..] = *hash.bytes();
        let spread = u64::from_be_bytes([a, b, c, d, e, f, g, h]);
        let wait_ms = back_off_ms(again.tries, spread);
        let wait_ms = i64::try_from(wait_ms).unwrap_or(i64::MAX);
        again.until = Some(UnixMs(now.0.saturating_add(wait_ms)));
    }

    /// Lets those try again whose time has come, or whose time a clock set back has moved out of reach.
    pub(crate) fn wake(&mut self, now: UnixMs) {
        let longest = i64::try_from(BACK_OFF_MAX_MS).unwrap_or(i64::MAX);
        for again in self.0.values_mut() {
            let left = again.until.map_or(0, |until| until.0.saturating_sub(now.0));
            if !(1..=longest).contains(&left) {
                again.until = None;
            }
        }
    }

    /// The centre takes this one.
    pub(crate) fn forget(&mut self, hash: &Digest) {
        self.0.remove(hash);
    }

    /// Whether this one is not to be tried now.
    pub(crate) fn waits(&self, hash: &Digest) -> bool {
        self.0.get(hash).is_some_and(|again| again.until.is_some())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_try_is_put_off_for_longer_and_ten_minutes_at_most() {
        let (hash, mut put_off) = (Digest::sha256(b"photo"), PutOff::default());
        let mut now = UnixMs(1_780_000_000_000);
        let mut waits = Vec::new();
        for _ in 0..12 {
            put_off.put_off(hash, now);
            let since = now;
            while put_off.waits(&hash) {
                now = UnixMs(now.0 + 1_000);
                put_off.wake(now);
            }
            waits.push(now.0 - since.0);
        }
        assert_eq!(waits.first(), Some(&15_000));
        assert!(waits.iter().all(|wait| *wait <= 601_000), "{waits:?}");
        assert!(waits.iter().skip(6).all(|wait| *wait > 15_000), "{waits:?}");
    }

    #[test]
    fn a_clock_set_back_does_not_put_off_for_ever() {
        let (hash, mut put_off) = (Digest::sha256(b"photo"), PutOff::default());
        put_off.put_off(hash, UnixMs(1_780_000_000_000));
        put_off.wake(UnixMs(1_000));
        assert!(!put_off.waits(&hash));
    }
}
