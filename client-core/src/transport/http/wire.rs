//! Requests over sockets. In a browser `fetch.rs` stands in for this file.

use std::pin::Pin;
use std::sync::Once;
use std::time::Duration;

use reqwest::{Certificate, Client, RequestBuilder, Response};
use tokio::time::{Sleep, sleep, timeout};

use super::client::{ANSWER_MAX_BYTES, HttpOptions, IDLE, cut, refused, too_long};
use crate::transport::TransportError;

/// A time that is waited for. Whoever drops it waits no more; whoever keeps it goes on.
pub(super) type Pause = Pin<Box<Sleep>>;

/// Begins to wait.
pub(super) fn pause(time: Duration) -> Pause {
    Box::pin(sleep(time))
}

/// What comes of `work`, if it comes in time.
pub(super) async fn within<F: Future>(time: Duration, work: F) -> Option<F::Output> {
    timeout(time, work).await.ok()
}

/// A client without a connection.
pub(super) fn build(options: &HttpOptions) -> Result<Client, TransportError> {
    static PROVIDER: Once = Once::new();
    PROVIDER.call_once(|| {
        // Another part of the program may have chosen one before us; that is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
    let mut builder = Client::builder()
        .tcp_nodelay(true)
        .pool_max_idle_per_host(1)
        .pool_idle_timeout(None)
        .read_timeout(IDLE)
        .redirect(reqwest::redirect::Policy::none());
    if let Some(pem) = &options.roots_pem {
        let roots = Certificate::from_pem_bundle(pem);
        let roots = roots.map_err(|e| refused("the pinned roots cannot be read", e))?;
        builder = builder.tls_certs_only(roots);
    }
    builder
        .build()
        .map_err(|e| refused("the client cannot be built", e))
}

/// Sends.
pub(super) fn send(request: RequestBuilder) -> impl Future<Output = reqwest::Result<Response>> {
    request.send()
}

/// The whole body.
pub(super) async fn body(mut response: Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(cut)? {
        if body.len().saturating_add(chunk.len()) > ANSWER_MAX_BYTES {
            return Err(too_long());
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}
