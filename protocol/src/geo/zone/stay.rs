//! When a track was in a zone.

use geo::line_intersection::{LineIntersection, line_intersection};

use super::super::{Bounds, Point};
use super::{Position, Zone, ZoneEdge};
use crate::time::UnixMs;

/// A place at a time. A run of them has no gap between neighbours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrackPoint {
    /// When.
    pub at: UnixMs,
    /// Where.
    pub place: Point,
}

/// One stay in a zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// How it began.
    pub from: Bound,
    /// How it ended.
    pub until: Bound,
}

/// One end of a stay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Bound {
    /// The track crossed the boundary at this time, to the nearest ms between two fixes.
    Crossed(UnixMs),
    /// The run begins or ends here, already or still inside: when it came in or left is not known.
    Unknown(UnixMs),
}

impl Bound {
    /// The time, known or not.
    pub const fn at(self) -> UnixMs {
        match self {
            Self::Crossed(at) | Self::Unknown(at) => at,
        }
    }
}

/// What is known of a piece of a track, in order.
enum Part {
    /// In the zone from one time to another, ms.
    Inside(i64, i64),
    /// A fix outside: stays before and after it are two, however short the time between them.
    Outside,
}

/// Fixes looked at together: most blocks of a track lie wholly within or beside a zone.
const BLOCK: usize = 64;

impl Zone {
    /// The stays of one run, in order. A run never reaches across a gap: call this for each run. Where
    /// time does not go forward from one fix to the next, nothing is said of the way between them.
    pub fn stays(&self, run: &[TrackPoint]) -> Vec<Stay> {
        self.stays_by(run, BLOCK)
    }

    pub(super) fn stays_by(&self, run: &[TrackPoint], block: usize) -> Vec<Stay> {
        let (Some(first), Some(last)) = (run.first(), run.last()) else {
            return Vec::new();
        };
        let (mut parts, mut start) = (Vec::new(), 0);
        // Blocks share a fix, so that the way between them is in one of them.
        while let Some(rest) = run.get(start..).filter(|rest| start == 0 || rest.len() > 1) {
            let fixes = rest.get(..=block).unwrap_or(rest);
            self.note_block(fixes, &mut parts);
            start += block;
        }
        join(&parts, first.at.0, last.at.0)
    }

    fn note_block(&self, fixes: &[TrackPoint], parts: &mut Vec<Part>) {
        let around = Bounds::around(fixes.iter().map(|fix| fix.place));
        let (Some(around), Some(first), Some(last)) = (around, fixes.first(), fixes.last()) else {
            return;
        };
        if !self.bounds.meets(&around) {
            parts.push(Part::Outside);
            return;
        }
        let near: Vec<&ZoneEdge> = self
            .edges
            .iter()
            .filter(|edge| edge.bounds.meets(&around))
            .collect();
        if near.is_empty() && fixes.is_sorted_by(|a, b| a.at < b.at) {
            // No edge comes near: all of them lie where the first one does.
            parts.push(if self.contains(first.place) {
                Part::Inside(first.at.0, last.at.0)
            } else {
                Part::Outside
            });
            return;
        }
        for pair in fixes.windows(2) {
            if let [from, to] = pair {
                self.note_fix(from, parts);
                self.note_way(from, to, &near, parts);
            }
        }
        self.note_fix(last, parts);
    }

    fn note_fix(&self, fix: &TrackPoint, parts: &mut Vec<Part>) {
        parts.push(if self.contains(fix.place) {
            Part::Inside(fix.at.0, fix.at.0)
        } else {
            Part::Outside
        });
    }

    /// Cuts the way at every edge it meets and keeps the pieces whose middle is in the zone.
    fn note_way(
        &self,
        from: &TrackPoint,
        to: &TrackPoint,
        near: &[&ZoneEdge],
        parts: &mut Vec<Part>,
    ) {
        let way = ZoneEdge::between(from.place, to.place);
        if to.at <= from.at || !self.bounds.meets(&way.bounds) {
            return;
        }
        let met = near.iter().filter(|edge| edge.bounds.meets(&way.bounds));
        let way = way.line;
        let mut cuts = vec![0.0, 1.0];
        for edge in met {
            match line_intersection(way, edge.line) {
                None => {}
                Some(LineIntersection::SinglePoint { intersection, .. }) => {
                    cuts.push(share(way, intersection));
                }
                Some(LineIntersection::Collinear { intersection }) => {
                    cuts.push(share(way, intersection.start));
                    cuts.push(share(way, intersection.end));
                }
            }
        }
        cuts.sort_by(f64::total_cmp);
        for pair in cuts.windows(2) {
            let [start, end] = *pair else { continue };
            let (since, until) = (time(from, to, start), time(from, to, end));
            // A corner touched in passing takes no time and is no stay.
            let middle = at(way, (start + end) / 2.0);
            if since < until && self.position_of(middle) != Position::Outside {
                parts.push(Part::Inside(since, until));
            }
        }
    }
}

/// Joins parts that touch with no fix outside between them, and says of each end whether it was seen.
fn join(parts: &[Part], run_from: i64, run_until: i64) -> Vec<Stay> {
    let mut joined: Vec<(i64, i64)> = Vec::new();
    let mut left = true;
    for part in parts {
        let Part::Inside(from, until) = *part else {
            left = true;
            continue;
        };
        match joined.last_mut() {
            Some(last) if !left && from <= last.1 => last.1 = last.1.max(until),
            _ => joined.push((from, until)),
        }
        left = false;
    }
    let bound = |at: i64, end_of_run: i64| {
        if at == end_of_run {
            Bound::Unknown(UnixMs(at))
        } else {
            Bound::Crossed(UnixMs(at))
        }
    };
    joined
        .into_iter()
        .map(|(from, until)| Stay {
            from: bound(from, run_from),
            until: bound(until, run_until),
        })
        .collect()
}

/// How far along the way a place on it lies, 0 to 1.
fn share(way: geo::Line<f64>, place: geo::Coord<f64>) -> f64 {
    let (dx, dy) = (way.dx(), way.dy());
    let share = if dx.abs() >= dy.abs() {
        (place.x - way.start.x) / dx
    } else {
        (place.y - way.start.y) / dy
    };
    // Standing still has no direction; any share names the same place.
    if share.is_finite() {
        share.clamp(0.0, 1.0)
    } else {
        0.0
    }
}

fn at(way: geo::Line<f64>, share: f64) -> geo::Coord<f64> {
    geo::Coord {
        x: way.start.x + share * way.dx(),
        y: way.start.y + share * way.dy(),
    }
}

/// The time at this share of the way, to the nearest ms and never outside it.
fn time(from: &TrackPoint, to: &TrackPoint, share: f64) -> i64 {
    let length_ms = to.at.0.saturating_sub(from.at.0);
    // Lengths beyond 2^53 ms do not occur within one run; the cast saturates and the clamp bounds it.
    let passed_ms = (length_ms as f64 * share).round() as i64;
    from.at
        .0
        .saturating_add(passed_ms.clamp(0, length_ms.max(0)))
}
