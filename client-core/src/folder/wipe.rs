//! How a folder ends: the key is forgotten, then everything in it is removed, and nothing remains.
//!
//! Only with the proof that nothing in it was without a receipt ([`Proof`]). First a mark is made durable, so
//! that a power cut in the middle cannot leave half a phone: whoever takes the folder next goes on. Then the
//! keystore forgets the key; from that moment whatever a flash chip still holds of the files is noise, which
//! no overwriting could promise. Only then files are removed, and the folder last.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::Folder;
use crate::leaving::Proof;

const MARK: &str = "leaving";
const LOCK: &str = "lock";

/// Why a folder was not wiped, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum WipeError {
    /// The mark could not be made. Nothing was deleted.
    #[error("the folder could not be marked")]
    Mark(#[source] io::Error),
    /// The keystore did not forget the key. Nothing was deleted.
    #[error("the keystore did not forget the key")]
    Key(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The key is forgotten, and something could not be removed. Taking the folder again goes on.
    #[error("cannot remove all of {}", path.display())]
    Remove {
        /// Which folder.
        path: PathBuf,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

impl Folder {
    /// Forgets the key, then wipes the folder. Store and files must be closed: the proof says so.
    pub fn wipe(
        self,
        _proof: Proof,
        forget_key: impl FnOnce() -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<(), WipeError> {
        let mark = self.path.join(MARK);
        make_mark(&mark, &self.path).map_err(WipeError::Mark)?;
        if let Err(why) = forget_key() {
            // With the key still there the phone goes on as before.
            fs::remove_file(&mark).map_err(WipeError::Mark)?;
            return Err(WipeError::Key(why));
        }
        let removed = finish(&self.path)
            .and_then(|()| fs::remove_file(self.path.join(LOCK)))
            .and_then(|()| fs::remove_dir(&self.path));
        removed.map_err(|source| WipeError::Remove {
            path: self.path,
            source,
        })
    }
}

/// Empties a folder that bears the mark: all but the lock, the mark itself last.
pub(super) fn finish(path: &Path) -> io::Result<()> {
    let mark = path.join(MARK);
    if !mark.try_exists()? {
        return Ok(());
    }
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_name() == MARK || entry.file_name() == LOCK {
            continue;
        }
        if entry.file_type()?.is_dir() {
            fs::remove_dir_all(entry.path())?;
        } else {
            fs::remove_file(entry.path())?;
        }
    }
    fs::File::open(path)?.sync_all()?;
    fs::remove_file(mark)
}

fn make_mark(mark: &Path, folder: &Path) -> io::Result<()> {
    fs::File::create(mark)?.sync_all()?;
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use tala_protocol::id::LogId;

    use super::*;
    use crate::media::Blobs as _;
    use crate::store::memory::MemoryStore;
    use crate::testing::{Bureau, Centre, Phone};
    use tala_protocol::hash::Digest;

    fn proof() -> Proof {
        let bureau = Bureau::new(7);
        let unit = bureau.top;
        let centre = Centre::new(bureau, LogId::from_bytes([1; 16]));
        let centre = Rc::new(RefCell::new(centre));
        let phone = Phone::enrol(3, MemoryStore::new(), &centre, unit);
        phone.engine.leave().expect("has nothing of its own")
    }

    fn used(place: &tempfile::TempDir) -> (Folder, PathBuf) {
        let path = place.path().join("phone");
        let folder = Folder::take(&path).expect("is free");
        folder.store().expect("opens");
        let mut files = folder.files();
        files.put(&Digest::sha256(b"a"), b"a").expect("keeps");
        folder.marker().write(b"run").expect("marks");
        (folder, path)
    }

    fn lies_in(path: &Path) -> Vec<String> {
        let entries = fs::read_dir(path).expect("lists").flatten();
        let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<String> = names.collect();
        names.sort();
        names
    }

    #[test]
    fn the_key_goes_first_and_nothing_remains() {
        let place = tempfile::tempdir().expect("has room");
        let (folder, path) = used(&place);
        let wiped = folder.wipe(proof(), || {
            let there = lies_in(&path);
            assert_eq!(
                there,
                ["leaving", "lock", "media", "no-backup", "phone.sqlite"]
            );
            Ok(())
        });
        wiped.expect("wipes");
        assert!(!path.exists());
    }

    #[test]
    fn while_the_keystore_keeps_the_key_nothing_goes() {
        let place = tempfile::tempdir().expect("has room");
        let (folder, path) = used(&place);
        let refused = folder.wipe(proof(), || Err("locked".into()));
        assert!(matches!(refused, Err(WipeError::Key(_))));
        let again = Folder::take(&path).expect("is free again");
        assert_eq!(
            lies_in(&path),
            ["lock", "media", "no-backup", "phone.sqlite"]
        );
        assert!(again.files().has(&Digest::sha256(b"a")).expect("looks"));
    }

    #[test]
    fn a_folder_half_wiped_is_wiped_to_its_end_before_anybody_uses_it() {
        let place = tempfile::tempdir().expect("has room");
        let (folder, path) = used(&place);
        drop(folder);
        make_mark(&path.join(MARK), &path).expect("marks");
        fs::remove_file(path.join("phone.sqlite")).expect("removes");
        let again = Folder::take(&path).expect("is free again");
        assert_eq!(lies_in(&path), ["lock"]);
        assert_eq!(again.marker().read().expect("reads"), None);
    }
}
