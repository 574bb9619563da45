//! Where the others were last: what this phone knows of them without asking anybody.
//!
//! It is read from the tracks of other patrols that this phone holds, because the centre listed them for its
//! unit or because they met on the way. It is as old as the last segment that came, which may be hours:
//! whoever shows it shows the time beside it. Beacons go to the centre alone and are not here.

use std::collections::BTreeMap;

use tala_protocol::body::TrackBody;
use tala_protocol::doc::DocType;
use tala_protocol::envelope::Kind;
use tala_protocol::fix::Fix;
use tala_protocol::id::{DeviceId, ObjectId, PersonId};
use tala_protocol::time::UnixMs;
use tala_protocol::track::decode;
use tala_protocol::transport::Transport;

use crate::engine::{ALL, Engine, EngineError};
use crate::store::{DocRow, EnvelopeRow, Pick, Place, Store};

/// Patrols that began earlier than this say nothing about where somebody is, ms.
const WITHIN_MS: i64 = 48 * 3_600 * 1_000;
/// Most patrols that are looked at, the latest first.
const PATROLS_MAX: usize = 128;

/// Where somebody else was last.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Seen {
    /// On which device.
    pub device: DeviceId,
    /// Who carries it, as the track says.
    pub person: Option<PersonId>,
    /// On which patrol.
    pub patrol: ObjectId,
    /// How that patrol goes, as far as the segment says.
    pub transport: Transport,
    /// The last fix that is here.
    pub fix: Fix,
}

impl<S: Store> Engine<S> {
    /// The last known place of everybody else whose recent patrol this phone holds, the newest first.
    pub fn team(&mut self, now: UnixMs) -> Result<Vec<Seen>, EngineError> {
        let since = now.0.saturating_sub(WITHIN_MS);
        let mut patrols: Vec<(i64, ObjectId)> = self
            .docs()?
            .iter()
            .filter_map(|doc| Some((began(doc)?, doc.object)))
            .filter(|(began, _)| *began >= since)
            .collect();
        patrols.sort_unstable_by(|a, b| b.cmp(a));
        let mut seen: BTreeMap<DeviceId, Seen> = BTreeMap::new();
        for (_, patrol) in patrols.into_iter().take(PATROLS_MAX) {
            for last in self.last_of_patrol(patrol)? {
                let known = seen.get(&last.device).map(|known| known.fix.time);
                if known.is_none_or(|known| known < last.fix.time) {
                    seen.insert(last.device, last);
                }
            }
        }
        let mut seen: Vec<Seen> = seen.into_values().collect();
        seen.sort_by_key(|last| std::cmp::Reverse(last.fix.time));
        Ok(seen)
    }

    /// The end of the last segment of every other device that recorded on a patrol.
    fn last_of_patrol(&self, patrol: ObjectId) -> Result<Vec<Seen>, EngineError> {
        let rows = self.store.envelopes(&Pick::OfObject(patrol), ALL)?;
        let mut last: BTreeMap<_, EnvelopeRow> = BTreeMap::new();
        for row in rows {
            let is_track = row.header.kind == Kind::Track && row.body.is_some();
            if !is_track || row.own || !self.is_heard(&row) {
                continue;
            }
            let known = last.get(&row.header.feed).map(|known| known.header.seq);
            if known.is_none_or(|known| known < row.header.seq) {
                last.insert(row.header.feed, row);
            }
        }
        let seen = last.values().filter_map(|row| end_of(row, patrol));
        Ok(seen.collect())
    }

    /// Whether what somebody said counts: it stands in its feed, and before any revocation.
    pub(crate) fn is_heard(&self, row: &EnvelopeRow) -> bool {
        let header = &row.header;
        let revoked = self.directory.revocation(header.device());
        let stands = revoked.is_none_or(|it| it.stands(&header.feed, header.seq));
        stands && row.place != Place::Fork
    }
}

fn began(doc: &DocRow) -> Option<i64> {
    if DocType::from_code(doc.doc_type) != DocType::Patrol {
        return None;
    }
    Some(doc.listing.as_ref()?.from?.0)
}

fn end_of(row: &EnvelopeRow, patrol: ObjectId) -> Option<Seen> {
    let body = TrackBody::from_bytes(row.body.as_deref()?).ok()?;
    let segment = decode(&body.segment).ok()?;
    Some(Seen {
        device: row.header.device(),
        person: row.header.person,
        patrol,
        transport: body.transport,
        fix: *segment.fixes.last()?,
    })
}
