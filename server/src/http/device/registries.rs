//! Published versions of registries, as phones read them. A phone verifies each by the bureau's certificates.

use axum::Json;
use axum::extract::{Path, State};
use axum::response::Response;

use crate::http::desk::registries::send;
use crate::http::front::Front;
use crate::http::problem::Problem;
use crate::http::who::SignedRequest;
use crate::http::wire::registry::RegistriesWire;

/// Every published version, by kind and number.
#[utoipa::path(get, path = "/api/v1/device/registries", tag = "device",
    responses((status = 200, body = RegistriesWire), (status = 401), (status = 403)))]
pub async fn list(
    State(front): State<Front>,
    signed: SignedRequest,
) -> Result<Json<RegistriesWire>, Problem> {
    let _current = signed.current()?;
    Ok(Json(front.behind(|it| it.registries()).await?))
}

/// One version, as its office signed it.
#[utoipa::path(get, path = "/api/v1/device/registries/{hash}", tag = "device",
    params(("hash" = String, Path)),
    responses((status = 200, content_type = "application/vnd.tala.registry+cbor", body = Vec<u8>),
        (status = 401), (status = 403), (status = 404)))]
pub async fn get(
    State(front): State<Front>,
    Path(version): Path<String>,
    signed: SignedRequest,
) -> Result<Response, Problem> {
    let _current = signed.current()?;
    send(&front, &version).await
}
