//! Committing: number, place in its feed, leaf, and who sees it, in one transaction.
//!
//! A [`Commit`] is one group inside one transaction. It is the only code that gives numbers and appends to
//! lists, whatever the store, so both stores keep the same order. Numbers are given in the order of
//! [`Commit::push`] and [`Commit::say`]; the envelopes of one push get consecutive ones.

mod left;
mod place;
mod revoke;
mod rule;
mod say;
mod show;
mod statements;

use std::collections::HashMap;
use std::sync::Arc;

use tala_protocol::cert::{self, Directory};
use tala_protocol::envelope::{Envelope, Header, signed};
use tala_protocol::feed::FeedKey;
use tala_protocol::hash::Digest;
use tala_protocol::id::ObjectId;
use tala_protocol::log::{Frontier, leaf_hash};
use tala_protocol::time::UnixMs;

use super::ingest::{Arrived, Policy, policy};
use super::limits::DeviceLimits;
use crate::store::{
    FeedRow, LogRow, Lsn, NewEnvelope, QuarantineReason, QuarantineRow, Standing, StoreError, Tx,
};
pub use say::{Draft, Said};

const DAY_MS: i64 = 86_400_000;

/// What became of one envelope of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Placed {
    /// Stored now.
    Stored(Lsn),
    /// Had been stored before.
    Known(Lsn),
}

/// One group that is being committed.
pub struct Commit<'t> {
    tx: &'t mut dyn Tx,
    log: LogRow,
    frontier: Frontier,
    feeds: HashMap<FeedKey, FeedRow>,
    directory: Arc<Directory>,
    directory_changed: bool,
    log_changed: bool,
    /// What was kept apart for a reason that replicas cannot see: the office is to say so.
    unsaid: Vec<Draft>,
    /// How long a device that was told of its move has to close its old feeds.
    to_close_ms: i64,
    now: UnixMs,
}

/// What stands after a group: valid once the transaction is durable.
#[derive(Debug, Clone)]
pub struct Committed {
    /// The log's row.
    pub log: LogRow,
    /// Its right edge.
    pub frontier: Frontier,
    /// The directory, if statements changed it.
    pub directory: Option<Arc<Directory>>,
}

impl<'t> Commit<'t> {
    /// Begins a group. `directory` is what was in force before it.
    pub fn begin(
        tx: &'t mut dyn Tx,
        directory: Arc<Directory>,
        now: UnixMs,
    ) -> Result<Self, StoreError> {
        let log = tx.log()?.ok_or(StoreError::Damaged("log"))?;
        let frontier = match Frontier::from_bytes(&log.frontier) {
            Ok(frontier) if frontier.size() == log.size => frontier,
            _ => return Err(StoreError::Damaged("log frontier")),
        };
        Ok(Self {
            tx,
            log,
            frontier,
            feeds: HashMap::new(),
            directory,
            directory_changed: false,
            log_changed: false,
            unsaid: Vec::new(),
            to_close_ms: to_close_ms(&DeviceLimits::default()),
            now,
        })
    }

    /// The same, with the operator's limits in place of the usual ones.
    pub fn within(mut self, limits: &DeviceLimits) -> Self {
        self.to_close_ms = to_close_ms(limits);
        self
    }

    /// Commits the envelopes of one push, in their order.
    pub fn push(&mut self, arrived: &[Arrived]) -> Result<Vec<Placed>, StoreError> {
        let add = |one: &Arrived| {
            let policy = self.policy_now(one);
            self.add(&one.envelope, policy)
        };
        arrived.iter().map(add).collect()
    }

    /// The transaction, for writes that have nothing to do with envelopes, feeds or the log.
    pub fn tx(&mut self) -> &mut dyn Tx {
        self.tx
    }

    /// Notes that leaves below this are in a verified backup.
    pub fn backed_up(&mut self, below: u64) {
        self.log.backed_up_to = self.log.backed_up_to.max(below);
        self.log_changed = true;
    }

    /// Writes what was gathered. The transaction is still to be committed.
    pub fn finish(mut self) -> Result<Committed, StoreError> {
        for row in self.feeds.values() {
            self.tx.set_feed(row)?;
        }
        if self.log_changed || self.log.size != self.frontier.size() {
            self.log.size = self.frontier.size();
            self.log.frontier = self.frontier.to_bytes();
            self.tx.set_log(&self.log)?;
        }
        Ok(Committed {
            log: self.log,
            frontier: self.frontier,
            directory: self.directory_changed.then_some(self.directory),
        })
    }

    /// A revocation may have come since the envelope was looked at, or have stopped counting.
    fn policy_now(&self, arrived: &Arrived) -> Policy {
        let standing = self.directory.standing(&arrived.envelope);
        let was_cut = arrived.policy == Policy::Apart(QuarantineReason::Revoked);
        match was_cut == (standing == cert::Standing::Revoked) {
            true => arrived.policy,
            false => policy(&self.directory, &arrived.envelope, standing, self.now),
        }
    }

