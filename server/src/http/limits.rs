//! How often one sender may ask: by device, by session, and at the doors by address; and how many of a
//! device's requests are worked on at once.

use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::extract::ConnectInfo;
use axum::extract::connect_info::Connected;
use axum::http::request::Parts;
use axum::serve::IncomingStream;
use governor::clock::{Clock as _, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use tala_protocol::id::{DeviceId, RowId};
use tokio::net::TcpListener;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::problem::Problem;
use crate::config::Rates;

/// Requests of one device that are worked on at once.
pub const AT_ONCE: usize = 2;
/// How long a device over its limit waits for the answer that says so: it costs us nothing, and a connection
/// that does not heed the answer asks no more often than this.
pub const OVER_LIMIT_WAIT: Duration = Duration::from_millis(500);

/// The limiters of a centre. They live as long as the process.
#[derive(Debug)]
pub struct RateLimits {
    devices: DefaultKeyedRateLimiter<DeviceId>,
    sessions: DefaultKeyedRateLimiter<RowId>,
    doors: DefaultKeyedRateLimiter<IpAddr>,
    turns: Mutex<HashMap<DeviceId, Arc<Semaphore>>>,
    clock: DefaultClock,
}

impl RateLimits {
    /// With the operator's rates; a minute's worth may come at once.
    pub fn new(rates: &Rates) -> Self {
        Self {
            devices: keyed(rates.device_per_minute),
            sessions: keyed(rates.session_per_minute),
            doors: keyed(rates.door_per_minute),
            turns: Mutex::default(),
            clock: DefaultClock::default(),
        }
    }

    /// Counts a request of a device whose signature holds.
    pub fn device(&self, device: DeviceId) -> Result<(), Problem> {
        self.count(&self.devices, &device)
    }

    /// Waits until fewer than [`AT_ONCE`] requests of a device are worked on. Over however many connections
    /// a device asks, others wait for no more than so many of its requests.
    pub async fn turn(&self, device: DeviceId) -> Option<OwnedSemaphorePermit> {
        let turns = {
            let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            let turns = all.entry(device);
            Arc::clone(turns.or_insert_with(|| Arc::new(Semaphore::new(AT_ONCE))))
        };
        // It is never closed.
        turns.acquire_owned().await.ok()
    }

    /// Counts a request of a session.
    pub fn session(&self, session: RowId) -> Result<(), Problem> {
        self.count(&self.sessions, &session)
    }

    /// Counts a try at a door: signing in, enrolling.
    pub fn door(&self, address: IpAddr) -> Result<(), Problem> {
        self.count(&self.doors, &address)
    }

    /// Forgets senders that have their full quota again. To be called now and then.
    pub fn sweep(&self) {
        self.devices.retain_recent();
        self.sessions.retain_recent();
        self.doors.retain_recent();
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        // Whoever works or waits holds it too.
        turns.retain(|_, turns| Arc::strong_count(turns) > 1);
    }

    fn count<K: Hash + Eq + Clone>(
        &self,
        limiter: &DefaultKeyedRateLimiter<K>,
        key: &K,
    ) -> Result<(), Problem> {
        limiter.check_key(key).map_err(|until| {
            let wait = until.wait_time_from(self.clock.now());
            Problem::too_many(
                u32::try_from(wait.as_secs())
                    .unwrap_or(u32::MAX)
                    .saturating_add(1),
            )
        })
    }
}

/// The other end of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Peer(pub SocketAddr);

impl Connected<IncomingStream<'_, TcpListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TcpListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// Where a request comes from. Behind a proxy it is the last address of `X-Forwarded-For`: the one that
/// the proxy itself wrote; what stands before it is the sender's own claim.
pub fn address(parts: &Parts, behind_proxy: bool) -> IpAddr {
    let forwarded = || {
        let header = parts
            .headers
            .get_all("x-forwarded-for")
            .iter()
            .next_back()?;
        let last = header.to_str().ok()?.rsplit(',').next()?;
        last.trim().parse().ok()
    };
    let peer = parts.extensions.get::<ConnectInfo<Peer>>();
    let peer = peer.map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(Peer(at))| at.ip());
    match behind_proxy {
        true => forwarded().unwrap_or(peer),
        false => peer,
    }
}

fn keyed<K: Hash + Eq + Clone>(per_minute: u32) -> DefaultKeyedRateLimiter<K> {
    let burst = NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN);
    RateLimiter::keyed(Quota::per_minute(burst))
}

/// How often [`RateLimits::sweep`] is due.
pub const SWEEP: Duration = Duration::from_secs(60);

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn limits(per_minute: u32) -> RateLimits {
        RateLimits::new(&Rates {
            device_per_minute: per_minute,
            session_per_minute: per_minute,
            door_per_minute: per_minute,
        })
    }

    #[test]
    fn one_flooding_device_does_not_cost_another() {
        let limits = limits(3);
        let (flood, other) = (DeviceId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
        for _ in 0..3 {
            assert!(limits.device(flood).is_ok());
        }
        let refused = limits.device(flood).expect_err("a fourth");
        assert_eq!(refused.status(), 429);
        assert!(limits.device(other).is_ok());
    }

    #[tokio::test]
    async fn a_device_has_few_turns_at_once_and_others_have_their_own() {
        let limits = limits(3);
        let (flood, other) = (DeviceId::from_bytes([1; 16]), DeviceId::from_bytes([2; 16]));
        let mut held = Vec::new();
        for _ in 0..AT_ONCE {
            held.push(limits.turn(flood).await);
        }
        let soon = Duration::from_millis(10);
        let further = tokio::time::timeout(soon, limits.turn(flood)).await;
        assert!(further.is_err(), "it waits");
        assert!(limits.turn(other).await.is_some());
        held.pop();
        assert!(limits.turn(flood).await.is_some());
        drop(held);
        limits.sweep();
        assert!(limits.turns.lock().expect("lock").is_empty());
    }

    #[test]
    fn only_the_proxys_own_word_counts() {
        let request = Request::builder().header("x-forwarded-for", "6.6.6.6, 10.0.0.9");
        let (parts, ()) = request.body(()).expect("request").into_parts();
        assert_eq!(address(&parts, true), IpAddr::from([10, 0, 0, 9]));
        assert_eq!(address(&parts, false), IpAddr::from([0, 0, 0, 0]));
    }
}
