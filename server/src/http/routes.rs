//! Every route of the centre, in one sitting.
//!
//! You are here because you look for a path or add one. A route stands in the group whose limits fit it;
//! its handler carries its OpenAPI description, and the authorization matrix (`server/tests`) fails until
//! it knows the route.

use axum::Router;
use axum::routing::get;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::desk::{
    admin, alerts, edit, files, incidents, map, messages, patrols, plans, registries, session,
    share,
};
use super::device;
use super::front::Front;
use super::{health, layers, live, problem, web};

/// 4 MiB of message, and its frame byte.
const SYNC_LEN_MAX: usize = 4 * 1024 * 1024 + 1;
const PIECE_LEN_MAX: usize = 1024 * 1024;
const JSON_LEN_MAX: usize = 64 * 1024;
const ZONES_LEN_MAX: usize = 32 * 1024 * 1024;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Tala",
        description = "The centre's interface for desks and phones."
    ),
    components(schemas(problem::ProblemBody, super::wire::live::ByeWire))
)]
struct Document;

/// All routes with their layers.
pub fn router(front: Front) -> Router {
    let idle = front.config.listen.idle;
    let (sync, _) = sync().split_for_parts();
    let (pieces, _) = pieces().split_for_parts();
    let (desks, _) = desks().split_for_parts();
    let (zones, _) = zones().split_for_parts();
    let (open, _) = open().split_for_parts();
    let routes = Router::new()
        .merge(layers::bounded(sync, SYNC_LEN_MAX, idle))
        .merge(layers::bounded(pieces, PIECE_LEN_MAX, idle))
        .merge(layers::same_site(layers::bounded(
            desks,
            JSON_LEN_MAX,
            idle,
        )))
        .merge(layers::same_site(layers::bounded(
            zones,
            ZONES_LEN_MAX,
            idle,
        )))
        .merge(open)
        .route("/api/v1/openapi.json", get(openapi))
        .fallback(web::page);
    layers::around(routes.with_state(front))
}

/// The OpenAPI 3.1 document of every route.
pub fn document() -> utoipa::openapi::OpenApi {
    OpenApiRouter::with_openapi(Document::openapi())
        .merge(open())
        .merge(sync())
        .merge(pieces())
        .merge(desks())
        .merge(zones())
        .into_openapi()
}

/// Phones: framed messages.
fn sync() -> OpenApiRouter<Front> {
    OpenApiRouter::new()
        .routes(routes!(device::enrol::enrol))
        .routes(routes!(device::sync::sync))
}

/// Phones: files, by the piece, and what is published for them.
fn pieces() -> OpenApiRouter<Front> {
    OpenApiRouter::new()
        .routes(routes!(
            device::files::state,
            device::files::patch,
            device::files::get
        ))
        .routes(routes!(device::files::chunks))
        .routes(routes!(device::registries::list))
        .routes(routes!(device::registries::get))
        .routes(routes!(device::zones::named))
        .routes(routes!(device::zones::get))
}

/// Staff, by cookie.
fn desks() -> OpenApiRouter<Front> {
    OpenApiRouter::new()
        .routes(routes!(
            session::sign_in,
            session::session,
            session::sign_out
        ))
        .routes(routes!(session::units))
        .routes(routes!(patrols::patrols))
        .routes(routes!(patrols::patrol))
        .routes(routes!(patrols::track))
        .routes(routes!(patrols::track_gpx))
        .routes(routes!(patrols::tracks))
        .routes(routes!(patrols::positions))
        .routes(routes!(incidents::incidents))
        .routes(routes!(incidents::incident, edit::edit_incident))
        .routes(routes!(share::share))
        .routes(routes!(alerts::alerts))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(messages::messages, messages::send))
        .routes(routes!(plans::plans, plans::make))
        .routes(routes!(files::original))
        .routes(routes!(files::thumb))
        .routes(routes!(incidents::incident_types))
        .routes(routes!(registries::registries))
        .routes(routes!(registries::registry))
        .routes(routes!(admin::quarantine))
        .routes(routes!(admin::release))
        .routes(routes!(admin::enrolments))
        .routes(routes!(admin::devices))
        .routes(routes!(admin::revoke))
        .routes(routes!(live::live))
        .routes(routes!(map::basemap))
}

/// Staff, by cookie: large maps come in.
fn zones() -> OpenApiRouter<Front> {
    OpenApiRouter::new().routes(routes!(map::zones, map::import_zones))
}

/// Everybody.
fn open() -> OpenApiRouter<Front> {
    OpenApiRouter::new()
        .routes(routes!(health::live))
        .routes(routes!(health::ready))
}

/// The OpenAPI 3.1 document.
async fn openapi() -> axum::Json<utoipa::openapi::OpenApi> {
    axum::Json(document())
}
