//! Revocations: what they cut off, and what a later one with a wider cut lets stand again.
//!
//! The cut that counts is the directory's, whichever revocation was heard first. What it leaves standing is
//! placed again in the order in which it came, as if the narrower one had never been said: so both orders of
//! hearing them end in the same feeds. What was shown before is shown again at the end of its lists, because
//! a list may have been granted meanwhile; whoever has it already takes no notice.

use std::collections::BTreeSet;

use tala_protocol::cert::{self, Revocation};
use tala_protocol::feed::FeedKey;
use tala_protocol::id::{DeviceId, UnitId};

use super::Commit;
use crate::app::ingest::policy;
use crate::store::{
    FeedRow, Lsn, QuarantineReason, QuarantineRow, Standing, StoreError, StoredEnvelope, Subject,
};

/// Rows of the quarantine that are read in one step.
const STEP: usize = 512;

impl Commit<'_> {
    /// Cuts a device's feeds off where the revocation says, lets stand again what an earlier one cut off
    /// and this one does not, and tells whoever can verify what the device signed.
    pub(super) fn revoke(&mut self, lsn: Lsn, revocation: &Revocation) -> Result<(), StoreError> {
        let subject = Subject::Device(revocation.device);
        let mut units: BTreeSet<UnitId> = BTreeSet::new();
        for (feed, row) in self.tx.feeds_of(revocation.device)? {
            units.insert(feed.unit);
            self.cut(revocation, &feed, row)?;
        }
        self.let_stand_again(revocation.device, &units)?;
        let assigned = self.directory.assignment(revocation.device, self.now);
        units.extend(assigned.map(|a| a.unit));
        let mut lists = BTreeSet::new();
        for earlier in self.tx.statements_about(subject)? {
            lists.extend(self.tx.statement_lists(earlier)?);
        }
        self.tx.add_statement(lsn, subject)?;
        self.show_in(&[subject], units)?;
        for list in lists {
            self.show_subject(subject, &list)?;
        }
        Ok(())
    }

    /// Keeps apart what a revoked device said behind the cut of a feed.
    fn cut(
        &mut self,
        revocation: &Revocation,
        feed: &FeedKey,
        row: FeedRow,
    ) -> Result<(), StoreError> {
        let highest = self.feeds.get(feed).copied().unwrap_or(row).highest_seq;
        for seq in (1..=highest).rev() {
            if revocation.stands(feed, seq) {
                break;
            }
            let Some(found) = self.tx.at_seq(row.no, seq)? else {
                continue;
            };
            self.tx.set_standing(found.lsn, Standing::Quarantined)?;
            if let Some(stored) = self.tx.envelope(found.lsn)? {
                self.set_apart(found.lsn, &stored.envelope, QuarantineReason::Revoked)?;
            }
        }
        Ok(())
    }

    fn let_stand_again(
        &mut self,
        device: DeviceId,
        units: &BTreeSet<UnitId>,
    ) -> Result<(), StoreError> {
        for lsn in self.cut_off(device, units)? {
            // Read one by one: what stands again may be a statement that changes what else does.
            let (row, stored) = (self.tx.quarantined(lsn)?, self.tx.envelope(lsn)?);
            let (Some(row), Some(stored)) = (row, stored) else {
                continue;
            };
            let is_cut = self.directory.standing(&stored.envelope) == cert::Standing::Revoked;
            if is_held(&row, device) && !is_cut {
                self.stand_again(row, &stored)?;
            }
        }
        Ok(())
    }

    /// What revocations keep apart of a device, in the order in which it came.
    fn cut_off(&self, device: DeviceId, units: &BTreeSet<UnitId>) -> Result<Vec<Lsn>, StoreError> {
        let units: Vec<UnitId> = units.iter().copied().collect();
        let (mut held, mut before) = (Vec::new(), None);
        loop {
            let rows = self.tx.quarantine(&units, before, STEP)?;
            let Some(last) = rows.last() else {
                break;
            };
            before = Some(last.lsn);
            held.extend(
                rows.iter()
                    .filter(|row| is_held(row, device))
                    .map(|row| row.lsn),
            );
        }
        held.sort_unstable();
        Ok(held)
    }

    /// Places an envelope as when it came, had it not been cut off.
    fn stand_again(
        &mut self,
        mut row: QuarantineRow,
        stored: &StoredEnvelope,
    ) -> Result<(), StoreError> {
        let (lsn, envelope) = (stored.lsn, &stored.envelope);
        let header = envelope.header();
        let feed = self.feed_row(&header.feed)?;
        row.released_at = Some(self.now);
        self.tx.put_quarantine(&row)?;
        let is_behind_head = feed.head.is_some_and(|head| header.seq <= head.seq);
        if is_behind_head && self.tx.at_seq(feed.no, header.seq)?.is_none() {
            // The first that came for a place that the chain has passed is the link that it passed over.
            self.tx.set_standing(lsn, Standing::Chained)?;
            return self.publish(lsn, envelope);
        }
        let good = cert::Standing::Good;
        let policy = policy(&self.directory, envelope, good, stored.known_at);
        let placed = self.place(&feed, envelope, policy)?;
        let placed = self.ruled(envelope, placed)?;
        self.tx.set_standing(lsn, placed.0)?;
        self.settle(feed, lsn, envelope, placed)
    }
}

/// Whether a row keeps something of this device apart because of a revocation alone.
fn is_held(row: &QuarantineRow, device: DeviceId) -> bool {
    row.device == device && row.reason == QuarantineReason::Revoked && row.released_at.is_none()
}
