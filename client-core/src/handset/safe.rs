//! The hand-over page: what is safe, what waits, what blocks, and a way out without a network.

use tala_protocol::envelope::Lane;

use super::answer::{HandOver, LaneLine, RecordLine};
use super::edit::object_id;
use super::{Handset, HandsetError, Platform};
use crate::engine::{ALL, Engine, EngineError};
use crate::status::{RecordStatus, Whereabouts};
use crate::store::{Pick, Store};

impl<S: Store, P: Platform> Handset<S, P> {
    /// Everything that the hand-over page shows.
    pub fn hand_over(&self) -> Result<HandOver, HandsetError> {
        self.read(|engine| {
            let records: Vec<RecordLine> = engine.status()?.into_iter().map(line).collect();
            let lanes: Result<Vec<LaneLine>, HandsetError> = Lane::ALL
                .into_iter()
                .map(|lane| waiting(engine, lane))
                .collect();
            let files = engine.store().media_all().map_err(EngineError::from)?;
            let open = files.iter().filter(|file| file.held && !file.complete);
            let (files_waiting, file_bytes_waiting) = open.fold((0, 0u64), |(n, bytes), file| {
                (
                    n + 1,
                    bytes.saturating_add(file.len.saturating_sub(file.uploaded)),
                )
            });
            let lost = files.iter().filter(|file| file.is_lost()).count();
            Ok(HandOver {
                unproved: !engine.unproved()?.is_nothing(),
                records,
                lanes: lanes?,
                files_waiting,
                file_bytes_waiting,
                files_lost: u64::try_from(lost).unwrap_or(u64::MAX),
                synced_ms: engine.centre().synced_at.map(|at| at.0),
                alarm: engine.centre().alarm.map(|alarm| format!("{alarm:?}")),
            })
        })
    }

    /// What this phone holds as a file that another phone or the centre takes in: all of it, or of some
    /// records. What is recorded is sealed first.
    pub fn bundle(&self, records: Option<&[String]>) -> Result<Vec<u8>, HandsetError> {
        let ids = records.map(|ids| {
            let all = ids.iter().map(|id| object_id("record", id));
            all.collect::<Result<Vec<_>, _>>()
        });
        let ids = ids.transpose()?;
        let now = self.platform().now();
        self.write(|engine, _| {
            engine.seal(now)?;
            Ok(engine.bundle(ids.as_deref())?)
        })
    }
}

fn line(record: RecordStatus) -> RecordLine {
    let count = |n: usize| u64::try_from(n).unwrap_or(u64::MAX);
    let all: usize = record.envelopes.iter().map(|(_, n)| n).sum();
    let safe = record.envelopes.iter();
    let safe = safe.filter(|(at, _)| *at == Whereabouts::AtCentre);
    RecordLine {
        id: record.object.to_string(),
        kind: record.doc_type.word().to_owned(),
        title: record.listing.title,
        own: record.own,
        whereabouts: record.whereabouts.word().to_owned(),
        envelopes: count(all),
        envelopes_safe: count(safe.map(|(_, n)| n).sum()),
        quarantined: count(record.quarantined),
        unsealed: record.unsealed,
        files: count(record.files.0),
        files_safe: count(record.files.1),
    }
}

fn waiting<S: Store>(engine: &Engine<S>, lane: Lane) -> Result<LaneLine, HandsetError> {
    let rows = engine.store().envelopes(&Pick::ToSend(lane), ALL);
    let rows = rows.map_err(EngineError::from)?;
    let bytes = rows.iter().map(|row| row.body.as_ref().map_or(0, Vec::len));
    Ok(LaneLine {
        lane: lane.word().to_owned(),
        envelopes: u64::try_from(rows.len()).unwrap_or(u64::MAX),
        bytes: u64::try_from(bytes.sum::<usize>()).unwrap_or(u64::MAX),
    })
}
