//! The link over HTTPS: one client, one connection kept, every request signed.
//!
//! A fresh connection costs about 3 kB and 3 to 10 s on a weak link, so one is kept. A request that is not
//! answered in twenty seconds (more for long bodies) is sent again on a new connection, at most one new
//! connection per fifteen seconds; that is what cuts the tail of a lossy link. There is no absolute
//! timeout. Plain HTTP is for loopback only. In a browser the same requests go through fetch, which keeps
//! connections by itself.

#[cfg(target_arch = "wasm32")]
#[path = "http/fetch.rs"]
mod wire;
#[cfg(not(target_arch = "wasm32"))]
mod wire;

mod client;
mod request;

use tala_protocol::hash::Digest;

pub use client::HttpOptions;

use crate::entropy::Entropy;
use crate::signer::Signer;
use crate::transport::{Retry, Transport, TransportError, UploadState};
use client::Connection;
use request::{Answer, Ask};

/// Media type of a sync frame.
const SYNC_TYPE: &str = "application/vnd.tala.sync";

/// A link to one centre.
pub struct HttpTransport<G, E, C> {
    connection: Connection,
    signer: G,
    entropy: E,
    /// Seconds since 1970 by the device's clock.
    clock_s: C,
    /// How often in a row the centre asked for time.
    refused: u32,
}

impl<G: Signer, E: Entropy, C: Fn() -> i64> HttpTransport<G, E, C> {
    /// A link to the centre at `url`. Nothing is sent yet.
    pub fn new(
        url: &str,
        options: HttpOptions,
        signer: G,
        entropy: E,
        clock_s: C,
    ) -> Result<Self, TransportError> {
        Ok(Self {
            connection: Connection::new(url, options)?,
            signer,
            entropy,
            clock_s,
            refused: 0,
        })
    }

    async fn ask(&mut self, ask: Ask) -> Result<Answer, TransportError> {
        let mut attempt = 0;
        loop {
            attempt += 1;
            let signed = self.sign(&ask).await?;
            let failure = match self.connection.send(&ask, &signed).await {
                Ok(answer) => {
                    self.refused = 0;
                    return Ok(answer);
                }
                Err(failure) => failure,
            };
            let random = u64::from_be_bytes(first_eight(self.entropy.bytes16()));
            if let Retry::After(Some(asked_ms)) = failure.retry {
                // Not the same bytes again: something more urgent may be there by then.
                self.refused = self.refused.saturating_add(1);
                self.connection.keep_quiet(asked_ms, self.refused, random);
                return Err(failure);
            }
            if !self.connection.wait(&failure, attempt, random).await {
                return Err(failure);
            }
            tracing::debug!(attempt, what = %failure, "sending again");
        }
    }

    /// Each attempt has its own time and nonce: a signature is never used twice.
    async fn sign(&mut self, ask: &Ask) -> Result<request::Signed, TransportError> {
        let device = self.signer.public_key().device_id();
        let nonce = data_encoding::HEXLOWER.encode(&self.entropy.bytes16());
        let draft = request::Draft::new(ask, (self.clock_s)(), nonce, device);
        match self.signer.sign(&draft.base(ask)).await {
            Ok(signature) => Ok(draft.signed(&signature)),
            Err(source) => Err(TransportError {
                what: "the request could not be signed".into(),
                retry: Retry::After(None),
                source: Some(Box::new(source)),
            }),
        }
    }

    fn media(method: reqwest::Method, hash: Digest, tail: &str, body: Vec<u8>) -> Ask {
        let path = format!("/api/v1/device/media/{hash}{tail}");
        Ask::new(method, path, "application/octet-stream", body)
    }
}

impl<G: Signer, E: Entropy, C: Fn() -> i64> Transport for HttpTransport<G, E, C> {
    async fn ready(&mut self) {
        self.connection.ready().await;
    }

    fn tries_again(&self, failure: &TransportError) -> bool {
        matches!(failure.retry, Retry::After(Some(_))) && self.connection.allows(self.refused)
    }

    async fn sync(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        let path = "/api/v1/device/sync".to_owned();
        let ask = Ask::new(reqwest::Method::POST, path, SYNC_TYPE, frame);
        Ok(self.ask(ask).await?.body)
    }

    async fn enrol(&mut self, frame: Vec<u8>) -> Result<Vec<u8>, TransportError> {
        loop {
            let path = "/api/v1/device/enrol".to_owned();
            let ask = Ask::new(reqwest::Method::POST, path, SYNC_TYPE, frame.clone());
            match self.ask(ask).await {
                Err(failure) if self.tries_again(&failure) => self.ready().await,
                answer => return Ok(answer?.body),
            }
        }
    }

    async fn media_state(&mut self, hash: Digest) -> Result<UploadState, TransportError> {
        let ask = Self::media(reqwest::Method::HEAD, hash, "", Vec::new());
        Ok(self.ask(ask).await?.upload_state())
    }

    async fn media_chunks(&mut self, hash: Digest, hashes: Vec<u8>) -> Result<(), TransportError> {
        let ask = Self::media(reqwest::Method::PUT, hash, "/chunks", hashes);
        self.ask(ask).await.map(|_| ())
    }

    async fn media_append(
        &mut self,
        hash: Digest,
        offset: u64,
        bytes: Vec<u8>,
    ) -> Result<UploadState, TransportError> {
        let mut ask = Self::media(reqwest::Method::PATCH, hash, "", bytes);
        ask.upload_offset = Some(offset);
        Ok(self.ask(ask).await?.upload_state())
    }

    async fn media_read(
        &mut self,
        hash: Digest,
        from: u64,
        len: u64,
    ) -> Result<Vec<u8>, TransportError> {
        let mut ask = Self::media(reqwest::Method::GET, hash, "", Vec::new());
        ask.range = Some((from, from.saturating_add(len).saturating_sub(1)));
        Ok(self.ask(ask).await?.body)
    }

    async fn published(&mut self, path: &str) -> Result<Option<Vec<u8>>, TransportError> {
        let path = format!("/api/v1/device/{path}");
        let ask = Ask::new(reqwest::Method::GET, path, "", Vec::new());
        // Once: it is asked for again another day, and nobody shall wait for it now.
        let signed = self.sign(&ask).await?;
        Ok(Some(self.connection.send(&ask, &signed).await?.body))
    }
}

fn first_eight(bytes: [u8; 16]) -> [u8; 8] {
    let [a, b, c, d, e, f, g, h, ..] = bytes;
    [a, b, c, d, e, f, g, h]
}

#[cfg(test)]
mod tests;
