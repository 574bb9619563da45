//! What staff do at the desk: the office signs it for them.
//!
//! Every verb takes the [`Grant`] that [`super::access`] gave for it, and asks nothing else who may. Whoever
//! may edit an incident by role and tree is an author of their own in its document. An administrator may
//! release what policy (not the gate) keeps apart, and revoke devices.

mod ack;
mod message;
mod plan;
mod share;

pub use message::Addressee;

use std::sync::PoisonError;

use tala_protocol::body::{ChangeBody, Ruling, VerdictBody};
use tala_protocol::cert::{Cut, Revocation};
use tala_protocol::doc::{ActorId, DocType, IncidentEdit};
use tala_protocol::envelope::{Desk, Kind, Lane};
use tala_protocol::gate::{Candidate, Verdict, check};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, PersonId, UnitId};
use tala_protocol::time::UnixMs;

use super::access::{Denied, Grant, Verb};
use super::centre::Centre;
use super::commit::{Draft, Said};
use super::error::AppError;
use super::project::Held;
use crate::store::projections::Owner;
use crate::store::{Lsn, StoreError, read};

impl From<Denied> for AppError {
    fn from(_: Denied) -> Self {
        AppError::Forbidden
    }
}

impl Centre {
    /// Writes in an incident. `heads` is what the editor saw (hex, sorted); if others wrote since, nothing
    /// is written. `None` is returned where the edit changes nothing.
    pub fn edit_incident(
        &self,
        grant: &Grant,
        id: ObjectId,
        heads: &[String],
        edit: &IncidentEdit,
    ) -> Result<Option<Said>, AppError> {
        grant.given_for(Verb::EditIncident)?;
        // One edit at a time: the next must see this one, because both are of one author's chain.
        let _one = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = self.directory();
        let (held, epoch) = read(self.store.as_ref(), |reads| {
            let base = reads.log()?.map_or(0, |log| log.base);
            let held = Held::build(reads, &directory, id, Lsn(u64::MAX))?;
            Ok((held, u32::try_from(base).unwrap_or(u32::MAX)))
        })?;
        let owner = editable(grant, &held, heads)?;
        let desk = grant.desk(owner.unit, owner.audience);
        // Said where the record is at home: its audience is fixed, whoever is responsible by now.
        let home = held.home().ok_or(AppError::NotFound)?;
        let person = Some(grant.asker().person);
        let actor = ActorId::derive(self.office(), home.unit, epoch, person);
        let Some(change) = checked_change(&held, actor, edit, self.now())? else {
            return Ok(None);
        };
        let body = ChangeBody {
            change,
            genesis: None,
        };
        let draft = Draft {
            unit: home.unit,
            audience: home.audience,
            lane: Lane::Record,
            kind: Kind::Change,
            object: Some(id),
            body: body.to_bytes(),
            person,
            desk,
        };
        self.say_one(draft).map(Some)
    }

    /// Releases an envelope from quarantine, for every replica.
    pub fn release(&self, grant: &Grant, envelope: Digest, reason: &str) -> Result<Said, AppError> {
        grant.given_for(Verb::Release)?;
        let found = read(self.store.as_ref(), |reads| {
            let Some(lsn) = reads.lsn_of(&envelope)? else {
                return Ok(None);
            };
            Ok(reads.quarantined(lsn)?.zip(reads.envelope(lsn)?))
        })?;
        let (row, stored) = found.ok_or(AppError::NotFound)?;
        if !grant.units().contains(&row.unit) {
            return Err(AppError::NotFound);
        }
        if row.released_at.is_some() {
            return Err(AppError::Conflict("it was released before"));
        }
        if !row.reason.releasable() {
            return Err(AppError::Conflict("it can never be released"));
        }
        let verdict = VerdictBody {
            envelope,
            ruling: Ruling::Release,
            reason: 0,
            note: reason.chars().take(250).collect(),
        };
        let draft = Draft {
            person: Some(grant.asker().person),
            desk: grant.desk_anywhere(),
            ..Draft::verdict(stored.envelope.header(), envelope, &verdict)
        };
        self.say_one(draft)
    }

    /// Revokes a device: what it said up to now stands, what comes later is kept apart everywhere.
    pub fn revoke(&self, grant: &Grant, device: DeviceId, reason: &str) -> Result<Said, AppError> {
        grant.given_for(Verb::Revoke)?;
        let unit = self.unit_of(device);
        let unit = unit.filter(|unit| grant.units().contains(unit));
        let unit = unit.ok_or(AppError::NotFound)?;
        let by = (grant.asker().person, grant.desk_anywhere());
        self.say_revoked(unit, device, reason, Some(by))
    }

    /// Revokes a device at the machine itself, where nobody is signed in.
    pub fn revoke_here(&self, device: DeviceId, reason: &str) -> Result<Said, AppError> {
        let unit = self.unit_of(device).ok_or(AppError::NotFound)?;
        self.say_revoked(unit, device, reason, None)
    }

    fn unit_of(&self, device: DeviceId) -> Option<UnitId> {
        let directory = self.directory();
        let assignment = directory.assignment(device, self.now());
        assignment.map(|assignment| assignment.unit)
    }

    fn say_revoked(
        &self,
        unit: UnitId,
        device: DeviceId,
        reason: &str,
        by: Option<(PersonId, Option<Desk>)>,
    ) -> Result<Said, AppError> {
        let feeds = read(self.store.as_ref(), |reads| reads.feeds_of(device))?;
        let cuts = feeds.into_iter().map(|(feed, row)| Cut {
            feed,
            last_seq: row.highest_seq,
        });
        let revocation = Revocation {
            device,
            at: self.now(),
            reason: reason.chars().take(250).collect(),
            cuts: cuts.collect(),
        };
        self.say_one(Draft {
            person: by.map(|(person, _)| person),
            desk: by.and_then(|(_, desk)| desk),
            ..Draft::statement(unit, Kind::Revocation, revocation.to_bytes())
        })
    }

    fn say_one(&self, draft: Draft) -> Result<Said, AppError> {
        let said = self.writer.say(vec![draft])?;
        let said = said.into_iter().next();
        said.ok_or_else(|| StoreError::Damaged("said").into())
    }
}

/// Who is responsible for an incident, if this grant may write in it as it stands.
fn editable(grant: &Grant, held: &Held, heads: &[String]) -> Result<Owner, AppError> {
    let owner = held.owner().filter(|owner| grant.sees(owner));
    let owner = owner.ok_or(AppError::NotFound)?;
    if held.doc_type() != Some(DocType::Incident) {
        return Err(AppError::NotFound);
    }
    let standing = held.document().heads();
    let standing = standing.iter().map(ToString::to_string);
    match standing.eq(heads.iter().cloned()) {
        true => Ok(owner),
        false => Err(AppError::Conflict("the incident was changed meanwhile")),
    }
}

/// The bytes of an edit that the gate admits; `None` where it changes nothing.
fn checked_change(
    held: &Held,
    actor: ActorId,
    edit: &IncidentEdit,
    now: UnixMs,
) -> Result<Option<Vec<u8>>, AppError> {
    let change = edit.change(held.document(), actor, now);
    let change = change.map_err(|error| AppError::Invalid(error.to_string()))?;
    let Some(change) = change else {
        return Ok(None);
    };
    let candidate = Candidate {
        bytes: &change,
        expected_actor: actor,
        expected_hash: None,
        author_previous: held.last_of(actor),
    };
    if matches!(check(held.ledger().index(), &candidate), Verdict::Admit(_)) {
        Ok(Some(change))
    } else {
        Err(AppError::Invalid("the gate refuses this edit".into()))
    }
}
