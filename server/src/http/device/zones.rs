//! Zones in force, as phones fetch them: by the hash of what they say, so that they come once.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use tala_protocol::hash::Digest;

use crate::app::AppError;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::{SignedRequest, hash};
use crate::http::wire::zones::ZonesNamedWire;

/// The name of zones is a hash of what they say.
const IMMUTABLE: &str = "private, max-age=31536000, immutable";

/// Which zones are in force.
#[utoipa::path(get, path = "/api/v1/device/zones", tag = "device",
    responses((status = 200, body = ZonesNamedWire), (status = 401), (status = 403)))]
pub async fn named(
    State(front): State<Front>,
    signed: SignedRequest,
) -> Result<Json<ZonesNamedWire>, Problem> {
    let _current = signed.current()?;
    let text = front.behind(|it| it.zones()).await?.to_string();
    Ok(Json(ZonesNamedWire {
        hash: Digest::sha256(text.as_bytes()).to_string(),
        size: u64::try_from(text.len()).unwrap_or(u64::MAX),
    }))
}

/// The zones of that name, as GeoJSON; 404 where others are in force by now.
#[utoipa::path(get, path = "/api/v1/device/zones/{hash}", tag = "device",
    params(("hash" = String, Path)),
    responses((status = 200, content_type = "application/geo+json", body = Vec<u8>),
        (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(front): State<Front>,
    Path(name): Path<String>,
    signed: SignedRequest,
) -> Result<Response, Problem> {
    let _current = signed.current()?;
    let name = hash(&name)?;
    let text = front.behind(|it| it.zones()).await?.to_string();
    if Digest::sha256(text.as_bytes()) != name {
        return Err(AppError::NotFound.into());
    }
    let headers = [
        (CONTENT_TYPE, "application/geo+json"),
        (CACHE_CONTROL, IMMUTABLE),
    ];
    Ok((headers, text).into_response())
}
