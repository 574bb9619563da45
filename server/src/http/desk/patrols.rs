//! Patrols, tracks, positions.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::IntoParams;

use crate::app::access::Verb;
use crate::http::behind::{PatrolFilter, TrackFilter};
use crate::http::front::Front;
use crate::http::given::{Asked, bbox_of, id_of, time_of};
use crate::http::paging::{self, page_of};
use crate::http::problem::Problem;
use crate::http::who::{Desk, id};
use crate::http::wire::page::PageWire;
use crate::http::wire::patrol::{PatrolDetailWire, PatrolWire, PositionsWire};

/// Points of a track unless asked otherwise.
const POINTS: usize = 20_000;
const POINTS_MAX: usize = 200_000;

/// Which patrols.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PatrolsAsked {
    /// Of this unit and below.
    unit: Option<String>,
    /// That ended after this, or are out.
    from: Option<String>,
    /// That began before this.
    until: Option<String>,
    /// With a leg of this transport.
    transport: Option<String>,
    /// `out` or `ended`.
    state: Option<String>,
    /// From the page before.
    cursor: Option<String>,
    /// 1 to 500, default 100.
    limit: Option<usize>,
}

/// How fine a track is wanted.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TrackAsked {
    /// At most so many points.
    max_points: Option<usize>,
}

/// Which tracks.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct TracksAsked {
    /// Of this unit and below.
    unit: Option<String>,
    /// After this.
    from: Option<String>,
    /// Before this.
    until: Option<String>,
    /// `w,s,e,n` in degrees.
    bbox: Option<String>,
    /// At most so many points in all.
    max_points: Option<usize>,
}

/// Which positions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PositionsAsked {
    /// Of this unit and below.
    unit: Option<String>,
}

impl paging::Filter for PatrolsAsked {
    fn text(&self) -> String {
        let (unit, transport, state) = (&self.unit, &self.transport, &self.state);
        format!(
            "{unit:?}{transport:?}{state:?}{:?}{:?}",
            self.from, self.until
        )
    }
}

/// Patrols, newest first.
#[utoipa::path(get, path = "/api/v1/patrols", tag = "patrols", params(PatrolsAsked),
    responses((status = 200, body = PageWire<PatrolWire>), (status = 401), (status = 403), (status = 422)))]
pub async fn patrols(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<PatrolsAsked>,
) -> Result<Json<PageWire<PatrolWire>>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let list = paging::name("patrols", &desk, &asked);
    let page = page_of(&front, &list, asked.cursor.as_deref(), asked.limit)?;
    let limit = page.limit;
    let filter = PatrolFilter {
        unit: id_of("unit", asked.unit.as_deref())?,
        from: time_of("from", asked.from.as_deref())?,
        until: time_of("until", asked.until.as_deref())?,
        transport: asked.transport,
        out: match asked.state.as_deref() {
            None => None,
            Some("out") => Some(true),
            Some("ended") => Some(false),
            Some(_) => return Err(Problem::bad_field("state is out or ended")),
        },
    };
    let rows = front
        .behind(move |it| it.patrols(&grant, &filter, &page))
        .await?;
    Ok(Json(paging::answer(&front, &list, limit, rows)))
}

/// One patrol.
#[utoipa::path(get, path = "/api/v1/patrols/{id}", tag = "patrols",
    params(("id" = String, Path)),
    responses((status = 200, body = PatrolDetailWire), (status = 401), (status = 403), (status = 404)))]
pub async fn patrol(
    State(front): State<Front>,
    desk: Desk,
    Path(patrol): Path<String>,
) -> Result<Json<PatrolDetailWire>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let patrol = id(&patrol)?;
    Ok(Json(
        front.behind(move |it| it.patrol(&grant, patrol)).await?,
    ))
}

/// The track of a patrol as GeoJSON: lines by leg, gaps as lines of two points.
#[utoipa::path(get, path = "/api/v1/patrols/{id}/track", tag = "patrols",
    params(("id" = String, Path), TrackAsked),
    responses((status = 200, body = Value), (status = 401), (status = 403), (status = 404)))]
pub async fn track(
    State(front): State<Front>,
    desk: Desk,
    Path(patrol): Path<String>,
    Asked(asked): Asked<TrackAsked>,
) -> Result<Json<Value>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let patrol = id(&patrol)?;
    let points = points(asked.max_points);
    let track = front
        .behind(move |it| it.track(&grant, patrol, points))
        .await?;
    Ok(Json(track))
}

/// The track of a patrol as GPX 1.1, a segment per gap.
#[utoipa::path(get, path = "/api/v1/patrols/{id}/track.gpx", tag = "patrols",
    params(("id" = String, Path)),
    responses((status = 200, content_type = "application/gpx+xml", body = String),
        (status = 401), (status = 403), (status = 404)))]
pub async fn track_gpx(
    State(front): State<Front>,
    desk: Desk,
    Path(patrol): Path<String>,
) -> Result<Response, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let patrol = id(&patrol)?;
    let gpx = front.behind(move |it| it.track_gpx(&grant, patrol)).await?;
    Ok(([(CONTENT_TYPE, "application/gpx+xml")], gpx).into_response())
}

/// Tracks of all patrols in view, as GeoJSON.
#[utoipa::path(get, path = "/api/v1/tracks", tag = "patrols", params(TracksAsked),
    responses((status = 200, body = Value), (status = 401), (status = 403), (status = 422)))]
pub async fn tracks(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<TracksAsked>,
) -> Result<Json<Value>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let filter = TrackFilter {
        unit: id_of("unit", asked.unit.as_deref())?,
        from: time_of("from", asked.from.as_deref())?,
        until: time_of("until", asked.until.as_deref())?,
        bbox: bbox_of(asked.bbox.as_deref())?,
        max_points: points(asked.max_points),
    };
    Ok(Json(
        front.behind(move |it| it.tracks(&grant, &filter)).await?,
    ))
}

/// Where devices were last seen.
#[utoipa::path(get, path = "/api/v1/positions", tag = "patrols", params(PositionsAsked),
    responses((status = 200, body = PositionsWire), (status = 401), (status = 403)))]
pub async fn positions(
    State(front): State<Front>,
    desk: Desk,
    Asked(asked): Asked<PositionsAsked>,
) -> Result<Json<PositionsWire>, Problem> {
    let grant = desk.may(Verb::SeePatrols)?;
    let unit = id_of("unit", asked.unit.as_deref())?;
    let items = front.behind(move |it| it.positions(&grant, unit)).await?;
    Ok(Json(PositionsWire { items }))
}

fn points(asked: Option<usize>) -> usize {
    asked.unwrap_or(POINTS).clamp(2, POINTS_MAX)
}
