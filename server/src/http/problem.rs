//! How a failure is told: RFC 9457, one shape for all, made by constructors that say what is meant.
//!
//! A handler returns a [`Problem`]; [`render`] gives it its body and the id of the request, and turns what
//! axum and its layers refuse by themselves into the same shape. What went wrong inside is never sent: it
//! travels beside the response to the log ([`Problem::cause`]).

use std::error::Error;
use std::sync::Arc;

use axum::extract::Request;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use problem_details::ProblemDetails;
use serde::Serialize;
use tower_http::request_id::RequestId;
use utoipa::ToSchema;

use super::wire::time::rfc3339;
use tala_protocol::time::UnixMs;

const TYPES: &str = "https://tala.invalid/problems/";
/// What any failure of ours is called outside.
const INTERNAL: &str = "The centre could not do this. The fault has been noted.";

/// One failure.
#[derive(Debug, Clone)]
pub struct Problem {
    status: StatusCode,
    name: &'static str,
    title: &'static str,
    detail: Option<Box<str>>,
    retry_after_s: Option<u32>,
    upload_offset: Option<u64>,
    server_time: Option<UnixMs>,
    cause: Option<Arc<str>>,
}

/// The body of every failure.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// `https://tala.invalid/problems/NAME`; the name is stable.
    pub r#type: String,
    /// The same for every failure of the type.
    pub title: String,
    /// The HTTP status again.
    pub status: u16,
    /// What is wrong with this request.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Name this to whoever looks after the centre.
    pub request_id: String,
    /// The centre's clock, where the sender's was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server_time: Option<String>,
}

/// The members that RFC 9457 does not name.
#[derive(Debug, Serialize)]
struct Extras {
    request_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    server_time: Option<String>,
}

impl Problem {
    const fn new(status: StatusCode, name: &'static str, title: &'static str) -> Self {
        Self {
            status,
            name,
            title,
            detail: None,
            retry_after_s: None,
            upload_offset: None,
            server_time: None,
            cause: None,
        }
    }

