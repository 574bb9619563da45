//! What an administrator decides about devices and what they said: revocation and release, each a signed
//! statement of the office on that person's behalf.

use tala_protocol::body::{Ruling, VerdictBody};
use tala_protocol::cert::{Cut, Revocation};
use tala_protocol::envelope::{Audience, Kind};
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use super::access::Grant;
use super::commit::Draft;
use super::project::{Registries, query_tokens};
use super::{AppError, Centre};
use crate::store::read;

/// Longest reason, bytes.
const REASON_LEN_MAX: usize = 1_000;

impl Centre {
    /// What incidents are named and judged by.
    pub fn registries(&self) -> &Registries {
        &self.registries
    }

    /// The words of a search as they stand in the index.
    pub fn search_tokens(&self, words: &str) -> Vec<String> {
        query_tokens(words)
    }

    /// Cuts a device off: what was received of it stands, what comes later is kept apart.
    pub fn revoke(&self, grant: &Grant, device: DeviceId, reason: &str) -> Result<(), AppError> {
        let reason = checked(reason)?;
        let now = self.now();
        let directory = self.directory();
        let assignment = directory.assignment(device, now).ok_or(AppError::NotFound)?;
        let unit = assignment.unit;
        let desk = grant.desk(unit, Audience::Field).ok_or(AppError::NotFound)?;
        if directory.revocation(device).is_some() {
            return Err(AppError::Conflict("the device was cut off before"));
        }
        let feeds = read(self.store(), |reads| reads.feeds_of(device))?;
        let cuts = feeds.into_iter().map(|(feed, row)| Cut {
            feed,
            last_seq: row.highest_seq,
        });
        let body = Revocation {
            device,
            at: now,
            reason,
            cuts: cuts.collect(),
        };
        let draft = Draft {
            person: Some(grant.asker().person),
            desk: Some(desk),
            ..Draft::statement(unit, Kind::Revocation, body.to_bytes())
        };
        self.writer().say(vec![draft])?;
        Ok(())
    }

    /// Lets an envelope out of quarantine, where its reason allows that.
    pub fn release(&self, grant: &Grant, envelope: &Digest, reason: &str) -> Result<(), AppError> {
        let note = checked(reason)?;
        let (row, about) = read(self.store(), |reads| {
            let Some(lsn) = reads.lsn_of(envelope)? else {
                return Ok((None, None));
            };
            Ok((reads.quarantined(lsn)?, reads.envelope(lsn)?))
        })?;
        let row = row.filter(|row| grant.units().contains(&row.unit));
        let (row, about) = row.zip(about).ok_or(AppError::NotFound)?;
        if row.released_at.is_some() {
            return Err(AppError::Conflict("it was released before"));
        }
        if !row.reason.releasable() {
            return Err(AppError::Conflict("what the gate refused is never released"));
        }
        let verdict = VerdictBody {
            envelope: *envelope,
            ruling: Ruling::Release,
            reason: 0,
            note,
        };
        let audience = about.envelope.header().feed.audience;
        let draft = Draft {
            audience,
            object: Some(row.object),
            person: Some(grant.asker().person),
            desk: grant.desk(row.unit, Audience::Field),
            ..Draft::statement(row.unit, Kind::Verdict, verdict.to_bytes())
        };
        self.writer().say(vec![draft])?;
        Ok(())
    }
}

fn checked(reason: &str) -> Result<String, AppError> {
    let reason = reason.trim();
    match reason.is_empty() || reason.len() > REASON_LEN_MAX {
        true => Err(AppError::Invalid("reason has 1 to 1000 bytes".into())),
        false => Ok(reason.to_owned()),
    }
}
