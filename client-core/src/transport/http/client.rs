//! The connection: made when needed, kept, replaced when silent.

use std::time::Duration;

use reqwest::{Client, Url};

use super::request::{Answer, Ask, Signed};
use super::wire::{self, Pause, pause};
use crate::transport::TransportError;
use crate::transport::retry::{CONNECTION_EVERY_MS, RESEND_AFTER_MS, Retry, back_off_ms};

/// Longest answer that is read, bytes.
pub(super) const ANSWER_MAX_BYTES: usize = 16 * 1024 * 1024;
/// Slowest link that is waited for, bytes a second: what 30 % loss leaves of any 2G link.
const RATE_MIN_BYTES_PER_S: u64 = 200;
/// Silence while an answer arrives after which the connection counts as dead.
pub(super) const IDLE: Duration = Duration::from_secs(120);

/// How to reach a centre.
#[derive(Debug, Clone, Default)]
pub struct HttpOptions {
    /// The only roots that are trusted, PEM; without them the platform's. A browser has its own only.
    pub roots_pem: Option<Vec<u8>>,
    /// Attempts of one request before giving up; 0 and 1 both mean one.
    pub attempts: u32,
}

/// A client with its connection.
pub(super) struct Connection {
    base: Url,
    options: HttpOptions,
    client: Client,
    /// Runs out when the next connection may be made.
    apart: Option<Pause>,
    /// Runs out when the centre may be asked again, after it asked for time.
    quiet: Option<Pause>,
}

impl Connection {
    pub(super) fn new(url: &str, options: HttpOptions) -> Result<Self, TransportError> {
        let base = Url::parse(url).map_err(|e| refused("the centre's address is not a URL", e))?;
        check_scheme(&base)?;
        let client = wire::build(&options)?;
        Ok(Self {
            base,
            options,
            client,
            apart: None,
            quiet: None,
        })
    }

    /// From a refusal on: nothing is asked before the time that the centre named, which is made longer the
    /// more often it had to.
    pub(super) fn keep_quiet(&mut self, asked_ms: u64, refused: u32, random: u64) {
        // The first time its word is enough; that many phones come back at once is what jitter is against.
        let wait_ms = match refused {
            0 | 1 => asked_ms,
            _ => asked_ms.max(back_off_ms(refused, random)),
        };
        self.quiet = Some(pause(Duration::from_millis(wait_ms)));
    }

    /// Waits until the centre may be asked again.
    pub(super) async fn ready(&mut self) {
        if let Some(quiet) = &mut self.quiet {
            quiet.await;
            self.quiet = None;
        }
    }

    /// Whether one more try is made after this many refusals.
    pub(super) fn allows(&self, refused: u32) -> bool {
        refused < self.options.attempts.max(1)
    }

    /// Sends once.
    pub(super) async fn send(
        &mut self,
        ask: &Ask,
        signed: &Signed,
    ) -> Result<Answer, TransportError> {
        self.ready().await;
        let url = self
            .base
            .join(&ask.path)
            .map_err(|e| refused("the path does not fit", e))?;
        let apart = Duration::from_millis(CONNECTION_EVERY_MS);
        self.apart.get_or_insert_with(|| pause(apart));
        let request = self
            .client
            .request(ask.method.clone(), url)
            .headers(ask.headers(signed));
        // A browser refuses to read with a body, even an empty one.
        let request = match ask.body.is_empty() {
            true => request,
            false => request.body(ask.body.clone()),
        };
        let bytes = u64::try_from(ask.body.len()).unwrap_or(u64::MAX);
        let patience = RESEND_AFTER_MS + bytes.saturating_mul(1_000) / RATE_MIN_BYTES_PER_S;
        let sent = wire::send(request);
        match wire::within(Duration::from_millis(patience), sent).await {
            Some(Ok(response)) => read(response, ask.hands_over_file()).await,
            Some(Err(error)) => Err(TransportError {
                what: "the centre cannot be reached".into(),
                retry: Retry::After(None),
                source: Some(Box::new(error)),
            }),
            None => Err(TransportError::new("no answer in time", Retry::Now)),
        }
    }

    /// Waits as a failure asks for, and replaces the connection. `false`: give up.
    pub(super) async fn wait(
        &mut self,
        failure: &TransportError,
        attempt: u32,
        random: u64,
    ) -> bool {
        if attempt >= self.options.attempts.max(1) {
            return false;
        }
        let wait_ms = match failure.retry {
            Retry::Never | Retry::Apart | Retry::Person => return false,
            Retry::Now => 0,
            Retry::After(asked) => asked.unwrap_or(0).max(back_off_ms(attempt, random)),
        };
        pause(Duration::from_millis(wait_ms)).await;
        if let Some(apart) = self.apart.take() {
            apart.await;
        }
        match wire::build(&self.options) {
            Ok(client) => {
                self.client = client;
                true
            }
            Err(_) => false,
        }
    }
}

async fn read(response: reqwest::Response, is_file: bool) -> Result<Answer, TransportError> {
    let status = response.status().as_u16();
    let headers = response.headers().clone();
    let body = wire::body(response).await?;
    let answer = Answer { headers, body };
    // An upload that stands elsewhere is an answer, not a failure.
    let elsewhere = status == 409 && answer.headers.contains_key("upload-offset");
    if (200..300).contains(&status) || elsewhere {
        return Ok(answer);
    }
    let text = |name: &str| answer.headers.get(name).and_then(|v| v.to_str().ok());
    let retry_after = text("retry-after").and_then(|v| v.parse().ok());
    let what = format!("the centre answered {status}{}", problem(&answer.body));
    let retry = if is_file {
        Retry::of_upload_status(status, retry_after)
    } else {
        Retry::of_status(status, retry_after)
    };
    Err(TransportError::new(what, retry))
}

/// The title of a problem document, if there is one.
fn problem(body: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(body).ok();
    let title = value.as_ref().and_then(|v| v.get("title")?.as_str());
    title.map_or_else(String::new, |title| {
        format!(" ({})", title.chars().take(200).collect::<String>())
    })
}

/// Plain HTTP would show positions to everybody on the way.
fn check_scheme(url: &Url) -> Result<(), TransportError> {
    let loopback = match url.host_str() {
        Some("localhost" | "127.0.0.1" | "[::1]") => true,
        Some(_) | None => false,
    };
    match url.scheme() {
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(TransportError::new(
            "the centre's address must begin with https://",
            Retry::Person,
        )),
    }
}

/// An answer that ended before it was whole.
pub(super) fn cut(source: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError {
        what: "the answer was cut".into(),
        retry: Retry::Now,
        source: Some(Box::new(source)),
    }
}

/// An answer longer than any that is read.
pub(super) fn too_long() -> TransportError {
    TransportError::new("the answer is too long", Retry::Never)
}

/// Something that a person must set right.
pub(super) fn refused(
    what: &str,
    source: impl std::error::Error + Send + Sync + 'static,
) -> TransportError {
    TransportError {
        what: what.to_owned(),
        retry: Retry::Person,
        source: Some(Box::new(source)),
    }
}
