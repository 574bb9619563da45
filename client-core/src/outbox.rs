//! What is sent next, in the order in which it matters on a weak link.
//!
//! SOS > incident core > beacon > receipts and tasks > thumbnails > track segments > originals. The lanes
//! carry that order: the urgent lane goes alone and first; the record lane with the beacon; descriptions,
//! then the thumbnails they name; then the track; then originals. Inside a lane a feed keeps its order.

use tala_protocol::envelope::{Envelope, Lane};
use tala_protocol::hash::Digest;
use tala_protocol::sync::LeafRange;

use crate::engine::{Engine, EngineError, newest_own};
use crate::store::{Delivery, EnvelopeRow, MediaRow, Pick, Store};
use crate::sync::Why;

/// Bytes of one batch on a weak link.
pub const BATCH_WEAK_BYTES: usize = 8 * 1024;
/// Bytes of one batch on a good link.
pub const BATCH_GOOD_BYTES: usize = 256 * 1024;
/// What an envelope costs beside its body, about: signature, times, kind, object.
const ENVELOPE_COST_BYTES: usize = 96;
/// Most envelopes read at once.
const READ_AT_ONCE: usize = 1_024;
/// What is acknowledged and was written longer ago than this is to be proved even to a periodic sync, ms.
const PROVE_AFTER_MS: i64 = 15 * 60 * 1_000;
/// Most ranges asked to be proved at once.
const RANGES_MAX: usize = 64;

/// How the link is, as far as is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Link {
    /// 2G at the edge: small batches.
    Weak,
    /// Wi-Fi, 4G: one batch for a day.
    Good,
}

/// Envelopes to send together.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub(crate) envelopes: Vec<Envelope>,
    /// Whether something urgent is in it; then nothing else is.
    pub(crate) urgent: bool,
    /// The order of arrival of the newest own one that is in it or waits behind it.
    pub(crate) newest_own: u64,
}

impl Link {
    /// Bytes of one batch.
    pub const fn batch_bytes(self) -> usize {
        match self {
            Link::Weak => BATCH_WEAK_BYTES,
            Link::Good => BATCH_GOOD_BYTES,
        }
    }
}

impl<S: Store> Engine<S> {
    /// The next batch.
    pub(crate) fn next_batch(&self, link: Link) -> Result<Batch, EngineError> {
        let urgent = self
            .store
            .envelopes(&Pick::ToSend(Lane::Urgent), READ_AT_ONCE)?;
        if !urgent.is_empty() {
            return Ok(Batch {
                newest_own: newest_own(&urgent),
                envelopes: fill(urgent, link.batch_bytes())?,
                urgent: true,
            });
        }
        let thumbs_first = link == Link::Weak && self.next_upload(false, &[])?.is_some();
        let (mut envelopes, mut newest) = (Vec::new(), 0);
        let mut room = link.batch_bytes();
        for lane in [Lane::Record, Lane::Media, Lane::Track] {
            if lane == Lane::Track && thumbs_first {
                break;
            }
            let rows = self.store.envelopes(&Pick::ToSend(lane), READ_AT_ONCE)?;
            let all = rows.len();
            newest = newest.max(newest_own(&rows));
            let some = fill_room(rows, &mut room, envelopes.is_empty())?;
            let cut = some.len() < all;
            envelopes.extend(some);
            if cut {
                break;
            }
        }
        Ok(Batch {
            envelopes,
            urgent: false,
            newest_own: newest,
        })
    }

    /// Whether anything signed waits to be sent.
    pub fn has_unsent(&self) -> Result<bool, EngineError> {
        for lane in Lane::ALL {
            if !self.store.envelopes(&Pick::ToSend(lane), 1)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Leaves that the centre named and has not proved, if it is time to ask: what is acknowledged can wait
    /// for others, so that a live phone does not fetch a proof for every segment.
    pub(crate) fn to_prove(&self, why: Why) -> Result<Vec<LeafRange>, EngineError> {
        let Some(log) = self.centre.log else {
            return Ok(Vec::new());
        };
        let mut rows = self.store.envelopes(&Pick::Unproved(log), READ_AT_ONCE)?;
        if why == Why::Periodic && !rows.iter().any(|row| self.has_waited(row)) {
            rows.retain(|row| matches!(row.delivery, Delivery::Claimed(_)));
        }
        let leaves = rows.iter().filter_map(|row| row.delivery.leaf());
        Ok(ranges(leaves.map(|at| at.leaf)))
    }

    /// Whether the proof of an envelope is due, by the clock of the last sync. One that went back says
    /// nothing: it is due.
    fn has_waited(&self, row: &EnvelopeRow) -> bool {
        let now = self.centre.synced_at.unwrap_or(row.kept_at);
        let waited_ms = now.0.saturating_sub(row.kept_at.0);
        !(0..=PROVE_AFTER_MS).contains(&waited_ms)
    }

    /// The next file to send: thumbnails before originals, what is begun before what is not.
    /// Those in `skip` and those that were put off are passed over.
    pub(crate) fn next_upload(
        &self,
        originals: bool,
        skip: &[Digest],
    ) -> Result<Option<MediaRow>, EngineError> {
        let mut rows = self.store.media_all()?;
        rows.retain(|row| {
            let waits = skip.contains(&row.hash) || self.put_off.waits(&row.hash);
            row.held && !row.complete && !waits && (originals || row.thumb)
        });
        rows.sort_by_key(|row| (!row.thumb, row.uploaded == 0));
        for row in rows {
            // The centre takes bytes only for what it has a description of.
            let described = self.store.envelope(&row.described_by)?;
            let is_there = |delivery: Delivery| {
                delivery.leaf().is_some() || matches!(delivery, Delivery::Fetched(_))
            };
            if described.is_some_and(|e| is_there(e.delivery)) {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }
}

fn fill(rows: Vec<EnvelopeRow>, bytes: usize) -> Result<Vec<Envelope>, EngineError> {
    fill_room(rows, &mut bytes.clone(), true)
}

/// Takes rows from the front while there is room; the first always, if nothing else is taken yet.
fn fill_room(
    rows: Vec<EnvelopeRow>,
    room: &mut usize,
    mut first: bool,
) -> Result<Vec<Envelope>, EngineError> {
    let mut out = Vec::new();
    for row in rows {
        let body = row.body.as_ref().map_or(0, Vec::len);
        let cost = body.saturating_add(ENVELOPE_COST_BYTES);
        if cost > *room && !first {
            break;
        }
        first = false;
        *room = room.saturating_sub(cost);
        out.extend(row.envelope()?);
    }
    Ok(out)
}

/// Ascending leaves as ranges.
fn ranges(leaves: impl Iterator<Item = u64>) -> Vec<LeafRange> {
    let mut out: Vec<LeafRange> = Vec::new();
    for leaf in leaves {
        let full = out.len() == RANGES_MAX;
        match out.last_mut() {
            Some(range) if range.first.checked_add(range.count) == Some(leaf) => range.count += 1,
            _ if full => break,
            _ => out.push(LeafRange {
                first: leaf,
                count: 1,
            }),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_in_a_row_are_asked_for_together() {
        let found = ranges([3, 4, 5, 9, 11, 12].into_iter());
        let expected = [(3, 3), (9, 1), (11, 2)];
        assert_eq!(found.len(), 3);
        for (range, (first, count)) in found.iter().zip(expected) {
            assert_eq!((range.first, range.count), (first, count));
        }
        assert_eq!(ranges((0..1_000).map(|n| n * 2)).len(), RANGES_MAX);
    }
}
