//! Who sees an envelope: appending to delivery lists.

use std::collections::BTreeSet;

use tala_protocol::body::{Grant, Ruling, VerdictBody};
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::event::Erasure;
use tala_protocol::id::ObjectId;
use tala_protocol::sync::Scope;

use super::Commit;
use crate::store::{Lsn, Standing, StoreError, Subject};

/// Envelopes of one object that are shown in one step of a grant.
const GRANT_STEP: usize = 256;

impl Commit<'_> {
    /// Appends an envelope to the list of its feed, and to the lists in which its object is shown too.
    pub(super) fn show(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        let header = envelope.header();
        let own = Scope {
            unit: header.feed.unit,
            audience: header.feed.audience,
        };
        self.tx.deliver(&own, lsn)?;
        if let Some(object) = header.object {
            for scope in self.tx.granted(object)? {
                if scope != own {
                    self.tx.deliver(&scope, lsn)?;
                }
            }
        }
        Ok(())
    }

    /// Shows an envelope that stands, and lets it do what it does. Statements decide for themselves where
    /// and behind which others they are shown.
    pub(super) fn publish(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        if matches!(envelope.header().kind, Kind::Certificate | Kind::Revocation) {
            return self.state(lsn, envelope);
        }
        self.show(lsn, envelope)?;
        self.take_effect(envelope)
    }

    /// What an envelope of the office does besides being shown. Bodies that cannot be read do nothing.
    fn take_effect(&mut self, envelope: &Envelope) -> Result<(), StoreError> {
        let Some(body) = envelope.body() else {
            return Ok(());
        };
        match envelope.header().kind {
            Kind::Grant => match Grant::from_bytes(body) {
                Ok(grant) => self.grant(&grant),
                Err(_) => Ok(()),
            },
            Kind::Verdict => match VerdictBody::from_bytes(body) {
                Ok(verdict) if verdict.ruling == Ruling::Release => self.release(&verdict),
                _ => Ok(()),
            },
            Kind::Erasure => match Erasure::from_bytes(body) {
                Ok(order) => self.erase(&order),
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Shows all of an object in another list, with the statements needed to verify it.
    fn grant(&mut self, grant: &Grant) -> Result<(), StoreError> {
        let scope = Scope {
            unit: grant.unit,
            audience: grant.audience,
        };
        if grant.hand_over
            && let Some(home) = self.home(grant.object)?
        {
            // Whoever had it goes on seeing it.
            self.tx.grant(grant.object, &home)?;
        }
        if self.tx.granted(grant.object)?.contains(&scope) {
            return Ok(());
        }
        self.tx.grant(grant.object, &scope)?;
        let (mut from, mut authors) = (Lsn(0), BTreeSet::new());
        loop {
            let page = self.tx.envelopes_about(grant.object, from, GRANT_STEP)?;
            let Some(last) = page.last() else {
                break;
            };
            from = Lsn(last.lsn.0.saturating_add(1));
            for stored in &page {
                let header = stored.envelope.header();
                authors.insert(Subject::Device(header.device()));
                authors.extend(header.person.map(Subject::Person));
            }
            self.show_all(grant.object, &scope, &page)?;
        }
        for author in authors {
            self.show_subject(author, &scope)?;
        }
        Ok(())
    }

    fn home(&mut self, object: ObjectId) -> Result<Option<Scope>, StoreError> {
        let first = self.tx.envelopes_about(object, Lsn(0), 1)?;
        Ok(first.first().map(|stored| {
            let feed = stored.envelope.header().feed;
            Scope {
                unit: feed.unit,
                audience: feed.audience,
            }
        }))
    }

    fn show_all(
        &mut self,
        object: ObjectId,
        scope: &Scope,
        page: &[crate::store::StoredEnvelope],
    ) -> Result<(), StoreError> {
        for stored in page {
            let header = stored.envelope.header();
            let there = header.feed.unit == scope.unit && header.feed.audience == scope.audience;
            debug_assert_eq!(stored.envelope.object(), object);
            if !there && stored.standing != Standing::Quarantined {
                self.tx.deliver(scope, stored.lsn)?;
            }
        }
        Ok(())
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

    fn erase(&mut self, order: &Erasure) -> Result<(), StoreError> {
        match self.tx.lsn_of(&order.of)? {
            Some(lsn) => self.tx.set_body(lsn, None),
            None => Ok(()),
        }
    }
}
