//! Push and pull in one request.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tala_protocol::sync::{REQUEST_LEN_MAX, SyncRequest, Versions, frame};

use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::SignedRequest;

/// Media type of framed sync messages.
pub const SYNC_TYPE: &str = "application/vnd.tala.sync";

/// One round trip. A device that is revoked or expired still hands over; it is given nothing.
#[utoipa::path(post, path = "/api/v1/device/sync", tag = "device",
    request_body(content_type = "application/vnd.tala.sync", content = Vec<u8>),
    params(("signature-input" = String, Header), ("signature" = String, Header),
        ("content-digest" = String, Header)),
    responses((status = 200, content_type = "application/vnd.tala.sync", body = Vec<u8>),
        (status = 400), (status = 401), (status = 413), (status = 426), (status = 429), (status = 507)))]
pub async fn sync(State(front): State<Front>, signed: SignedRequest) -> Result<Response, Problem> {
    let reply = front
        .ask(move |front| {
            let message = frame::open(&signed.body, REQUEST_LEN_MAX);
            let message = message.map_err(|error| Problem::bad_request(error.to_string()))?;
            let request = SyncRequest::from_bytes(&message);
            let request = request.map_err(|error| Problem::bad_request(error.to_string()))?;
            let speaks = Versions::CURRENT.common(request.versions).is_some();
            if !speaks && request.runs.is_empty() {
                return Err(Problem::no_common_version());
            }
            Ok(front.behind.sync(signed.device, request)?)
        })
        .await?;
    let answer = frame::close(&reply.to_bytes());
    Ok(([(CONTENT_TYPE, SYNC_TYPE)], answer).into_response())
}
