//! What lies under everything: zones and the base map.

use axum::Json;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::Value;
use tower::ServiceExt as _;
use tower_http::services::ServeFile;
use utoipa::ToSchema;

use crate::app::access::Verb;
use crate::http::front::Front;
use crate::http::idempotency::{Made, once};
use crate::http::problem::Problem;
use crate::http::who::{Desk, whole};
use crate::store_door::{AuditAct, AuditRow};

/// What was published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct ZonesImportedWire {
    /// How many zones.
    pub zones: u64,
}

/// Zones in force, as GeoJSON.
#[utoipa::path(get, path = "/api/v1/zones", tag = "map",
    responses((status = 200, body = Value), (status = 401), (status = 403)))]
pub async fn zones(State(front): State<Front>, desk: Desk) -> Result<Json<Value>, Problem> {
    desk.may(Verb::SeeMap)?;
    Ok(Json(front.behind(|it| it.zones()).await?))
}

/// Publishes zones: a GeoJSON FeatureCollection takes the place of those in force.
#[utoipa::path(put, path = "/api/v1/zones", tag = "map", request_body = Value,
    params(("idempotency-key" = Option<String>, Header)),
    responses((status = 200, body = ZonesImportedWire), (status = 401), (status = 403), (status = 422)))]
pub async fn import_zones(
    State(front): State<Front>,
    desk: Desk,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::ImportZones)?;
    let body = whole(body).await?;
    let text = String::from_utf8(body.to_vec());
    let text = text.map_err(|_not_utf8| Problem::bad_request("the body is not UTF-8"))?;
    let person = desk.asker.person;
    let work = async {
        let zones = front
            .behind(move |it| it.import_zones(&grant, &text))
            .await?;
        front
            .ask(move |front| {
                Ok(front.door.add_audit(&AuditRow {
                    at: front.now(),
                    act: AuditAct::ZonesImported,
                    person: Some(person),
                    device: None,
                    ok: true,
                })?)
            })
            .await?;
        Made::json(&ZonesImportedWire { zones }, None)
    };
    once(&front, &desk, &headers, &[b"zones", &body], work).await
}

/// The base map, in ranges; 404 where the operator installed none. It shows the land and nothing of anybody's
/// work, so officers' pages fetch it as they are, without a desk's session.
#[utoipa::path(get, path = "/basemap.pmtiles", tag = "map",
    params(("range" = Option<String>, Header)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 206),
        (status = 404)))]
pub async fn basemap(State(front): State<Front>, request: Request) -> Result<Response, Problem> {
    let file = front.config.basemap.as_ref().ok_or(Problem::not_found())?;
    let octets = mime_guess::mime::APPLICATION_OCTET_STREAM;
    let service = ServeFile::new_with_mime(file, &octets);
    match service.oneshot(request).await {
        Ok(response) => Ok(response.into_response()),
        Err(never) => match never {},
    }
}
