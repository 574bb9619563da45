//! Whether what a step makes is there already, made from the same: a compiler that takes its time is not
//! asked again. Judged by contents, because a generator writes its files anew each time.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::PathBuf;

/// What a step makes, and from what.
#[derive(Debug, Clone)]
pub(super) struct Fresh {
    words: Vec<String>,
    inputs: Vec<PathBuf>,
    made: PathBuf,
}

impl Fresh {
    /// `made` depends on the command's words and the contents of its inputs.
    pub(super) fn new(words: &[String], inputs: Vec<PathBuf>, made: PathBuf) -> Self {
        Self {
            words: words.to_vec(),
            inputs,
            made,
        }
    }

    /// Whether it is there and nothing has changed since it was noted.
    pub(super) fn holds(&self) -> bool {
        let noted = std::fs::read_to_string(self.stamp()).ok();
        self.made.exists() && noted.is_some() && noted == self.digest()
    }

    /// Notes that it has been made.
    pub(super) fn note(&self) -> std::io::Result<()> {
        std::fs::write(self.stamp(), self.digest().unwrap_or_default())
    }

    fn stamp(&self) -> PathBuf {
        let mut name = self.made.file_name().unwrap_or_default().to_owned();
        name.push(".stamp");
        self.made.with_file_name(name)
    }

    /// None where an input is not there.
    fn digest(&self) -> Option<String> {
        let mut hasher = DefaultHasher::new();
        self.words.hash(&mut hasher);
        for input in &self.inputs {
            std::fs::read(input).ok()?.hash(&mut hasher);
        }
        Some(format!("{:016x}", hasher.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_made_from_the_same_holds_until_anything_changes() {
        let place = tempfile::tempdir().expect("folder");
        let (input, made) = (place.path().join("input"), place.path().join("made"));
        let fresh =
            |words: &str| Fresh::new(&[words.to_owned()], vec![input.clone()], made.clone());
        std::fs::write(&input, "one").expect("file");
        assert!(!fresh("a").holds(), "nothing was made");
        std::fs::write(&made, "").expect("file");
        assert!(!fresh("a").holds(), "nothing was noted");
        fresh("a").note().expect("notes");
        assert!(fresh("a").holds());
        assert!(!fresh("b").holds(), "another command");
        std::fs::write(&input, "two").expect("file");
        assert!(!fresh("a").holds(), "another input");
        std::fs::write(&input, "one").expect("file");
        assert!(fresh("a").holds());
        std::fs::remove_file(&made).expect("removes");
        assert!(!fresh("a").holds(), "it is gone");
    }
}
