//! Revocations: what they cut off, and what a later one with a wider cut lets stand again.
//!
//! The cut that counts is the directory's, whichever revocation was heard first. What it leaves standing is
//! placed again in the order in which it came, as if the narrower one had never been said: so both orders of
//! hearing them end in the same feeds. What was shown before is shown again at the end of its lists, because
//! a list may have been granted meanwhile; whoever has it already takes no notice.
//!
//! When the root speaks of an office, revocations by that office may stop counting, or count again. So what
//! follows is not read from the statement heard: every device that stands otherwise in the directory than
//! before is cut anew.

use std::collections::BTreeSet;
use std::sync::Arc;

use tala_protocol::body::Ruling;
use tala_protocol::cert::{self, Directory, Holder, Revocation};
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::feed::FeedKey;
use tala_protocol::id::{DeviceId, UnitId};

use super::Commit;
use crate::app::ingest::{Policy, is_for_the_office, policy};
use crate::store::{
    FeedRow, Lsn, QuarantineReason, QuarantineRow, Standing, StoreError, StoredEnvelope, Subject,
};

/// Rows of the quarantine that are read in one step.
const STEP: usize = 512;

impl Commit<'_> {
    /// Brings a device's feeds to where the revocation that counts cuts them, and tells whoever can verify
    /// what the device signed.
    pub(super) fn revoke(&mut self, lsn: Lsn, device: DeviceId) -> Result<(), StoreError> {
        self.cut_anew(device)?;
        let mut subjects = vec![Subject::Device(device)];
        let feeds = self.tx.feeds_of(device)?.into_iter();
        let mut units: BTreeSet<UnitId> = feeds.map(|(feed, _)| feed.unit).collect();
        let assigned = self.directory.assignment(device, self.now);
        units.extend(assigned.map(|a| a.unit));
        let holder = self.directory.holder(device);
        if holder.is_some_and(|holder| holder != Holder::Phone) {
            // Everybody heard the bureau's keys, and may have heard what this one said.
            subjects.push(Subject::Bureau);
            units.extend(self.directory.units().units(self.now));
        }
        let mut lists = BTreeSet::new();
        for subject in &subjects {
            for earlier in self.tx.statements_about(*subject)? {
                lists.extend(self.tx.statement_lists(earlier)?);
            }
            self.tx.add_statement(lsn, *subject)?;
        }
        self.show_in(&subjects, units)?;
        for list in lists {
            self.show_subject(Subject::Device(device), &list)?;
        }
        Ok(())
    }

    /// After the root has spoken of an office: brings the feeds of all to where they are cut now whom that
    /// office had revoked. Whoever the statement itself revokes was seen to before.
    pub(super) fn cut_otherwise(
        &mut self,
        before: &Directory,
        heard: &Envelope,
    ) -> Result<(), StoreError> {
        let header = heard.header();
        if header.device() != self.directory.root().device_id() {
            return Ok(());
        }
        let body = heard.body().unwrap_or_default();
        let named = match header.kind {
            Kind::Revocation => Revocation::from_bytes(body).ok().map(|it| it.device),
            _ => None,
        };
        for device in self.directory.revoked_otherwise(before) {
            if Some(device) != named {
                self.cut_anew(device)?;
            }
        }
        Ok(())
    }

    /// Cuts a device's feeds off where the revocation that counts says, and lets stand again what an earlier
    /// one cut off and this one does not; all, where none counts.
    fn cut_anew(&mut self, device: DeviceId) -> Result<(), StoreError> {
        let directory = Arc::clone(&self.directory);
        let mut units = BTreeSet::new();
        for (feed, row) in self.tx.feeds_of(device)? {
            units.insert(feed.unit);
            if let Some(revocation) = directory.revocation(device) {
                self.cut(revocation, &feed, row)?;
            }
        }
        self.let_stand_again(device, &units)
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
            let Some(stored) = self.tx.envelope(found.lsn)? else {
                continue;
            };
            let (lsn, reason) = (found.lsn, QuarantineReason::Revoked);
            if self.ruling(&found.id)? == Some(Ruling::Release) {
                // It was let out of an earlier cut by a person, and is by that word.
                self.tx.set_standing(lsn, Standing::Released)?;
                self.put_released(lsn, &stored.envelope, reason)?;
                continue;
            }
            self.tx.set_standing(lsn, Standing::Quarantined)?;
            self.set_apart(lsn, &stored.envelope, reason)?;
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
            if is_cut_off(&row, device) && stands_apart(&stored) && !is_cut {
                self.stand_again(row, &stored)?;
            }
        }
        Ok(())
    }

    /// What revocations cut off of a device, in the order in which it came.
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
                    .filter(|row| is_cut_off(row, device))
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
        let was_released = stored.standing == Standing::Released;
        row.released_at = row.released_at.or(Some(self.now));
        self.tx.put_quarantine(&row)?;
        let is_behind_head = feed.head.is_some_and(|head| header.seq <= head.seq);
        if is_behind_head && self.tx.at_seq(feed.no, header.seq)?.is_none() {
            // The first that came for a place that the chain has passed is the link that it passed over.
            self.tx.set_standing(lsn, Standing::Chained)?;
            return self.publish(lsn, envelope);
        }
        let placed = self.place(&feed, envelope, self.policy_then(stored))?;
        let placed = match self.ruled(envelope, placed)? {
            (_, Some(reason)) if was_released && reason.releasable() => {
                (Standing::Released, Some(reason))
            }
            placed => placed,
        };
        self.tx.set_standing(lsn, placed.0)?;
        self.settle(feed, lsn, envelope, placed)
    }

    /// What policy said of an envelope when it came, its device's revocation not looked at.
    fn policy_then(&self, stored: &StoredEnvelope) -> Policy {
        let header = stored.envelope.header();
        let knows = self.directory.key(header.device()).is_some();
        if !knows && !is_for_the_office(header.kind) {
            // The office that certified the device is cut off by now. What was taken before stays taken.
            return Policy::Stands;
        }
        let good = cert::Standing::Good;
        policy(&self.directory, &stored.envelope, good, stored.known_at)
    }
}

/// Whether a row tells of something of this device that a revocation cut off, and nothing else.
fn is_cut_off(row: &QuarantineRow, device: DeviceId) -> bool {
    row.device == device && row.reason == QuarantineReason::Revoked
}

/// Whether it is in no feed's chain: kept apart, or let out by a person. The latter is looked at too, because
/// it may be the link of the chain at its place.
fn stands_apart(stored: &StoredEnvelope) -> bool {
    matches!(stored.standing, Standing::Quarantined | Standing::Released)
}