    /// 400: the request cannot be read.
    pub fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::BAD_REQUEST,
            "bad-request",
            "The request cannot be read",
        )
        .because(detail)
    }

    /// 401: nobody is signed in.
    pub const fn not_signed_in() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "not-signed-in",
            "Nobody is signed in",
        )
    }

    /// 401: login and password do not go together.
    pub const fn wrong_password() -> Self {
        Self::new(
            StatusCode::UNAUTHORIZED,
            "wrong-password",
            "Login or password is wrong",
        )
    }

    /// 401: no device that is known signed this.
    pub fn not_signed(detail: impl Into<String>) -> Self {
        let title = "No known device signed this";
        Self::new(StatusCode::UNAUTHORIZED, "not-signed", title).because(detail)
    }

    /// 401: the device's clock is too far off; the centre's is named.
    pub fn clock_off(now: UnixMs) -> Self {
        let title = "The device's clock is too far off";
        Self {
            server_time: Some(now),
            ..Self::new(StatusCode::UNAUTHORIZED, "clock-off", title)
        }
    }

    /// 403: this person may not do that anywhere.
    pub const fn forbidden() -> Self {
        Self::new(StatusCode::FORBIDDEN, "forbidden", "This is not allowed")
    }

    /// 403: the device is revoked or expired.
    pub const fn device_ended() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "device-ended",
            "The device is revoked or expired",
        )
    }

    /// 403: the password has to be given with this request.
    pub const fn password_needed() -> Self {
        Self::new(
            StatusCode::FORBIDDEN,
            "password-needed",
            "The password is needed again",
        )
    }

    /// 404: absent, or hidden from who asks.
    pub const fn not_found() -> Self {
        Self::new(
            StatusCode::NOT_FOUND,
            "not-found",
            "There is no such thing here",
        )
    }

    /// 409: it does not fit what is there now.
    pub fn conflict(detail: impl Into<String>) -> Self {
        Self::new(
            StatusCode::CONFLICT,
            "conflict",
            "It does not fit what is there now",
        )
        .because(detail)
    }

    /// 409: bytes are expected from another place on.
    pub fn offset(stored: u64) -> Self {
        let problem = Self::conflict("send from the offset named in Upload-Offset");
        Self {
            upload_offset: Some(stored),
            ..problem
        }
    }

    /// 412: it was changed since it was read.
    pub const fn changed_since() -> Self {
        let title = "It was changed since it was read";
        Self::new(StatusCode::PRECONDITION_FAILED, "changed-since", title)
    }

    /// 413: too many bytes.
    pub const fn too_large() -> Self {
        Self::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too-large",
            "The body is too large",
        )
    }

    /// 415: another media type is expected.
    pub fn media_type(expected: &str) -> Self {
        let title = "Another media type is expected";
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type", title).because(expected)
    }

    /// 422: a field holds something it may not.
    pub fn bad_field(detail: impl Into<String>) -> Self {
        let title = "A field holds something it may not";
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-field", title).because(detail)
    }

    /// 426: no version in common.
    pub const fn no_common_version() -> Self {
        let title = "Phone and centre speak no version in common";
        Self::new(StatusCode::UPGRADE_REQUIRED, "no-common-version", title)
    }

    /// 428: `If-Match` is needed.
    pub const fn if_match_needed() -> Self {
        let title = "If-Match is needed";
        Self::new(StatusCode::PRECONDITION_REQUIRED, "if-match-needed", title)
    }

    /// 429: too often.
    pub fn too_many(retry_after_s: u32) -> Self {
        let title = "Too many requests";
        Self {
            retry_after_s: Some(retry_after_s.max(1)),
            ..Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many", title)
        }
    }

    /// 500: ours.
    pub fn internal(cause: &(dyn Error + 'static)) -> Self {
        Self::inside(chain(cause))
    }

    /// 500 with a cause that is no error value.
    pub fn inside(cause: impl Into<String>) -> Self {
        let name = "internal";
        Self {
            cause: Some(cause.into().into()),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, name, "Internal error").because(INTERNAL)
        }
    }

    /// 503: not now.
    pub fn unavailable(retry_after_s: u32) -> Self {
        Self {
            retry_after_s: Some(retry_after_s.max(1)),
            ..Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", "Not now")
        }
    }

    /// 507: this device has stored as much as it may.
    pub const fn full() -> Self {
        let title = "The device has stored as much as it may";
        Self::new(StatusCode::INSUFFICIENT_STORAGE, "full", title)
    }

    /// What went wrong inside; for the log only.
    pub fn cause(&self) -> Option<&str> {
        self.cause.as_deref()
    }

    /// The status it is answered with.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    fn because(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into().into_boxed_str());
        self
    }

    /// For a status that a layer answered by itself.
    fn of_status(status: StatusCode) -> Self {
        match status {
            StatusCode::BAD_REQUEST => Self::bad_request("the request is malformed"),
            StatusCode::UNAUTHORIZED => Self::not_signed_in(),
            StatusCode::FORBIDDEN => Self::forbidden(),
            StatusCode::NOT_FOUND => Self::not_found(),
            StatusCode::METHOD_NOT_ALLOWED => {
                Self::new(status, "method", "The method is not allowed here")
            }
            StatusCode::REQUEST_TIMEOUT => Self::new(status, "silent", "The sender fell silent"),
            StatusCode::PAYLOAD_TOO_LARGE => Self::too_large(),
            StatusCode::RANGE_NOT_SATISFIABLE => {
                Self::new(status, "range", "There is no such range")
            }
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Self::media_type("another one"),
            other if other.is_server_error() => Self {
                status: other,
                ..Self::inside("answered by a layer")
            },
            other => Self::new(other, "refused", "The request was refused"),
        }
    }

    fn body(&self, request_id: String) -> ProblemDetails<Extras> {
        let uri = Uri::try_from(format!("{TYPES}{}", self.name)).unwrap_or_default();
        let mut body = ProblemDetails::new()
            .with_type(uri)
            .with_title(self.title)
            .with_status(self.status);
        if let Some(detail) = &self.detail {
            body = body.with_detail(detail.as_ref());
        }
        body.with_extensions(Extras {
            request_id,
            server_time: self.server_time.map(rfc3339),
        })
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

/// Gives every failure its body.
pub async fn render(request: Request, next: Next) -> Response {
    let request_id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let response = next.run(request).await;
    let status = response.status();
    let problem = response.extensions().get::<Problem>().cloned();
    let problem = match problem {
        Some(problem) => problem,
        None if status.is_client_error() || status.is_server_error() => Problem::of_status(status),
        None => return response,
    };
    let mut rendered = problem.body(request_id).into_response();
    let headers = rendered.headers_mut();
    for (name, value) in response.headers() {
        let rewritten = [header::CONTENT_TYPE, header::CONTENT_LENGTH].contains(name);
        if !rewritten {
            headers.append(name, value.clone());
        }
    }
    if let Some(seconds) = problem.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    if let Some(stored) = problem.upload_offset {
        headers.insert("upload-offset", HeaderValue::from(stored));
    }
    rendered.extensions_mut().insert(problem);
    rendered
}

/// An error and everything below it, in one line.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        text.push_str(": ");
        text.push_str(&source.to_string());
        next = source.source();
    }
    text
}
