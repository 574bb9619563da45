//! Phones at work: each sends a request, reads the answer, and sends the next.

use std::time::{Duration, Instant};

use reqwest::{Client, StatusCode};
use tala_protocol::sync::http_signature::{SignatureParams, SignedParts, signature_header};
use tala_protocol::sync::{Outcome, REPLY_LEN_MAX, SyncReply, frame};
use tokio::task::JoinSet;

use super::home::Serving;
use super::report::Part;
use super::stock::{Phone, Prepared, Stock};
use super::{BenchError, process};
use crate::rig::{RigError, now_ms};

/// Where phones sync.
const PATH: &str = "/api/v1/device/sync";
/// The media type of framed messages.
const SYNC_TYPE: &str = "application/vnd.tala.sync";
/// How often the centre is asked whether its projections have caught up.
const ASK_AGAIN: Duration = Duration::from_millis(20);

/// How quickly phones go on.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Pace {
    /// The next request follows the last answer.
    AsFastAsAnswered,
    /// So many requests a second by all of them, evenly, as long as answers keep up.
    PerSecond(f64),
}

/// A part of a run.
pub(super) struct Load<'c> {
    /// The centre.
    pub(super) centre: &'c Serving,
    /// How long requests are sent.
    pub(super) lasts: Duration,
    /// How quickly.
    pub(super) pace: Pace,
}

/// What one phone saw.
#[derive(Debug, Default)]
struct Seen {
    envelopes: u64,
    acks_ms: Vec<f64>,
}

