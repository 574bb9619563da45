//! What an envelope does beyond being kept, by its kind.

use std::collections::BTreeSet;

use tala_protocol::body::{ChangeBody, MediaBody, VerdictBody};
use tala_protocol::cert::{CertError, Holder, Revocation, Standing};
use tala_protocol::envelope::{Envelope, Kind};
use tala_protocol::event::Erasure;
use tala_protocol::id::DeviceId;

use super::Intake;
use crate::engine::{ALL, EngineError};
use crate::store::{DocRow, Pick, Place, RulingRow, Store, Write};

impl<S: Store> Intake<'_, S> {
    /// Does what the kind says. What cannot be read does nothing; it is kept all the same.
    pub(super) fn effects(&mut self, envelope: &Envelope, place: Place) -> Result<(), EngineError> {
        match envelope.header().kind {
            Kind::Certificate | Kind::Revocation => self.statement(envelope)?,
            Kind::Verdict if place != Place::Fork => self.verdict(envelope)?,
            Kind::Erasure if place != Place::Fork => self.erasure(envelope)?,
            Kind::Change => {
                self.genesis(envelope)?;
                self.changes.push(envelope.id());
                self.touched.insert(envelope.object());
            }
            Kind::Media if envelope.header().device() == self.me => self.own_files(envelope)?,
            _ => {}
        }
        Ok(())
    }

    /// A description of this phone's own comes back to it: its store is older. The bytes may be here all the
    /// same; an upload finds out.
    fn own_files(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        let body = envelope.body();
        let Some(body) = body.and_then(|body| MediaBody::from_bytes(body).ok()) else {
            return Ok(());
        };
        for row in crate::media::rows_of(&body, envelope.object(), envelope.id()) {
            if self.store.media(&row.hash)?.is_none() {
                self.writes.push(Write::Media(row));
            }
        }
        Ok(())
    }

    fn statement(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        let before = self.directory.clone();
        match self.directory.admit(envelope) {
            Ok(()) => {}
            Err(CertError::NotEntitled(_)) => {
                // It does not count, and may later: the root may say so of who said it.
                self.stated = true;
                return Ok(());
            }
            Err(_) => return Ok(()),
        }
        self.stated = true;
        // The root's word about an office may change how those stand whom that office revoked.
        let mut devices = self.directory.revoked_otherwise(&before);
        if envelope.header().kind == Kind::Revocation {
            let body = envelope.body();
            let named = body.and_then(|body| Revocation::from_bytes(body).ok());
            devices.extend(named.map(|it| it.device));
        }
        if !devices.is_empty() {
            self.revoked = true;
            // Caches may hold what a revocation takes out.
            self.writes.push(Write::DropCaches);
            self.fade(&devices)?;
        }
        Ok(())
    }

    /// What a revoked device changed may read otherwise now. It may have written in many documents: they are
    /// read again when a list asks.
    fn fade(&mut self, devices: &BTreeSet<DeviceId>) -> Result<(), EngineError> {
        for row in self.store.envelopes(&Pick::OfKind(Kind::Change), ALL)? {
            if devices.contains(&row.header.device()) {
                self.faded.insert(row.object());
            }
        }
        Ok(())
    }

    fn verdict(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        let Some(body) = envelope
            .body()
            .and_then(|body| VerdictBody::from_bytes(body).ok())
        else {
            return Ok(());
        };
        if !self.is_office(envelope) {
            return Ok(());
        }
        // A restored centre begins a new epoch, and counts from one again.
        let feed = envelope.header().feed;
        let number = (u64::from(feed.epoch) << 32).saturating_add(envelope.header().seq);
        let standing = self.store.ruling(&body.envelope)?;
        if standing.is_some_and(|ruling| ruling.number > number) {
            return Ok(());
        }
        self.writes.push(Write::Ruling(RulingRow {
            envelope: body.envelope,
            ruling: body.ruling.code(),
            reason: body.reason,
            number,
        }));
        self.judged.push(body.envelope);
        if let Some(target) = self.store.envelope(&body.envelope)? {
            let object = target.object();
            self.writes.push(Write::Cache {
                object,
                cache: None,
            });
            self.touched.insert(object);
        }
        Ok(())
    }

    fn erasure(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        let body = envelope
            .body()
            .and_then(|body| Erasure::from_bytes(body).ok());
        if let Some(body) = body.filter(|_| self.is_office(envelope)) {
            self.writes.push(Write::Body {
                id: body.of,
                body: None,
            });
            self.judged.push(body.of);
            if let Some(target) = self.store.envelope(&body.of)? {
                self.touched.insert(target.object());
            }
        }
        Ok(())
    }

    /// A genesis makes a document known.
    fn genesis(&mut self, envelope: &Envelope) -> Result<(), EngineError> {
        if !envelope.is_genesis() {
            return Ok(());
        }
        let object = envelope.object();
        let body = envelope
            .body()
            .and_then(|body| ChangeBody::from_bytes(body).ok());
        let Some((doc_type, _)) = body.and_then(|body| body.genesis) else {
            return Ok(());
        };
        if self.docs.insert(object, ()).is_none() && self.store.doc(object)?.is_none() {
            self.writes.push(Write::Doc(DocRow {
                object,
                doc_type,
                unit: envelope.header().unit(),
                audience: envelope.header().feed.audience,
                listing: None,
            }));
        }
        Ok(())
    }

    fn is_office(&self, envelope: &Envelope) -> bool {
        let device = envelope.header().device();
        self.directory.holder(device) == Some(Holder::Office)
            && self.directory.standing(envelope) == Standing::Good
    }
}
