//! A phone becomes known by a one-time code.

use axum::body::Body;
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use tala_protocol::sync::enrol::EnrolRequest;
use tala_protocol::sync::frame;

use crate::http::desk::session::DoorTry;
use crate::http::device::sync::SYNC_TYPE;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::whole;
use crate::store_door::{AuditAct, AuditRow};

/// Longest request, bytes.
const REQUEST_LEN_MAX: usize = 1_024;

/// Takes a phone in. Body and answer are frames of `docs/formats/sync.md`.
#[utoipa::path(post, path = "/api/v1/device/enrol", tag = "device",
    request_body(content_type = "application/vnd.tala.sync", content = Vec<u8>),
    responses((status = 200, content_type = "application/vnd.tala.sync", body = Vec<u8>),
        (status = 400), (status = 404), (status = 429)))]
pub async fn enrol(
    State(front): State<Front>,
    _try: DoorTry,
    body: Body,
) -> Result<Response, Problem> {
    let body = whole(body).await?;
    let message = frame::open(&body, REQUEST_LEN_MAX);
    let message = message.map_err(|error| Problem::bad_request(error.to_string()))?;
    let request = EnrolRequest::from_bytes(&message);
    let request = request.map_err(|error| Problem::bad_request(error.to_string()))?;
    let device = request.key.device_id();
    let reply = front
        .ask(move |front| {
            let reply = front.behind.enrol(&request);
            front.door.add_audit(&AuditRow {
                at: front.now(),
                act: AuditAct::Enrolled,
                person: None,
                device: Some(device),
                ok: reply.is_ok(),
            })?;
            Ok(reply?)
        })
        .await?;
    let answer = frame::close(&reply.to_bytes());
    Ok(([(CONTENT_TYPE, SYNC_TYPE)], answer).into_response())
}
