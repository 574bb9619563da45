//! One input, measured: how long, how much memory, and whether it panicked.

use std::cell::RefCell;
use std::panic::{self, AssertUnwindSafe};
use std::sync::Once;
use std::time::Instant;

use peak_alloc::PeakAlloc;

/// Counts every allocation of the program that declares it as its global allocator.
pub static PEAK: PeakAlloc = PeakAlloc;

/// What one input did.
#[derive(Debug, Clone, PartialEq)]
pub struct Measured {
    /// Wall time, ms.
    pub ms: f64,
    /// Peak of allocations above what stood at the start, MiB.
    pub mib: f64,
    /// Whether the entry took the input as sound.
    pub accepted: bool,
    /// Where it panicked, if it did.
    pub panic: Option<String>,
}

thread_local! {
    static LAST_PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Runs `work` once and measures it. A panic is caught and its place kept.
pub fn measure(work: impl FnOnce() -> bool) -> Measured {
    static QUIET: Once = Once::new();
    QUIET.call_once(|| {
        panic::set_hook(Box::new(|info| {
            let place = info.location().map(ToString::to_string).unwrap_or_default();
            LAST_PANIC.with(|last| *last.borrow_mut() = place);
        }));
    });
    PEAK.reset_peak_usage();
    let before = PEAK.current_usage();
    let started = Instant::now();
    let result = panic::catch_unwind(AssertUnwindSafe(work));
    let ms = started.elapsed().as_secs_f64() * 1_000.0;
    let grown = PEAK.peak_usage().saturating_sub(before);
    Measured {
        ms,
        mib: grown as f64 / f64::from(1 << 20),
        accepted: matches!(result, Ok(true)),
        panic: result
            .err()
            .map(|_| LAST_PANIC.with(|last| last.borrow().clone())),
    }
}
