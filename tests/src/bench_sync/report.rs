//! The figures, and what they must not exceed. The field names are an interface.

use std::fmt::{self, Display, Formatter};

use serde::Serialize;

use super::day::Payload;
use super::meter::Relay;
use super::visit::Visitor;

/// One round trip carries so much.
const PAGE_BYTES: u64 = 256 * 1024;
/// A day's bodies may exceed its payload by so much, percent.
const DAY_OVERHEAD_MAX_PCT: u64 = 15;
/// Segments of a live day.
const LIVE_SEGMENTS_MAX: u64 = 120;
/// Bytes of a live sync over the day's own.
const LIVE_SYNC_MAX_BYTES: u64 = 300;
/// Bytes of bodies when there is nothing to do.
const IDLE_MAX_BYTES: u64 = 200;

/// Everything.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// A day, handed over at its end.
    pub day: DayCost,
    /// The same day with a sync every 30 s.
    pub live: LiveCost,
    /// Nothing to do.
    pub idle: Vec<IdleCost>,
    /// The same documents by Automerge's own sync.
    pub automerge: RivalCost,
}

/// A day, handed over at its end.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct DayCost {
    /// Encoded segments and raw changes, before compression.
    pub payload_bytes: u64,
    /// Request lines and HTTP headers both ways.
    pub header_bytes: u64,
    /// Bodies both ways, receipts included.
    pub wire_bytes: u64,
    /// Requests answered.
    pub round_trips: u64,
    /// Of `wire_bytes`, what came down.
    pub down_bytes: u64,
    /// Envelopes handed over.
    pub envelopes: u64,
    /// Of those, track segments.
    pub segments: u64,
}

/// The same day with a sync every 30 s.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct LiveCost {
    /// Encoded segments and raw changes, before compression.
    pub payload_bytes: u64,
    /// Request lines and HTTP headers both ways.
    pub header_bytes: u64,
    /// Bodies both ways, receipts and beacons included.
    pub wire_bytes: u64,
    /// Requests answered.
    pub round_trips: u64,
    /// Of `wire_bytes`, what came down.
    pub down_bytes: u64,
    /// Syncs.
    pub syncs: u64,
    /// Track segments.
    pub segments: u64,
    /// `wire_bytes` over those of the day, for each sync.
    pub bytes_a_sync: f64,
}

/// Nothing to do.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct IdleCost {
    /// Documents that the phone knows.
    pub documents: usize,
    /// Other phones in the audience.
    pub devices: usize,
    /// Request lines and HTTP headers both ways.
    pub header_bytes: u64,
    /// Bodies both ways.
    pub wire_bytes: u64,
    /// Requests answered.
    pub round_trips: u64,
}

/// Automerge's own sync, document by document.
#[derive(Debug, Default, Clone, Copy, Serialize)]
pub struct RivalCost {
    /// Documents.
    pub documents: usize,
    /// Messages both ways.
    pub wire_bytes: u64,
    /// Messages there and back.
    pub round_trips: u64,
}

impl DayCost {
    /// Takes the figures of a phone.
    pub fn new(payload: Payload, visitor: &Visitor, relay: &Relay) -> Self {
        Self {
            payload_bytes: payload.bytes,
            header_bytes: visitor.header_bytes(relay),
            wire_bytes: visitor.exchanged.bytes(),
            round_trips: visitor.exchanged.round_trips,
            down_bytes: visitor.exchanged.down_bytes,
            envelopes: payload.envelopes,
            segments: payload.segments,
        }
    }

    /// Bodies over payload, percent.
    pub fn overhead_pct(&self) -> f64 {
        if self.payload_bytes == 0 {
            return 0.0;
        }
        (self.wire_bytes as f64 / self.payload_bytes as f64 - 1.0) * 100.0
    }
}

impl LiveCost {
    /// Takes the figures of a phone.
    pub fn new(syncs: u64, payload: Payload, visitor: &Visitor, relay: &Relay) -> Self {
        Self {
            payload_bytes: payload.bytes,
            header_bytes: visitor.header_bytes(relay),
            wire_bytes: visitor.exchanged.bytes(),
            round_trips: visitor.exchanged.round_trips,
            down_bytes: visitor.exchanged.down_bytes,
            syncs,
            segments: payload.segments,
            bytes_a_sync: 0.0,
        }
    }

    /// Sets what each sync costs over the day's bytes.
    pub fn over_day(&mut self, day: &DayCost) {
        let over = self.wire_bytes as f64 - day.wire_bytes as f64;
        self.bytes_a_sync = (over / self.syncs.max(1) as f64 * 10.0).round() / 10.0;
    }
}

