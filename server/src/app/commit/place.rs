//! Where an envelope stands in its feed.

use tala_protocol::envelope::Envelope;
use tala_protocol::feed::{self, FeedHead, Placement};

use super::Commit;
use crate::app::ingest::Policy;
use crate::store::{FeedRow, QuarantineReason, Standing, StoreError};

impl Commit<'_> {
    /// How an envelope that is not kept yet stands, and why it is kept apart, if it is.
    pub(super) fn place(
        &mut self,
        row: &FeedRow,
        envelope: &Envelope,
        policy: Policy,
    ) -> Result<(Standing, Option<QuarantineReason>), StoreError> {
        if let Policy::Apart(reason) = policy {
            return Ok((Standing::Quarantined, Some(reason)));
        }
        if policy == Policy::Left && self.knew_better(envelope.header())? {
            let reason = QuarantineReason::ForeignUnit;
            return Ok((Standing::Quarantined, Some(reason)));
        }
        if row.forked_at.is_some() {
            return Ok((Standing::Quarantined, Some(QuarantineReason::Frozen)));
        }
        Ok(match self.placement(row, envelope)? {
            Placement::Next => (Standing::Chained, None),
            Placement::Ahead { .. } => (Standing::Ahead, None),
            // Known ones were found by id before; the same place with another id is a fork.
            Placement::Known | Placement::Fork { .. } => {
                (Standing::Quarantined, Some(QuarantineReason::Fork))
            }
        })
    }

    fn placement(&self, row: &FeedRow, envelope: &Envelope) -> Result<Placement, StoreError> {
        let (header, id) = (envelope.header(), envelope.id());
        let head_seq = row.head.map_or(0, |head| head.seq);
        let appends = header.seq == head_seq.saturating_add(1) && row.highest_seq == head_seq;
        if appends {
            // The usual case needs no look beside: the head is the only neighbour.
            let before = row.head.map(|head| head.hash);
            return Ok(feed::place(row.head, header, id, None, before, None));
        }
        let at = self.tx.at_seq(row.no, header.seq)?;
        let before = match header.seq.checked_sub(1) {
            Some(seq) if seq == head_seq => row.head.map(|head| head.hash),
            Some(seq) => self.tx.at_seq(row.no, seq)?.map(|n| n.id),
            None => None,
        };
        let after = self.tx.at_seq(row.no, header.seq.saturating_add(1))?;
        let after_prev = after.and_then(|n| n.prev);
        Ok(feed::place(
            row.head,
            header,
            id,
            at.map(|n| n.id),
            before,
            after_prev,
        ))
    }

    /// Moves the head behind `envelope` and over everything that waited for it; a link that does not hold
    /// is a fork.
    pub(super) fn advance(
        &mut self,
        mut row: FeedRow,
        envelope: &Envelope,
    ) -> Result<FeedRow, StoreError> {
        let mut head = FeedHead {
            seq: envelope.header().seq,
            hash: envelope.id(),
        };
        while row.highest_seq > head.seq {
            let Some(next) = self.tx.at_seq(row.no, head.seq.saturating_add(1))? else {
                break;
            };
            if next.prev == Some(head.hash) {
                self.tx.set_standing(next.lsn, Standing::Chained)?;
                head = FeedHead {
                    seq: head.seq.saturating_add(1),
                    hash: next.id,
                };
                continue;
            }
            row.forked_at = Some(head.seq.saturating_add(1));
            self.tx.set_standing(next.lsn, Standing::Quarantined)?;
            if let Some(stored) = self.tx.envelope(next.lsn)? {
                self.set_apart(next.lsn, &stored.envelope, QuarantineReason::Fork)?;
            }
            break;
        }
        row.head = Some(head);
        Ok(row)
    }
}
