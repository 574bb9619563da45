//! Published versions of registries, as any desk reads them.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};

use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::{Desk, hash};
use crate::http::wire::registry::RegistriesWire;

/// Media type of a publication: what its own content type says.
const PUBLICATION_TYPE: &str = "application/vnd.tala.registry+cbor";
/// The name of a version is a hash of what it says.
const IMMUTABLE: &str = "private, max-age=31536000, immutable";

/// Every published version, by kind and number.
#[utoipa::path(get, path = "/api/v1/registries", tag = "registries",
    responses((status = 200, body = RegistriesWire), (status = 401), (status = 403)))]
pub async fn registries(
    State(front): State<Front>,
    desk: Desk,
) -> Result<Json<RegistriesWire>, Problem> {
    desk.may(Verb::SeeMap)?;
    Ok(Json(front.behind(|it| it.registries()).await?))
}

/// One version, as its office signed it.
#[utoipa::path(get, path = "/api/v1/registries/{hash}", tag = "registries",
    params(("hash" = String, Path)),
    responses((status = 200, content_type = "application/vnd.tala.registry+cbor", body = Vec<u8>),
        (status = 401), (status = 403), (status = 404)))]
pub async fn registry(
    State(front): State<Front>,
    desk: Desk,
    Path(version): Path<String>,
) -> Result<Response, Problem> {
    desk.may(Verb::SeeMap)?;
    send(&front, &version).await
}

/// The publication that a hash in a path names.
pub async fn send(front: &Front, version: &str) -> Result<Response, Problem> {
    let version = hash(version)?;
    let bytes = front.behind(move |it| it.publication(&version)).await?;
    let headers = [(CONTENT_TYPE, PUBLICATION_TYPE), (CACHE_CONTROL, IMMUTABLE)];
    Ok((headers, bytes).into_response())
}
