//! Who asks: the first of a handler's four moves.
//!
//! [`Desk`] is a member of staff by cookie, [`SignedRequest`] a device by signature. A handler that takes
//! neither is open to everybody; there are few, and the authorization matrix lists them.

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode};
use axum_extra::extract::CookieJar;
use http_body_util::{BodyExt as _, LengthLimitError};
use tala_protocol::cert::Holder;
use tala_protocol::envelope::SignIn;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;
use tala_protocol::sync::http_signature::{
    SignatureParams, SignedParts, content_digest, parse_signature, verify,
};
use tokio::sync::OwnedSemaphorePermit;

use super::front::Front;
use super::limits::OVER_LIMIT_WAIT;
use super::nonces::{FULL_RETRY_S, Freshness};
use super::problem::Problem;
use crate::app::access::{self, Asker, Grant, Verb};
use crate::app::session::Token;
use crate::store_door::SessionRow;

/// A member of staff who is signed in.
#[derive(Debug, Clone)]
pub struct Desk {
    /// Who asks.
    pub asker: Asker,
    /// In which session.
    pub session: SessionRow,
    front: Front,
}

/// A request that a known device signed, with its body.
#[derive(Debug)]
pub struct SignedRequest {
    /// Which device.
    pub device: DeviceId,
    /// Whether it may sign in and pull: neither expired nor revoked.
    pub is_current: bool,
    /// The body whose digest was signed.
    pub body: Bytes,
    /// Given back when the request has been worked on.
    _turn: Option<OwnedSemaphorePermit>,
}

impl std::fmt::Debug for Front {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Front(..)")
    }
}

/// Name of the session cookie. The prefix makes browsers refuse it without TLS, so loopback has another.
pub const fn cookie_name(over_tls: bool) -> &'static str {
    match over_tls {
        true => "__Host-tala",
        false => "tala",
    }
}

impl Front {
    /// Whether browsers reach us over TLS.
    pub fn over_tls(&self) -> bool {
        self.config.listen.tls.is_some() || self.config.listen.behind_proxy
    }

    /// The token that a request's cookie holds.
    pub fn token(&self, headers: &HeaderMap) -> Option<Token> {
        let jar = CookieJar::from_headers(headers);
        Token::parse(jar.get(cookie_name(self.over_tls()))?.value())
    }

    /// Who holds a session now, with today's roles.
    pub fn asker(&self, session: &SessionRow) -> Asker {
        let directory = self.behind.directory();
        Asker {
            person: session.person,
            session: session.id,
            sign_in: SignIn::Password,
            posts: access::posts(&directory, session.person, self.now()),
        }
    }
}

impl Desk {
    /// Whether this person may do that: the second move.
    pub fn may(&self, verb: Verb) -> Result<Grant, Problem> {
        self.front.authorize(&self.asker, verb)
    }
}

impl FromRequestParts<Front> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, front: &Front) -> Result<Self, Problem> {
        let token = front
            .token(&parts.headers)
            .ok_or(Problem::not_signed_in())?;
        let desk = front
            .ask(move |front| {
                let session = front.sessions.find(&token, front.now())?;
                let session = session.ok_or(Problem::not_signed_in())?;
                Ok(Desk {
                    asker: front.asker(&session),
                    session,
                    front: front.clone(),
                })
            })
            .await?;
        front.rates.session(desk.session.id)?;
        Ok(desk)
    }
}

impl FromRequest<Front> for SignedRequest {
    type Rejection = Problem;

    async fn from_request(request: Request, front: &Front) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let params = header(&parts.headers, "signature-input")?;
        let params = SignatureParams::parse(params).map_err(|error| refuse(&error))?;
        let known = {
            let directory = front.behind.directory();
            let is_phone = directory.holder(params.device) == Some(Holder::Phone);
            let key = directory.key(params.device).filter(|_| is_phone).cloned();
            key.map(|key| (key, directory.may_sign_in(params.device, front.now())))
        };
        let (key, is_current) = known.ok_or_else(|| Problem::not_signed("unknown device"))?;
        let signature = parse_signature(header(&parts.headers, "signature")?);
        let signature = signature.map_err(|error| refuse(&error))?;
        let body = whole(body).await?;
        let signed = SignedParts {
            method: parts.method.as_str(),
            path: parts.uri.path(),
            query: parts.uri.query().unwrap_or_default(),
            content_digest: digest(&parts, &body)?,
        };
        let held = verify(&signed, &body, &params, &signature, &key);
        held.map_err(|error| refuse(&error))?;
        if let Err(problem) = front.rates.device(params.device) {
            drop(body);
            tokio::time::sleep(OVER_LIMIT_WAIT).await;
            return Err(problem);
        }
        let now = front.now();
        match front.nonces.take(&params, now) {
            Freshness::Fresh => Ok(Self {
                device: params.device,
                is_current,
                body,
                _turn: front.rates.turn(params.device).await,
            }),
            Freshness::ClockOff => Err(Problem::clock_off(now)),
            Freshness::Replayed => Err(Problem::not_signed("this request was seen before")),
            Freshness::Full => Err(Problem::too_many(FULL_RETRY_S)),
        }
    }
}

impl SignedRequest {
    /// Refuses a device that is revoked or expired.
    pub fn current(self) -> Result<Self, Problem> {
        match self.is_current {
            true => Ok(self),
            false => Err(Problem::device_ended()),
        }
    }
}

/// Reads a body to its end. The route's layer bounds its length and its silences.
pub async fn whole(body: Body) -> Result<Bytes, Problem> {
    match body.collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) => Err(broken(&error)),
    }
}

fn broken(error: &axum::Error) -> Problem {
    let mut next = std::error::Error::source(error);
    while let Some(source) = next {
        if source.is::<LengthLimitError>() {
            return Problem::too_large();
        }
        next = source.source();
    }
    Problem::bad_request("the body broke off")
}

fn digest<'a>(parts: &'a Parts, body: &[u8]) -> Result<&'a str, Problem> {
    let given = header(&parts.headers, "content-digest")?;
    match given == content_digest(body) {
        true => Ok(given),
        false => Err(Problem::not_signed(
            "content digest does not match the body",
        )),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Result<&'a str, Problem> {
    let value = headers.get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| Problem::not_signed(format!("{name} is missing")))
}

fn refuse(error: &dyn std::error::Error) -> Problem {
    Problem::not_signed(error.to_string())
}

/// Whether a method may change something.
pub fn changes(method: &Method) -> bool {
    !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}

/// Reads a path part that must be an id; anything else is as absent as an unknown one.
pub fn id<T: std::str::FromStr>(text: &str) -> Result<T, Problem> {
    text.parse().map_err(|_malformed| Problem::not_found())
}

/// Reads a path part that must be a hash.
pub fn hash(text: &str) -> Result<Digest, Problem> {
    Digest::from_hex(text).map_err(|_malformed| Problem::not_found())
}

/// The answer of a write that has nothing to say.
pub const DONE: StatusCode = StatusCode::NO_CONTENT;
