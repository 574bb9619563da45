//! Why a store could not do something.

use std::path::PathBuf;

/// The operation that failed, with its cause.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file cannot be opened.
    #[error("opening the store at {path}")]
    Open {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// The file belongs to another program.
    #[error("the file is of another program (application id {0:#x})")]
    Foreign(i32),
    /// The file was written by a newer version. It was not touched.
    #[error("the store has schema {found}, this version knows {known}")]
    Newer {
        /// Schema of the file.
        found: i64,
        /// Newest schema that this build knows.
        known: i64,
    },
    /// The file was written by an older version, and this is not the moment to migrate it.
    #[error("the store has schema {found} of {known}: start the centre once, which migrates it")]
    Older {
        /// Schema of the file.
        found: i64,
        /// Newest schema that this build knows.
        known: i64,
    },
    /// A setting that durability depends on was not taken.
    #[error("setting {name} reads back as {found}")]
    Setting {
        /// Which pragma.
        name: &'static str,
        /// What it says.
        found: String,
    },
    /// A step to a newer schema failed.
    #[error("migrating the store")]
    Migrate(#[source] Box<refinery::Error>),
    /// A transaction could not begin.
    #[error("beginning a transaction")]
    Begin(#[source] rusqlite::Error),
    /// A transaction could not be made durable. Nobody knows what the disk holds.
    #[error("committing a transaction")]
    Commit(#[source] rusqlite::Error),
    /// Reading failed.
    #[error("reading {what}")]
    Read {
        /// What was read.
        what: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// Writing failed.
    #[error("writing {what}")]
    Write {
        /// What was written.
        what: &'static str,
        /// Why.
        #[source]
        source: rusqlite::Error,
    },
    /// Copying to a backup failed.
    #[error("copying the store")]
    Copy(#[source] rusqlite::Error),
    /// What is stored is not what was written.
    #[error("stored {0} is damaged")]
    Damaged(&'static str),
    /// A row holds something that cannot be read.
    #[error("reading a stored {what}")]
    Row {
        /// What the row is.
        what: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A number is beyond what the store keeps.
    #[error("{0} is beyond what can be stored")]
    Range(&'static str),
    /// The writer was taken before.
    #[error("the writer is taken")]
    WriterTaken,
    /// This store cannot do that.
    #[error("this store cannot {0}")]
    Unsupported(&'static str),
    /// A part of a transaction was given up by whoever wrote it.
    #[error("given up")]
    GivenUp,
    /// A lock was poisoned by a panic elsewhere.
    #[error("a lock of the store is poisoned")]
    Poisoned,
}

impl StoreError {
    /// A row that cannot be read, with its cause.
    pub fn row<E: std::error::Error + Send + Sync + 'static>(
        what: &'static str,
    ) -> impl FnOnce(E) -> Self {
        move |source| Self::Row {
            what,
            source: Box::new(source),
        }
    }
}
