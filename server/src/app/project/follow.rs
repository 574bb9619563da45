//! Following what the office decides: what was projected of an envelope that does not stand any more, or has
//! lost its body, is taken back; what was let in later is added.
//!
//! A decision is met in its place in the log, and then how everything stands is looked up, not what the
//! decision says: so it does not matter how often it is met, nor what was projected before. A call for help
//! is never taken back: whoever calls is to be looked for first and doubted later.

use std::collections::BTreeSet;

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::cert::{Revocation, Statement};
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::event::Erasure;
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId};

use super::ack;
use super::batch::{Batch, Write};
use super::message;
use super::thread::Projector;
use crate::store::projections::{PositionRow, RowKind};
use crate::store::{Lsn, QuarantineReason, Reads, Standing, StoreError, StoredEnvelope};

/// Rows and envelopes read in one step.
const STEP: usize = 512;

impl Projector {
    /// A verdict: whatever it is about is projected anew.
    pub(super) fn follow_verdict(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(Ok(verdict)) = stored.envelope.body().map(VerdictBody::from_bytes) else {
            return Ok(());
        };
        // What the gate refused for ever, no verdict changes: nothing to do anew.
        if verdict.ruling == Ruling::Refuse && verdict.reason != 0 {
            return Ok(());
        }
        if reads.lsn_of(&verdict.envelope)?.is_none() {
            // What it is about comes later, and is judged with it then.
            self.documents.let_go_of(stored.envelope.object());
        }
        self.follow(reads, &verdict.envelope, batch)
    }

    /// An order to erase: what was projected of the body goes.
    pub(super) fn follow_erasure(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match stored.envelope.body().map(Erasure::from_bytes) {
            Some(Ok(order)) => self.follow(reads, &order.of, batch),
            _ => Ok(()),
        }
    }

    /// A revocation: everything that it cut off is projected anew.
    pub(super) fn follow_revocation(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        match revoked(&stored.envelope) {
            Some(device) => self.follow_device(reads, device, batch),
            None => Ok(()),
        }
    }

    /// A certificate: where the root takes a key over, what an office said of it does not count any more.
    pub(super) fn follow_certificate(
        &mut self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let root = self.directory.get().root().device_id();
        if stored.envelope.header().device() != root {
            return Ok(());
        }
        match stored.envelope.body().map(Statement::from_bytes) {
            Some(Ok(Some(Statement::Key(key)))) => {
                self.follow_device(reads, key.key.device_id(), batch)
            }
            _ => Ok(()),
        }
    }

    /// Projects anew what revocations cut off of a device, and of those whom it had itself revoked: it may
    /// be an office.
    fn follow_device(
        &mut self,
        reads: &dyn Reads,
        device: DeviceId,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let (mut met, mut to_meet) = (BTreeSet::new(), vec![device]);
        while let Some(device) = to_meet.pop() {
            if !met.insert(device) {
                continue;
            }
            for lsn in cut_off(reads, device)? {
                let Some(about) = reads.envelope(lsn)? else {
                    continue;
                };
                to_meet.extend(revoked(&about.envelope));
                self.follow_stored(reads, &about, batch)?;
            }
        }
        Ok(())
    }

    fn follow(
        &mut self,
        reads: &dyn Reads,
        envelope: &Digest,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let Some(lsn) = reads.lsn_of(envelope)? else {
            return Ok(());
        };
        match reads.envelope(lsn)? {
            Some(about) => self.follow_stored(reads, &about, batch),
            None => Ok(()),
        }
    }

    fn follow_stored(
        &mut self,
        reads: &dyn Reads,
        about: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let object = about.envelope.object();
        match about.envelope.header().kind {
            Kind::Change => self.documents.judge_anew(object),
            Kind::Ack => ack::project_ack(reads, about, batch)?,
            Kind::Message => message::project_message(reads, about, batch)?,
            Kind::Track | Kind::Media => {
                batch.anew.insert(object);
            }
            _ => {}
        }
        Ok(())
    }

