//! Whether the centre lives, and whether it is ready for work.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::front::Front;

/// How the centre is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ReadyWire {
    /// Whether it takes work.
    pub is_ready: bool,
    /// Whether the store takes writes.
    pub is_writable: bool,
    /// Committed envelopes that lists and maps do not show yet.
    pub projection_lag: u64,
}

/// Lives.
#[utoipa::path(get, path = "/healthz", tag = "health", responses((status = 200, body = String)))]
pub async fn live() -> &'static str {
    "ok"
}

/// Is ready: takes writes and shows the present.
#[utoipa::path(get, path = "/readyz", tag = "health",
    responses((status = 200, body = ReadyWire), (status = 503, body = ReadyWire)))]
pub async fn ready(State(front): State<Front>) -> (StatusCode, Json<ReadyWire>) {
    let health = front.ask(|front| Ok(front.behind.health())).await.ok();
    let is_writable = health.is_some_and(|it| it.is_writable);
    let is_present = health.is_some_and(|it| it.is_present);
    let is_ready = is_writable && is_present && !front.stop.is_cancelled();
    let status = match is_ready {
        true => StatusCode::OK,
        false => StatusCode::SERVICE_UNAVAILABLE,
    };
    let body = ReadyWire {
        is_ready,
        is_writable,
        projection_lag: health.map_or(0, |it| it.projection_lag),
    };
    (status, Json(body))
}
