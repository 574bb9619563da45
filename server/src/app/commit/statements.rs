//! Statements: what they change in the directory, and whom they are shown to.

use std::collections::BTreeSet;
use std::sync::Arc;

use tala_protocol::cert::{Directory, Holder, Revocation, Statement};
use tala_protocol::envelope::{Audience, Envelope, Kind};
use tala_protocol::id::UnitId;
use tala_protocol::sync::Scope;

use super::Commit;
use crate::app::scopes::{person_devices, person_units};
use crate::store::{Lsn, StoreError, Subject};

impl Commit<'_> {
    /// Takes a statement into the directory and shows it, with those it brings along, where it is needed.
    /// A statement that the directory does not admit changes nothing.
    pub(super) fn state(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        let before = Arc::clone(&self.directory);
        let mut directory = Directory::clone(&before);
        if directory.admit(envelope).is_ok() {
            self.directory = Arc::new(directory);
            self.directory_changed = true;
            self.spread_any(lsn, envelope)?;
            self.cut_otherwise(&before, envelope)?;
        }
        // Last, so that what it rests on (the office's key, the units above) stands before it.
        let header = envelope.header();
        let own = Scope {
            unit: header.feed.unit,
            audience: header.feed.audience,
        };
        if self.tx.statement_shown(lsn, &own)? {
            return Ok(());
        }
        self.tx.set_statement_shown(lsn, &own)?;
        self.tx.deliver(&own, lsn)?;
        Ok(())
    }

    fn spread_any(&mut self, lsn: Lsn, envelope: &Envelope) -> Result<(), StoreError> {
        let body = envelope.body().unwrap_or_default();
        if envelope.header().kind == Kind::Certificate {
            return match Statement::from_bytes(body) {
                Ok(Some(statement)) => self.spread(lsn, &statement),
                _ => Ok(()),
            };
        }
        let Ok(heard) = Revocation::from_bytes(body) else {
            return Ok(());
        };
        self.revoke(lsn, heard.device)
    }

    /// Shows every statement about a subject in a list, each once.
    pub(super) fn show_subject(
        &mut self,
        subject: Subject,
        scope: &Scope,
    ) -> Result<(), StoreError> {
        for lsn in self.tx.statements_about(subject)? {
            if !self.tx.statement_shown(lsn, scope)? {
                self.tx.set_statement_shown(lsn, scope)?;
                self.tx.deliver(scope, lsn)?;
            }
        }
        Ok(())
    }

    fn spread(&mut self, lsn: Lsn, statement: &Statement) -> Result<(), StoreError> {
        let directory = Arc::clone(&self.directory);
        match statement {
            Statement::Key(key) if key.holder != Holder::Phone => {
                self.tx.add_statement(lsn, Subject::Bureau)?;
                // It may have been revoked before it was certified.
                let subject = Subject::Device(key.key.device_id());
                for earlier in self.tx.statements_about(subject)? {
                    self.tx.add_statement(earlier, Subject::Bureau)?;
                }
                let units = directory.units().units(self.now).collect();
                self.show_in(&[Subject::Bureau], units)
            }
            Statement::Key(key) => {
                let subject = Subject::Device(key.key.device_id());
                self.tx.add_statement(lsn, subject)?;
                let assigned = directory.assignment(key.key.device_id(), self.now);
                self.show_in(&[subject], assigned.map(|a| a.unit).into_iter().collect())
            }
            Statement::Unit(unit) => {
                self.tx.add_statement(lsn, Subject::Unit(unit.unit))?;
                self.spread_unit(&directory, unit.unit)
            }
            Statement::Person(person) => {
                let subject = Subject::Person(person.person);
                self.tx.add_statement(lsn, subject)?;
                let units = person_units(&directory, person.person, self.now);
                self.show_in(&[subject], units)
            }
            Statement::Membership(membership) => {
                self.tx
                    .add_statement(lsn, Subject::Person(membership.person))?;
                let mut units = person_units(&directory, membership.person, self.now);
                units.insert(membership.unit);
                let mut subjects = vec![Subject::Person(membership.person)];
                let devices = person_devices(&directory, membership.person, self.now);
                subjects.extend(devices.into_iter().map(Subject::Device));
                self.show_in(&subjects, units)
            }
            Statement::Assignment(assignment) => {
                let subject = Subject::Device(assignment.device);
                self.tx.add_statement(lsn, subject)?;
                let mut subjects = vec![subject];
                let mut units = BTreeSet::from([assignment.unit]);
                if let Some(person) = assignment.person {
                    subjects.push(Subject::Person(person));
                    units.extend(person_units(&directory, person, self.now));
                }
                self.show_in(&subjects, units)
            }
        }
    }

    /// A unit needs what stands above it and the bureau's keys; those below need it.
    fn spread_unit(&mut self, directory: &Directory, unit: UnitId) -> Result<(), StoreError> {
        let above = directory.units().path(unit, self.now).into_iter();
        let mut subjects = vec![Subject::Bureau];
        subjects.extend(above.rev().map(Subject::Unit));
        self.show_in(&subjects, BTreeSet::from([unit]))?;
        let below = directory.units().subtree(unit, self.now);
        self.show_in(&[Subject::Unit(unit)], below.into_iter().collect())
    }

    /// Shows every statement about these subjects to the field of these units, each once.
    pub(super) fn show_in(
        &mut self,
        subjects: &[Subject],
        units: BTreeSet<UnitId>,
    ) -> Result<(), StoreError> {
        for unit in units {
            let scope = Scope {
                unit,
                audience: Audience::Field,
            };
            for subject in subjects {
                self.show_subject(*subject, &scope)?;
            }
        }
        Ok(())
    }
}
