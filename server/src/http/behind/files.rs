//! Descriptions of files.

use std::time::Duration;

use tala_protocol::body::{MediaBody, chunk_root};
use tala_protocol::hash::Digest;
use tala_protocol::id::{DeviceId, ObjectId};
use tala_protocol::sync::Scope;
use tala_protocol::time::UnixMs;

use super::rows;
use super::{Description, Rows};
use crate::app::access::Grant;
use crate::app::{AppError, Centre, device_scopes};
use crate::store::projections::{MediaRow, Page, RowKind};
use crate::store::{StoreError, read};

/// How often an unknown file is looked for again while lists are behind.
const LOOKS_MAX: u32 = 200;
/// How long between two looks.
const LOOK_EVERY: Duration = Duration::from_millis(10);
/// Most files of one record.
const FILES_MAX: usize = 5_000;

/// Every description of a file of one record that the grant reaches, in the order they were said.
pub(super) fn of_record(
    centre: &Centre,
    grant: &Grant,
    object: ObjectId,
) -> Result<Vec<Description>, AppError> {
    let page = Page {
        parent: Some(object),
        ..Page::of(RowKind::Media, FILES_MAX)
    };
    let rows: Rows<MediaRow> = rows::list(centre, &grant.sight(None), &page)?;
    let mut found = Vec::new();
    for (_, it) in rows.iter().rev() {
        found.push(description(it, body(it)?));
    }
    Ok(found)
}

/// Every description of a file, also as the small picture of another.
///
/// A phone sends a file's bytes right behind its description, which may be committed and not yet listed:
/// so an unknown file is looked for again while lists are behind, for two seconds at most.
pub(super) fn descriptions(centre: &Centre, hash: &Digest) -> Result<Vec<Description>, AppError> {
    let mut tries_left = LOOKS_MAX;
    loop {
        let behind = centre.projection_lag()? > 0;
        let found = listed(centre, hash)?;
        if !found.is_empty() || !behind || tries_left == 0 {
            return Ok(found);
        }
        tries_left -= 1;
        std::thread::sleep(LOOK_EVERY);
    }
}

/// The descriptions through which a device may read a file: its own, and those about a record that is shown
/// in one of its lists. The record decides, as for envelopes, and not the feed that the
/// description stands in.
pub(super) fn readable(
    centre: &Centre,
    device: DeviceId,
    hash: &Digest,
) -> Result<Vec<Description>, AppError> {
    let scopes = device_scopes(&centre.directory(), device, centre.now());
    let all = descriptions(centre, hash)?;
    let seen = read(centre.store(), |reads| {
        let mut seen = Vec::new();
        for it in all.iter() {
            let shown = reads.granted(it.object)?;
            if it.device == device || shown.iter().any(|list| scopes.contains(list)) {
                seen.push(it.clone());
            }
        }
        Ok(seen)
    })?;
    Ok(seen)
}

fn listed(centre: &Centre, hash: &Digest) -> Result<Vec<Description>, AppError> {
    let mut found = Vec::new();
    for it in centre.descriptions(hash)? {
        let body = body(&it)?;
        let body = match (&body.thumb, body.hash == *hash) {
            (_, true) => body,
            (Some((thumb, len)), _) if thumb == hash => small(*thumb, *len),
            _ => continue,
        };
        found.push(description(&it, body));
    }
    Ok(found)
}

fn description(it: &MediaRow, body: MediaBody) -> Description {
    Description {
        device: it.device,
        scope: Scope {
            unit: it.owner.unit,
            audience: it.owner.audience,
        },
        object: it.object,
        body,
    }
}

fn body(it: &MediaRow) -> Result<MediaBody, StoreError> {
    let hash = |hash: &str| Digest::from_hex(hash).map_err(StoreError::row("description"));
    let thumb = match &it.thumb {
        Some((thumb, len)) => Some((hash(thumb)?, *len)),
        None => None,
    };
    Ok(MediaBody {
        hash: hash(&it.hash)?,
        len: it.len,
        media_type: it.media_type.clone(),
        chunk_root: hash(&it.chunk_root)?,
        thumb,
        taken_at: it.taken_at.map(UnixMs),
        place_e7: it.place_e7.map(|(lon, lat)| (lat, lon)),
    })
}

/// A small picture is one chunk, so its hash is its whole chunk list.
fn small(hash: Digest, len: u32) -> MediaBody {
    MediaBody {
        hash,
        len: u64::from(len),
        media_type: "image/jpeg".to_owned(),
        chunk_root: chunk_root(&[*hash.bytes()]),
        thumb: None,
        taken_at: None,
        place_e7: None,
    }
}
