//! Speaking to the field.

use std::collections::BTreeMap;

use tala_protocol::envelope::{Audience, Kind, Lane};
use tala_protocol::event::{MAX_TEXT_BYTES, Message, Recipient};
use tala_protocol::hash::Digest;
use tala_protocol::id::{ObjectId, PersonId, UnitId};

use crate::app::access::{Grant, Verb};
use crate::app::centre::Centre;
use crate::app::commit::Draft;
use crate::app::error::AppError;
use crate::store::StoreError;
use crate::store::projections::MessageRow;

/// Most recipients that are named at once.
const RECIPIENTS_MAX: usize = 64;

/// To whom a desk speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addressee {
    /// Everybody in exactly this unit.
    Unit(UnitId),
    /// One person, wherever in reach they carry a phone.
    Person(PersonId),
}

impl Centre {
    /// Says something to units and people, signed for the person who asks. Phones read the lists of their own
    /// units, so it is said once in the list of every unit that somebody named is in; all of it or nothing.
    /// Returns the messages in the order of their units.
    pub fn send_message(
        &self,
        grant: &Grant,
        text: &str,
        to: &[Addressee],
        reply_to: Option<ObjectId>,
    ) -> Result<Vec<ObjectId>, AppError> {
        grant.given_for(Verb::SendMessage)?;
        let text = text.trim();
        if text.is_empty() || text.len() > MAX_TEXT_BYTES {
            return Err(AppError::Invalid("text is empty or too long".into()));
        }
        if to.is_empty() || to.len() > RECIPIENTS_MAX {
            return Err(AppError::Invalid("names nobody or too many".into()));
        }
        let reply_to = reply_to.map(|id| self.answered(grant, id)).transpose()?;
        let drafts: Result<Vec<Draft>, AppError> = self
            .lists_of(grant, to)?
            .into_iter()
            .map(|(unit, to)| self.draft(grant, unit, text, to, reply_to))
            .collect();
        let said = self.writer.say(drafts?)?;
        let last = said.last().map(|said| said.lsn);
        self.wait_for(last.ok_or(StoreError::Damaged("said"))?)?;
        Ok(said.into_iter().map(|said| said.object).collect())
    }

    fn answered(&self, grant: &Grant, id: ObjectId) -> Result<Digest, AppError> {
        let row: MessageRow = self.message(grant, id)?;
        let envelope = Digest::from_hex(&row.envelope);
        envelope.map_err(|error| AppError::Unsound(format!("message {id}: {error}")))
    }

    /// In which units' lists it is to be said, and who is meant there. Who is not in reach is not there.
    fn lists_of(
        &self,
        grant: &Grant,
        to: &[Addressee],
    ) -> Result<BTreeMap<UnitId, Vec<Recipient>>, AppError> {
        let mut lists: BTreeMap<UnitId, Vec<Recipient>> = BTreeMap::new();
        for addressee in to {
            let (units, recipient) = match addressee {
                Addressee::Unit(unit) => (vec![*unit], Recipient::Unit(*unit)),
                Addressee::Person(person) => {
                    (self.units_carrying(*person), Recipient::Person(*person))
                }
            };
            let mut reached = units;
            reached.retain(|unit| grant.reaches(*unit, Audience::Field));
            if reached.is_empty() {
                return Err(AppError::NotFound);
            }
            for unit in reached {
                let of_unit = lists.entry(unit).or_default();
                if !of_unit.contains(&recipient) {
                    of_unit.push(recipient.clone());
                }
            }
        }
        Ok(lists)
    }

    /// Units in which a person carries a phone now.
    fn units_carrying(&self, person: PersonId) -> Vec<UnitId> {
        let (directory, now) = (self.directory(), self.now());
        let assigned = directory
            .phones()
            .filter_map(|phone| directory.assignment(phone, now));
        let theirs = assigned.filter(|it| it.person == Some(person));
        let mut units: Vec<UnitId> = theirs.map(|it| it.unit).collect();
        units.sort_unstable();
        units.dedup();
        units
    }

    fn draft(
        &self,
        grant: &Grant,
        unit: UnitId,
        text: &str,
        to: Vec<Recipient>,
        reply_to: Option<Digest>,
    ) -> Result<Draft, AppError> {
        let mut nonce = [0; 16];
        let drawn = self.effects.random(&mut nonce);
        drawn.map_err(AppError::Randomness)?;
        let body = Message {
            nonce,
            text: text.to_owned(),
            to,
            reply_to,
            newer: Default::default(),
        };
        Ok(Draft {
            unit,
            audience: Audience::Field,
            lane: Lane::Record,
            kind: Kind::Message,
            object: None,
            body: body.to_bytes(),
            person: Some(grant.asker().person),
            desk: grant.desk(unit, Audience::Field),
        })
    }
}
