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
    /// Wall time, ms: the shortest of up to three runs where the first was slow.
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

/// A run that took longer is made again: what a busy machine adds is no fault of the input. ms.
const SLOW_MS: f64 = 500.0;

/// Runs `work` and measures it. A slow run is repeated twice at most, and the quickest stands; memory
/// and panics are the worst of all runs.
pub fn measure(work: impl Fn() -> bool) -> Measured {
    let mut measured = once(&work);
    for _again in 0..2 {
        if measured.ms <= SLOW_MS {
            break;
        }
        let next = once(&work);
        measured.ms = measured.ms.min(next.ms);
        measured.mib = measured.mib.max(next.mib);
        measured.panic = measured.panic.or(next.panic);
    }
    measured
}

/// One run. A panic is caught and its place kept.
fn once(work: &impl Fn() -> bool) -> Measured {
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_stall_of_the_machine_is_not_held_against_the_input() {
        let runs = Cell::new(0);
        let measured = measure(|| {
            runs.set(runs.get() + 1);
            if runs.get() == 1 {
                std::thread::sleep(Duration::from_millis(600));
            }
            true
        });
        assert_eq!(runs.get(), 2);
        assert!(measured.ms < SLOW_MS && measured.accepted);
    }

    #[test]
    fn what_is_slow_every_time_stays_slow() {
        let runs = Cell::new(0);
        let measured = measure(|| {
            runs.set(runs.get() + 1);
            std::thread::sleep(Duration::from_millis(510));
            false
        });
        assert_eq!(runs.get(), 3);
        assert!(measured.ms > SLOW_MS && !measured.accepted);
    }
}
