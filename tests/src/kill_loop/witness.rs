//! Who looks over the wire: a link that writes down what the centre promised in its replies.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tala_client::transport::{Transport, TransportError, UploadState};
use tala_protocol::envelope::Envelope;
use tala_protocol::hash::Digest;
use tala_protocol::sync::frame;
use tala_protocol::sync::{Outcome, REPLY_LEN_MAX, SyncReply, SyncRequest};

/// What the centre promised.
#[derive(Debug, Default)]
pub struct Ledger {
    /// Every envelope with the leaf it was promised to lie on.
    pub leaves: BTreeMap<Digest, u64>,
    /// The same envelopes as they were sent, push by push, to be offered again.
    pub pushes: Vec<Vec<Envelope>>,
    /// Promises that contradict each other.
    pub faults: Vec<String>,
}

/// A ledger that the driver and the killer share.
pub type SharedLedger = Arc<Mutex<Ledger>>;

/// A link under observation.
#[derive(Debug)]
pub struct Witness<'l, T> {
    link: &'l mut T,
    ledger: SharedLedger,
}

/// The ledger; a thread that died while writing leaves what it had written.
pub fn open(ledger: &SharedLedger) -> MutexGuard<'_, Ledger> {
    ledger.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<'l, T> Witness<'l, T> {
    /// Observes a link.
    pub fn new(link: &'l mut T, ledger: SharedLedger) -> Self {
        Self { link, ledger }
    }
}

impl Ledger {
    /// Takes down what a reply promises about a request.
    pub fn note(&mut self, request: &[u8], reply: &[u8]) {
        let max = tala_protocol::sync::REQUEST_LEN_MAX;
        let request = frame::open(request, max)
            .ok()
            .and_then(|b| SyncRequest::from_bytes(&b).ok());
        let reply = frame::open(reply, REPLY_LEN_MAX).ok();
        let reply = reply.and_then(|bytes| SyncReply::from_bytes(&bytes).ok());
        let (Some(request), Some(reply)) = (request, reply) else {
            self.faults
                .push("a message on the wire cannot be read".into());
            return;
        };
        let runs = request.runs.into_iter().filter_map(|run| run.unpack().ok());
        let mut sent = runs.flatten();
        let mut kept = Vec::new();
        for span in &reply.spans {
            for (envelope, n) in sent.by_ref().take(span.count as usize).zip(0u64..) {
                match span.outcome {
                    Outcome::Stored { first_leaf } | Outcome::Known { first_leaf } => {
                        self.promise(envelope.id(), first_leaf.saturating_add(n));
                        kept.push(envelope);
                    }
                    Outcome::Refused(why) => self.faults.push(format!("refused: {why:?}")),
                    Outcome::Later => {}
                }
            }
        }
        if !kept.is_empty() {
            self.pushes.push(kept);
        }
    }

    fn promise(&mut self, id: Digest, leaf: u64) {
        match self.leaves.insert(id, leaf) {
            Some(before) if before != leaf => {
                self.faults
                    .push(format!("{id} was promised on leaf {before} and on {leaf}"));
            }
            _ => {}
        }
    }
}

impl<T: Transport> Transport for Witness<'_, T> {
    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let reply = self.link.sync(frame.clone()).await?;
        open(&self.ledger).note(&frame, &reply);
        Ok(reply)
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.link.enrol(frame).await
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        self.link.media_state(hash).await
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        self.link.media_chunks(hash, hashes).await
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        self.link.media_append(hash, offset, bytes).await
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        self.link.media_read(hash, from, len).await
    }
}
