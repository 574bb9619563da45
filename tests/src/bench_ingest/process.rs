//! What the system says of a process: memory and time.

/// Ticks of `/proc/PID/stat` in a second, on every Linux that we know.
const TICKS_PER_S: f64 = 100.0;

/// The most memory that a process has had, MiB; 0 where the system does not say.
pub(crate) fn peak_mib(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok());
    kib.unwrap_or(0.0) / 1_024.0
}

/// The time that a process has computed, for itself and in the system, ms.
pub(super) fn cpu_ms(process: u32) -> f64 {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name stands in brackets and may hold blanks; user and system time are the 12th and 13th after it.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    let ticks: f64 = times.filter_map(|field| field.parse::<f64>().ok()).sum();
    ticks / TICKS_PER_S * 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn this_process_has_memory_and_computes() {
        let began = std::time::Instant::now();
        let mut sum = 0_u64;
        while began.elapsed().as_millis() < 60 {
            sum = std::hint::black_box(sum.wrapping_add(1));
        }
        assert!(peak_mib(std::process::id()) > 1.0);
        assert!(cpu_ms(std::process::id()) >= 10.0);
    }
}