    fn add(&mut self, envelope: &Envelope, policy: Policy) -> Result<Placed, StoreError> {
        if let Some(lsn) = self.tx.lsn_of(&envelope.id())? {
            return Ok(Placed::Known(lsn));
        }
        let row = self.feed_row(&envelope.header().feed)?;
        let placed = self.place(&row, envelope, policy)?;
        let placed = self.ruled(envelope, placed)?;
        let lsn = self.append(&row, envelope, placed.0)?;
        self.settle(row, lsn, envelope, placed)?;
        Ok(Placed::Stored(lsn))
    }

    /// What follows for its feed and for readers from how a kept envelope stands.
    fn settle(
        &mut self,
        mut row: FeedRow,
        lsn: Lsn,
        envelope: &Envelope,
        (standing, reason): (Standing, Option<QuarantineReason>),
    ) -> Result<(), StoreError> {
        let header = envelope.header();
        row.highest_seq = row.highest_seq.max(header.seq);
        if reason == Some(QuarantineReason::Fork) && row.forked_at.is_none() {
            row.forked_at = Some(header.seq);
        }
        match reason {
            Some(reason) if standing == Standing::Released => {
                self.put_released(lsn, envelope, reason)?;
            }
            Some(reason) => {
                self.set_apart(lsn, envelope, reason)?;
                if reason == QuarantineReason::Revoked {
                    self.show_revoked(envelope)?;
                }
            }
            None => self.publish(lsn, envelope)?,
        }
        if standing == Standing::Chained {
            row = self.advance(row, envelope)?;
        }
        self.feeds.insert(header.feed, row);
        Ok(())
    }

    fn feed_row(&mut self, key: &FeedKey) -> Result<FeedRow, StoreError> {
        if let Some(row) = self.feeds.get(key) {
            return Ok(*row);
        }
        match self.tx.feed(key)? {
            Some(row) => Ok(row),
            None => self.tx.add_feed(key),
        }
    }

    /// Numbers an envelope, keeps it and makes it a leaf.
    fn append(
        &mut self,
        row: &FeedRow,
        envelope: &Envelope,
        standing: Standing,
    ) -> Result<Lsn, StoreError> {
        let next = self.frontier.size().checked_sub(self.log.base);
        let lsn = Lsn(next.ok_or(StoreError::Damaged("log base"))?);
        self.tx.append_envelope(&NewEnvelope {
            lsn,
            feed: row.no,
            envelope,
            standing,
            known_at: self.now,
        })?;
        let leaf = leaf_hash(&signed::encode(envelope));
        push_leaf(self.tx, &mut self.frontier, leaf)?;
        Ok(lsn)
    }

    fn set_apart(
        &mut self,
        lsn: Lsn,
        envelope: &Envelope,
        reason: QuarantineReason,
    ) -> Result<(), StoreError> {
        // A revocation speaks for itself, and what the office has refused it need not refuse again.
        if !matches!(
            reason,
            QuarantineReason::Revoked | QuarantineReason::Refused
        ) {
            let refusal = Draft::refusal(envelope.header(), envelope.id(), reason);
            self.unsaid.push(refusal);
        }
        self.tx
            .put_quarantine(&quarantine_row(lsn, envelope, reason, self.now))
    }
}

fn to_close_ms(limits: &DeviceLimits) -> i64 {
    i64::from(limits.days_to_close).saturating_mul(DAY_MS)
}

/// Appends a leaf and keeps every node that it completes.
pub(in crate::app) fn push_leaf(
    tx: &mut dyn Tx,
    frontier: &mut Frontier,
    leaf: [u8; 32],
) -> Result<(), StoreError> {
    let mut kept = Ok(());
    frontier.push_storing(leaf, |node, hash| {
        if kept.is_ok() {
            kept = tx.put_node(node.level, node.index, &hash);
        }
    });
    kept
}

/// The quarantine row of an envelope.
fn quarantine_row(
    lsn: Lsn,
    envelope: &Envelope,
    reason: QuarantineReason,
    now: UnixMs,
) -> QuarantineRow {
    quarantine_row_of(lsn, envelope.header(), envelope.id(), reason, "", now.0)
}

/// The quarantine row of an envelope of which only the header is at hand.
pub(super) fn quarantine_row_of(
    lsn: Lsn,
    header: &Header,
    id: Digest,
    reason: QuarantineReason,
    detail: &str,
    known_at: i64,
) -> QuarantineRow {
    let made = ObjectId::from_bytes(id.prefix16());
    QuarantineRow {
        lsn,
        envelope: id,
        unit: header.unit(),
        device: header.device(),
        person: header.person,
        object: header.object.unwrap_or(made),
        reason,
        detail: detail.to_owned(),
        known_at: UnixMs(known_at),
        released_at: None,
    }
}

#[cfg(test)]
mod tests;
