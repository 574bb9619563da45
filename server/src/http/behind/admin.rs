//! Quarantine, as administrators and readers of a record see it.

use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId};

use super::Rows;
use super::rows::time;
use crate::app::access::Grant;
use crate::app::{AppError, Centre};
use crate::http::wire::admin::QuarantineWire;
use crate::http::wire::incident::ApartWire;
use crate::http::wire::page::{Key, PageAsked};
use crate::store::{Lsn, QuarantineRow, read};

/// Most rows that are looked through for one record.
const LOOKED_AT_MAX: usize = 2_000;

/// A page of what is kept apart, newest first.
pub(super) fn quarantine(
    centre: &Centre,
    grant: &Grant,
    asked: &PageAsked,
) -> Result<Rows<QuarantineWire>, AppError> {
    let units = grant.units();
    let before = asked
        .after
        .as_ref()
        .map(|Key(lsn, _)| Lsn(lsn.unsigned_abs()));
    let rows = read(centre.store(), |reads| {
        reads.quarantine(&units, before, asked.limit)
    })?;
    let place = |row: &QuarantineRow| Key(i64::try_from(row.lsn.0).unwrap_or(i64::MAX), Vec::new());
    let waiting = rows.into_iter().filter(|row| row.released_at.is_none());
    Ok(waiting.map(|row| (place(&row), wire(&row))).collect())
}

/// Lets an envelope out, by a signed verdict on the administrator's behalf.
pub(super) fn release(
    centre: &Centre,
    grant: &Grant,
    envelope: &Digest,
    reason: &str,
) -> Result<(), AppError> {
    let said = centre.release(grant, *envelope, &reasoned(reason)?)?;
    centre.wait_for(said.lsn)
}

/// Cuts a device off, by a signed revocation on the administrator's behalf.
pub(super) fn revoke(
    centre: &Centre,
    grant: &Grant,
    device: DeviceId,
    reason: &str,
) -> Result<(), AppError> {
    if Centre::directory(centre).revocation(device).is_some() {
        return Err(AppError::Conflict("the device was cut off before"));
    }
    centre.revoke(grant, device, &reasoned(reason)?)?;
    Ok(())
}

fn reasoned(reason: &str) -> Result<String, AppError> {
    match reason.trim() {
        "" => Err(AppError::Invalid("a reason is needed".into())),
        reason => Ok(reason.to_owned()),
    }
}

/// What is kept apart of one record that the grant reaches.
pub(super) fn apart(
    centre: &Centre,
    grant: &Grant,
    object: ObjectId,
) -> Result<Vec<ApartWire>, AppError> {
    let units = grant.units();
    let rows = read(centre.store(), |reads| {
        reads.quarantine(&units, None, LOOKED_AT_MAX)
    })?;
    let of_object = rows
        .iter()
        .filter(|row| row.object == object && row.released_at.is_none());
    Ok(of_object
        .map(|row| ApartWire {
            envelope: row.envelope.to_string(),
            reason: row.reason.word().to_owned(),
            at: time(row.known_at.0),
        })
        .collect())
}

fn wire(row: &QuarantineRow) -> QuarantineWire {
    QuarantineWire {
        envelope: row.envelope.to_string(),
        unit: row.unit.to_string(),
        device: row.device.to_string(),
        person: row.person.map(|id| id.to_string()),
        object: row.object.to_string(),
        reason: row.reason.word().to_owned(),
        detail: row.detail.clone(),
        known_at: time(row.known_at.0),
        releasable: row.reason.releasable(),
    }
}
