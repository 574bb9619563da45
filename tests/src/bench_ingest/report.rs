//! The figures of a run. Their names are an interface.

use std::time::Duration;

use serde::Serialize;

use super::flood::Flood;
use super::{CHANGES_PER_S_MIN, FIXES_PER_S_MIN, FLOOD_P99_TIMES_MAX, Kind, Options};

/// What a run showed.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Segments.
    pub segments: Option<Part>,
    /// Changes of incidents.
    pub incidents: Option<Part>,
    /// The most memory that the centre had, MiB.
    pub server_rss_mib: f64,
    /// What a flooding device did to others.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hostile: Option<Hostile>,
    /// Envelopes in the store beforehand.
    pub prefill: usize,
    /// Incidents that changes were spread over.
    pub documents: usize,
    /// Phones, each with one connection.
    pub phones: usize,
    /// Segments in one request.
    pub segments_per_push: usize,
    /// Changes in one request.
    pub changes_per_push: usize,
}

/// A part of a run.
#[derive(Debug, Clone, Serialize)]
pub struct Part {
    /// Fixes acknowledged and projected a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fixes_per_s: Option<f64>,
    /// Envelopes acknowledged and projected a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub envelopes_per_s: Option<f64>,
    /// Changes acknowledged and projected a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes_per_s: Option<f64>,
    /// Half of the requests were answered within, ms.
    pub ack_p50_ms: f64,
    /// All but one in a hundred were answered within, ms.
    pub ack_p99_ms: f64,
    /// How long after the last acknowledgement the projections had caught up, ms.
    pub projection_lag_ms: f64,
    /// From the first request until the projections had caught up, s.
    pub seconds: f64,
    /// Milliseconds that the centre computed a second.
    pub server_cpu_ms_per_s: f64,
    /// Milliseconds that the phones computed a second.
    pub load_cpu_ms_per_s: f64,
    /// Microseconds that both computed for an envelope.
    pub cpu_us_per_envelope: f64,
}

/// What a flooding device did.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Hostile {
    /// To others who handed over segments.
    pub segments: Option<Flood>,
    /// To others who changed incidents.
    pub incidents: Option<Flood>,
}

impl Part {
    pub(super) fn new(
        envelopes: u64,
        fixes_each: usize,
        mut acks_ms: Vec<f64>,
        (acked, elapsed): (Duration, Duration),
        (server_ms, load_ms): (f64, f64),
    ) -> Self {
        acks_ms.sort_by(f64::total_cmp);
        let seconds = elapsed.as_secs_f64();
        let per_s = envelopes as f64 / seconds;
        let is_track = fixes_each > 0;
        Self {
            fixes_per_s: is_track.then(|| rounded(per_s * fixes_each as f64)),
            envelopes_per_s: is_track.then(|| rounded(per_s)),
            changes_per_s: (!is_track).then(|| rounded(per_s)),
            ack_p50_ms: rounded(percentile(&acks_ms, 50)),
            ack_p99_ms: rounded(percentile(&acks_ms, 99)),
            projection_lag_ms: rounded((elapsed - acked).as_secs_f64() * 1_000.0),
            seconds: rounded(seconds),
            server_cpu_ms_per_s: rounded(server_ms / seconds),
            load_cpu_ms_per_s: rounded(load_ms / seconds),
            cpu_us_per_envelope: rounded((server_ms + load_ms) * 1_000.0 / envelopes as f64),
        }
    }
}

impl Report {
    pub(super) fn new(options: &Options) -> Self {
        Self {
            segments: None,
            incidents: None,
            server_rss_mib: 0.0,
            hostile: None,
            prefill: options.prefill,
            documents: options.documents,
            phones: options.phones,
            segments_per_push: options.segments_per_push,
            changes_per_push: options.changes_per_push,
        }
    }

    pub(super) fn take(&mut self, kind: Kind, part: Part) {
        match kind {
            Kind::Segments => self.segments = Some(part),
            Kind::Incidents => self.incidents = Some(part),
        }
    }

