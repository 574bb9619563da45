//! Files of phones: how far an upload is, chunk hashes, pieces, and reading back.
//!
//! A phone uploads what it has described itself; it reads what a list of its own cites and what the
//! describing device has handed over whole. Anything else is answered as if it were not there.

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse, Response};
use tala_protocol::body::MediaBody;
use tala_protocol::hash::Digest;
use tala_protocol::id::DeviceId;

use crate::http::behind::Description;
use crate::http::desk::files::send;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::{SignedRequest, hash};
use crate::media::{Arrival, IncomingError};

const UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
const UPLOAD_COMPLETE: HeaderName = HeaderName::from_static("upload-complete");

/// How far an upload of this device is.
#[utoipa::path(head, path = "/api/v1/device/media/{hash}", tag = "device",
    params(("hash" = String, Path)),
    responses((status = 200, description = "Upload-Offset, Upload-Complete"), (status = 401),
        (status = 403), (status = 404)))]
pub async fn state(
    State(front): State<Front>,
    Path(file): Path<String>,
    signed: SignedRequest,
) -> Result<Response, Problem> {
    let signed = signed.current()?;
    let file = hash(&file)?;
    let upload = front
        .ask(move |front| {
            let body = own(front, signed.device, &file)?;
            let incoming = &front.media.incoming;
            Ok(incoming.state(&front.door, signed.device, &body)?)
        })
        .await?;
    Ok(at(StatusCode::OK, upload.stored, upload.done_at.is_some()))
}

/// The hashes of the chunks, 32 bytes each, checked against the description.
#[utoipa::path(put, path = "/api/v1/device/media/{hash}/chunks", tag = "device",
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    params(("hash" = String, Path)),
    responses((status = 204), (status = 401), (status = 403), (status = 404), (status = 422)))]
pub async fn chunks(
    State(front): State<Front>,
    Path(file): Path<String>,
    signed: SignedRequest,
) -> Result<StatusCode, Problem> {
    let signed = signed.current()?;
    let file = hash(&file)?;
    front
        .ask(move |front| {
            let body = own(front, signed.device, &file)?;
            let incoming = &front.media.incoming;
            Ok(incoming.put_chunks(&front.door, signed.device, &body, &signed.body)?)
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Bytes from `Upload-Offset` on; each chunk is checked before it is stored.
#[utoipa::path(patch, path = "/api/v1/device/media/{hash}", tag = "device",
    request_body(content_type = "application/octet-stream", content = Vec<u8>),
    params(("hash" = String, Path), ("upload-offset" = u64, Header, description = "A multiple of 65536")),
    responses((status = 204, description = "Upload-Offset, Upload-Complete"), (status = 401),
        (status = 403), (status = 404), (status = 409, description = "Upload-Offset names the right one"),
        (status = 422)))]
pub async fn patch(
    State(front): State<Front>,
    Path(file): Path<String>,
    headers: HeaderMap,
    signed: SignedRequest,
) -> Result<Response, Problem> {
    let signed = signed.current()?;
    let (file, device) = (hash(&file)?, signed.device);
    let offset = headers
        .get(UPLOAD_OFFSET)
        .and_then(|it| it.to_str().ok()?.parse().ok());
    let offset = offset.ok_or_else(|| Problem::bad_request("Upload-Offset is a number"))?;
    let (body, arrival) = front
        .ask(move |front| {
            let body = own(front, device, &file)?;
            let incoming = &front.media.incoming;
            let arrival = incoming.patch(&front.door, device, &body, offset, &signed.body)?;
            Ok((body, arrival))
        })
        .await?;
    if let Arrival::Whole(part) = &arrival {
        let kept = front.media.keep(part, &file).await;
        kept.map_err(|error| Problem::internal(&error))?;
        let body = body.clone();
        front
            .ask(move |front| {
                let incoming = &front.media.incoming;
                Ok(incoming.done(&front.door, device, &body, front.now())?)
            })
            .await?;
    }
    Ok(match arrival {
        Arrival::Stored(stored) => at(StatusCode::NO_CONTENT, stored, false),
        Arrival::Whole(_) | Arrival::Done => at(StatusCode::NO_CONTENT, body.len, true),
    })
}

/// A file that a list of this device cites.
#[utoipa::path(get, path = "/api/v1/device/media/{hash}", tag = "device",
    params(("hash" = String, Path), ("range" = Option<String>, Header)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206),
        (status = 401), (status = 403), (status = 404), (status = 416)))]
pub async fn get(
    State(front): State<Front>,
    Path(file): Path<String>,
    headers: HeaderMap,
    signed: SignedRequest,
) -> Result<Response, Problem> {
    let signed = signed.current()?;
    let file = hash(&file)?;
    let cited = front
        .ask(move |front| {
            let seen = front.behind.readable(signed.device, &file)?;
            here(front, seen.into_iter())
        })
        .await?;
    send(&front, &file, &cited, &headers).await
}

/// The device's own description of a file, or of the small picture of one. It is looked up once for all
/// pieces of an upload.
fn own(front: &Front, device: DeviceId, file: &Digest) -> Result<MediaBody, Problem> {
    if let Some(known) = front.media.incoming.known(device, file) {
        return Ok(known);
    }
    let all = front.behind.descriptions(file)?;
    let own = all.into_iter().find(|it| it.device == device);
    let body = own.map(|it| it.body).ok_or(Problem::not_found())?;
    front.media.incoming.remember(device, &body);
    Ok(body)
}

/// The first description whose device has handed the file over.
fn here(front: &Front, all: impl Iterator<Item = Description>) -> Result<Description, Problem> {
    for it in all {
        if front.door.has_uploaded(it.device, &it.body.hash)? {
            return Ok(it);
        }
    }
    Err(Problem::not_found())
}

fn at(status: StatusCode, stored: u64, is_complete: bool) -> Response {
    // RFC 8941 booleans.
    let complete = if is_complete { "?1" } else { "?0" };
    let headers = AppendHeaders([
        (UPLOAD_OFFSET, stored.to_string()),
        (UPLOAD_COMPLETE, complete.to_owned()),
    ]);
    (status, headers).into_response()
}

impl From<IncomingError> for Problem {
    fn from(error: IncomingError) -> Self {
        match &error {
            IncomingError::Offset(stored) => Problem::offset(*stored),
            IncomingError::NoChunkList => Problem::conflict("send the chunk hashes first"),
            IncomingError::ChunkList
            | IncomingError::Chunk
            | IncomingError::Length
            | IncomingError::Whole => Problem::bad_field(error.to_string()),
            IncomingError::Write(_) | IncomingError::State(_) => Problem::internal(&error),
        }
    }
}
