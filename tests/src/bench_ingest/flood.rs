//! One device floods: how long others wait, beside how long they wait without it.
//!
//! The others send at half of the rate that the centre must take, evenly, so that waiting shows what the
//! flood does and not how full the machine was before. The centre has the limits that it has by default.
//! The flood is the worst that a known device can do by the rules: requests with good signatures, full of
//! envelopes that are new, over many connections, the next as soon as the last was answered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use serde::Serialize;
use tokio::runtime::Runtime;

use super::home::{BenchHome, Serving};
use super::load::{Load, Pace, Sender};
use super::stock::Phone;
use super::{BenchError, CHANGES_PER_S_MIN, FIXES_PER_S_MIN, Kind, Options};

/// The part of the rate to be taken at which the others send.
const OTHERS: f64 = 0.5;
/// Connections of the flooding device.
const CONNECTIONS: usize = 8;
/// Requests a minute of one device by default.
const PER_MINUTE: u32 = 600;

/// What a flood did.
#[derive(Debug, Clone, Serialize)]
pub struct Flood {
    /// The others' 99th percentile without a flood, ms.
    pub calm_p99_ms: f64,
    /// And with it.
    pub flooded_p99_ms: f64,
    /// How many times longer they waited.
    pub times: f64,
    /// Requests of the flooding device.
    pub flood_requests: u64,
    /// Of them, those that were taken.
    pub flood_taken: u64,
}

/// Measures the others' waiting without and with a flood.
pub(super) fn show(
    home: &BenchHome,
    options: &Options,
    kind: Kind,
    runtime: &Runtime,
    tell: &mut dyn FnMut(&str),
) -> Result<Flood, BenchError> {
    let (per_s, per_push) = match kind {
        Kind::Segments => (FIXES_PER_S_MIN / 300.0, options.segments_per_push),
        Kind::Incidents => (CHANGES_PER_S_MIN, options.changes_per_push),
    };
    let rate = OTHERS * per_s / per_push.max(1) as f64;
    let mut measure = |flooded: bool| {
        let word = kind.word();
        tell(&format!("{word} at half rate, flood: {flooded}"));
        // The flooding phone has a share of its own that never runs out under the limit.
        let mut stock = kind.stock(home, options, options.seconds, per_s.ceil() as usize)?;
        let flooder = stock.split_last();
        let centre = home.serve(Some(PER_MINUTE))?;
        let load = Load {
            centre: &centre,
            lasts: Duration::from_secs(options.seconds),
            pace: Pace::PerSecond(rate),
        };
        let flood = flooder.filter(|_| flooded);
        let measured = runtime.block_on(async {
            let flood = flood
                .map(|phone| Flooding::start(&centre, phone))
                .transpose()?;
            let part = load.run(stock).await?;
            let counted = flood.map_or((0, 0), Flooding::stop);
            Ok::<_, BenchError>((part.ack_p99_ms, counted))
        });
        home.stop(centre)?;
        measured
    };
    let (calm_p99_ms, _) = measure(false)?;
    let (flooded_p99_ms, (flood_requests, flood_taken)) = measure(true)?;
    Ok(Flood {
        calm_p99_ms,
        flooded_p99_ms,
        times: flooded_p99_ms / calm_p99_ms.max(f64::MIN_POSITIVE),
        flood_requests,
        flood_taken,
    })
}

/// A flood under way, from a thread of its own.
struct Flooding {
    stop: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    taken: Arc<AtomicU64>,
    thread: std::thread::JoinHandle<()>,
}

impl Flooding {
    fn start(centre: &Serving, phone: Phone) -> Result<Self, BenchError> {
        let sender = Sender::to(centre)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        let runtime = runtime.map_err(BenchError::protocol)?;
        let (stop, sent, taken) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
            Arc::new(AtomicU64::new(0)),
        );
        let seen = (Arc::clone(&stop), Arc::clone(&sent), Arc::clone(&taken));
        let thread = std::thread::spawn(move || {
            let (stop, sent, taken) = seen;
            let (phone, sender) = (&phone, &sender);
            let (stop, sent, taken) = (&stop, &sent, &taken);
            let connections = (0..CONNECTIONS).map(|_| async move {
                while !stop.load(Ordering::Relaxed) {
                    let at = usize::try_from(sent.fetch_add(1, Ordering::Relaxed)).unwrap_or(0);
                    let at = at % phone.requests.len().max(1);
                    let Some(request) = phone.requests.get(at) else {
                        return;
                    };
                    let answer = sender.post(phone, request).await;
                    if answer.is_ok_and(|(status, _)| status.is_success()) {
                        taken.fetch_add(1, Ordering::Relaxed);
                    }
                }
            });
            runtime.block_on(futures_of(connections.collect()));
        });
        Ok(Self {
            stop,
            sent,
            taken,
            thread,
        })
    }

    /// Ends it; requests sent and taken.
    fn stop(self) -> (u64, u64) {
        self.stop.store(true, Ordering::Relaxed);
        // A flood that broke off has been counted as far as it went.
        let _ = self.thread.join();
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        (count(&self.sent), count(&self.taken))
    }
}

/// Runs them side by side on this thread.
async fn futures_of(all: Vec<impl Future<Output = ()>>) {
    let mut all: Vec<_> = all.into_iter().map(Box::pin).collect();
    std::future::poll_fn(|context| {
        all.retain_mut(|one| one.as_mut().poll(context).is_pending());
        match all.is_empty() {
            true => std::task::Poll::Ready(()),
            false => std::task::Poll::Pending,
        }
    })
    .await;
}
