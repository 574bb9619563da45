//! A store that already holds a million envelopes: incidents of 1 to 200 changes, and patrols with tracks.
//!
//! Envelopes are made and signed like those of phones, and committed and projected by the centre's own
//! code in this process. What is left out is HTTP and the checking of signatures that were just made.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rand::{RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tala_fixtures::units::unit_id;
use tala_protocol::body::ChangeBody;
use tala_protocol::doc::{ActorId, DocType, Document, PatrolEdit};
use tala_protocol::envelope::{Envelope, Kind, Lane};
use tala_protocol::id::ObjectId;
use tala_protocol::time::UnixMs;
use tala_protocol::transport::Transport;
use tala_server::app::Centre;
use tala_server::app::commit::Draft;
use tala_server::app::ingest::{Arrived, Policy};

use super::author::{Author, BEGIN};
use super::home::BenchHome;
use super::ride::{self, PATROL_SEGMENTS};
use super::sheet::Sheet;
use super::{BenchError, Options, notes_path};
use crate::rig::{RigError, file, fresh_folder};

/// Longest incident, changes.
pub(super) const CHANGES_MAX: usize = 200;
/// Envelopes that are committed together.
const GROUP: usize = 500;
/// Patrols whose segments are encoded; stores hold them many times over, as patrols ride the same ways.
const PATROLS: usize = 24;
/// Threads that write and sign.
const WRITERS: usize = 2;

/// What a filled folder holds, for those who go on in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Notes {
    /// Of which layout: another one is filled anew.
    format: u32,
    prefill: usize,
    /// Phones.
    pub(super) phones: usize,
    documents: usize,
    /// The incidents of each phone, hex.
    pub(super) incidents: Vec<Vec<String>>,
    /// The last patrol of each phone, hex.
    pub(super) patrols: Vec<String>,
}

/// The folder for these options, filled now unless it was before.
pub(super) fn filled(
    folder: &Path,
    options: &Options,
    tell: &mut dyn FnMut(&str),
) -> Result<PathBuf, BenchError> {
    let wanted = Notes {
        format: 1,
        prefill: options.prefill,
        phones: options.phones,
        documents: options.documents,
        incidents: Vec::new(),
        patrols: Vec::new(),
    };
    let name = format!(
        "filled-{}-{}-{}",
        wanted.prefill, wanted.phones, wanted.documents
    );
    let place = folder.join(name);
    if read_notes(&place).is_ok_and(|notes| notes.is_of(&wanted)) {
        return Ok(place);
    }
    tell("filling a store, once for all later runs");
    fresh_folder(&place)?;
    let home = BenchHome::found(&place)?;
    let centre = home.centre()?;
    let made = fill(&centre, wanted)?;
    tell("waiting for its projections");
    centre.settle()?;
    centre.stop();
    let notes = serde_json::to_vec(&made).map_err(BenchError::protocol)?;
    let path = notes_path(&place);
    // Last: a folder without notes was not finished.
    std::fs::write(&path, notes).map_err(file("write", &path))?;
    Ok(place)
}

/// The notes of a filled folder.
pub(super) fn read_notes(folder: &Path) -> Result<Notes, BenchError> {
    let path = notes_path(folder);
    let text = std::fs::read(&path).map_err(file("read", &path))?;
    serde_json::from_slice(&text).map_err(BenchError::protocol)
}

impl Notes {
    fn is_of(&self, wanted: &Self) -> bool {
        let key = |notes: &Self| (notes.format, notes.prefill, notes.phones, notes.documents);
        key(self) == key(wanted)
    }
}

fn fill(centre: &Arc<Centre>, mut notes: Notes) -> Result<Notes, BenchError> {
    let realm = *centre.directory().realm();
    let authors: Result<Vec<Author>, _> = (0..notes.phones)
        .map(|number| Author::new(number, realm))
        .collect();
    let authors = authors?;
    state(centre, &authors)?;
    let rides = ride::patrols(PATROLS)?;
    let sizes = Sizes::of(&notes);
    let mut shares: Vec<Vec<Author>> = Vec::new();
    shares.resize_with(WRITERS, Vec::new);
    for (number, author) in authors.into_iter().enumerate() {
        if let Some(share) = shares.get_mut(number % WRITERS) {
            share.push(author);
        }
    }
    let written = std::thread::scope(|scope| {
        let (rides, sizes) = (&rides, &sizes);
        let writers: Vec<_> = shares
            .into_iter()
            .map(|share| scope.spawn(move || write_share(centre, share, rides, sizes)))
            .collect();
        let joined = writers.into_iter().map(|writer| {
            let lost = BenchError::Prepared("a writing thread was lost");
            writer.join().unwrap_or(Err(lost))
        });
        joined.collect::<Result<Vec<_>, _>>()
    })?;
    let mut all: Vec<_> = written.into_iter().flatten().collect();
    all.sort_by_key(|(number, ..)| *number);
    for (_, incidents, patrol) in all {
        notes.incidents.push(incidents);
        notes.patrols.push(patrol);
    }
    Ok(notes)
}

