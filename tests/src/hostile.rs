//! Hostile bytes through every entry that takes bytes from a peer.
//!
//! You are here to add an entry ([`entries`]) or to read what a run found ([`Report`]). Every file of a
//! folder goes through every entry, measured one by one; then honest messages are damaged many times
//! over ([`mutations`]). Nothing may panic, take longer than [`MS_MAX`] or allocate more than
//! [`MIB_MAX`] above what stood before it.

pub mod arriving;
pub mod corpus;
pub mod entries;
pub mod measure;
pub mod mutations;
pub mod published;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Serialize;

use corpus::Corpus;
use measure::{Measured, measure};

/// Longest that one input may take in one entry, ms.
pub const MS_MAX: f64 = 1_000.0;
/// Most that one input may allocate in one entry, MiB.
pub const MIB_MAX: f64 = 64.0;

/// What a run found. The field names are an interface.
#[derive(Debug, Default, Serialize)]
pub struct Report {
    /// Hostile files read.
    pub files: usize,
    /// Panics met, anywhere.
    pub panics: usize,
    /// The longest single input, ms.
    pub max_ms: f64,
    /// The largest peak of allocations above the start of an input, MiB.
    pub max_mib: f64,
    /// Inputs per entry.
    pub entries: BTreeMap<&'static str, usize>,
    /// Damaged honest messages handed in.
    pub mutations: usize,
    /// Of those, accepted as sound.
    pub mutations_accepted: usize,
    /// Documents that saved and could not be loaded again.
    pub unloadable: usize,
    /// What went wrong, for people: entry, input, what.
    pub faults: Vec<String>,
}

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum HostileError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The folder holds no file: a run over nothing proves nothing.
    #[error("no files in {}", .0.display())]
    Empty(PathBuf),
    /// The honest corpus could not be made.
    #[error("cannot make the honest corpus")]
    Corpus(#[from] corpus::CorpusError),
}

impl Report {
    /// Whether everything held.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.panics == 0 && self.unloadable == 0
    }

    /// Takes one measured input into account.
    pub fn note(&mut self, entry: &'static str, input: &str, measured: &Measured) {
        *self.entries.entry(entry).or_default() += 1;
        self.max_ms = self.max_ms.max(measured.ms);
        self.max_mib = self.max_mib.max(measured.mib);
        if let Some(place) = &measured.panic {
            self.panics += 1;
            self.fault(entry, input, &format!("panic at {place}"));
        }
        if measured.ms > MS_MAX {
            self.fault(entry, input, &format!("took {:.0} ms", measured.ms));
        }
        if measured.mib > MIB_MAX {
            self.fault(entry, input, &format!("took {:.1} MiB", measured.mib));
        }
    }

    fn fault(&mut self, entry: &str, input: &str, what: &str) {
        if self.faults.len() < 100 {
            self.faults.push(format!("{entry}: {input}: {what}"));
        }
    }
}

/// Puts every file of `folder` through every entry.
pub fn files(folder: &Path, corpus: &Corpus, report: &mut Report) -> Result<(), HostileError> {
    let read = |path: &Path, source| HostileError::Read {
        path: path.to_owned(),
        source,
    };
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(|e| read(folder, e))? {
        let path = entry.map_err(|e| read(folder, e))?.path();
        if path.is_file() {
            paths.push(path);
        }
    }
    if paths.is_empty() {
        return Err(HostileError::Empty(folder.to_owned()));
    }
    paths.sort();
    for path in paths {
        let bytes = std::fs::read(&path).map_err(|e| read(&path, e))?;
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        report.files += 1;
        for entry in entries::ALL {
            let measured = measure(|| (entry.take)(corpus, &bytes));
            report.note(entry.name, &name, &measured);
        }
    }
    Ok(())
}
