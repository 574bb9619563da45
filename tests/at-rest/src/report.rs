//! What a run found, for people and programs.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use serde::Serialize;

use crate::search::Searched;

/// What a run found. The field names are an interface.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The SQLCipher of this build.
    pub cipher: String,
    /// Parts of the suite of stores that ran over an encrypted one.
    pub suite: usize,
    /// The phone with a key.
    pub encrypted: Watched,
    /// The same phone without one.
    pub plain: Watched,
    /// What was planted and not found without a key: a search that proves nothing.
    pub missed: BTreeSet<String>,
    /// What went wrong, for people.
    pub faults: Vec<String>,
}

/// One phone, at three moments of its life.
#[derive(Debug, Default, Serialize)]
pub struct Watched {
    /// While it recorded.
    pub running: Searched,
    /// After it was killed in the middle of it.
    pub killed: Searched,
    /// After it signed out.
    pub signed_out: Searched,
    /// Whether everything was there and whole in the killed one, for whoever has the key.
    pub opens: bool,
    /// Whether another key opened nothing of it.
    pub other_key_refused: bool,
    /// Files that it had open outside its folders.
    pub open_elsewhere: BTreeSet<PathBuf>,
}

impl Report {
    /// Whether nothing tells anything, and would have been found if it did.
    pub fn is_clean(&self) -> bool {
        self.missed.is_empty() && self.faults.is_empty()
    }

    /// Compares what was found with what must be.
    pub fn judge(&mut self, planted: impl IntoIterator<Item = String>) {
        let plain = &self.plain;
        let found: BTreeSet<&str> = [&plain.running, &plain.killed]
            .into_iter()
            .flat_map(Searched::names)
            .collect();
        let missed = planted
            .into_iter()
            .filter(|it| !found.contains(it.as_str()));
        self.missed = missed.collect();
        let mut faults = Vec::new();
        for file in ["phone/phone.sqlite", "phone/phone.sqlite-wal"] {
            if !plain
                .running
                .found
                .iter()
                .any(|hit| hit.file == Path::new(file))
            {
                faults.push(format!("without a key, nothing was found in {file}"));
            }
        }
        for name in &self.missed {
            faults.push(format!("without a key, {name} was not found"));
        }
        let sealed = &self.encrypted;
        for (when, searched) in [
            ("running", &sealed.running),
            ("killed", &sealed.killed),
            ("signed out", &sealed.signed_out),
            ("signed out, without a key", &plain.signed_out),
        ] {
            faults.extend(searched.found.iter().map(|hit| {
                let file = hit.file.display();
                format!("{when}: {} ({}) lies in {file}", hit.canary, hit.form)
            }));
        }
        for (which, watched) in [("with", sealed), ("without", plain)] {
            if !watched.opens {
                faults.push(format!("{which} a key, what was planted is not all there"));
            }
            for path in &watched.open_elsewhere {
                faults.push(format!("{which} a key, it had {} open", path.display()));
            }
        }
        if !sealed.other_key_refused {
            faults.push("another key opened the store or a file".to_owned());
        }
        self.faults.extend(faults);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Hit;

    fn found(canary: &str) -> Searched {
        let hit = |file: &str| Hit {
            canary: canary.to_owned(),
            form: "raw",
            file: file.into(),
        };
        Searched {
            files: 2,
            bytes: 2,
            found: ["phone/phone.sqlite", "phone/phone.sqlite-wal"]
                .map(hit)
                .into(),
        }
    }

    fn report(encrypted: Searched, plain: Searched) -> Report {
        let watched = |running| Watched {
            running,
            opens: true,
            other_key_refused: true,
            ..Watched::default()
        };
        let mut report = Report {
            cipher: "4".to_owned(),
            suite: 8,
            encrypted: watched(encrypted),
            plain: watched(plain),
            missed: BTreeSet::new(),
            faults: Vec::new(),
        };
        report.judge(["a name".to_owned()]);
        report
    }

    #[test]
    fn only_silence_with_a_key_beside_a_find_without_one_is_clean() {
        assert!(report(Searched::default(), found("a name")).is_clean());
        let told = report(found("a name"), found("a name"));
        let said = ["phone.sqlite", "phone.sqlite-wal"]
            .map(|file| format!("running: a name (raw) lies in phone/{file}"));
        assert_eq!(told.faults, said);
        let blind = report(Searched::default(), Searched::default());
        assert_eq!(blind.missed, ["a name".to_owned()].into());
        assert!(!blind.is_clean());
    }
}
