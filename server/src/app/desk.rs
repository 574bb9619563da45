//! What staff do at the desk: the office signs it for them.
//!
//! Whoever may edit an incident by role and tree is an author of their own in its document. An administrator
//! may release what policy (not the gate) keeps apart, and revoke devices.

use std::sync::PoisonError;

use tala_protocol::body::{ChangeBody, Grant, Ruling, VerdictBody};
use tala_protocol::cert::{Cut, Revocation};
use tala_protocol::doc::{ActorId, DocType, IncidentEdit};
use tala_protocol::envelope::{Audience, Desk, Kind, Lane};
use tala_protocol::gate::{Candidate, Verdict, check};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId, UnitId};
use tala_protocol::time::UnixMs;

use super::centre::Centre;
use super::commit::{Draft, Said};
use super::error::AppError;
use super::project::Held;
use super::reader::Reader;
use crate::store::projections::Owner;
use crate::store::{Lsn, StoreError, read};

/// A member of staff at work.
#[derive(Debug, Clone, Copy)]
pub struct DeskCtx<'a> {
    /// Who, and what they may see.
    pub reader: &'a Reader,
    /// Role, session and means of sign-in, for the signed header.
    pub desk: Desk,
}

impl Centre {
    /// Writes in an incident. `heads` is what the editor saw (hex, sorted); if others wrote since, nothing
    /// is written. `None` is returned where the edit changes nothing.
    pub fn edit_incident(
        &self,
        ctx: DeskCtx<'_>,
        id: ObjectId,
        heads: &[String],
        edit: &IncidentEdit,
    ) -> Result<Option<Said>, AppError> {
        // One edit at a time: the next must see this one, because both are of one author's chain.
        let _one = self.desk.lock().unwrap_or_else(PoisonError::into_inner);
        let directory = self.directory();
        let (held, epoch) = read(self.store.as_ref(), |reads| {
            let base = reads.log()?.map_or(0, |log| log.base);
            let held = Held::build(reads, &directory, id, Lsn(u64::MAX))?;
            Ok((held, u32::try_from(base).unwrap_or(u32::MAX)))
        })?;
        let owner = self.editable(ctx, &held, heads)?;
        let person = Some(ctx.reader.person);
        let actor = ActorId::derive(self.office(), owner.unit, epoch, person);
        let Some(change) = checked_change(&held, actor, edit, self.now())? else {
            return Ok(None);
        };
        let body = ChangeBody {
            change,
            genesis: None,
        };
        let draft = Draft {
            unit: owner.unit,
            audience: owner.audience,
            lane: Lane::Record,
            kind: Kind::Change,
            object: Some(id),
            body: body.to_bytes(),
            person,
            desk: Some(ctx.desk),
        };
        self.say_one(draft).map(Some)
    }

    /// Releases an envelope from quarantine, for every replica.
    pub fn release(
        &self,
        ctx: DeskCtx<'_>,
        envelope: Digest,
        reason: &str,
    ) -> Result<Said, AppError> {
        let found = read(self.store.as_ref(), |reads| {
            let Some(lsn) = reads.lsn_of(&envelope)? else {
                return Ok(None);
            };
            Ok(reads.quarantined(lsn)?.zip(reads.envelope(lsn)?))
        })?;
        let (row, stored) = found.ok_or(AppError::NotFound)?;
        if !ctx.reader.administers(row.unit) {
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
            person: Some(ctx.reader.person),
            desk: Some(ctx.desk),
            ..Draft::verdict(stored.envelope.header(), envelope, &verdict)
        };
        self.say_one(draft)
    }

    /// Revokes a device: what it said up to now stands, what comes later is kept apart everywhere.
    pub fn revoke(
        &self,
        ctx: DeskCtx<'_>,
        device: DeviceId,
        reason: &str,
    ) -> Result<Said, AppError> {
        let (directory, now) = (self.directory(), self.now());
        let unit = directory.assignment(device, now).map(|a| a.unit);
        let unit = unit.filter(|unit| ctx.reader.administers(*unit));
        let unit = unit.ok_or(AppError::NotFound)?;
        let feeds = read(self.store.as_ref(), |reads| reads.feeds_of(device))?;
        let cuts = feeds.into_iter().map(|(feed, row)| Cut {
            feed,
            last_seq: row.highest_seq,
        });
        let revocation = Revocation {
            device,
            at: now,
            reason: reason.chars().take(250).collect(),
            cuts: cuts.collect(),
        };
        let draft = Draft {
            person: Some(ctx.reader.person),
            desk: Some(ctx.desk),
            ..Draft::statement(unit, Kind::Revocation, revocation.to_bytes())
        };
        self.say_one(draft)
    }

    /// Shows a record to another unit; with `hand_over` that unit becomes responsible.
    pub fn grant(
        &self,
        ctx: DeskCtx<'_>,
        object: ObjectId,
        to: (UnitId, Audience),
        hand_over: bool,
    ) -> Result<Said, AppError> {
        let first = read(self.store.as_ref(), |reads| {
            let found = reads.envelopes_about(object, Lsn(0), 1)?;
            Ok(found.into_iter().next())
        })?;
        let first = first.ok_or(AppError::NotFound)?;
        let feed = first.envelope.header().feed;
        let owner = Owner {
            unit: feed.unit,
            audience: feed.audience,
        };
        if !ctx.reader.sees(&owner) {
            return Err(AppError::NotFound);
        }
        if !ctx.reader.edits(&owner) {
            return Err(AppError::Forbidden);
        }
        let (unit, audience) = to;
        let grant = Grant {
            object,
            unit,
            audience,
            hand_over,
        };
        self.say_one(Draft {
            unit: owner.unit,
            audience: owner.audience,
            lane: Lane::Record,
            kind: Kind::Grant,
            object: Some(object),
            body: grant.to_bytes(),
            person: Some(ctx.reader.person),
            desk: Some(ctx.desk),
        })
    }

    /// Whose an incident is, if this person may write in it as it stands.
    fn editable(&self, ctx: DeskCtx<'_>, held: &Held, heads: &[String]) -> Result<Owner, AppError> {
        let owner = held.owner().filter(|owner| ctx.reader.sees(owner));
        let owner = owner.ok_or(AppError::NotFound)?;
        if held.doc_type() != Some(DocType::Incident) {
            return Err(AppError::NotFound);
        }
        if !ctx.reader.edits(&owner) {
            return Err(AppError::Forbidden);
        }
        let standing = held.document().heads();
        let standing = standing.iter().map(ToString::to_string);
        if !standing.eq(heads.iter().cloned()) {
            return Err(AppError::Conflict("the incident was changed meanwhile"));
        }
        Ok(owner)
    }

    fn say_one(&self, draft: Draft) -> Result<Said, AppError> {
        let said = self.writer.say(vec![draft])?;
        let said = said.into_iter().next();
        said.ok_or_else(|| StoreError::Damaged("said").into())
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
