//! Who sees an envelope: appending to delivery lists.
//!
//! The record decides, not the feed: whoever wrote it, an envelope about an object stands in the lists in
//! which the object is shown, its home's (the list of its genesis) and those that it was granted to, and in
//! no other. What comes before the genesis waits for it. In each of these lists the genesis and everything
//! else about the object stand too, and what is needed to verify the author stands before.

use tala_protocol::body::{Grant, VerdictBody};
use tala_protocol::envelope::{Envelope, Header, Kind};
use tala_protocol::event::Erasure;
use tala_protocol::id::ObjectId;
use tala_protocol::sync::Scope;

use super::Commit;
use crate::app::ingest::is_for_the_office;
use crate::store::{Lsn, Standing, StoreError, StoredEnvelope, Subject};

/// Envelopes of one object that are shown in one step of a grant.
const GRANT_STEP: usize = 256;

impl Commit<'_> {
    /// Appends an envelope to the lists in which its object is shown.
    pub(super) fn show(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        let header = envelope.header();
        let own = list_of(header);
        let mut lists = self.tx.granted(envelope.object())?;
        if lists.is_empty() && envelope.is_genesis() {
            return self.show_first(lsn, envelope, &own);
        }
        // The office says a thing to a list on purpose: a ruling, where what it is about may have come to.
        if is_for_the_office(header.kind) && !lists.contains(&own) {
            lists.push(own);
        }
        for list in lists {
            self.show_in_list(lsn, header, &list)?;
        }
        Ok(())
    }

    /// A genesis makes its list the home of its object; what came before it is shown behind it.
    fn show_first(&mut self, lsn: Lsn, genesis: &Envelope, home: &Scope) -> Result<(), StoreError> {
        let object = genesis.object();
        self.tx.grant(object, home)?;
        self.tx.deliver(home, lsn)?;
        let mut grants = Vec::new();
        self.show_all(object, home, |stored| {
            let header = stored.envelope.header();
            if header.kind == Kind::Grant {
                grants.extend(stored.envelope.body().map(Grant::from_bytes));
            }
            stored.lsn != lsn
        })?;
        for grant in grants.into_iter().flatten() {
            self.grant(&grant)?;
        }
        Ok(())
    }

    /// Appends an envelope to a list, behind what is needed to verify its author. In the lists of the
    /// author's own unit that stands already.
    fn show_in_list(&mut self, lsn: Lsn, header: &Header, list: &Scope) -> Result<(), StoreError> {
        self.show_author(header, list)?;
        self.tx.deliver(list, lsn)?;
        Ok(())
    }

    /// Has a revocation heard wherever the record is shown that a revoked device wrote about: phones there
    /// may have what it wrote, from before this centre was restored or from each other.
    pub(super) fn show_revoked(&mut self, envelope: &Envelope) -> Result<(), StoreError> {
        for list in self.tx.granted(envelope.object())? {
            self.show_author(envelope.header(), &list)?;
        }
        Ok(())
    }

    fn show_author(&mut self, header: &Header, list: &Scope) -> Result<(), StoreError> {
        if header.feed.unit == list.unit {
            return Ok(());
        }
        self.show_subject(Subject::Device(header.device()), list)?;
        match header.person {
            Some(person) => self.show_subject(Subject::Person(person), list),
            None => Ok(()),
        }
    }

    /// Shows an envelope that stands, and lets it do what it does. Statements decide for themselves where
    /// and behind which others they are shown.
    pub(super) fn publish(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        if matches!(envelope.header().kind, Kind::Certificate | Kind::Revocation) {
            return self.state(lsn, envelope);
        }
        self.show(lsn, envelope)?;
        self.take_effect(lsn, envelope)
    }

    /// What an envelope of the office does besides being shown. Bodies that cannot be read do nothing.
    fn take_effect(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        let Some(body) = envelope.body() else {
            return Ok(());
        };
        match envelope.header().kind {
            Kind::Grant => match Grant::from_bytes(body) {
                Ok(grant) => self.grant(&grant),
                Err(_) => Ok(()),
            },
            Kind::Verdict => match VerdictBody::from_bytes(body) {
                Ok(verdict) => self.obey(lsn, &verdict),
                Err(_) => Ok(()),
            },
            Kind::Erasure => match Erasure::from_bytes(body) {
                Ok(order) => self.erase(&order),
                Err(_) => Ok(()),
            },
            _ => Ok(()),
        }
    }

    /// Shows all of an object in another list, with the statements needed to verify it. A grant that came
    /// before the genesis takes effect with that.
    fn grant(&mut self, grant: &Grant) -> Result<(), StoreError> {
        let list = Scope {
            unit: grant.unit,
            audience: grant.audience,
        };
        let shown = self.tx.granted(grant.object)?;
        if shown.is_empty() || shown.contains(&list) {
            return Ok(());
        }
        self.tx.grant(grant.object, &list)?;
        self.show_all(grant.object, &list, |_| true)
    }

    /// Appends everything that stands about an object to a list, in the order of numbers, but for what the
    /// office said to that very list and what `picks` leaves out.
    fn show_all(
        &mut self,
        object: ObjectId,
        list: &Scope,
        mut picks: impl FnMut(&StoredEnvelope) -> bool,
    ) -> Result<(), StoreError> {
        let mut from = Lsn(0);
        loop {
            let page = self.tx.envelopes_about(object, from, GRANT_STEP)?;
            let Some(last) = page.last() else {
                return Ok(());
            };
            from = Lsn(last.lsn.0.saturating_add(1));
            for stored in &page {
                let header = stored.envelope.header();
                let there = is_for_the_office(header.kind) && list_of(header) == *list;
                let stands = stored.standing != Standing::Quarantined;
                if !stands {
                    self.show_author(header, list)?;
                }
                if stands && picks(stored) && !there {
                    self.show_in_list(stored.lsn, header, list)?;
                }
            }
        }
    }

    fn erase(&mut self, order: &Erasure) -> Result<(), StoreError> {
        match self.tx.lsn_of(&order.of)? {
            Some(lsn) => self.tx.set_body(lsn, None),
            None => Ok(()),
        }
    }
}

/// The list that a feed is written for.
const fn list_of(header: &Header) -> Scope {
    Scope {
        unit: header.feed.unit,
        audience: header.feed.audience,
    }
}