impl Load<'_> {
    /// Sends what there is, until the time is over; then waits for the projections.
    pub(super) async fn run(&self, stock: Stock) -> Result<Part, BenchError> {
        let client = client()?;
        let (server_before, load_before) = self.computed();
        let began = Instant::now();
        let fixes_each = stock.fixes_each;
        let count = u32::try_from(stock.phones.len()).unwrap_or(u32::MAX);
        let mut phones = JoinSet::new();
        for (phone, at) in stock.phones.into_iter().zip(0..) {
            let sender = Sender {
                client: client.clone(),
                url: format!("{}{PATH}", self.centre.url()),
            };
            let every = self.pace.every(count);
            let first = every.map_or(Duration::ZERO, |every| every * at / count.max(1));
            let until = began + self.lasts;
            phones.spawn(sender.says_all(phone, began + first, every, until));
        }
        let mut all = Seen::default();
        while let Some(ended) = phones.join_next().await {
            let seen = ended.map_err(BenchError::protocol)??;
            all.envelopes += seen.envelopes;
            all.acks_ms.extend(seen.acks_ms);
        }
        let acked = began.elapsed();
        self.caught_up(&client).await?;
        let elapsed = began.elapsed();
        let (server_after, load_after) = self.computed();
        let computed_ms = (server_after - server_before, load_after - load_before);
        Ok(Part::new(
            all.envelopes,
            fixes_each,
            all.acks_ms,
            (acked, elapsed),
            computed_ms,
        ))
    }

    /// The time that the centre and this process have computed, ms.
    fn computed(&self) -> (f64, f64) {
        (self.centre.cpu_ms(), process::cpu_ms(std::process::id()))
    }

    /// Waits until everything acknowledged is in lists and maps.
    async fn caught_up(&self, client: &Client) -> Result<(), BenchError> {
        let url = format!("{}/readyz", self.centre.url());
        loop {
            let answer = client.get(&url).send().await.map_err(asked("/readyz"))?;
            let answer: serde_json::Value = answer.json().await.map_err(asked("/readyz"))?;
            if answer["projection_lag"].as_u64() == Some(0) {
                return Ok(());
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}

impl Pace {
    /// The time between two requests of one of `phones`.
    fn every(self, phones: u32) -> Option<Duration> {
        match self {
            Pace::AsFastAsAnswered => None,
            Pace::PerSecond(rate) => Some(Duration::from_secs_f64(f64::from(phones) / rate)),
        }
    }
}

/// The link of a phone.
#[derive(Debug, Clone)]
pub(super) struct Sender {
    pub(super) client: Client,
    pub(super) url: String,
}

impl Sender {
    /// Over the connection that the centre listens on.
    pub(super) fn to(centre: &Serving) -> Result<Self, BenchError> {
        Ok(Self {
            client: client()?,
            url: format!("{}{PATH}", centre.url()),
        })
    }

    async fn says_all(
        self,
        phone: Phone,
        first: Instant,
        every: Option<Duration>,
        until: Instant,
    ) -> Result<Seen, BenchError> {
        let mut seen = Seen::default();
        let mut due = first;
        for request in &phone.requests {
            if let Some(every) = every {
                tokio::time::sleep_until(due.into()).await;
                due += every;
            }
            if Instant::now() >= until {
                break;
            }
            // Where answers do not keep up, waiting for one's turn counts as waiting for the answer.
            let asked = match every {
                Some(every) => due - every,
                None => Instant::now(),
            };
            let (status, answer) = self.post(&phone, request).await?;
            check(&phone, request, status, &answer)?;
            seen.acks_ms.push(asked.elapsed().as_secs_f64() * 1_000.0);
            seen.envelopes += u64::from(request.envelopes);
        }
        Ok(seen)
    }

    /// Signs and sends one request; returns what came back.
    pub(super) async fn post(
        &self,
        phone: &Phone,
        request: &Prepared,
    ) -> Result<(StatusCode, Vec<u8>), BenchError> {
        let params = SignatureParams {
            created_s: now_ms() / 1_000,
            nonce: data_encoding::HEXLOWER.encode(&rand::random::<[u8; 16]>()),
            device: phone.author.device(),
        };
        let signature = phone.author.sign(&params.base(&SignedParts {
            method: "POST",
            path: PATH,
            query: "",
            content_digest: &request.digest,
        }))?;
        let sent = self
            .client
            .post(&self.url)
            .header("content-type", SYNC_TYPE)
            .header("content-digest", &request.digest)
            .header("signature-input", params.input_header())
            .header("signature", signature_header(&signature))
            .body(request.body.clone())
            .send()
            .await;
        let answer = sent.map_err(asked(PATH))?;
        let status = answer.status();
        let bytes = answer.bytes().await.map_err(asked(PATH))?;
        Ok((status, bytes.into()))
    }
}

/// An answer counts if it says of every envelope that it is stored, proves or acknowledges it, and moves
/// the phone's list to where it must be.
fn check(
    phone: &Phone,
    request: &Prepared,
    status: StatusCode,
    answer: &[u8],
) -> Result<(), BenchError> {
    let wrong = |what: String| BenchError::Answer {
        phone: phone.author.number(),
        what,
    };
    if status != StatusCode::OK {
        let said = String::from_utf8_lossy(answer.get(..200).unwrap_or(answer)).into_owned();
        return Err(wrong(format!("{status}: {said}")));
    }
    let message = frame::open(answer, REPLY_LEN_MAX).map_err(BenchError::protocol)?;
    let reply = SyncReply::from_bytes(&message).map_err(BenchError::protocol)?;
    let stored = reply.spans.iter().filter_map(|span| match span.outcome {
        Outcome::Stored { .. } => Some(span.count),
        _ => None,
    });
    if stored.sum::<u32>() != request.envelopes {
        return Err(wrong(format!(
            "not everything is stored: {:?}",
            reply.spans
        )));
    }
    if reply.ack.is_none() && reply.receipts.is_empty() {
        return Err(wrong("neither acknowledged nor proved".to_owned()));
    }
    let position = reply
        .cursors
        .iter()
        .find(|it| it.scope == phone.author.scope());
    if position.is_none_or(|it| it.position != request.position) || !reply.runs.is_empty() {
        return Err(wrong(format!("its list is elsewhere: {:?}", reply.cursors)));
    }
    Ok(())
}

fn client() -> Result<Client, BenchError> {
    // Another part of the program may have chosen one before us; that is as good.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .http1_only()
        .no_proxy()
        .tcp_nodelay(true)
        .build()
        .map_err(BenchError::protocol)
}

fn asked(what: &str) -> impl FnOnce(reqwest::Error) -> BenchError + use<> {
    let what = what.to_owned();
    move |source| RigError::Ask { what, source }.into()
}
