//! How a phone that knows many documents opens, lists and edits.
//!
//! The store is filled by one process ([`fill`]) and measured by another ([`measure`]), so that the memory
//! is that of a phone which has just been opened. Everything is the real engine over its SQLite store; the
//! documents come from colleagues, each a phone of its own, and every one of them was changed once.

use std::cell::RefCell;
use std::path::Path;
use std::rc::Rc;
use std::time::Instant;

use serde::Serialize;
use tala_client::engine::{Engine, EngineError};
use tala_client::store::memory::MemoryStore;
use tala_client::store::sqlite::SqliteStore;
use tala_client::store::{Pick, Store as _, StoreError};
use tala_client::testing::{Bureau, Centre, Dice, Phone};
use tala_protocol::doc::{DocType, IncidentEdit};
use tala_protocol::envelope::wire::Run;
use tala_protocol::envelope::{Audience, Envelope, EnvelopeError};
use tala_protocol::id::{LogId, ObjectId};
use tala_protocol::time::{BootId, DeviceTimes, MonoMs, UnixMs};

use crate::bench_ingest::process::peak_mib;

/// Documents that one colleague made.
const EACH: usize = 500;
/// Envelopes taken in at once, about a page of a sync.
const PAGE: usize = 250;
/// Edits whose median counts.
const EDITS: usize = 31;
/// The targets, ms.
const OPEN_MS_MAX: f64 = 500.0;
const LIST_MS_MAX: f64 = 100.0;
const EDIT_MS_MAX: f64 = 30.0;