/// Has the office state stations, officers and phones.
pub(super) fn state(centre: &Centre, authors: &[Author]) -> Result<(), BenchError> {
    let above = unit_id("banner-shili");
    for author in authors {
        let said = author.statements(above).map(|statement| {
            let body = statement.to_bytes();
            Draft::statement(author.unit(), Kind::Certificate, body)
        });
        centre.writer().say(said.into())?;
    }
    Ok(())
}

/// How much each phone writes.
struct Sizes {
    documents: usize,
    phones: usize,
    patrols_each: usize,
}

impl Sizes {
    fn of(notes: &Notes) -> Self {
        let sizes = (0..notes.documents).map(|at| 1 + at * CHANGES_MAX / notes.documents.max(1));
        let changes: usize = sizes.sum();
        let left = notes.prefill.saturating_sub(changes);
        Self {
            documents: notes.documents,
            phones: notes.phones.max(1),
            patrols_each: (left / (PATROL_SEGMENTS + 1))
                .div_ceil(notes.phones.max(1))
                .max(1),
        }
    }

    /// The sizes of a phone's incidents: together they spread evenly from 1 to the longest.
    fn incidents(&self, phone: usize) -> impl Iterator<Item = usize> {
        let all = (0..self.documents).filter(move |at| at % self.phones == phone);
        all.map(|at| 1 + at * CHANGES_MAX / self.documents.max(1))
    }
}

/// Number, incidents and last patrol of a phone.
type Written = (usize, Vec<String>, String);

fn write_share(
    centre: &Centre,
    share: Vec<Author>,
    rides: &[Vec<Vec<u8>>],
    sizes: &Sizes,
) -> Result<Vec<Written>, BenchError> {
    let mut written = Vec::new();
    for mut author in share {
        let number = author.number();
        let mut rng = ChaCha8Rng::seed_from_u64(u64::try_from(number).unwrap_or(0));
        let mut group = Vec::new();
        let incidents = sizes.incidents(number).map(|changes| {
            let mut sheet = Sheet::default();
            for _ in 0..changes {
                group.push(sheet.write(&mut author, &mut rng)?);
                push_full(centre, &mut group)?;
            }
            Ok(sheet.object().map_or_else(String::new, |id| id.to_string()))
        });
        let incidents: Vec<String> = incidents.collect::<Result<_, BenchError>>()?;
        let mut last = None;
        for ride in 0..sizes.patrols_each {
            let ride = rides.get((number + ride) % rides.len().max(1));
            let patrol = begin_patrol(&mut author, &mut rng)?;
            last = Some(patrol.object());
            group.push(patrol);
            for body in ride.into_iter().flatten() {
                group.push(author.says(Lane::Track, Kind::Track, last, body.clone())?);
                push_full(centre, &mut group)?;
            }
        }
        push(centre, &mut group)?;
        let last = last.map_or_else(String::new, |id: ObjectId| id.to_string());
        written.push((number, incidents, last));
    }
    Ok(written)
}

fn begin_patrol(author: &mut Author, rng: &mut ChaCha8Rng) -> Result<Envelope, BenchError> {
    let edit = PatrolEdit {
        title: "bench".to_owned().into(),
        transport: Transport::Horse.into(),
        started_at: BEGIN.into(),
        ..PatrolEdit::default()
    };
    let actor = ActorId::derive(author.device(), author.unit(), 0, None);
    let change = edit
        .change(&Document::new(), actor, UnixMs(BEGIN.0))
        .map_err(BenchError::protocol)?
        .ok_or(BenchError::Prepared("an edit said nothing"))?;
    let body = ChangeBody {
        change,
        genesis: Some((DocType::Patrol.code(), rng.random())),
    };
    author.says(Lane::Record, Kind::Change, None, body.to_bytes())
}

fn push_full(centre: &Centre, group: &mut Vec<Envelope>) -> Result<(), BenchError> {
    if group.len() >= GROUP {
        push(centre, group)?;
    }
    Ok(())
}

fn push(centre: &Centre, group: &mut Vec<Envelope>) -> Result<(), BenchError> {
    let arrived = group.drain(..).map(|envelope| Arrived {
        envelope,
        policy: Policy::Stands,
    });
    centre.writer().push(arrived.collect())?;
    Ok(())
}

impl From<std::io::Error> for BenchError {
    fn from(source: std::io::Error) -> Self {
        RigError::Run {
            program: "the bench".to_owned(),
            source,
        }
        .into()
    }
}
