//! `tala-at-rest`: a phone's folder, searched byte by byte for what it must not tell.
//!
//! You are here because you want to know what a lost phone gives away. A worker process ([`worker`]) rides,
//! reports and photographs things with names and places that occur nowhere else ([`canary`]); its folder,
//! its temporary folder and its logs are copied while it runs, after it was killed in the middle of work, and
//! after sign-out, and every copy is searched ([`search`]). The same is done to a phone without a key, where
//! every one of them must be found: a search that finds nothing there would prove nothing here ([`run`]).
//!
//! This is the one program that is built with SQLCipher (feature `sqlcipher`): `cargo xtask canary`.

pub mod canary;
pub mod centre;
pub mod photo;
pub mod platform;
pub mod report;
pub mod run;
pub mod search;
pub mod suite;
pub mod worker;

/// Why a run could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AtRestError {
    /// A file or folder.
    #[error("{doing}")]
    File {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The phone refused.
    #[error("the phone: {doing}")]
    Phone {
        /// What was being done.
        doing: &'static str,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// The worker did not do what it was told.
    #[error("the worker {0}")]
    Worker(String),
    /// This build has no cipher.
    #[error("this build cannot encrypt: start it by `cargo xtask canary`")]
    NoCipher,
}

/// Names what was being done with a file.
pub(crate) fn file(doing: &'static str) -> impl Fn(std::io::Error) -> AtRestError {
    move |source| AtRestError::File { doing, source }
}

/// Names what a phone was doing.
pub(crate) fn phone<E: std::error::Error + Send + Sync + 'static>(
    doing: &'static str,
) -> impl Fn(E) -> AtRestError {
    move |source| AtRestError::Phone {
        doing,
        source: Box::new(source),
    }
}
