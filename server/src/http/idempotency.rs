//! `Idempotency-Key`: a write that is sent twice is done once and answered alike.

use axum::body::Body;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tala_protocol::hash::Digest;

use super::front::Front;
use super::problem::Problem;
use super::who::Desk;
use crate::store_door::{Answer, AnswerKey};

/// Longest key, bytes.
const KEY_LEN_MAX: usize = 128;

/// An answer as it is kept and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Status.
    pub status: StatusCode,
    /// Entity tag, with its quotes.
    pub etag: Option<String>,
    /// JSON, or nothing.
    pub body: Vec<u8>,
}

/// Runs `work` once for each key; a key used for another request is a conflict. Without a key it just
/// runs. What fails is not kept: the client may try again.
pub async fn once(
    front: &Front,
    desk: &Desk,
    headers: &HeaderMap,
    request: &[&[u8]],
    work: impl Future<Output = Result<Made, Problem>>,
) -> Result<Response, Problem> {
    let Some(key) = key_of(desk, headers)? else {
        return Ok(work.await?.into_response());
    };
    let request_hash = *Digest::sha256_parts(request).bytes();
    let taken = key.clone();
    let known = front
        .ask(move |front| {
            Ok(front
                .door
                .take_answer_key(&taken, &request_hash, front.now())?)
        })
        .await?;
    if let Some(known) = known {
        return again(known, &request_hash);
    }
    let made = work.await;
    let kept = made.as_ref().ok().cloned();
    front
        .ask(move |front| match kept {
            Some(made) => Ok(front.door.keep_answer(&key, &made.answer(request_hash))?),
            None => Ok(front.door.free_answer_key(&key)?),
        })
        .await?;
    Ok(made?.into_response())
}

impl Made {
    /// A JSON answer.
    pub fn json(value: &impl serde::Serialize, etag: Option<String>) -> Result<Self, Problem> {
        let body = serde_json::to_vec(value).map_err(|error| Problem::internal(&error))?;
        Ok(Self {
            status: StatusCode::OK,
            etag,
            body,
        })
    }

    /// Done, with nothing to say.
    pub const fn empty() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            etag: None,
            body: Vec::new(),
        }
    }

    fn answer(&self, request_hash: [u8; 32]) -> Answer {
        Answer {
            request_hash,
            status: Some(self.status.as_u16()),
            etag: self.etag.clone(),
            body: self.body.clone(),
        }
    }
}

impl IntoResponse for Made {
    fn into_response(self) -> Response {
        let is_empty = self.body.is_empty();
        let mut response = (self.status, Body::from(self.body)).into_response();
        let headers = response.headers_mut();
        if !is_empty {
            let json = HeaderValue::from_static("application/json");
            headers.insert(header::CONTENT_TYPE, json);
        }
        if let Some(etag) = self.etag.and_then(|it| HeaderValue::from_str(&it).ok()) {
            headers.insert(header::ETAG, etag);
        }
        response
    }
}

fn again(known: Answer, request_hash: &[u8; 32]) -> Result<Response, Problem> {
    if known.request_hash != *request_hash {
        let why = "this Idempotency-Key was used for another request";
        return Err(Problem::bad_field(why));
    }
    let status = known.status.and_then(|it| StatusCode::from_u16(it).ok());
    let status = status.ok_or_else(|| Problem::conflict("the same request is being worked on"))?;
    let made = Made {
        status,
        etag: known.etag,
        body: known.body,
    };
    Ok(made.into_response())
}

fn key_of(desk: &Desk, headers: &HeaderMap) -> Result<Option<AnswerKey>, Problem> {
    let Some(key) = headers.get("idempotency-key") else {
        return Ok(None);
    };
    let text = key.to_str().ok().filter(|it| it.len() <= KEY_LEN_MAX);
    let key =
        text.ok_or_else(|| Problem::bad_field("Idempotency-Key is up to 128 ASCII characters"))?;
    Ok(Some(AnswerKey {
        person: desk.asker.person,
        key: key.to_owned(),
    }))
}
