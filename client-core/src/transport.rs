//! The link to the centre, behind a trait of native async verbs.
//!
//! Whoever implements it decides how bytes travel; every failure says, once, what is to be done about it
//! ([`Retry`]). The real one is `transport::http`; the simulation has its own.

#[cfg(any(feature = "http", all(feature = "browser", target_arch = "wasm32")))]
pub mod http;
pub mod retry;

use tala_protocol::hash::Digest;

pub use retry::Retry;

/// How far the centre has a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UploadState {
    /// Bytes it has, from the start.
    pub offset: u64,
    /// Whether that is all.
    pub complete: bool,
}

/// Why a verb failed.
#[derive(Debug, thiserror::Error)]
#[error("{what}")]
pub struct TransportError {
    /// What happened, in a few words.
    pub what: String,
    /// What is to be done about it.
    pub retry: Retry,
    /// What lies below.
    #[source]
    pub source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

/// A link to the centre.
#[allow(
    async_fn_in_trait,
    reason = "callers are generic; a browser's future is not Send"
)]
pub trait Transport {
    /// Waits until the centre may be asked again, where it asked for time. It may be dropped while it waits;
    /// the next call goes on waiting.
    async fn ready(&mut self) {}

    /// Whether this sync goes on once [`Transport::ready`] returns, after a failure that asks for time.
    fn tries_again(&self, _: &TransportError) -> bool {
        false
    }

    /// Posts a sync frame and returns the answer's frame.
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError>;

    /// Posts an enrolment frame and returns the answer's frame.
    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError>;

    /// Asks how far the centre has a file.
    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError>;

    /// Tells the centre the hashes of a file's chunks, 32 bytes each.
    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError>;

    /// Sends whole chunks from an offset on. Where the centre stands elsewhere, that is the answer.
    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError>;

    /// Reads part of a file.
    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError>;

    /// Reads something that the centre publishes for phones, by its path below `/api/v1/device/`. Nothing
    /// where this link has no such thing.
    async fn published(&mut self, _path: &str) -> Result<Option<Vec<u8>>, TransportError> {
        Ok(None)
    }
}

impl TransportError {
    /// A failure without anything below.
    pub fn new(what: impl Into<String>, retry: Retry) -> Self {
        Self {
            what: what.into(),
            retry,
            source: None,
        }
    }
}
