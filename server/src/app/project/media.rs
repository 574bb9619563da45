//! Descriptions of files.

use tala_protocol::body::MediaBody;
use tala_protocol::hash::Digest;

use super::batch::{Batch, text_of};
use super::thread::Projector;
use crate::store::StoredEnvelope;
use crate::store::projections::{MediaRow, Owner, Row, RowKind};

impl Projector {
    pub(super) fn project_media(&self, stored: &StoredEnvelope, batch: &mut Batch) {
        let header = stored.envelope.header();
        let body = stored.envelope.body().map(MediaBody::from_bytes);
        let (Some(Ok(body)), Some(object)) = (body, header.object) else {
            return;
        };
        let owner = Owner {
            unit: header.feed.unit,
            audience: header.feed.audience,
        };
        let tag = hash_tag(&body.hash);
        let thumb_tag = body.thumb.map(|(hash, _)| hash_tag(&hash));
        let row = MediaRow {
            lsn: stored.lsn.0,
            owner,
            object,
            device: header.device(),
            hash: body.hash.to_string(),
            len: body.len,
            media_type: body.media_type,
            chunk_root: body.chunk_root.to_string(),
            thumb: body.thumb.map(|(hash, len)| (hash.to_string(), len)),
            taken_at: body.taken_at.map(|at| at.0),
            place_e7: body.place_e7.map(|(lat, lon)| (lon, lat)),
        };
        batch.put(Row {
            kind: RowKind::Media,
            key: stored.lsn.0.to_be_bytes().to_vec(),
            owner,
            at: stored.known_at.0,
            tags: [Some(tag), thumb_tag],
            parent: Some(object),
            text: text_of(&row),
        });
    }
}

/// The number that a file is found by: the first eight bytes of its hash.
pub(in crate::app) fn hash_tag(hash: &Digest) -> i64 {
    let [a, b, c, d, e, f, g, h, ..] = *hash.bytes();
    i64::from_be_bytes([a, b, c, d, e, f, g, h])
}