/// The figures of a run. Their names are an interface.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// Documents on the phone.
    pub documents: usize,
    /// From the file to an engine, ms.
    pub open_ms: f64,
    /// The first `status` after opening, ms.
    pub status_ms: f64,
    /// The first list of documents after that, ms.
    pub docs_ms: f64,
    /// An edit of a document that was not in memory, median, ms.
    pub edit_ms: f64,
    /// The slowest of those edits, ms.
    pub edit_max_ms: f64,
    /// The most memory that the process had, MiB.
    pub rss_mib: f64,
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// A phone could not.
    #[error("a phone could not do it")]
    Engine(#[from] EngineError),
    /// A store could not.
    #[error("a store could not do it")]
    Store(#[from] StoreError),
    /// An envelope could not be read back.
    #[error("reading an envelope back")]
    Envelope(#[from] EnvelopeError),
    /// A file.
    #[error("keeping the phone in its folder")]
    File(#[from] std::io::Error),
    /// The phone knows another number of documents than it was given.
    #[error("the phone knows {0} documents")]
    Documents(usize),
}

impl Report {
    /// Every target that was missed, in words.
    pub fn missed(&self) -> Vec<String> {
        let limits = [
            ("open_ms", self.open_ms, OPEN_MS_MAX),
            ("status_ms", self.status_ms, LIST_MS_MAX),
            ("docs_ms", self.docs_ms, LIST_MS_MAX),
            ("edit_ms", self.edit_ms, EDIT_MS_MAX),
        ];
        let over = limits.into_iter().filter(|(_, got, most)| got > most);
        over.map(|(name, got, most)| format!("{name} is {got:.1}, at most {most:.0} was wanted"))
            .collect()
    }
}

/// Makes a phone in `folder` that knows so many documents.
pub fn fill(folder: &Path, documents: usize, tell: &mut dyn FnMut(&str)) -> Result<(), BenchError> {
    let log = LogId::from_bytes([0x11; 16]);
    let centre = Rc::new(RefCell::new(Centre::new(Bureau::new(7), log)));
    let unit = centre.borrow().bureau.top;
    let colleagues = documents.div_ceil(EACH);
    let mut authors = Vec::with_capacity(colleagues);
    for (seed, _) in (2u8..=u8::MAX).zip(0..colleagues) {
        authors.push(Phone::enrol(seed, MemoryStore::new(), &centre, unit));
    }
    // Enrolled last, so that it knows every colleague's key.
    let store = SqliteStore::open(&folder.join("phone.db"))?;
    let mut phone = Phone::enrol(1, store, &centre, unit);
    let mut left = documents;
    for author in &mut authors {
        let said = reports(author, left.min(EACH))?;
        left = left.saturating_sub(EACH);
        for page in said.chunks(PAGE) {
            phone.engine.take_in(Run::pack_all(page), phone.now.wall)?;
        }
        tell(&format!("{} documents", documents - left));
    }
    phone.engine.rest()?;
    let (_, marker) = phone.engine.into_parts();
    let mark = marker.read().map_err(EngineError::from)?;
    std::fs::write(folder.join("install.marker"), mark.unwrap_or_default())?;
    Ok(())
}

/// Reports incidents, changes each once, and gives what was said.
fn reports(author: &mut Phone<MemoryStore>, count: usize) -> Result<Vec<Envelope>, BenchError> {
    for n in 0..count {
        author.wait_ms(60_000);
        let first = IncidentEdit {
            title: format!("非法开垦草原 第 {n} 处").into(),
            narrative: "两台拖拉机, 约二十亩, 围栏以北".to_owned().into(),
            ..IncidentEdit::default()
        };
        let made = author.engine.create(
            DocType::Incident,
            Audience::Field,
            |document, actor, at| first.change(document, actor, at),
            author.now,
            &mut author.dice,
        )?;
        let later = narrative("再次巡查, 地已翻耕");
        let change = |document: &_, actor, at| later.change(document, actor, at);
        author.engine.edit(made, change, author.now)?;
    }
    author.sign()?;
    let rows = author
        .engine
        .store()
        .envelopes(&Pick::After(0), usize::MAX)?;
    let mut said = Vec::with_capacity(rows.len());
    for row in rows.iter().filter(|row| row.own) {
        said.extend(row.envelope()?);
    }
    Ok(said)
}

/// Opens the phone in `folder` and measures it.
pub fn measure(folder: &Path, documents: usize) -> Result<Report, BenchError> {
    let mark = std::fs::read(folder.join("install.marker"))?;
    let (marker, now, mut dice) = (Box::new(Some(mark)), clocks(), Dice::new(99));
    let (opened, open_ms) = timed(|| {
        let store = SqliteStore::open(&folder.join("phone.db"))?;
        Ok::<_, BenchError>(Engine::open(store, marker, now, &mut dice)?)
    });
    let (mut engine, _) = opened?;
    let (status, status_ms) = timed(|| engine.status());
    let known = status?
        .iter()
        .filter(|record| record.listing.title.is_some())
        .count();
    let (docs, docs_ms) = timed(|| engine.docs());
    let docs: Vec<ObjectId> = docs?.iter().map(|doc| doc.object).collect();
    if (known, docs.len()) != (documents, documents) {
        return Err(BenchError::Documents(docs.len().min(known)));
    }
    let mut edits_ms = Vec::with_capacity(EDITS);
    let apart = (docs.len() / EDITS).max(1);
    for object in docs.iter().step_by(apart).take(EDITS) {
        let edit = narrative("现场复核, 已制止");
        let change = |document: &_, actor, at| edit.change(document, actor, at);
        let (edited, ms) = timed(|| engine.edit(*object, change, now));
        edited?;
        edits_ms.push(ms);
    }
    edits_ms.sort_by(f64::total_cmp);
    let middle = edits_ms.get(edits_ms.len() / 2).copied();
    Ok(Report {
        documents,
        open_ms,
        status_ms,
        docs_ms,
        edit_ms: middle.unwrap_or(0.0),
        edit_max_ms: edits_ms.last().copied().unwrap_or(0.0),
        rss_mib: peak_mib(std::process::id()),
    })
}

fn narrative(text: &str) -> IncidentEdit {
    IncidentEdit {
        narrative: text.to_owned().into(),
        ..IncidentEdit::default()
    }
}

/// A morning after the documents were made.
fn clocks() -> DeviceTimes {
    DeviceTimes {
        wall: UnixMs(1_790_000_000_000),
        mono: MonoMs(5_000_000),
        boot: BootId(2),
        gnss: None,
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let done = work();
    (
        done,
        (began.elapsed().as_secs_f64() * 10_000.0).round() / 10.0,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_phone_is_filled_opened_and_measured() {
        let folder = tempfile::tempdir().expect("a folder");
        fill(folder.path(), 40, &mut |_| {}).expect("fills");
        let report = measure(folder.path(), 40).expect("measures");
        assert_eq!(report.documents, 40);
        assert!(report.edit_max_ms >= report.edit_ms);
        assert!(measure(folder.path(), 41).is_err(), "it knows forty");
    }
}
