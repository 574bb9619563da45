//! Looking for what was planted, in every byte of every file, names included.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use aho_corasick::AhoCorasick;
use serde::Serialize;

use crate::canary::{Canary, Form};
use crate::{AtRestError, file, phone};

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Searched {
    /// Files searched.
    pub files: usize,
    /// Bytes searched.
    pub bytes: u64,
    /// What was found, once for each file.
    pub found: BTreeSet<Hit>,
}

/// Something that was found.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Hit {
    /// What.
    pub canary: String,
    /// In which form.
    pub form: &'static str,
    /// Where, below the folder that was searched.
    pub file: PathBuf,
}

/// A search for the same things in many places.
#[derive(Debug)]
pub struct Search {
    forms: Vec<(String, Form)>,
    automaton: AhoCorasick,
}

impl Search {
    /// Prepares it.
    pub fn new(canaries: Vec<Canary>) -> Result<Self, AtRestError> {
        let forms: Vec<(String, Form)> = canaries
            .into_iter()
            .flat_map(|canary| {
                let name = canary.name;
                canary
                    .forms
                    .into_iter()
                    .map(move |form| (name.clone(), form))
            })
            .collect();
        let automaton = AhoCorasick::new(forms.iter().map(|(_, form)| &form.bytes));
        Ok(Self {
            automaton: automaton.map_err(phone("preparing the search"))?,
            forms,
        })
    }

    /// Searches a folder and everything below it.
    pub fn folder(&self, root: &Path) -> Result<Searched, AtRestError> {
        let mut searched = Searched::default();
        self.walk(root, root, &mut searched)?;
        Ok(searched)
    }

    fn walk(&self, root: &Path, at: &Path, searched: &mut Searched) -> Result<(), AtRestError> {
        for entry in fs::read_dir(at).map_err(file("listing a folder"))? {
            let path = entry.map_err(file("listing a folder"))?.path();
            let below = path.strip_prefix(root).unwrap_or(&path).to_owned();
            self.bytes(path.as_os_str().as_encoded_bytes(), &below, searched);
            if path.is_dir() {
                self.walk(root, &path, searched)?;
                continue;
            }
            let bytes = fs::read(&path).map_err(file("reading a file"))?;
            searched.files += 1;
            searched.bytes += bytes.len() as u64;
            self.bytes(&bytes, &below, searched);
        }
        Ok(())
    }

    fn bytes(&self, bytes: &[u8], file: &Path, searched: &mut Searched) {
        for at in self.automaton.find_overlapping_iter(bytes) {
            let Some((canary, form)) = self.forms.get(at.pattern().as_usize()) else {
                continue;
            };
            let is_whole = form.then.as_ref().is_none_or(|(then, within)| {
                let until = at.end() + within + then.len();
                let behind = bytes.get(at.end()..until.min(bytes.len()));
                let behind = behind.unwrap_or_default();
                behind.windows(then.len()).any(|window| window == then)
            });
            if is_whole {
                searched.found.insert(Hit {
                    canary: canary.clone(),
                    form: form.name,
                    file: file.to_owned(),
                });
            }
        }
    }
}

impl Searched {
    /// What was found, each name once.
    pub fn names(&self) -> BTreeSet<&str> {
        self.found.iter().map(|hit| hit.canary.as_str()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::canary::{self, planted};

    fn found_in(bytes: &[u8]) -> Vec<(String, &'static str)> {
        let place = tempfile::tempdir().expect("a folder");
        let inner = place.path().join("deep/er");
        fs::create_dir_all(&inner).expect("makes");
        fs::write(inner.join("file"), bytes).expect("writes");
        let search = Search::new(planted(None).expect("plants")).expect("prepares");
        let searched = search.folder(place.path()).expect("searches");
        assert_eq!((searched.files, searched.bytes), (1, bytes.len() as u64));
        let found = searched.found.into_iter();
        found.map(|hit| (hit.canary, hit.form)).collect()
    }

    fn check(bytes: &[u8], canary: &str, form: &'static str) {
        let bytes = [b"some bytes before ", bytes, b" and behind"].concat();
        let found = found_in(&bytes);
        assert!(found.contains(&(canary.to_owned(), form)), "{found:?}");
    }

    #[test]
    fn every_form_is_found_wherever_it_lies() {
        let name = "a name of the team";
        check(canary::TEAM[0].as_bytes(), name, "UTF-8");
        let utf16: Vec<u8> = canary::TEAM[0]
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        check(&utf16, name, "UTF-16, little end first");
        let (lat, lon) = canary::place_e7(23);
        let (where_, row) = (
            "where the rider was",
            [lat.to_be_bytes(), lon.to_be_bytes()],
        );
        check(&row.concat(), where_, "big end first");
        let cbor = row.map(|number| [[0x1a].as_slice(), &number].concat());
        check(&cbor.concat(), where_, "big end first");
        check(b"at 43.6543217, 116.1234567", where_, "degrees");
        check(b"{\"lat_e7\":436543217}", where_, "digits");
        let photo = crate::photo::photo(1).expect("a photo");
        check(&photo, "the photo", "raw");
        check(&photo, "the words in the photo", "UTF-8");
        // The photo's own head is a comment, so what is made of it shows the usual one.
        let small = tala_picture::thumbnail(&photo, 64).expect("a thumbnail");
        check(&small, "the head of a JPEG", "raw");
        assert!(
            found_in(&lat.to_be_bytes().repeat(9)).is_empty(),
            "half a place"
        );
        assert!(found_in(b"nothing at all").is_empty());
    }

    #[test]
    fn a_name_of_a_file_tells_as_well() {
        let place = tempfile::tempdir().expect("a folder");
        fs::write(place.path().join(canary::TEAM[1]), b"").expect("writes");
        let search = Search::new(planted(None).expect("plants")).expect("prepares");
        let searched = search.folder(place.path()).expect("searches");
        assert_eq!(searched.names(), ["another name of the team"].into());
    }
}
