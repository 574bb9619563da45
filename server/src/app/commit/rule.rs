//! Verdicts: what the office decided of an envelope, obeyed in whichever order the two come.
//!
//! A centre that was restored is given back by phones what it had said itself, and may hear its own verdict
//! before what that is about. It does not see any more why it decided so; that it did is enough. The last
//! verdict counts, by number. What the gate refused is left to the gate, which comes to the same again.

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::envelope::Envelope;
use tala_protocol::hash::Digest;

use super::{Commit, quarantine_row};
use crate::store::{Lsn, QuarantineReason, Standing, StoreError};

impl Commit<'_> {
    /// Lets a verdict do what it does, now and when what it is about comes.
    pub(super) fn obey(&mut self, lsn: Lsn, verdict: &VerdictBody) -> Result<(), StoreError> {
        match verdict.ruling {
            Ruling::Release => {
                self.tx.set_ruling(&verdict.envelope, lsn)?;
                self.release(verdict)
            }
            Ruling::Refuse if verdict.reason == 0 => {
                self.tx.set_ruling(&verdict.envelope, lsn)?;
                self.refuse(verdict)
            }
            Ruling::Refuse | Ruling::Accept | Ruling::Newer(_) => Ok(()),
        }
    }

    /// How an envelope stands that comes now, by what the office had said of it before. Only where a log
    /// began anew does the office know what is not here.
    pub(super) fn ruled(
        &self,
        envelope: &Envelope,
        placed: (Standing, Option<QuarantineReason>),
    ) -> Result<(Standing, Option<QuarantineReason>), StoreError> {
        if self.log.base == 0 {
            return Ok(placed);
        }
        Ok(match (self.ruling(&envelope.id())?, placed.1) {
            (Some(Ruling::Refuse), None) => {
                (Standing::Quarantined, Some(QuarantineReason::Refused))
            }
            (Some(Ruling::Release), Some(reason)) if reason.releasable() => {
                (Standing::Released, Some(reason))
            }
            _ => placed,
        })
    }

    /// What the office decided last of an envelope.
    pub(super) fn ruling(&self, envelope: &Digest) -> Result<Option<Ruling>, StoreError> {
        let verdict = self.tx.ruling(envelope)?;
        let verdict = verdict.map(|lsn| self.tx.envelope(lsn)).transpose()?;
        let body = verdict.flatten();
        let body = body.as_ref().and_then(|stored| stored.envelope.body());
        let ruling = body.and_then(|body| VerdictBody::from_bytes(body).ok());
        Ok(ruling.map(|it| it.ruling))
    }

    /// Notes why an envelope would be kept apart that was released before it came, and shows it.
    pub(super) fn put_released(
        &mut self,
        lsn: Lsn,
        envelope: &Envelope,
        reason: QuarantineReason,
    ) -> Result<(), StoreError> {
        let mut row = quarantine_row(lsn, envelope, reason, self.now);
        row.released_at = Some(self.now);
        self.tx.put_quarantine(&row)?;
        self.show(lsn, envelope)
    }

    /// Takes an envelope out of quarantine: it becomes visible now, at the end of its lists.
    fn release(&mut self, verdict: &VerdictBody) -> Result<(), StoreError> {
        let Some(lsn) = self.tx.lsn_of(&verdict.envelope)? else {
            return Ok(());
        };
        let (row, stored) = (self.tx.quarantined(lsn)?, self.tx.envelope(lsn)?);
        let (Some(mut row), Some(stored)) = (row, stored) else {
            return Ok(());
        };
        if row.released_at.is_some() || !row.reason.releasable() {
            return Ok(());
        }
        row.released_at = Some(self.now);
        self.tx.put_quarantine(&row)?;
        if stored.standing == Standing::Quarantined {
            self.tx.set_standing(lsn, Standing::Released)?;
            self.show(lsn, &stored.envelope)?;
        }
        Ok(())
    }

    /// Keeps an envelope apart that stands here although the office had refused it.
    fn refuse(&mut self, verdict: &VerdictBody) -> Result<(), StoreError> {
        let Some(lsn) = self.tx.lsn_of(&verdict.envelope)? else {
            return Ok(());
        };
        let Some(stored) = self.tx.envelope(lsn)? else {
            return Ok(());
        };
        if stored.standing == Standing::Quarantined {
            return Ok(());
        }
        self.tx.set_standing(lsn, Standing::Quarantined)?;
        self.set_apart(lsn, &stored.envelope, QuarantineReason::Refused)
    }
}