    /// Takes back all that was projected about an object but its changes, and projects what stands of it.
    pub(super) fn project_anew(
        &mut self,
        reads: &dyn Reads,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        for object in std::mem::take(&mut batch.anew) {
            let about = facts_about(reads, object, batch.end)?;
            batch.take_back(RowKind::Patrol, object.as_bytes());
            for stored in &about {
                self.take_back(reads, stored, batch)?;
            }
            batch.quiet = true;
            for stored in &about {
                self.fact(reads, stored, batch)?;
            }
            batch.quiet = false;
            self.documents.touched.insert(object);
        }
        Ok(())
    }

    fn take_back(
        &self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let key = stored.lsn.0.to_be_bytes();
        match stored.envelope.header().kind {
            Kind::Media => batch.take_back(RowKind::Media, &key),
            Kind::Track => {
                batch.take_back(RowKind::Segment, &key);
                self.take_back_alerts(reads, stored, batch)?;
                if stored.standing == Standing::Quarantined {
                    batch.write(Write::NoBox(stored.lsn));
                    self.take_back_position(reads, stored, batch)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// Where a device was last, if this patrol said so: what stands of the patrol says it again. While
    /// everything is made again nothing is taken back: places are kept then.
    fn take_back_position(
        &self,
        reads: &dyn Reads,
        stored: &StoredEnvelope,
        batch: &mut Batch,
    ) -> Result<(), StoreError> {
        let device = stored.envelope.header().device();
        let known: Option<PositionRow> = batch.row(reads, RowKind::Position, device.as_bytes())?;
        let ours =
            |known: &PositionRow| !known.beacon && known.patrol == Some(stored.envelope.object());
        if batch.end >= self.made_before && known.as_ref().is_some_and(ours) {
            batch.take_back(RowKind::Position, device.as_bytes());
        }
        Ok(())
    }
}

/// Whom an envelope revokes, if it is a revocation.
fn revoked(envelope: &Envelope) -> Option<DeviceId> {
    let body = envelope.body();
    let body = body.filter(|_| envelope.header().kind == Kind::Revocation)?;
    Revocation::from_bytes(body).ok().map(|it| it.device)
}

/// What revocations cut off of a device, whatever became of it since, newest first.
fn cut_off(reads: &dyn Reads, device: DeviceId) -> Result<Vec<Lsn>, StoreError> {
    let feeds = reads.feeds_of(device)?.into_iter();
    let mut units: Vec<_> = feeds.map(|(feed, _)| feed.unit).collect();
    units.sort_unstable();
    units.dedup();
    let (mut found, mut behind) = (Vec::new(), None);
    loop {
        let rows = reads.quarantine(&units, behind, STEP)?;
        let Some(last) = rows.last() else {
            return Ok(found);
        };
        behind = Some(last.lsn);
        let of_device = rows.iter().filter(|row| row.device == device);
        let cut_off = of_device.filter(|row| row.reason == QuarantineReason::Revoked);
        found.extend(cut_off.map(|row| row.lsn));
    }
}

/// Everything about an object up to the end of the batch that is no part of its document.
fn facts_about(
    reads: &dyn Reads,
    object: ObjectId,
    end: Lsn,
) -> Result<Vec<StoredEnvelope>, StoreError> {
    let (mut facts, mut from) = (Vec::new(), Lsn(0));
    loop {
        let page = reads.envelopes_about(object, from, STEP)?;
        let Some(last) = page.last() else {
            return Ok(facts);
        };
        from = Lsn(last.lsn.0.saturating_add(1));
        facts.extend(page.into_iter().filter(|stored| {
            let kind = stored.envelope.header().kind;
            stored.lsn <= end && matches!(kind, Kind::Track | Kind::Media)
        }));
    }
}

#[cfg(test)]
mod tests;
