//! Requests through a browser's fetch: no cookies, no cache, and time taken by its timers.

use std::pin::Pin;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::future::{Either, select};
use gloo_timers::future::TimeoutFuture;
use reqwest::{Client, RequestBuilder, Response};

use super::client::{ANSWER_MAX_BYTES, HttpOptions, IDLE, cut, refused, too_long};
use crate::transport::{Retry, TransportError};

/// A time that is waited for. Whoever drops it waits no more; whoever keeps it goes on.
pub(super) type Pause = Pin<Box<TimeoutFuture>>;

/// Begins to wait.
pub(super) fn pause(time: Duration) -> Pause {
    let ms = u32::try_from(time.as_millis()).unwrap_or(u32::MAX);
    Box::pin(TimeoutFuture::new(ms))
}

/// What comes of `work`, if it comes in time.
pub(super) async fn within<F: Future>(time: Duration, work: F) -> Option<F::Output> {
    match select(Box::pin(work), pause(time)).await {
        Either::Left((done, _)) => Some(done),
        Either::Right(_) => None,
    }
}

/// A client. Connections, roots and redirects are the browser's business.
pub(super) fn build(_: &HttpOptions) -> Result<Client, TransportError> {
    let built = Client::builder().build();
    built.map_err(|e| refused("the client cannot be built", e))
}

/// Sends as nobody: the signature says who asks, not the session of a desk in the same browser.
pub(super) fn send(request: RequestBuilder) -> impl Future<Output = reqwest::Result<Response>> {
    request
        .fetch_credentials_omit()
        .fetch_cache_no_store()
        .send()
}

/// The whole body.
pub(super) async fn body(response: Response) -> Result<Vec<u8>, TransportError> {
    let mut body = Vec::new();
    let mut chunks = response.bytes_stream().boxed_local();
    loop {
        let Some(next) = within(IDLE, chunks.next()).await else {
            return Err(TransportError::new("the answer went silent", Retry::Now));
        };
        match next {
            Some(chunk) => {
                let chunk = chunk.map_err(cut)?;
                if body.len().saturating_add(chunk.len()) > ANSWER_MAX_BYTES {
                    return Err(too_long());
                }
                body.extend_from_slice(&chunk);
            }
            None => return Ok(body),
        }
    }
}