    pub(super) fn take_flood(&mut self, kind: Kind, flood: Flood) {
        let hostile = self.hostile.get_or_insert_default();
        match kind {
            Kind::Segments => hostile.segments = Some(flood),
            Kind::Incidents => hostile.incidents = Some(flood),
        }
    }

    /// Every target that was missed, in words.
    pub fn missed(&self) -> Vec<String> {
        let fixes = self.segments.as_ref().and_then(|part| part.fixes_per_s);
        let changes = self.incidents.as_ref().and_then(|part| part.changes_per_s);
        let least = [
            ("fixes", fixes, FIXES_PER_S_MIN),
            ("incident changes", changes, CHANGES_PER_S_MIN),
        ];
        let slow = least.into_iter().filter_map(|(what, got, least)| {
            let got = got.unwrap_or(0.0);
            (got < least).then(|| format!("{got} {what}/s are fewer than {least}"))
        });
        let hostile = self.hostile.iter();
        let floods = hostile.flat_map(|it| it.segments.iter().chain(&it.incidents));
        let late = floods.filter(|flood| flood.times > FLOOD_P99_TIMES_MAX);
        let late = late.map(|flood| {
            let Flood {
                calm_p99_ms: calm,
                flooded_p99_ms: flooded,
                ..
            } = flood;
            format!("others waited {flooded} ms during a flood, {calm} ms without")
        });
        slow.chain(late).collect()
    }
}

/// The value that so many of a hundred do not exceed.
fn percentile(sorted: &[f64], of_100: usize) -> f64 {
    let at = (sorted.len() * of_100).div_ceil(100).saturating_sub(1);
    sorted.get(at).copied().unwrap_or(0.0)
}

fn rounded(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(envelopes: u64, fixes_each: usize) -> Part {
        let second = Duration::from_secs(1);
        Part::new(
            envelopes,
            fixes_each,
            vec![3.0, 1.0, 2.0],
            (second, 2 * second),
            (500.0, 100.0),
        )
    }

    fn report(segments: u64, changes: u64) -> Report {
        let options = Options {
            seconds: 1,
            prefill: 0,
            documents: 1,
            phones: 1,
            segments_per_push: 1,
            changes_per_push: 1,
            hostile: false,
        };
        let mut report = Report::new(&options);
        report.take(Kind::Segments, part(segments, 300));
        report.take(Kind::Incidents, part(changes, 0));
        report
    }

    #[test]
    fn time_counts_until_the_projections_have_caught_up() {
        let part = part(2_000, 300);
        assert_eq!(part.envelopes_per_s, Some(1_000.0));
        assert_eq!(part.fixes_per_s, Some(300_000.0));
        assert_eq!((part.ack_p50_ms, part.ack_p99_ms), (2.0, 3.0));
        assert_eq!(part.projection_lag_ms, 1_000.0);
        assert_eq!(part.cpu_us_per_envelope, 300.0);
    }

    #[test]
    fn targets_that_were_missed_are_named() {
        assert_eq!(report(1_334, 2_000).missed(), Vec::<String>::new());
        let missed = report(1_333, 1_999).missed();
        assert_eq!(missed.len(), 2, "{missed:?}");
        let mut flooded = report(1_334, 2_000);
        flooded.take_flood(
            Kind::Incidents,
            Flood {
                calm_p99_ms: 10.0,
                flooded_p99_ms: 21.0,
                times: 2.1,
                flood_requests: 1,
                flood_taken: 1,
            },
        );
        assert_eq!(flooded.missed().len(), 1);
    }

    #[test]
    fn a_percentile_is_a_value_that_was_seen() {
        let all: Vec<f64> = (1..=200).map(f64::from).collect();
        assert_eq!(percentile(&all, 50), 100.0);
        assert_eq!(percentile(&all, 99), 198.0);
        assert_eq!(percentile(&[], 99), 0.0);
    }
}
