//! A planted loss, to show that this program would notice one: the victim's folder is put back to how it
//! was before its run, as a disk would that acknowledged writes and forgot them.

use std::path::{Path, PathBuf};

use crate::rig::{RigError, file};

/// A folder as it was.
#[derive(Debug)]
pub(super) struct Snapshot {
    of: PathBuf,
    copy: PathBuf,
}

impl Snapshot {
    /// Copies a folder aside.
    pub(super) fn take(of: &Path) -> Result<Self, RigError> {
        let copy = of.with_extension("before");
        if copy.exists() {
            std::fs::remove_dir_all(&copy).map_err(file("empty", &copy))?;
        }
        copy_folder(of, &copy)?;
        Ok(Self {
            of: of.to_owned(),
            copy,
        })
    }

    /// Puts it back.
    pub(super) fn put_back(self) -> Result<(), RigError> {
        std::fs::remove_dir_all(&self.of).map_err(file("empty", &self.of))?;
        std::fs::rename(&self.copy, &self.of).map_err(file("write", &self.of))
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), RigError> {
    std::fs::create_dir_all(to).map_err(file("make", to))?;
    for entry in std::fs::read_dir(from)
        .map_err(file("read", from))?
        .flatten()
    {
        let (path, target) = (entry.path(), to.join(entry.file_name()));
        if path.is_dir() {
            copy_folder(&path, &target)?;
        } else {
            std::fs::copy(&path, &target).map_err(file("write", &target))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_since_is_gone() {
        let root = tempfile::tempdir().expect("a folder");
        let place = root.path().join("phone");
        std::fs::create_dir_all(place.join("inner")).expect("folders");
        std::fs::write(place.join("inner/a"), "old").expect("written");
        let before = Snapshot::take(&place).expect("a copy");
        std::fs::write(place.join("inner/a"), "new").expect("written");
        std::fs::write(place.join("b"), "new").expect("written");
        before.put_back().expect("put back");
        let text = std::fs::read_to_string(place.join("inner/a")).expect("there");
        assert_eq!((text.as_str(), place.join("b").exists()), ("old", false));
    }
}