impl IdleCost {
    /// Takes the figures of a phone.
    pub fn new(documents: usize, devices: usize, visitor: &Visitor, relay: &Relay) -> Self {
        Self {
            documents,
            devices,
            header_bytes: visitor.header_bytes(relay),
            wire_bytes: visitor.exchanged.bytes(),
            round_trips: visitor.exchanged.round_trips,
        }
    }
}

impl Report {
    /// Every target that was missed, for people.
    pub fn missed(&self) -> Vec<String> {
        let (day, live) = (&self.day, &self.live);
        let mut missed = Vec::new();
        let mut at_most = |what: String, found: u64, most: u64| {
            if found > most {
                missed.push(format!("{what}: {found}, at most {most}"));
            }
        };
        let day_max = day.payload_bytes * (100 + DAY_OVERHEAD_MAX_PCT) / 100;
        at_most("bytes of a day".into(), day.wire_bytes, day_max);
        let pages = day.payload_bytes.max(day.wire_bytes).div_ceil(PAGE_BYTES);
        at_most("round trips of a day".into(), day.round_trips, pages);
        at_most(
            "segments of a live day".into(),
            live.segments,
            LIVE_SEGMENTS_MAX,
        );
        let live_max = day.wire_bytes + live.syncs * LIVE_SYNC_MAX_BYTES;
        at_most("bytes of a live day".into(), live.wire_bytes, live_max);
        for idle in &self.idle {
            let of = |what| format!("{what} with {} documents and nothing to do", idle.documents);
            at_most(of("bytes"), idle.wire_bytes, IDLE_MAX_BYTES);
            at_most(of("round trips"), idle.round_trips, 1);
        }
        missed
    }
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (day, live, rival) = (&self.day, &self.live, &self.automerge);
        writeln!(
            f,
            "{:34}{:>12}{:>12}{:>10}{:>13}",
            "", "payload B", "bodies B", "headers B", "round trips"
        )?;
        let mut row =
            |name: &str, payload: Option<u64>, wire: u64, headers: Option<u64>, trips: u64| {
                let text = |it: Option<u64>| it.map_or_else(|| "-".to_owned(), |it| it.to_string());
                let (payload, headers) = (text(payload), text(headers));
                writeln!(
                    f,
                    "{name:34}{payload:>12}{wire:>12}{headers:>10}{trips:>13}"
                )
            };
        let name = format!("a day ({} envelopes)", day.envelopes);
        row(
            &name,
            Some(day.payload_bytes),
            day.wire_bytes,
            Some(day.header_bytes),
            day.round_trips,
        )?;
        let name = format!("live ({} syncs, {} segments)", live.syncs, live.segments);
        row(
            &name,
            Some(live.payload_bytes),
            live.wire_bytes,
            Some(live.header_bytes),
            live.round_trips,
        )?;
        for idle in &self.idle {
            let name = format!("idle, {} documents", idle.documents);
            row(
                &name,
                None,
                idle.wire_bytes,
                Some(idle.header_bytes),
                idle.round_trips,
            )?;
        }
        let name = format!("Automerge, {} documents", rival.documents);
        row(&name, None, rival.wire_bytes, None, rival.round_trips)?;
        writeln!(
            f,
            "overhead of a day {:.1} %; a live sync {:.0} B over the day's bytes",
            day.overhead_pct(),
            live.bytes_a_sync
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Report {
        let day = DayCost {
            payload_bytes: 100_000,
            wire_bytes: 115_000,
            round_trips: 1,
            ..DayCost::default()
        };
        let mut live = LiveCost {
            wire_bytes: 115_000 + 960 * 300,
            syncs: 960,
            segments: 120,
            ..LiveCost::default()
        };
        live.over_day(&day);
        let idle = IdleCost {
            documents: 10,
            wire_bytes: 200,
            round_trips: 1,
            ..IdleCost::default()
        };
        Report {
            day,
            live,
            idle: vec![idle],
            automerge: RivalCost::default(),
        }
    }

    #[test]
    fn what_just_holds_is_not_missed() {
        let report = good();
        assert!(report.missed().is_empty(), "{:?}", report.missed());
        assert!((report.live.bytes_a_sync - 300.0).abs() < 0.1);
        assert!(report.to_string().contains("overhead of a day 15.0 %"));
    }

    #[test]
    fn every_target_can_be_missed() {
        let mut report = good();
        report.day.wire_bytes += 1;
        report.day.round_trips = 2;
        report.live.segments += 1;
        report.live.wire_bytes += 1_000;
        for idle in &mut report.idle {
            (idle.wire_bytes, idle.round_trips) = (201, 2);
        }
        assert_eq!(report.missed().len(), 6, "{:?}", report.missed());
    }
}
